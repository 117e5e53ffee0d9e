"""Docstrings of emitted source: what they say is true, informative, and fits its lines."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import archspec
from archspec.codegen.words.prose import prose

HEAD = "name: Net\ninput: [3, 33, 33]\n"
TINY = "name: Tiny\ninput: [4, 32, 32]\n"


def docstrings(text: str) -> dict[str, str]:
    """Return the docstrings of the source of a spec by `Class` and `Class.method`."""
    emitted = archspec.loads(text).codegen()
    lines = (line for line in emitted.splitlines() if not line.lstrip().startswith("def "))
    assert max(map(len, lines)) <= 88
    found = {}
    for node in ast.parse(emitted).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = ast.get_docstring(node) or ""
            methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
            found |= {f"{node.name}.{m.name}": ast.get_docstring(m) or "" for m in methods}
    return found


def mapped(block: str, *uses: str) -> str:
    """Return what the forward pass of a block says of its shapes."""
    listed = "".join(f"  u{i}: {{B: {use}}}\n" for i, use in enumerate(uses))
    found = docstrings(f"{HEAD}blocks:\n  {block}\nnet:\n{listed}")
    return found.get("B.forward", found["B"])


CONV = "conv: {Conv2d: 8, kernel_size: =k, stride: =s, padding: "
EXTENTS = {
    "up": ("B(s): {conv: {Conv2d: 8, kernel_size: 3, stride: =s, padding: 1}}", "⌈H / s⌉"),
    "down": ("B(s): {conv: {Conv2d: 8, kernel_size: 2, stride: 2}}", "H // 2"),
    "without padding": ("B(s): {conv: {Conv2d: 8, kernel_size: 5}}", "H - 4"),
    "both": ("B(s): {conv: {Conv2d: 8, kernel_size: 3, stride: 2}}", "(H - 1) // 2"),
    "grown": (
        "B(s): {up: {Upsample: null, scale_factor: =s}, conv: {Conv2d: 8, kernel_size: 1}}",
        "s * H",
    ),
}


@pytest.mark.parametrize("name", EXTENTS)
def test_heights_are_rounded_as_they_are(name: str) -> None:
    block, height = EXTENTS[name]
    said = mapped(block, "1", "2")
    assert f"8, {height}, {height.replace('H', 'W')})." in said


def test_what_holds_for_some_kernels_is_not_said_of_all() -> None:
    """The uses alone would show that sizes are divided by the stride."""
    free = "B(kernel_size, stride, padding): {conv: {Conv2d: 8, kernel_size: =kernel_size, stride: =stride, padding: =padding}}"  # noqa: E501
    said = mapped(free, "[3, 1, 1]", "[5, 2, 2]")
    assert "to (N, 8, H', W')." in said
    assert "H' is (H + 2 * padding - kernel_size) // stride + 1, W' likewise." in said
    assert "H' and W' depend on kernel_size and padding." in mapped(
        free, "[[1, 3], 1, [0, 1]]", "[3, 1, 1]"
    )
    odd = "B(k): {conv: {Conv2d: 8, kernel_size: =k, padding: =k // 2}}"
    assert mapped(odd, "3", "5").endswith("to (N, 8, H, W).\n\nThis holds for odd k.")


def test_uses_that_differ() -> None:
    block = """
  B(channels, last=false):
    conv: {Conv2d: =channels, kernel_size: 3, padding: 1}
    act: {if: =not last, do: ReLU}
    add: {if: =in_channels == channels, Add: [act, input], else: {from: act}}
