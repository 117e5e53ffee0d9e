"""Colours that say something else: what differs, and what costs."""

import pytest
import torch
from colours import contrast, luminance
from layout import Layout
from loading import bundled
from pictures import (
    FAMILIES,
    KINDS,
    RESIDUAL,
    check,
    compared,
    network,
    scene,
    written,
)
from torch import nn

import archspec
from archspec.analysis import macs, parameters
from archspec.draw import HEATS, DrawError, dot, image
from archspec.draw.graphviz.theme import THEMES
from archspec.draw.graphviz.tints import Tints, amounts, heated, marked
from archspec.draw.parts import flattened
from archspec.draw.picture.compose import compose
from archspec.draw.scene import Box, Folded, Frame, Part
from archspec.draw.units.marks import Marks
from archspec.ops import Kind


def test_marks_colour_nodes_by_path() -> None:
    drawn, light = network("resnet34"), THEMES["light"]
    marks = {
        "layer2.0": "added",  # all of a folded block
        "layer3": "removed",  # all of a stage
        "conv1": "changed",
        "layer1.0.conv1": "added",  # one of three equal blocks
        "layer4.1": "added",
        "layer4.2": "added",  # both of two equal blocks
    }
    shown = scene(drawn)
    found = marked(shown, Marks(marks), light)
    words = {paint: word for word, paint in light.marks.items()}
    nodes = {part.key: part.path for part in flattened(shown.parts) if not isinstance(part, Frame)}
    assert {nodes[key]: words[paint] for key, paint in found.paints.items()} == {
        "conv1": "changed",
        "layer1.0.conv1": "changed",
        "layer2.0": "added",
        "layer3.0": "removed",
        "layer3.1": "removed",
        "layer4.1": "added",
    }
    assert [word for word, _ in found.legend] == ["added", "removed", "changed"]


def drawn_of(one: str, other: str, **options: object) -> tuple[list[Part], Tints]:
    """Return what a picture of two networks has in it, and its colours."""
    found = compared(one, other)
    shown = compose(found.after, depth=None, direction="TB", found=found, **options)
    drawn = list(flattened((*shown.parts, *shown.insets)))
    return drawn, marked(shown, Marks(found.marks), THEMES["light"])


def test_equal_blocks_of_which_some_are_new_are_not_drawn_as_one() -> None:
    drawn, tints = drawn_of("resnet18", "resnet34")
    words = {paint: word for word, paint in THEMES["light"].marks.items()}
    added = {p.path: p.count for p in drawn if isinstance(p, Folded) and p.key in tints.paints}
    assert added == {"layer1.2": 1, "layer2.2": 2, "layer3.2": 4, "layer4.2": 1}
    assert {words[paint] for paint in tints.paints.values()} == {"added"}


def test_what_was_removed_stands_beside_what_it_read() -> None:
    drawn, tints = drawn_of("resnet34", "resnet18")
    gone = {p.path: p.count for p in drawn if isinstance(p, Folded) and p.dashed}
    assert gone == {"−layer1.2": 1, "−layer2.2": 2, "−layer3.2": 4, "−layer4.2": 1}
    assert [word for word, _ in tints.legend] == ["removed"]
    assert len(tints.paints) == 4


@pytest.mark.parametrize(
    ("one", "other", "word"), [("vgg16", "vgg16_bn", "added"), ("vgg16_bn", "vgg16", "removed")]
)
def test_a_band_has_a_colour_of_its_own(one: str, other: str, word: str) -> None:
    drawn, tints = drawn_of(one, other)
    assert not tints.paints
    bands = [band for part in drawn if isinstance(part, Box) for band in part.below]
    mark = THEMES["light"].marks[word]
    assert {band.text for band in bands if tints.bands[band.shows] == mark} == {"BatchNorm"}
    # As many as the network has, though some layers are drawn once for several.
    assert sum(len(shows) for shows, paint in tints.bands.items() if paint == mark) == 13


