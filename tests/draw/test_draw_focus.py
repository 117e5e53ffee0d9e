"""One block alone."""

import re
from xml.etree import ElementTree

import pytest
from pictures import (
    network,
)

import archspec
from archspec.draw import DrawError, dot, image
from archspec.draw.parts import flattened
from archspec.draw.picture.compose import compose
from archspec.draw.scene import Bar, Border, Folded, Frame, Scene, Terminal
from archspec.network import Body, walk


def focus(name: str, path: str, depth: int | None = None) -> Scene:
    return compose(network(name), depth=depth, direction="TB", focus=path)


@pytest.mark.parametrize(
    ("name", "path", "before", "after"),
    [
        ("googlenet", "inception3a", "maxpool2", ["inception3b"]),
        ("googlenet", "inception4a", "maxpool3", ["aux1", "inception4b"]),
        ("googlenet", "aux1", "inception4a", ["aux1"]),
        ("resnet34", "layer1.0", "maxpool", ["layer1.1"]),
        ("resnet34", "layer2.0.downsample", "layer1", ["layer2.0.add"]),
        ("resnet34", "layer4", "layer3", ["avgpool"]),
        ("resnet34", "layer4.2", "layer4.1", ["avgpool"]),
        ("vgg16", "features", "Input", ["avgpool"]),
        ("unet", "inc", "Input", ["down1", "up4"]),
    ],
)
def test_a_focus_names_what_is_around(name: str, path: str, before: str, after: list[str]) -> None:
    found = focus(name, path)
    ends = [part.title for part in found.parts if isinstance(part, Terminal)]
    assert ends == [before, *after]
    assert found.title.endswith(f"· {path}")


def test_a_focus_opens_the_block() -> None:
    found = focus("googlenet", "inception3a")
    (frame,) = (part for part in found.parts if isinstance(part, Frame))
    assert (frame.label, frame.path, frame.border) == ("Inception 3a", "inception3a", Border.BLOCK)
    assert [len(part.segments) for part in flattened(found.parts) if isinstance(part, Bar)] == [4]
    assert found.facts == ("155.9 K params", "121.63 M MACs", "receptive field 27 → 43 px")
    assert focus("googlenet", "aux1").facts[1] == "training only"
    folded = [
        [
            part.title
            for part in flattened(focus("efficientnet_b0", "features.2.0", depth).parts)
            if isinstance(part, Folded)
        ]
        for depth in (0, 1, 2, None)
    ]
    assert folded == [["SqueezeExcitation"], ["SqueezeExcitation"], [], []]


def test_a_focus_finds_every_module() -> None:
    for name in ("resnet34", "googlenet", "vit_b_16", "unet", "maxvit_t", "densenet121"):
        drawn = network(name)
        for node in walk(drawn.root):
            if isinstance(node, Body) and node.path.count(".") < 3:
                assert compose(drawn, depth=None, direction="TB", focus=node.path).parts
    for direction in ("TB", "LR"):
        options = {"focus": "inception3a", "direction": direction}
        assert ElementTree.fromstring(image(network("googlenet"), "svg", **options)) is not None


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "layer4.0.downsampel",
            "no module `layer4.0.downsampel`; did you mean `layer4.0.downsample`?",
        ),
        ("layre2", "no module `layre2`; did you mean `layer2`?"),
        ("what", "no module `what`; there are `layer1`, `layer1.0`, `layer1.1`, …"),
        ("", "no module ``; there are `layer1`, `layer1.0`, `layer1.1`, …"),
        ("layer1.0.conv1", "`layer1.0.conv1` is a single op: there is nothing in it to draw"),
    ],
)
def test_a_focus_on_nothing(path: str, message: str) -> None:
    with pytest.raises(DrawError, match=re.escape(message)):
        dot(network("resnet34"), focus=path)


def test_a_module_has_no_stem() -> None:
    """In a stage of blocks, what makes the map smaller ahead of them is no stem."""
    found = archspec.loads(
        "name: Net\ninput: [3, 16, 16]\nblocks:\n  B: {c: {Conv2d: 8, kernel_size: 1}, r: ReLU}\n"
        "net:\n  s: [{Conv2d: 8, kernel_size: 2, stride: 2}, B, B, {Conv2d: 4, kernel_size: 1}]\n"
    )
    drawn = compose(found.network, depth=None, direction="TB", focus="s")
    assert not [part for part in drawn.parts if isinstance(part, Frame)]


def test_a_folded_block_tells_the_skips_of_the_whole_block() -> None:
    """Sums in one of the branches that a concatenation joins are not sums of the block."""
    found = archspec.loads("""\
name: Net
input: [4, 16, 16]
blocks:
  B:
    one: {Conv2d: 4, kernel_size: 3, padding: 1}
    two: {from: input, Conv2d: 4, kernel_size: 3, padding: 1}
    inner: {Add: [one, two]}
    cat: {Cat: [inner, one]}
    back: {Conv2d: 4, kernel_size: 1}
    add: {Add: [back, input]}
net: {b: B, c: {Conv2d: 4, kernel_size: 1}}
""")
    drawn = compose(found.network, depth=1, direction="TB")
    (folded,) = (part for part in flattened(drawn.parts) if isinstance(part, Folded))
    assert "identity skip" in folded.lines[0]
    assert "sum of" not in folded.lines[0]
