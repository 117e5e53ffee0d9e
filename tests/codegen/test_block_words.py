"""What a docstring says a block is: what it is made of, how that is joined, and when."""

from __future__ import annotations

import ast

import pytest

import archspec

HEAD = "name: Net\ninput: [8, 8, 8]\n"


def said(text: str) -> dict[str, str]:
    """Return the docstrings of the source of a spec by `Class`, `Class.method` and function."""
    found = {}
    for node in ast.parse(archspec.loads(HEAD + text).codegen()).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found[node.name] = ast.get_docstring(node) or ""
            parts = [part for part in node.body if isinstance(part, ast.FunctionDef)]
            found |= {f"{node.name}.{part.name}": ast.get_docstring(part) or "" for part in parts}
    return found


USES = ("8", "[8, 2]", "4", "4", "[4, 1, true]", "8", "[8, 1, true]")
CONV = "{Conv2d: =channels, kernel_size: 3, stride: =stride, padding: 1}"
SKIP = "{if: CONDITION, Add: [conv, input], else: {from: conv}}"
BLOCK = f"  B(channels, stride=1, extra=false): {{conv: {CONV}, add: {SKIP}}}"


def of_skip(condition: str, *uses: str) -> str:
    """Return what is said of a block whose input is added under a condition."""
    listed = ", ".join(f"{{B: {use}}}" for use in uses)
    text = f"blocks:\n{BLOCK.replace('CONDITION', condition)}\nnet: [{listed}]\n"
    return said(text)["B"]


def test_a_chain_says_what_it_is_and_then_its_shapes() -> None:
    spec = "blocks: {'B(c)': [{Conv2d: =c, kernel_size: 1}, BatchNorm2d, ReLU]}\n"
    found = said(f"{spec}net: [{{B: 4}}, {{B: 6}}]")
    shapes = "Map (N, in_channels, H, W) to (N, c, H, W)."
    assert found["B"] == f"A 1x1 convolution, batch norm and ReLU.\n\n{shapes}"
    assert not found["B.__init__"]


def test_a_chain_of_what_only_shapes_says_its_shapes_alone() -> None:
    found = said("blocks: {B: [Flatten, {Unflatten: [1, [8, 64]]}]}\nnet: [B, B]")
    assert found["B"].startswith("Map (N, ")


def test_a_constructor_says_nothing_that_its_class_has_said() -> None:
    found = said("blocks: {B: {a: {Conv2d: 8, kernel_size: 1}, b: {Add: [a, input]}}}\nnet: [B, B]")
    assert found["B"] == "A 1x1 convolution, added to the input."
    assert not found["B.__init__"]
    assert found["B.forward"].startswith("Map ")


def test_a_layer_that_carries_the_stride_is_told() -> None:
    spec = f"blocks:\n{BLOCK.replace('CONDITION', '=stride == 1 and in_channels == channels')}\n"
    found = said(f"{spec}net: [{{B: 8}}, {{B: [8, 2]}}, {{B: 4}}]")
    assert found["B.__init__"] == "Build the block; `conv` carries the stride."


def test_a_residual_connection_is_there_if_the_shape_stays() -> None:
    told = of_skip("=stride == 1 and in_channels == channels", *USES)
    assert told == "A 3x3 convolution, added to the input if the shape stays."
    told = of_skip("=in_channels == channels", "8", "4", "4", "8")
    assert told == "A 3x3 convolution, added to the input if in_channels == channels."


@pytest.mark.parametrize(
    ("condition", "uses", "stays"),
    [
        ("=stride == 1 and in_channels == channels", USES, True),
        ("=in_channels == channels and stride == 1", USES, True),
        ("=stride == 1 and in_channels == channels and extra", USES, False),
        ("=stride == 1 and in_channels == channels and not extra", USES, False),
        ("=stride == 1 and in_channels == channels and channels < 16", USES, False),
        ("=stride == 1 and in_channels == channels and channels == 8", USES, False),
    ],
)
def test_that_the_shape_stays_is_said_where_it_is_so(
    condition: str, uses: tuple[str, ...], *, stays: bool
) -> None:
    """Of a block whose condition has no room in a line with what the block is made of."""
    skip = SKIP.replace("CONDITION", condition)
    block = f"  B(channels, stride=1, extra=false): {{act: ReLU, conv: {CONV}, add: {skip}}}"
    listed = ", ".join(f"{{B: {use}}}" for use in uses)
    told = said(f"blocks:\n{block}\nnet: [{listed}]\n")["B"]
    assert told.startswith("ReLU and a 3x3 convolution, ")
    assert told.endswith("added to the input if the shape stays.") == stays
    if not stays:
        summary, _, details = told.partition("\n\n")
        assert summary.endswith(", with an optional residual connection.")
        assert " ".join(details.split()) == f"The input is added if {condition[1:]}."