"""
    text = f"{HEAD}blocks:{block}net: [{{B: 8}}, {{B: 8}}, {{B: 8, last: true}}]"
    told = "A 3x3 convolution and optional ReLU, added to the input if in_channels == 8."
    assert docstrings(text)["B"] == told


def test_many_inputs_and_outputs() -> None:
    names = [f"segmentation_{i}" for i in range(12)]
    net = "".join(f"  {name}: {{from: a, Conv2d: 2, kernel_size: 1}}\n" for name in names)
    inputs = "{first_image: [3, 8, 8], second_image: [3, 8, 8], third_image: [3, 8, 8]}"
    head = (
        f"name: Net\ninput: {inputs}\nnet:\n  a: {{Add: [first_image, second_image, third_image]}}"
    )
    said = docstrings(f"{head}\n{net}outputs: {{{', '.join(f'{n}: {n}' for n in names)}}}")[
        "Net.forward"
    ]
    assert said.startswith(
        "Map the inputs to the outputs.\n\nThe inputs are first_image (N, 3, 8, 8)"
    )
    assert "and segmentation_11 (N, 2, 8, 8)." in " ".join(said.split())


def test_chains_and_sequences() -> None:
    said = docstrings(f"{HEAD}net: [{{Conv2d: 8, kernel_size: 3}}, ReLU]")["Net"]
    assert said.startswith(
        "A network of a 3x3 convolution and ReLU.\n\nMap (N, in_channels, 33, 33) to (N, 8,"
    )
    assert "must be at least 3;" in said
    block = "blocks: {B: [{Linear: =in_features}, GELU, {Linear: =in_features}]}"
    found = docstrings(f"name: Net\ninput: [16, 8]\n{block}\nnet: {{a: B, b: B}}")
    shapes = "Map (N, T, in_features) to (N, T, in_features)."
    assert found["B"] == f"A linear layer, GELU and a linear layer.\n\n{shapes}"
    assert not found["B.__init__"]


TEXTS = {
    "no end": ("An end is missing", "An end is missing."),
    "a colon": ("What follows:", "What follows."),
    "quotes": ('A "deep" net', 'A "deep" net.'),
    "quotes at the end": ('A net, "deep"', 'A net, "deep".'),
    "quotes at the beginning": ('"Deep" it is', "'Deep' it is."),
    "marks": (
        "3\u00d73 \u2013 \u2018small\u2019 nets of width \u03b1",
        "3x3 - 'small' nets of width alpha.",
    ),
    "other scripts": (
        "\u0441\u0435\u0442\u044c \u7f51\u7edc",
        "\u0441\u0435\u0442\u044c \u7f51\u7edc.",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_free_text(name: str) -> None:
    given, told = TEXTS[name]
    text = f"{HEAD}description: {quoted(given)}\nnet: {{a: ReLU, b: {{Add: [a, input]}}}}"
    assert docstrings(text)["Net"] == told


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def test_no_character_is_ambiguous(tmp_path: Path) -> None:
    """Of all that can be printed, by itself and beside a letter, with ruff as the judge."""
    characters = [chr(n) for n in range(0x80, 0x20000) if chr(n).isprintable()]
    lines = [prose(f"{c} a{c}") for c in characters]
    assert len(set(lines)) > len(lines) // 2
    file = tmp_path / "file.py"
    file.write_text('"""Text.\n\n' + "\n".join(lines) + '\n"""\n', encoding="utf-8")
    command = ["ruff", "check", "--isolated", "--no-cache", "--select", "RUF002", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[:400]


def test_channels_that_leave_are_those_that_were_asked_for() -> None:
    """Also where all uses happen to ask for as many as enter."""
    source = archspec.loads(
        TINY + "blocks: {'B(channels)': [{Conv2d: =channels, kernel_size: 1}]}\n"
        "net: [{B: 4}, {B: 4}, {Conv2d: 8, kernel_size: 1}, {B: 8}]\n"
    ).codegen()
    assert "Map (N, in_channels, H, W) to (N, channels, H, W)." in source


def test_a_block_that_is_called_twice_is_one() -> None:
    source = archspec.loads(
        TINY + "blocks: {B: [{Conv2d: 4, kernel_size: 1}]}\n"
        "net: {a: B, b: {from: input, do: a}, both: {Cat: [a, b]}, end: Tanh}\n"
    ).codegen()
    assert "a B block" in source
    assert "two B blocks" not in source


def test_sizes_between_multiples_may_fit_too() -> None:
    half = "{Conv2d: 4, kernel_size: 3, stride: 2, padding: 1}"
    up = "up: {Upsample: null, scale_factor: 2}"
    net = archspec.loads(f"{TINY}net: {{a: {half}, b: {half}, {up}, c: {{Cat: [a, up]}}}}\n")
    assert "multiples" not in net.codegen()
    assert net.build()(torch.zeros(1, 4, 31, 31)).shape == (1, 8, 16, 16)


def test_outputs_keep_their_names() -> None:
    body = "net: {h: {Linear: 8}, mu: {Linear: 4}, logvar: {from: h, Linear: 4}}\n"
    source = archspec.loads(
        f"name: Tiny\ninput: [16]\n{body}outputs: {{mu: mu, logvar: logvar}}\n"
    ).codegen()
    assert "        mu = self.mu(x)" in source
    assert "return TinyOutputs(mu, logvar)" in source


def test_sizes_that_an_argument_decides_hold_by_default() -> None:
    body = "net: {stem: {Conv2d: 4, kernel_size: =k, stride: =k}, end: Tanh}\n"
    source = archspec.loads(f"{TINY}vars: {{k: 2}}\n{body}").codegen()
    assert "By default, height and width must be at least 2; smaller ones raise" in source


def test_a_stride_that_there_is_not_is_carried_by_none() -> None:
    block = (
        "blocks:\n  'B(stride)':\n    a: {Conv2d: 4, kernel_size: 3, stride: =stride, padding: 1}\n"
    )
    block += "    b: {Conv2d: 4, kernel_size: =stride}\n"
    for stride, carried in ((1, False), (2, True)):
        said = docstrings(f"{TINY}{block}net: {{a: {{B: {stride}}}, b: {{B: {stride}}}}}\n")
        assert ("`a` carries the stride" in said["B.__init__"]) == carried


GHOST = """
  B(c, k=3, s=1):
    one: {Conv2d: =2 * c, kernel_size: 1}
    cut: {Narrow: 1, start: 0, length: =c}
    dw: {if: =s > 1, Conv2d: =c, kernel_size: =k, stride: =s, padding: =k // 2}
    short:
      if: =s > 1 or in_channels != c
      from: input
      do: {Conv2d: =c, kernel_size: =k, stride: =s, padding: =k // 2}
    add: {Add: [dw, short]}
"""


def test_channels_that_are_cut_off_hide_no_parameter_of_sizes() -> None:
    """With `length` tried as a side, no trial could be made, and all of none agreed."""
    said = mapped(GHOST.strip(), "[8, 3, 1]", "[16, 3, 2]", "[16, 5, 1]", "[24, 5, 2]")
    assert said.endswith("(N, c, ⌈H / s⌉, ⌈W / s⌉).\n\nThis holds for odd k.")


def test_a_flat_network_names_no_block() -> None:
    spec = f"{HEAD}blocks:\n  Hour(c):\n    one: {{Conv2d: =c, kernel_size: 3}}\n"
    spec += "    two: ReLU\nnet:\n  a: {Hour: 4}\n  c: Flatten\n  b: {Linear: 8}\n"
    found = archspec.loads(spec)
    assert "A network of an Hour block and a linear layer." in found.codegen()
    assert "A network of a 3x3 convolution, ReLU and a linear layer." in found.codegen(style="flat")
