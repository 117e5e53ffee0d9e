"""Vars that decide whether a node is there: open where the class asks for itself, else closed."""

from __future__ import annotations

import random
import re
import textwrap

import pytest
from modules import source_class
from varying import vary

import archspec

HEAD = "name: Net\ninput: [8, 16, 16]\n"

# The class asks, and what it asks.
ASKED = {
    "a residual connection": (
        "if: stride == 1 and in_channels == channels",
        """
        vars: {width: 16}
        blocks:
          Unit(channels, stride=1):
            conv: {Conv2d: =channels, kernel_size: 3, stride: =stride, padding: 1}
            add:
              if: =stride == 1 and in_channels == channels
              Add: [input, conv]
              else: {from: conv}
        net:
          - {Unit: =width}
          - {Unit: 16}
          - {Unit: =width, stride: 2}
          - {Unit: =width}
          - {Conv2d: 4, kernel_size: 1}
        """,
    ),
    "a projection that two vars need or not": (
        "if stride != 1 or in_channels != channels:",
        """
        vars: {stem: 16, width: 16}
        blocks:
          Unit(channels, stride=1):
            conv: {Conv2d: =channels, kernel_size: 3, stride: =stride, padding: 1}
            short:
              if: =stride != 1 or in_channels != channels
              from: input
              do: [{Conv2d: =channels, kernel_size: 1, stride: =stride}]
            add: {Add: [conv, short]}
        net:
          - {Conv2d: =stem, kernel_size: 1}
          - {Unit: =width}
          - {Unit: =2 * width, stride: 2}
          - {Unit: =2 * width}
          - {Linear: 4, from: input}
        """.replace(
            "          - {Linear: 4, from: input}\n", "          - {Conv2d: 4, kernel_size: 1}\n"
        ),
    ),
    "a layer of a block's chain": (
        "if ratio > 0:",
        """
        vars: {ratio: 0.5}
        blocks:
          Gate(squeeze):
            - {Conv2d: =squeeze, kernel_size: 1}
            - {Conv2d: =in_channels, kernel_size: 1}
          Unit:
            - {Conv2d: 8, kernel_size: 1}
            - {if: =ratio > 0, Gate: =ceil(ratio * in_channels)}
            - ReLU
        net: [Unit, Unit]
        """,
    ),
    "a layer of the network's own": (
        "if drop > 0:",
        """
        vars: {drop: 0.5}
        net:
          body: [{Conv2d: 8, kernel_size: 1}, {if: =drop > 0, Dropout: =drop}]
        """,
    ),
    "what stands behind a table": (
        "if drop > 0:",
        """
        vars: {drop: 0.5}
        net:
          body:
            - for: {channels: [8, 16, 24], kernel_size: [3, 5, 3]}
              do: {Conv2d: =channels, kernel_size: =kernel_size}
            - {if: =drop > 0, Dropout: =drop}
        """,
    ),
    "a comparison of channels that are counted differently": (
        "if in_channels != channels:",
        """
        vars: {width: 8}
        blocks:
          Unit(channels):
            - {if: =in_channels != channels, Conv2d: =channels, kernel_size: 1}
            - ReLU
        net: [{Unit: =width}, {Unit: 16}, {Unit: =width}]
        """,
    ),
}

# The class has no way to ask: other operands, shapes or names, or nothing to make it of.
CLOSED = {
    "a branch of a merge": """
        net: {cat: {Cat: {left: {Conv2d: 8, kernel_size: 1}, right: {if: =width > 4, do: ReLU}}}}
    """,
    "other channels behind it": """
        net: [{if: =width > 4, Conv2d: 24, kernel_size: 1}, {Conv2d: 4, kernel_size: 1}]
    """,
    "another side behind it": """
        net: [{if: =width > 4, MaxPool2d: 2}, Flatten, {Linear: 4}]
    """,
    "a parameter": """
        net:
          scale: {if: =width > 4, Parameter: [8, 1, 1]}
          scaled: {if: =width > 4, Mul: [input, scale]}
          last: {Conv2d: 4, kernel_size: 1}
    """,
    "what no use has": """
        net: [{if: =width > 400, Conv2d: 8, kernel_size: 1}, {Conv2d: 4, kernel_size: 1}]
    """,
    "what is called again": """
        net: {drop: {if: =width > 4, Dropout: 0.5}, conv: {Conv2d: 4, kernel_size: 1}, again: drop}
    """,
    "the turns of a loop": """
        net: [{if: =width > 4, repeat: 2, do: {Conv2d: 8, kernel_size: 1}}, ReLU]
    """,
    "one node or another": """
        net: [{if: =width > 4, do: ReLU, else: GELU}, {Conv2d: 4, kernel_size: 1}]
    """,
}