ATTENTION = """
  Attention:
    norm1: LayerNorm
    attention: {MultiheadAttention: 2}
    first: {Add: [attention, input]}
    norm2: LayerNorm
    mlp: [{Linear: 16}, GELU, {Linear: 8}]
    second: {Add: [mlp, first]}
"""
RESIDUALS = {
    "Multi-head attention and an MLP, each with a residual connection.": ATTENTION,
    "Two MLPs, each with a residual connection.": """
  Attention:
    one: [LayerNorm, {Linear: 16}, GELU, {Linear: 8}]
    first: {Add: [one, input]}
    two: [LayerNorm, {Linear: 16}, GELU, {Linear: 8}]
    second: {Add: [two, first]}
""",
    "Three linear layers and an MLP block, with two residual connections.": """
  MLP: [{Linear: 16}, GELU, {Linear: 8}]
  Attention:
    one: [{Linear: 16}, {Linear: 16}, {Linear: 8}]
    first: {Add: [one, input]}
    norm: LayerNorm
    two: MLP
    second: {Add: [two, first]}
""",
}


@pytest.mark.parametrize("told", RESIDUALS)
def test_parts_that_are_added_to_what_they_read(told: str) -> None:
    text = f"name: Net\ninput: [6, 8]\nblocks:{RESIDUALS[told]}\nnet: [Attention, Attention]\n"
    found = ast.parse(archspec.loads(text).codegen()).body
    (block,) = [n for n in found if isinstance(n, ast.ClassDef) and n.name == "Attention"]
    assert (ast.get_docstring(block) or "").partition("\n")[0] == told


def test_a_sum_of_two_branches_is_no_residual_connection() -> None:
    branch = "{Conv2d: 8, kernel_size: 1}"
    sums = f"a: {branch}, b: {{from: input, do: {branch}}}, c: {{Add: [a, b]}}"
    more = f"d: {branch}, e: {{Add: [d, c]}}"
    assert "residual" not in said(f"blocks: {{B: {{{sums}, {more}}}}}\nnet: [B, B]")["B"]


def test_a_function_says_how_many_blocks_make_a_stage() -> None:
    block = "  'B(c)': {a: {Conv2d: =c, kernel_size: 1}, b: {Add: [a, a]}}"
    stage = "{for: {n: [1, 2, 4], depth: [2, 3, 4]}, do: {repeat: =depth, do: {B: =8 * n}}}"
    assert said(f"blocks:\n{block}\nnet:\n  stage<n>: {stage}\n")["_stage"] == (
        "Build a stage of `depth` B blocks."
    )
    fixed = "{for: {n: [1, 2, 4]}, do: [{B: =8 * n}, {B: =8 * n}]}"
    assert said(f"blocks:\n{block}\nnet:\n  stage<n>: {fixed}\n")["_stage"] == (
        "Build a stage of two B blocks."
    )


def test_of_tensors_of_any_rank_the_batch_alone_is_told() -> None:
    text = "name: Net\ninput: [2, 3, 4, 5, 6]\nblocks: {B: {a: ReLU, b: {Add: [a, input]}}}\n"
    assert '"""Map (N, *) to (N, *)."""' in archspec.loads(f"{text}net: [B, B]\n").codegen()


def test_a_merge_on_the_way_joins_not_all() -> None:
    body = """blocks:
  Mixer:
    depthwise: {Conv2d: 8, kernel_size: 5, padding: 2, groups: 8}
    act: GELU
    add: {Add: [act, input]}
    pointwise: {Conv2d: 8, kernel_size: 1}
net: [Mixer, Mixer]
"""
    told = "A depthwise 5x5 convolution, GELU and a 1x1 convolution, with addition."
    assert said(body)["Mixer"] == told


def test_a_block_is_not_tried_with_what_its_layers_refuse() -> None:
    body = "vars: {v: 4}\nblocks: {B(c): [{Conv2d: =c, kernel_size: 3, padding: =v - 3}]}\n"
    assert "convolution" in said(f"{body}net: [{{B: 8}}, {{B: 16}}]\n")["B"]
