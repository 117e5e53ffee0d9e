"""Nothing in a picture is false: laws over bundled networks, random ones, and pairs of them."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from commanding import assert_compares
from look_law import all_unlike, unlike
from picture_law import all_wrong, broken
from pictures import BRANCHED, boxes, compared, network, scene
from random_specs import document, text
from small_networks import small

import archspec
from archspec.draw.parts import flattened
from archspec.draw.picture.compose import compose
from archspec.draw.scene import Box, Folded, Frame, Part
from archspec.reading import bundled_names

pytestmark = pytest.mark.heavy  # it draws every network

ALL = [
    pytest.param(name, marks=() if name in BRANCHED else pytest.mark.slow)
    for name in bundled_names()
]


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("name", ALL)
def test_pictures_of_bundled_networks_are_true(name: str) -> None:
    drawn = network(name)
    assert all_wrong(drawn) == []
    assert all_unlike(drawn) == []


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize(("cases", "seed"), [(20, 0), pytest.param(100, 1, marks=pytest.mark.slow)])
def test_pictures_of_random_networks_are_true(cases: int, seed: int) -> None:
    rng = random.Random(seed)
    for case in range(cases):
        spec = document(rng)
        spec["vars"]["inplace"] = False  # or some would be refused
        net = small(spec)
        if net is None:  # it outgrows a limit
            continue
        wrong = [*all_wrong(net.network), *all_unlike(net.network)]
        assert wrong == [], f"case {case} of seed {seed}:\n{text(spec)}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("resnet34", "resnet18"), ("resnet18", "resnet50"), ("googlenet", "inception_v1")),
        *(("densenet169", "densenet121"), ("vgg16", "vgg16_bn"), ("unet", "lenet")),
    ],
)
def test_edges_of_two_networks_are_true(one: str, other: str) -> None:
    found = compared(one, other)
    for depth, direction in ((None, "TB"), (0, "LR"), (2, "TB")):
        drawn = compose(found.after, depth=depth, direction=direction, found=found)
        assert broken(drawn, found.both) == []


HIDDEN = """
name: Hidden
input: [8, 16, 16]
blocks:
  One: [{Conv2d: 8, kernel_size: 3}, ReLU, {Conv2d: 8, kernel_size: 1}, {Dropout: 0.5}]
  Two:
    - {Conv2d: 8, kernel_size: 3, padding: 1}
    - ReLU
    - {Conv2d: 8, kernel_size: 1}
    - {Dropout2d: 0.5}
net: {one: One, two: Two, three: Two, four: One}
"""


def test_what_is_hidden_in_blocks_is_told_of_where_they_are_open() -> None:
    drawn = archspec.loads(HIDDEN).network
    found = {box.path: box for box in boxes(drawn, 9)}
    assert found["one.0"].detail == "8 · padding=0"
    assert found["two.0"].detail == "8 · padding=1"
    assert [found[f"{name}.2"].detail for name in ("one", "two")] == [
        "8 · Dropout",
        "8 · Dropout2d",
    ]
    assert all_unlike(drawn) == []


def _spoilt(parts: tuple[Part, ...], words: str) -> Iterator[Part]:
    """Yield parts without words that match a pattern."""
    for part in parts:
        if isinstance(part, Frame):
            label, inner = re.sub(words, "", part.label), tuple(_spoilt(part.parts, words))
            yield replace(part, label=label, parts=inner)
        elif isinstance(part, Box):
            yield replace(part, detail=re.sub(words, "", part.detail))
        else:
            yield part


@pytest.mark.parametrize("words", ["padding=.", "shares two"])
def test_boxes_that_look_as_they_are_not_are_found(words: str) -> None:
    """The law itself, on pictures that were spoilt."""
    drawn = archspec.loads(HIDDEN.replace("three: Two", "three: two")).network
    found = compose(drawn, depth=9, direction="TB")
    assert unlike(found, drawn) == []
    assert unlike(replace(found, parts=tuple(_spoilt(found.parts, words))), drawn) != []


DILATED = """
name: Dilated
input: [8, 16, 16]
blocks:
  Gate:
    mean: {AdaptiveAvgPool2d: 1}
    fc: {Conv2d: 8, kernel_size: 1}
    sigmoid: Sigmoid
    scale: {Mul: [input, sigmoid]}
  Res(dilation=1):
    one: {Conv2d: 8, kernel_size: 3, padding: =dilation, dilation: =dilation}
    gate: {if: =dilation > 1, do: Gate}
    add: {Add: [gate, input]}
  Pyramid:
    one: {Conv2d: 4, kernel_size: 3, padding: 2, dilation: 2}
    two: {from: input, Conv2d: 4, kernel_size: 3, padding: 4, dilation: 4}
    cat: {Cat: [one, two]}
net: {one: Res, two: {Res: 2}, gate: Gate, pyramid: Pyramid, last: {Conv2d: 8, kernel_size: 1}}
"""


def test_folded_blocks_tell_of_dilations_and_gates() -> None:
    found = scene(archspec.loads(DILATED).network, 1)
    lines = {node.path: node.lines for node in flattened(found.parts) if isinstance(node, Folded)}
    assert lines == {
        "one": ("8 channels · identity skip",),
        "two": ("8 channels · Gate · dilation 2", "identity skip"),
        "gate": ("8 channels · gate",),
        "pyramid": ("dilation 2, 4",),
    }


WIRE = """
name: Net
input: [4, 8, 8]
blocks:
  Wire:
    branch: ReLU
    c: {if: false, from: input, do: {Conv2d: 4, kernel_size: 1}}
    sum: {Add: [branch, c]}
    gone: {if: false, Add: [input, branch], else: ELSE}
    end: {from: branch}
net:
  a: {Conv2d: 8, kernel_size: 1}
  b: {Wire: null}
  c: {Wire: null}
outputs: b
"""


def test_what_a_block_has_lost_is_drawn_where_it_has_no_layer_left() -> None:
    one, other = (archspec.loads(WIRE.replace("ELSE", held)) for held in ("{}", "{from: branch}"))
    assert_compares(one, other)