# Whatever the vars are, it is there or it is not: nobody asks.
SETTLED = {
    "channels that are computed alike": """
        blocks:
          Unit(channels):
            conv: {Conv2d: =channels, kernel_size: 3, padding: 1}
            add: {if: =in_channels == channels, Add: [input, conv], else: {from: conv}}
        net: [{Conv2d: =2 * width, kernel_size: 1}, {Unit: =width + width}]
    """,
    "a stride beside channels": """
        blocks:
          Unit(channels, stride):
            conv: {Conv2d: =channels, kernel_size: 3, padding: 1, stride: =stride}
            add:
              if: =stride == 1 and in_channels == channels
              Add: [input, conv]
              else: {from: conv}
        net: [{Conv2d: 8, kernel_size: 1}, {Unit: [=width, 2]}, {Unit: [=width, 2]}]
    """,
    "a number more": """
        net: [{Conv2d: =width, kernel_size: 1}, {if: =width + 1 > width, do: ReLU}]
    """,
}


def _text(spec: str, vars: str = "") -> str:
    return f"{HEAD}{vars}{textwrap.dedent(spec)}"


@pytest.mark.parametrize(("asked", "spec"), ASKED.values(), ids=ASKED)
def test_a_class_asks_what_vars_decide(asked: str, spec: str) -> None:
    text = _text(spec)
    net = archspec.loads(text)
    own = {name for name in net.network.vars if name != "count"}
    assert asked.removeprefix("if: ") in net.codegen()
    assert own <= {argument.name for argument in net.arguments if argument.is_argument}
    found = vary(text, random.Random(0), 40)
    assert found["made"] > 10


@pytest.mark.parametrize("spec", CLOSED.values(), ids=CLOSED)
def test_what_no_class_can_ask_is_a_number(spec: str) -> None:
    text = _text(spec, "vars: {width: 16}\n")
    (width,) = (a for a in archspec.loads(text).arguments if a.name == "width")
    assert not width.is_argument
    assert re.match(
        r"it may decide (whether a node is there|sizes behind a node that may be there), by "
        r"`if: =width > 4",
        width.why,
    )
    vary(text, random.Random(0), 10)


@pytest.mark.parametrize("spec", SETTLED.values(), ids=SETTLED)
def test_what_is_so_for_all_values_is_not_asked(spec: str) -> None:
    text = _text(spec, "vars: {width: 8}\n")
    (width,) = (a for a in archspec.loads(text).arguments if a.name == "width")
    assert width.is_argument
    assert vary(text, random.Random(0), 20)["made"] > 5


def test_the_flat_form_asks_nothing() -> None:
    """Where blocks are opened there is no class to ask, so that the var is a number there."""
    net = archspec.load("mobilenet_v2")
    assert "width: float" in net.codegen()
    assert "width: float" not in net.codegen(style="flat")


@pytest.mark.parametrize("width", [0.05, 0.3, 0.75, 1.4])
def test_connections_come_and_go_with_the_width(width: float) -> None:
    """At 0.05 all stages have 8 channels, and blocks are residual that otherwise are not."""
    made = source_class(archspec.load("mobilenet_v2"))(width=width)
    wanted = archspec.load("mobilenet_v2", width=width)
    joined = [node.path for node in wanted if node.label == "Add"]
    flags = [name for name, module in made.named_modules() if getattr(module, "has_add", False)]
    assert [path.rpartition(".")[0] for path in joined] == flags
    assert sum(p.numel() for p in made.parameters()) == wanted.parameters


def test_a_bound_that_a_condition_sets_is_not_asked_again() -> None:
    """With `rate` at 0 or below there is no such node, so that no bound is passed."""
    spec = (
        f"{HEAD}vars: {{rate: 0.1, hidden: 4}}\nnet:\n  a: {{Conv2d: 8, kernel_size: 1}}\n"
        "  b: {if: =rate > 0, Dropout: =rate}\n"
        "  c:\n    if: =hidden > 0\n"
        "    do: [{Conv2d: =hidden, kernel_size: 1}, {Conv2d: 8, kernel_size: 1}]\n"
    )
    net = archspec.loads(spec)
    text = net.codegen()
    assert '        if rate > 1:\n            raise ValueError("rate must be at most 1")\n' in text
    assert "hidden > 0 and" not in text  # a whole number above 0 is 1 at least
    make = source_class(net, text)
    for values in ({"rate": -1.0}, {"rate": 1.0}, {"hidden": 0}, {"hidden": -1}):
        ours = archspec.loads(spec, **values).build(device="meta").state_dict()
        assert make(**values).state_dict().keys() == ours.keys()
    for refused in (1.5, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="rate must be"):
            make(rate=refused)
        with pytest.raises(archspec.SpecError):
            archspec.loads(spec, rate=refused)