def test_the_title_of_two_networks_tells_the_difference() -> None:
    found = compared("resnet34", "resnet18")
    text = dot(found.after, found=found)
    assert "resnet34 → resnet18" in text
    assert "11.69 M params (−10.11 M)" in text
    assert "1.81 G MACs (−1.85 G)" in text
    assert THEMES["light"].kinds[Kind.CONV].fill not in text
    assert "no difference" in compared("resnet34", "resnet34").facts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("resnet34", "resnet18"), ("resnet18", "resnet50"), ("googlenet", "inception_v1")),
        *(("densenet169", "densenet121"), ("vgg16", "vgg16_bn"), ("unet", "lenet")),
        *(("vit_b_16", "vit_b_32"), ("convnext_tiny", "swin_t"), ("maxvit_t", "resnet18")),
    ],
)
def test_pictures_of_two_networks_can_be_read(one: str, other: str) -> None:
    found = compared(one, other)
    check(dot(found.after, found=found))
    for options in ({"depth": 0}, {"direction": "LR", "theme": "print"}):
        assert Layout(dot(found.after, found=found, **options)).texts


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize(
    "name",
    [*KINDS, *(pytest.param(n, marks=pytest.mark.slow) for n in sorted({*FAMILIES} - {*KINDS}))],
)
def test_heat_is_all_there_and_no_more(name: str) -> None:
    drawn = network(name)
    assert sum(amounts(drawn, "params").values()) == parameters(drawn)
    assert sum(amounts(drawn, "macs").values()) == macs(drawn)
    costly = {path for heat in HEATS for path, n in amounts(drawn, heat).items() if n}
    for depth in (None, 0, 2):
        # What is drawn apart is drawn twice.
        found = scene(drawn, depth)
        aside = [part for part in found.insets if not isinstance(part, Frame) or part.aside]
        nodes = flattened([*found.parts, *aside])
        shown = [path for part in nodes if not isinstance(part, Frame) for path in part.shows]
        assert len(shown) == len(set(shown))
        assert not costly - set(shown)


def test_a_reused_block_has_its_parameters_once() -> None:
    drawn = written(
        """
        name: Twice
        input: [4, 8, 8]
        blocks: {Two: {a: {Conv2d: 4, kernel_size: 1}, b: {Conv2d: 4, kernel_size: 1}}}
        net: {one: {Two: []}, other: {do: one}}
        """
    )
    assert sum(amounts(drawn, "params").values()) == parameters(drawn) == 40
    assert sum(amounts(drawn, "macs").values()) == macs(drawn) == 4 * 4 * 4 * 64


def test_activations_are_those_of_torch() -> None:
    """In bytes, of every module that computes something; what works in place makes none."""
    drawn = network("squeezenet1_1")
    net = bundled("squeezenet1_1").build()
    found = {}
    for path, module in net.named_modules():
        if isinstance(module, (nn.Conv2d, nn.ReLU, nn.MaxPool2d, nn.AdaptiveAvgPool2d)):
            module.register_forward_hook(
                lambda module, read, out, path=path: found.update(
                    {path: out.nbytes * (out.data_ptr() != read[0].data_ptr())}
                )
            )
    net.eval()(torch.zeros(1, 3, 224, 224))
    memory = amounts(drawn, "memory")
    assert {path: memory[path] for path in found} == found


def test_heat_has_a_scale_and_tells_shares() -> None:
    shown, tints = heated(scene(network("vgg16")), network("vgg16"), "params", THEMES["light"])
    boxes = {p.path: p for p in flattened(shown.parts) if isinstance(p, Box)}
    largest = max(boxes.values(), key=lambda box: tints.paints[box.key].fill == "#F97B3D")
    # 25088 * 4096 + 4096 of 138357544
    assert (largest.title, largest.detail) == ("Linear", "25088 → 4096 · 74 %")
    assert [words for words, _ in tints.legend] == [
        "0",
        "25.69 M",
        "51.38 M",
        "77.07 M",
        "102.76 M",
    ]
    with pytest.raises(DrawError, match="no heat `flops`; there are params, macs, memory"):
        image(written(RESIDUAL), "svg", heat="flops")
    with pytest.raises(DrawError, match="not by both"):
        image(network("lenet"), "svg", heat="macs", found=compared("lenet", "lenet"))


def test_heat_rises_in_lightness_alone() -> None:
    for theme in THEMES.values():
        steps = [luminance(colour) for colour in theme.heat]
        assert steps in (sorted(steps), sorted(steps, reverse=True))
        assert all(contrast(theme.ink, colour) >= 4.5 for colour in theme.heat)


def test_a_stated_factor_is_no_norm() -> None:
    found = archspec.loads(
        "name: Net\ninput: [4, 8, 8]\n"
        "net: {p: {MaxPool2d: 2}, s: {Scale: -1.0}, m: {Mul: [s, p]}, "
        "c: {Conv2d: 4, kernel_size: 1}}\n"
    )
    scene = compose(found.network, depth=None, direction="TB")
    names = [entry.text for row in scene.legend for entry in row]
    assert "Scale" in names
    assert "Norm" not in names
