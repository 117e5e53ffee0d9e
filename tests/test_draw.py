"""The pictures: what is in them, how they are laid out, and that nothing of a spec gets out."""

import html
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from colours import SIGHT, contrast, distance, luminance
from layout import Layout
from torch import nn

import archspec
from archspec.analysis import macs, parameters
from archspec.analysis.difference import compare
from archspec.draw import HEATS, Changes, DrawError, changes, dot, engine, image
from archspec.draw.compose import compose
from archspec.draw.legend import flattened
from archspec.draw.marks import Marks
from archspec.draw.scene import (
    PASSED,
    Bar,
    Beside,
    Border,
    Box,
    Folded,
    Fork,
    Frame,
    Gap,
    Part,
    Role,
    Scene,
    Sign,
    Terminal,
    Word,
)
from archspec.draw.stages import stages
from archspec.draw.theme import THEMES, Theme
from archspec.draw.tints import Tints, amounts, heated, marked
from archspec.network import INPUT, Body, Network, walk
from archspec.ops import Kind
from archspec.reading import bundled_names, read_document, read_text
from archspec.resolve import resolve
from archspec.schema import read_spec

SVG = "{http://www.w3.org/2000/svg}"
UNCOUNTED = (Fork, Frame, Gap, Word)
FAMILIES = (
    *("alexnet", "convnext_tiny", "densenet121", "efficientnet_b7", "efficientnet_v2_l"),
    *("googlenet", "inception_resnet_v2", "inception_v2", "inception_v3", "inception_v4"),
    *("lenet", "maxvit_t", "mnasnet1_3", "mobilenet_v2", "mobilenet_v3_large", "nin"),
    *("regnet_y_1_6gf", "resnet34", "resnext101_32x8d", "shufflenet_v2_x1_0", "squeezenet1_1"),
    *("swin_t", "swin_v2_b", "unet", "vgg19_bn", "vit_h_14"),
)
"""One of each kind of bundled network."""


def network(name: str) -> Network:
    return resolve(read_spec(read_document(name)))


def written(text: str) -> Network:
    return resolve(read_spec(read_text(text)))


def scene(drawn: Network, depth: int | None = None, direction: str = "TB") -> Scene:
    return compose(drawn, depth=depth, direction=direction)


def parts(drawn: Network, depth: int | None = None) -> list[Part]:
    found = scene(drawn, depth)
    return list(flattened((*found.parts, *found.insets)))


def size(png: bytes) -> tuple[int, int]:
    return struct.unpack(">II", png[16:24])


RESIDUAL = """
name: Small
input: [8, 16, 16]
blocks:
  Res(channels, stride=1):
    conv: {Conv2d: =channels, kernel_size: 3, stride: =stride, padding: 1}
    norm: BatchNorm2d
    skip: {if: =stride != 1, from: input, Conv2d: =channels, kernel_size: 1, stride: =stride}
    add: {Add: [norm, skip]}
    relu: ReLU
net:
  conv: {Conv2d: 8, kernel_size: 3, padding: 1}
  first: [{Res: 8}, {Res: 8}, {Res: 8}]
  second: [{Res: 16, stride: 2}, {Res: 16}, {Res: 16}]
  pool: {AdaptiveAvgPool2d: 1}
  flatten: Flatten
  fc: {Linear: 10}
"""


# What is in the picture


@pytest.mark.parametrize("name", ["resnet34", "googlenet"])
def test_few_nodes(name: str) -> None:
    nodes = [part for part in parts(network(name)) if not isinstance(part, UNCOUNTED)]
    # GoogLeNet's two auxiliary classifiers stand beside the line.
    assert len([node for node in nodes if not getattr(node, "dashed", False)]) <= 20


def test_a_layer_takes_norm_and_activation_along() -> None:
    conv = next(part for part in parts(network("resnet34")) if isinstance(part, Box))
    assert (conv.title, conv.detail) == ("Conv 7×7", "64, stride 2")
    assert [band.text for band in conv.below] == ["BatchNorm", "ReLU"]


def test_norms_before_a_convolution_stand_above_it() -> None:
    boxes = [part for part in parts(network("densenet121")) if isinstance(part, Box)]
    conv = next(box for box in boxes if box.above)
    assert [band.kind for band in conv.above] == [Kind.NORM, Kind.ACTIVATION]


def test_repeats_are_plates_and_the_projection_stands_apart() -> None:
    found = parts(network("resnet34"))
    plates = [part for part in found if isinstance(part, Frame) and part.count > 1]
    assert [(plate.label, plate.count) for plate in plates] == [("BasicBlock", 3)]
    folded = [(part.title, part.count) for part in found if isinstance(part, Folded)]
    assert folded == [
        ("BasicBlock ↓2", 1),
        ("BasicBlock", 3),
        ("BasicBlock ↓2", 1),
        ("BasicBlock", 5),
        ("BasicBlock ↓2", 1),
        ("BasicBlock", 2),
    ]
    assert "1×1 projection skip" in next(p for p in found if isinstance(p, Folded)).lines[0]


def test_only_what_is_equal_is_drawn_once() -> None:
    boxes = [part for part in parts(network("vgg16")) if isinstance(part, Box)]
    # The first of each stage reads fewer channels; only the last stage has three equal ones.
    assert [box.count for box in boxes if box.detail == "512"] == [1, 2, 3]
    assert [box.count for box in boxes if box.detail == "64"] == [1, 1]


def test_a_dropout_that_rises_is_shown_as_a_range() -> None:
    bands = [
        band.text
        for part in parts(network("efficientnet_b0"), depth=2)
        if isinstance(part, Box)
        for band in part.below
    ]
    assert any(re.fullmatch(r"StochasticDepth [\d.]+–[\d.]+", text) for text in bands)


def test_a_scale_shows_its_factor() -> None:
    bands = [
        band.text
        for part in parts(network("inception_resnet_v2"), depth=2)
        if isinstance(part, Box)
        for band in part.below
        if band.text.startswith("Scale")
    ]
    assert bands == ["Scale 0.17", "Scale 0.1", "Scale 0.2", "Scale 1"]


def test_a_residual_has_a_fork_a_word_and_a_sum() -> None:
    found = scene(written(RESIDUAL))
    plate = next(p for p in flattened(found.parts) if isinstance(p, Frame) and p.count == 3)
    kinds = [type(part) for part in plate.parts]
    assert kinds == [Fork, Box, Sign, Word, Box]
    fork, conv, add, word, _ = plate.parts
    skips = [(e.tail, e.head) for e in found.edges if e.role is Role.SKIP]
    assert skips == [(fork.key, word.key), (word.key, add.key)]
    assert (conv.key, word.key) in found.ranks


def test_depth_opens_more_and_more() -> None:
    drawn = written(RESIDUAL)
    counts = [len([p for p in parts(drawn, depth) if isinstance(p, Box)]) for depth in (0, 1, 2)]
    assert counts[0] == 0 < counts[1] < counts[2]
    assert [p.title for p in parts(drawn, 0) if isinstance(p, Folded)] == [
        "stem",
        "stage 1",
        "stage 2",
        "head",
    ]


def test_a_block_that_finds_no_room_is_drawn_beside() -> None:
    found = scene(network("mobilenet_v3_large"))
    assert [frame.label for frame in found.insets] == ["InvertedResidual"]
    assert not any(isinstance(p, Frame) and p.count > 1 for p in flattened(found.parts))


def test_a_product_keeps_the_line_on_what_is_scaled() -> None:
    found = scene(network("efficientnet_b0"), depth=3)
    product = next(p for p in flattened(found.parts) if isinstance(p, Sign) and p.text == "×")
    straight = [e for e in found.edges if e.head == product.key and e.role is Role.SPINE]
    forks = {p.key for p in flattened(found.parts) if isinstance(p, Fork)}
    assert [edge.tail in forks for edge in straight] == [True]


def test_concatenations_show_their_channels() -> None:
    bar = next(part for part in parts(network("googlenet"), depth=2) if isinstance(part, Bar))
    assert [segment.text for segment in bar.segments] == ["64", "128", "32", "32"]
    assert len({segment.colour for segment in bar.segments}) == 4
    folded = next(part for part in parts(network("googlenet")) if isinstance(part, Folded))
    assert folded.title == "Inception 3a"
    assert [segment.channels for segment in folded.bar] == [64, 128, 32, 32]


def test_dense_layers_are_a_series() -> None:
    folded = [p for p in parts(network("densenet121")) if isinstance(p, Folded) and p.count > 1]
    assert [(node.title, node.count) for node in folded] == [
        ("DenseLayer", 12),
        ("DenseLayer", 24),
        ("DenseLayer", 16),
    ]
    assert folded[0].lines == ("128 → 512 · +32 each",)
    assert len(folded[0].bar) == 13


def test_training_only_branches_stand_beside_the_line() -> None:
    found = scene(network("googlenet"))
    sides = [p for p in flattened(found.insets) if isinstance(p, Folded) and p.dashed]
    assert [side.lines for side in sides] == [
        ("training only → aux1",),
        ("training only → aux2",),
    ]
    edges = [edge for edge in found.edges if edge.role is Role.ASIDE]
    assert {edge.head for edge in edges} == {side.key for side in sides}
    assert not any(side.line for side in sides)


@pytest.mark.parametrize("options", [{"depth": 0}, {"direction": "LR"}], ids=str)
def test_a_folded_stage_keeps_what_is_there_in_training_alone(options: dict) -> None:
    text = dot(network("googlenet"), **options)
    assert "training only → aux1" in text
    assert "training only → aux2" in text
    assert Layout(text).overlaps() == []


AUX = """
name: Aux
input: [3, 32, 32]
net:
  conv: {Conv2d: 16, kernel_size: 3}
  aux:
    if: =training
    from: conv
    do: [{AdaptiveAvgPool2d: 1}, Flatten, {Linear: 10}]
  next: {Conv2d: 32, kernel_size: 3, stride: 2}
  pool: {AdaptiveAvgPool2d: 1}
  flatten: Flatten
  fc: {Linear: 10}
outputs: {logits: fc, aux: aux}
"""


def test_a_branch_for_training_opens_to_the_right_of_the_line() -> None:
    (folded,) = scene(written(AUX)).insets
    assert isinstance(folded, Folded)
    assert folded.title == "aux"
    assert "training only" in folded.tooltip[2]
    (frame,) = scene(written(AUX), 2).insets
    assert isinstance(frame, Frame)
    assert [part.title for part in frame.parts if isinstance(part, Box)] == [
        "GlobalAvgPool",
        "Linear",
    ]
    for depth in (None, 2):
        check(dot(written(AUX), depth=depth))


@pytest.mark.parametrize("program", [True, False], ids=["program", "library"])
def test_what_stands_beside_the_line_is_on_its_right(
    program: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Versions of Graphviz differ in where they put one cluster beside another."""
    if not program:
        monkeypatch.setattr(engine.shutil, "which", lambda _: None)
    removed = compared("densenet169", "densenet121")
    texts = [
        *(dot(written(AUX), depth=depth) for depth in (None, 2)),
        *(dot(network("googlenet"), depth=depth) for depth in (None, 0)),
        *(dot(network(name)) for name in ("mobilenet_v3_large", "maxvit_t")),
        dot(removed.after, found=removed),
    ]
    for text in texts:
        layout = Layout(text)
        (spine, *_) = (x for x, _ in layout.on("main"))
        names = [part for part in layout.objects if part["name"].startswith("cluster_beside")]
        inside = {node for part in names for node in part["nodes"]}
        places = [part["pos"] for part in layout.objects if part["_gvid"] in inside]
        assert places
        assert all(float(place.partition(",")[0]) > spine for place in places)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("resnet34", ["stem", "stage 1", "stage 2", "stage 3", "stage 4", "head"]),
        ("googlenet", ["stem", "stage 1", "stage 2", "stage 3", "head"]),
        ("densenet121", ["stem", "stage 1", "stage 2", "stage 3", "stage 4", "head"]),
        ("efficientnet_b0", ["stem", *(f"stage {n}" for n in range(1, 8)), "head"]),
        ("vgg16", ["stage 1", "stage 2", "stage 3", "stage 4", "stage 5", "head"]),
        ("lenet", ["stage 1", "stage 2", "head"]),
    ],
)
def test_stages_come_from_structure(name: str, labels: list[str]) -> None:
    frames = [part.label for part in scene(network(name)).parts if isinstance(part, Frame)]
    assert frames == labels


UNET = """
name: Small
input: [1, 32, 32]
net:
  down: {Conv2d: 8, kernel_size: 3, padding: 1}
  pool: {MaxPool2d: 2}
  deep: {Conv2d: 24, kernel_size: 3, padding: 1}
  up: {Upsample: null, scale_factor: 2}
  cat: {Cat: [down, up]}
  out: {Conv2d: 2, kernel_size: 1}
"""


def test_a_way_round_the_line_ends_on_its_own_side_of_the_bar() -> None:
    found = scene(written(UNET))
    (bar,) = [part for part in flattened(found.parts) if isinstance(part, Bar)]
    assert [segment.text for segment in bar.segments] == ["24 (2nd)", "8 (1st)"]
    into = [edge for edge in found.edges if edge.segment is not None]
    assert {edge.segment: edge.leaves for edge in into} == {0: None, 1: Beside.RIGHT}
    strip = scene(written(UNET), 1, "LR")
    (bar,) = [part for part in flattened(strip.parts) if isinstance(part, Bar)]
    assert [segment.text for segment in bar.segments] == ["8", "24"]


def test_a_size_is_news_until_it_was_shown() -> None:
    labels = [edge.label for edge in scene(written(UNET)).edges if edge.label]
    assert labels == ["8 × 16 × 16", "32 × 32 × 32"]
    assert ("Upsample", "×2, nearest") in [texts(box) for box in boxes(written(UNET))]


def test_several_inputs_and_outputs() -> None:
    drawn = written(
        """
        name: Two
        input: {left: [3, 8, 8], right: [3, 8, 8]}
        net:
          a: {from: left, Conv2d: 4, kernel_size: 1}
          b: {from: right, do: a}
          both: {Cat: [a, b]}
          mask: {Conv2d: 1, kernel_size: 1}
          pool: {from: both, AdaptiveAvgPool2d: 1}
        outputs: {mask: mask, mean: pool}
        """
    )
    found = parts(drawn)
    titles = [part.title for part in found if isinstance(part, Terminal)]
    assert titles == ["left", "right", "mask", "mean"]
    assert any("shares a" in part.detail for part in found if isinstance(part, Box))


def test_an_opened_block_that_is_called_again_says_so() -> None:
    drawn = written(
        """
        name: Siamese
        input: {left: [3, 8, 8], right: [3, 8, 8]}
        blocks: {Tower: [{Conv2d: 4, kernel_size: 3}, ReLU, {AdaptiveAvgPool2d: 1}, Flatten]}
        net:
          tower: {from: left, Tower: }
          other: {from: right, do: tower}
          both: {Cat: [tower, other]}
        """
    )
    found = parts(drawn, depth=5)
    assert "shares tower" in [part.label for part in found if isinstance(part, Frame)]


def test_a_block_without_convolutions_of_its_own_has_no_kernel() -> None:
    drawn = written(
        """
        name: Units
        input: [8, 8, 8]
        blocks:
          Ghost:
            a: {Conv2d: 4, kernel_size: 1}
            b: {Conv2d: 4, kernel_size: 3, padding: 1}
            cat: {Cat: [a, b]}
          Unit(wide):
            one: Ghost
            two: {if: =wide, Conv2d: 8, kernel_size: 3, padding: 1}
            three: Ghost
            add: {Add: [three, input]}
        net:
          stem: {Conv2d: 8, kernel_size: 3, padding: 1}
          stages: {for: {n: [1, 2]}, do: {repeat: 3, do: {Unit: =n == 1 and index == 0}}}
          pool: {AdaptiveAvgPool2d: 1}
        """
    )
    folded = [part for part in parts(drawn, depth=1) if isinstance(part, Folded)]
    assert any("identity skip" in line for part in folded for line in part.lines)
    assert not any("0×0" in line for part in folded for line in part.lines)


TOWERS = """
name: Towers
input: {facts: [12], image: [3, 64, 64]}
net:
  one: {from: image, Conv2d: 8, kernel_size: 3, stride: 2, padding: 1}
  two: {Conv2d: 16, kernel_size: 3, stride: 2, padding: 1}
  pool: {AdaptiveAvgPool2d: 1}
  flatten: Flatten
  side: {from: facts, do: [{Linear: 8}, ReLU, {Linear: 16}, ReLU, {Linear: 24}, ReLU, {Linear: 8}]}
  both: {Cat: [flatten, side]}
  classes: {Linear: 10}
  box: {from: both, Linear: 4}
outputs: {classes: classes, box: box}
"""


def test_the_line_is_the_way_of_the_maps() -> None:
    found = scene(written(TOWERS))
    frames = {part.label: part for part in found.parts if isinstance(part, Frame)}
    assert list(frames) == ["stage 1", "stage 2", "head"]
    inside = [*flattened(frames["head"].parts)]
    assert next(part.title for part in inside if isinstance(part, Box)) == "GlobalAvgPool"
    ends = [part for part in found.parts if isinstance(part, Terminal)]
    assert [(end.title, end.line) for end in ends][:2] == [("image", "main"), ("facts", "")]
    # What comes from elsewhere stands in no stage and not on the line.
    free = [part for part in found.parts if isinstance(part, Box)]
    assert len(free) == 4
    assert not any(box.line for box in free)


TURNS = """
name: Turns
input: [3, 32, 32]
blocks:
  Res(channels):
    conv: {Conv2d: =channels, kernel_size: 3, padding: 1}
    add: {Add: [conv, input]}
  Turn(channels, stride):
    mix: {Conv2d: =channels, kernel_size: 1, stride: =stride}
    blocks: {repeat: 4, do: {Res: =channels}}
net:
  stem: {Conv2d: 16, kernel_size: 3, padding: 1}
  turns: {for: %s, do: {Turn: =channels, stride: =stride}}
  pool: {AdaptiveAvgPool2d: 1}
"""


def test_what_stands_before_the_first_block_of_a_group_is_no_stem() -> None:
    found = scene(written(TURNS % "{channels: [16, 32, 64], stride: [2, 2, 2]}"))
    frames = [part for part in found.parts if isinstance(part, Frame)]
    assert [frame.label for frame in frames] == ["stem", *(f"stage {n}" for n in (1, 2, 3)), "head"]
    for frame in frames[1:4]:
        assert isinstance(conv := frame.parts[0], Box)
        assert conv.title == "Conv 1×1"


def test_equal_groups_in_a_row_are_drawn_once() -> None:
    found = scene(written(TURNS % "{channels: [16, 16, 16], stride: [1, 1, 1]}"))
    plates = [part for part in flattened(found.parts) if isinstance(part, Frame) and part.count > 1]
    assert [(plate.label, plate.count) for plate in plates] == [("Turn", 3)]
    blocks = [part for part in plates[0].parts if isinstance(part, Folded)]
    assert [(block.title, block.count) for block in blocks] == [("Res", 4)]


def test_a_lone_block_joins_its_neighbours_of_one_size() -> None:
    frames = [
        part for part in scene(network("inception_resnet_v2")).parts if isinstance(part, Frame)
    ]
    folded = [[p.title for p in frame.parts if isinstance(p, Folded)] for frame in frames[1:-1]]
    assert folded[0] == ["Mixed5b", "Block35"]
    assert folded[-1] == ["Mixed7a ↓2", "Block8", "Block8"]


def test_what_has_no_room_on_a_page_is_listed() -> None:
    convs = "".join(f"  c{n}: {{Conv2d: {n + 8}, kernel_size: 1}}\n" for n in range(30))
    drawn = written(f"name: L\ninput: [3, 8, 8]\nnet:\n{convs}  pool: {{AdaptiveAvgPool2d: 1}}\n")
    (body,) = (part for part in parts(drawn) if isinstance(part, Folded))
    assert (body.title, body.lines[0], len(body.lines)) == ("body", "Conv 1×1 8", 31)
    assert body.lines[-1] == "37 × 8 × 8"
    assert len([part for part in parts(drawn, depth=1) if isinstance(part, Box)]) == 31
    assert size(image(drawn, "png"))[1] <= 2600


def test_shapes_are_shown_where_sizes_change() -> None:
    labels = [edge.label for edge in scene(network("lenet")).edges if edge.label]
    assert labels == ["6 × 24 × 24", "6 × 12 × 12", "16 × 8 × 8", "256"]


def test_the_title_line_has_the_figures() -> None:
    assert scene(network("resnet34")).facts == (
        "21.80 M params",
        "3.66 G MACs",
        "receptive field 899 px",
    )
    assert scene(network("efficientnet_b0")).facts[-1] == "receptive field: whole image"
    training = "6.62 M params + 6.38 M in training only"
    assert scene(network("googlenet")).facts[:2] == (training, "1.50 G MACs")


def test_a_title_of_ones_own_is_text() -> None:
    title = 'A <b>&"net'
    svg = image(network("lenet"), "svg", title=title).decode()
    root = ElementTree.fromstring(svg)
    assert title in ["".join(words.itertext()) for words in root.iter(f"{SVG}text")]
    assert not list(root.iter(f"{SVG}b"))
    assert html.escape(title) in image(network("lenet"), "html", title=title).decode()


def test_the_legend_has_the_kinds_in_use() -> None:
    row = scene(network("lenet")).legend[0]
    assert [entry.text for entry in row] == ["Conv", "Activation", "Pool", "Linear"]
    branches = scene(network("googlenet")).legend[1]
    assert [entry.text for entry in branches] == [
        "branches",
        "1×1",
        "1×1 → 3×3",
        "1×1 → 3×3",
        "MaxPool → 1×1",
    ]


@pytest.mark.parametrize("name", ["inception_v3", "densenet121", "unet"])
def test_a_legend_tells_what_bars_are(name: str) -> None:
    rows = scene(network(name)).legend
    assert [entry.text for entry in rows[-1] if entry.bar] == ["Concat"]
    assert not any(entry.kind is Kind.MERGE for row in rows for entry in row)


def test_a_fork_has_the_colour_of_what_leaves_it() -> None:
    light = THEMES["light"]
    for name, colour in (("inception_v3", light.line), ("resnet34", light.skip.border)):
        text = dot(network(name), depth=2)
        (found,) = set(re.findall(r'shape="point" width="0.055" color="(.*?)"', text))
        assert found == colour


def test_nothing_is_lost_between_the_stages() -> None:
    from archspec.draw.fuse import Layer, chart

    for name in ("resnet34", "googlenet", "inception_v3", "efficientnet_b0", "nin"):
        units = chart(network(name)).units
        kept = [unit for stage in stages(units) for unit in stage.units]
        assert sorted(unit.key for unit in kept) == sorted(unit.key for unit in units)
        assert all(isinstance(u, Layer) or u.units for u in kept)


# Attention, parameters and channels that stand last


def boxes(drawn: Network, depth: int | None = None) -> list[Box]:
    return [part for part in parts(drawn, depth) if isinstance(part, Box)]


def texts(box: Box) -> tuple[str, ...]:
    words = (box.title, box.detail, box.note)
    return *(b.text for b in box.above), *filter(None, words), *(b.text for b in box.below)


def test_a_transformer_is_one_row_of_blocks() -> None:
    found = scene(network("vit_b_16"))
    assert [part.label for part in found.parts if isinstance(part, Frame)] == [
        "stem",
        "body",
        "head",
    ]
    plates = [p for p in flattened(found.parts) if isinstance(p, Frame) and p.count > 1]
    assert [(plate.label, plate.count) for plate in plates] == [("EncoderBlock", 12)]
    assert [texts(box) for box in boxes(network("vit_b_16"))] == [
        ("Conv 16×16", "768, stride 16"),
        ("Concat", "class token", "+ pos embedding"),
        ("LayerNorm", "Attention", "12 heads"),
        ("LayerNorm",),
        ("LayerNorm",),
        ("Slice", "position 0"),
        ("Linear", "1000"),
    ]
    mlp = next(p for p in flattened(found.parts) if isinstance(p, Folded))
    assert (mlp.title, mlp.lines) == ("MLP", ("768 → 3072 → 768",))
    labels = [edge.label for edge in found.edges if edge.label]
    assert labels == ["196 × 768", "197 × 768", "768"]


def test_a_folded_transformer_block_tells_its_heads() -> None:
    block = next(p for p in parts(network("vit_h_14"), depth=1) if isinstance(p, Folded))
    assert (block.title, block.count) == ("EncoderBlock", 32)
    assert block.lines == ("1280 channels · 16 heads · identity skip",)


def test_a_parameter_is_named_by_what_reads_it() -> None:
    found = boxes(network("convnext_tiny"))
    last = next(box for box in found if any(band.kind is Kind.MERGE for band in box.below))
    assert texts(last) == ("Linear", "96", "× layer scale", "StochasticDepth 0–0.012")
    assert "features.1.0.layer_scale: Parameter(shape=(96, 1, 1), fill=1e-06)" in last.tooltip
    assert f"{96 + 384 * 96 + 96:,} params" in last.tooltip[-2]
    assert not any("Parameter" in box.title for box in found)
    rows = scene(network("convnext_tiny")).legend
    assert "Add / Multiply" in [entry.text for entry in rows[0]]


def test_parameters_beside_maps_and_alone() -> None:
    drawn = written(
        """
        name: Own
        input: [4, 8, 8]
        net:
          shift: {Parameter: [4, 1, 1]}
          row: {Parameter: [1, 4, 1, 8]}
          moved: {Add: [input, shift]}
          again: {Conv2d: 4, kernel_size: 1}
          both: {Add: [again, moved, shift]}
          wider: {Cat: [row, both, again], dim: 2}
        """
    )
    assert [texts(box) for box in boxes(drawn)] == [
        ("+ shift",),
        ("Conv 1×1", "4"),
        ("Add", "and shift"),
        ("Concat", "and row"),
    ]
    assert [entry.text for entry in scene(drawn).legend[0]] == ["Conv", "Add / Concat"]
    for depth in (None, 0, 1, 2):
        assert image(drawn, "svg", depth=depth)


def test_every_second_window_is_shifted() -> None:
    found = parts(network("swin_t"))
    box = next(p for p in found if isinstance(p, Box) and p.kind is Kind.ATTENTION)
    assert texts(box) == (
        "LayerNorm",
        "Window attention 7×7",
        "3 heads",
        "every 2nd shifted by 3",
        "StochasticDepth 0–0.018",
    )
    folded = [p for p in found if isinstance(p, Folded) and p.title == "SwinBlock"]
    assert [(block.count, block.lines[1]) for block in folded] == [
        (2, "7×7 windows, every 2nd shifted by 3"),
        (6, "7×7 windows, every 2nd shifted by 3"),
        # A single window holds the whole map, wherever it begins.
        (2, "7×7 windows"),
    ]


def test_single_and_unequal_shifts() -> None:
    block = "WindowAttention: 2, window_size: 4, shift_size"
    text = f"""
        name: Shifts
        input: [8, 16, 16]
        blocks:
          Block(shift):
            attention: {{{block}: =shift}}
            add: {{Add: [attention, input]}}
        net: [{{Permute: [0, 2, 3, 1]}}, LayerNorm, SHIFTS]
    """

    def drawn(*shifts: int) -> Network:
        return written(text.replace("SHIFTS", ", ".join(f"{{Block: {n}}}" for n in shifts)))

    def shown(*shifts: int) -> Box:
        return next(box for box in boxes(drawn(*shifts), 2) if box.kind is Kind.ATTENTION)

    assert (shown(2).detail, shown(2).note) == ("2 heads, shifted by 2", "")
    assert (shown(0).detail, shown(0).note) == ("2 heads", "")
    assert (shown(2, 2).detail, shown(2, 2).note) == ("2 heads", "shifted by 2")
    assert shown(0, 2, 0).note == "every 2nd shifted by 2"
    assert shown(0, 0, 1, 1, 2).note == "shifted by 0, 0, 1, 1, …"


def test_a_merging_of_patches_is_one_layer() -> None:
    found = boxes(network("swin_t"))
    merging = [texts(box) for box in found if box.above and "SpaceToDepth" in box.above[0].text]
    assert merging == [
        ("SpaceToDepth ↓2", "LayerNorm", "Linear", channels) for channels in ("192", "384", "768")
    ]
    stages = [p for p in parts(network("swin_t"), depth=0) if isinstance(p, Folded)]
    assert stages[2].lines == ("Linear 192 ↓2", "SwinBlock ×2", "28 × 28 × 192")


@pytest.mark.parametrize("name", ["swin_t", "swin_v2_b", "convnext_small", "maxvit_t"])
def test_stages_whichever_way_round_maps_lie(name: str) -> None:
    frames = [part.label for part in scene(network(name)).parts if isinstance(part, Frame)]
    assert frames == ["stem", "stage 1", "stage 2", "stage 3", "stage 4", "head"]


def test_a_block_of_blocks_is_opened_further() -> None:
    found = scene(network("maxvit_t"))
    (inset,) = found.insets
    inside = list(flattened([inset]))
    frames = [part.label for part in inside if isinstance(part, Frame)]
    assert frames == ["MaxViTLayer", "PartitionAttention window"]
    # The other one differs only in which positions it groups: its name tells.
    last = [part for part in inside if isinstance(part, Folded)][-1]
    assert (last.title, last.detail) == ("PartitionAttention", "grid")
    titles = [part.title for part in inside if isinstance(part, Box)]
    assert titles[:2] == ["to windows", "Relative attention 7×7"]
    assert titles[-1] == "to map"


def test_what_leaves_no_node_still_sets_blocks_apart() -> None:
    text = """
        name: Mixer
        input: [8, 4, 4]
        blocks:
          Mix(dims):
            turn: {Permute: =dims}
            first: {Conv2d: 8, kernel_size: 1}
            second: {Conv2d: 8, kernel_size: 1}
        net: [{Mix: [[0, 1, 2, 3]]}, {Mix: [[0, 1, 3, 2]]}, {Mix: [[0, 1, 3, 2]]}]
    """
    counts = [part.count for part in parts(written(text), 1) if isinstance(part, Folded)]
    assert counts == [1, 2]


def test_dropouts_that_drop_nothing_are_left_out() -> None:
    found = boxes(network("vit_b_16"), depth=3)
    assert not any("Dropout" in text for box in found for text in texts(box))


# How it is laid out


@pytest.mark.parametrize("name", FAMILIES)
def test_it_fits_a_page_and_can_be_read(name: str) -> None:
    drawn = network(name)
    width, height = size(image(drawn, "png"))
    assert width <= 900
    assert height <= 2600
    check(dot(drawn))


def check(text: str) -> None:
    """Hold a layout to what is asked of every picture, as far as the picture's engine tells."""
    layout = Layout(text)
    assert len(layout.texts) > 8
    assert layout.overlaps() == []
    assert layout.torn() == []
    assert layout.struck() == []
    for line in ("main", "inset"):
        places = [x for x, _ in layout.on(line)]
        assert max(places, default=0) - min(places, default=0) < 3


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("resnet34", {"depth": 0}),
        ("resnet34", {"depth": 2}),
        ("resnet34", {"direction": "LR"}),
        ("resnet34", {"theme": "print"}),
        ("resnet34", {"heat": "params"}),
        ("unet", {"depth": 0}),
        ("unet", {"direction": "LR"}),
        ("efficientnet_b0", {"depth": 3}),
        ("densenet121", {"depth": 2}),
        ("googlenet", {"focus": "inception3a"}),
        ("resnet34", {"focus": "layer2.0"}),
        ("inception_v3", {"depth": 2}),
    ],
    ids=str,
)
def test_other_pictures_can_be_read(name: str, options: dict) -> None:
    text = dot(network(name), **options)
    if options.get("direction") == "LR":
        layout = Layout(text)
        assert layout.overlaps() == layout.torn() == layout.struck() == []
        places = [y for _, y in layout.on("main")]
        assert max(places) - min(places) < 3
    else:
        check(text)


@pytest.mark.parametrize(
    ("pattern", "new", "what"),
    [
        ('labelangle="[^"]*"', 'labelangle="0"', Layout.overlaps),
        ('labelangle="[^"]*"', 'labelangle="-135"', Layout.torn),
        ('labelloc="t" labeljust="l"', 'labelloc="t" labeljust="c"', Layout.struck),
    ],
)
def test_what_cannot_be_read_is_found(pattern: str, new: str, what: Callable) -> None:
    """The checks themselves, on pictures that were spoilt."""
    text = dot(network("resnet34"))
    assert what(Layout(text)) == []
    assert what(Layout(re.sub(pattern, new, text))) != []


def test_a_bar_is_as_long_as_its_branches() -> None:
    layout = Layout(dot(network("googlenet"), focus="inception3a"))
    branches = [node for node in layout.nodes if node.bottom < 1000 and node.name.startswith("n")]
    bar = max(branches, key=lambda node: node.right - node.left)
    left = min(node.left for node in branches if node is not bar)
    right = max(node.right for node in branches if node is not bar)
    assert (bar.left, bar.right) == pytest.approx((left, right), abs=6)


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_spec_is_drawn(name: str) -> None:
    drawn = network(name)
    for depth, direction in ((None, "TB"), (None, "LR"), (0, "TB"), (1, "LR"), (3, "TB")):
        assert dot(drawn, depth=depth, direction=direction).endswith("}\n")


@pytest.mark.parametrize("format", ["svg", "png", "pdf", "dot"])
@pytest.mark.parametrize("theme", list(THEMES))
def test_formats_and_themes(format: str, theme: str) -> None:
    magic = {
        "svg": b"<!-- Generated by archspec",
        "png": b"\x89PNG",
        "pdf": b"%PDF",
        "dot": b"// Generated by archspec",
    }
    assert image(written(RESIDUAL), format, theme=theme).startswith(magic[format])


def test_dpi_is_for_bitmaps() -> None:
    small, large = (size(image(written(RESIDUAL), "png", dpi=dpi)) for dpi in (50, 100))
    assert large[0] == pytest.approx(2 * small[0], abs=3)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_text_is_legible(theme: Theme) -> None:
    paints = (*theme.kinds.values(), *theme.marks.values(), theme.block, theme.stage)
    fills = [paint.fill for paint in paints]
    assert all(contrast(theme.ink, fill) >= 7 for fill in fills)
    assert all(contrast(theme.dim, fill) >= 4.5 for fill in fills)
    for index in (PASSED, *range(len(theme.branches))):
        assert contrast(theme.on_branch(index), theme.branch(index)) >= 3
        assert contrast(theme.lane(index), theme.paper) >= 3
    assert contrast(theme.badge.fill, theme.badge.border) >= 7


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_told_apart_by_every_eye(theme: str, sight: str) -> None:
    """A difference of 2.3 is just noticeable; kinds differ in fill or border, and have words."""
    colours = THEMES[theme]
    for paints in (colours.kinds.values(), colours.marks.values()):
        for one, other in combinations(paints, 2):
            pairs = zip(one[:2], other[:2], strict=True)
            assert max(distance(a, b, sight) for a, b in pairs) >= 10
    assert all(distance(a, b, sight) >= 10 for a, b in combinations(colours.branches[:4], 2))
    assert all(distance(a, b, sight) >= 10 for a, b in pairwise(colours.branches))


def test_print_is_grey_and_tells_kinds_apart_without_colour() -> None:
    theme = THEMES["print"]
    written_down = dot(network("swin_t"), theme="print")
    for colour in re.findall(r"#[0-9A-F]{6}", written_down):
        assert len({colour[1:3], colour[3:5], colour[5:7]}) == 1
    # What stands in boxes of its own has a pattern, a grey of its own or, as a merge, is round.
    looks = {kind: (theme.hatches.get(kind), paint.fill) for kind, paint in theme.kinds.items()}
    weighty = (Kind.CONV, Kind.POOL, Kind.LINEAR, Kind.ATTENTION)
    assert len({looks[kind][0] for kind in weighty} - {None}) == 4
    for one, other in combinations((Kind.NORM, Kind.ACTIVATION, *weighty), 2):
        assert looks[one][0] != looks[other][0] or distance(looks[one][1], looks[other][1]) >= 10
    assert len({(p.fill, p.stroke, p.width) for p in theme.marks.values()}) == 3
    # Neighbours differ in lightness by what any copier keeps, and have a line between them.
    around = (theme.incoming, *theme.branches, theme.branches[0])
    assert all(distance(a, b) >= 25 for a, b in pairwise(around))
    assert theme.rim == theme.ink
    assert 'style="dashed"' in dot(network("googlenet"), theme="print", focus="inception3a")


# What gets out of it


def test_ids_are_paths() -> None:
    drawn = network("resnet34")
    root = ElementTree.fromstring(image(drawn, "svg"))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert set(ids) <= {node.path for node in walk(drawn.root)}
    assert {"conv1", "layer1.0", "layer1.0.conv1", "layer2.0", "fc"} <= set(ids)


def test_svg_has_no_colour_that_svg_lacks() -> None:
    svg = image(network("resnet34"), "svg").decode()
    assert "transparent" not in svg
    assert 'stroke="none"' in svg


def test_paths_that_look_like_ids_of_graphviz() -> None:
    names = ["node1", "a_node2", "graph0", "edge1", "clust1"]
    layers = "".join(
        f"\n  {name}: {{Conv2d: {8 + index}, kernel_size: 1}}" for index, name in enumerate(names)
    )
    drawn = written(f"name: Names\ninput: [4, 8, 8]\nnet:{layers}")
    root = ElementTree.fromstring(image(drawn, "svg"))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert sorted(ids) == sorted(names)


def test_every_node_has_a_tooltip_and_there_are_no_links() -> None:
    root = ElementTree.fromstring(image(network("resnet34"), "svg"))
    titles = {
        group.get("id"): group.findtext(f"{SVG}title")
        for group in root.iter(f"{SVG}g")
        if group.get("class") == "node"
    }
    assert titles["layer2.0"] == (
        "layer2.0: BasicBlock\n64 × 56 × 56 → 128 × 28 × 28\n"
        "230,144 params · 179,830,784 MACs\nreceptive field 83 × 83 px"
    )
    assert "conv1: Conv2d(3, 64, kernel_size=7, stride=2, padding=3" in titles["conv1"]
    assert not [e for e in root.iter() if e.tag in (f"{SVG}a", f"{SVG}script", f"{SVG}image")]
    assert not [key for e in root.iter() for key in e.attrib if "href" in key]


TAGS = ("svg", "g", "title", "text", "path", "polygon", "polyline", "ellipse")

HOSTILE = ["<b>", '"', "]", "javascript:alert(1)", "&amp;", "\\N", '"];x[URL="u"', "a\x1bb\u202e"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    drawn = replace(written(RESIDUAL), name=text, description=text, outputs=((text, "fc"),))
    drawn = replace(drawn, outputs=((text, "fc"), (text, "pool")), inputs={text: (8, 16, 16)})
    drawn = replace(
        drawn,
        root=replace(
            drawn.root,
            children=tuple(
                replace(child, reads=tuple(text if r == INPUT else r for r in child.reads))
                for child in drawn.root.children
            ),
        ),
    )
    written_down = dot(drawn)
    assert not re.search(r"\b(URL|href|image|shapefile|target)=", without_text(written_down), re.I)
    root = ElementTree.fromstring(image(drawn, "svg"))
    shown = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    visible = text.replace("\x1b", "\\u{001b}").replace("\u202e", "\\u{202e}")
    assert visible in shown
    assert not [e for e in root.iter() if e.tag in (f"{SVG}a", f"{SVG}script", f"{SVG}image")]


def without_text(text: str) -> str:
    """Return DOT with what stands in quotes and in labels left out."""
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', re.sub(r"label=<<.*?>>(?=[ \]])", "", text))


def test_the_same_text_every_time() -> None:
    code = (
        "from archspec.draw import dot; from archspec.reading import read_document;"
        "from archspec.resolve import resolve; from archspec.schema import read_spec;"
        "import sys; print(dot(resolve(read_spec(read_document('inception_v3'))), depth=2));"
        "assert not {'torch', 'graphviz', 'pygraphviz', 'jinja2'} & set(sys.modules)"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
    drawn = network("inception_v3")
    assert dot(drawn, depth=2) == dot(drawn, depth=2)


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_it_draws_without_any_program(ending: str, tmp_path: Path) -> None:
    """In a process that finds no program at all, only what pip has installed."""
    out = tmp_path / f"lenet.{ending}"
    done = subprocess.run(
        [sys.executable, "-m", "archspec", "draw", "lenet", "--out", str(out)],
        env={"PATH": "", "PYTHONPATH": str(Path(archspec.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (f"wrote {out}\n", "")
    assert out.read_bytes()[:4] in (b"<!--", b"\x89PNG", b"%PDF")


@pytest.mark.parametrize("path", [os.environ["PATH"], ""], ids=["dot", "pygraphviz"])
@pytest.mark.parametrize(
    "options", [{}, {"theme": "print"}, {"heat": "macs"}, {"depth": 2}], ids=str
)
def test_an_svg_says_the_same_by_both_engines(
    path: str, options: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", path)
    drawn = network("resnet34")
    root = ElementTree.fromstring(image(drawn, "svg", **options))
    words = "".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    assert all(word in words for word in ("ResNet34", "Conv 7×7", "64 × 112 × 112"))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) > 10
    assert set(ids) <= {node.path for node in walk(drawn.root)}
    for element in root.iter():
        assert element.tag in {f"{SVG}{tag}" for tag in TAGS}
        assert not [key for key in element.attrib if key.startswith("on") or "href" in key]
    nodes = [g for g in root.iter(f"{SVG}g") if g.get("class") == "node" and g.get("id")]
    for node in nodes:
        lines = node.findtext(f"{SVG}title").splitlines()
        assert lines[0].startswith(node.get("id"))
        assert any("params ·" in line and "MACs" in line for line in lines)
        assert any(line.startswith("receptive field") for line in lines)


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(DrawError, match="pip install 'pygraphviz>=2'"):
        image(written(RESIDUAL), "svg")
    assert image(written(RESIDUAL), "dot").startswith(b"// Generated by archspec")


def test_it_prefers_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    used = []
    monkeypatch.setattr(engine.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(
        engine, "_with_program", lambda text, format: used.append(format) or b"%PDF"
    )
    assert image(written(RESIDUAL), "pdf").startswith(b"%PDF")
    assert used == ["pdf"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"format": "gif"}, "no format `gif`"),
        ({"format": "svg", "theme": "neon"}, "no theme `neon`; there are light, dark, print"),
        ({"format": "svg", "direction": "BT"}, "no direction `BT`"),
        ({"format": "svg", "depth": -1}, "a depth is 0 or more"),
        ({"format": "png", "dpi": 0}, "a dpi is 1 or more"),
    ],
)
def test_what_cannot_be_drawn(arguments: dict, message: str) -> None:
    with pytest.raises(DrawError, match=message):
        image(written(RESIDUAL), **arguments)


# Colours that say something else


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


def compared(one: str, other: str) -> Changes:
    return changes(compare(network(one), network(other)), (one, other))


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


@pytest.mark.parametrize("name", FAMILIES)
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
    net = archspec.load("squeezenet1_1").build()
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
    assert (largest.title, largest.detail) == ("Linear", "4096 · 74 %")
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


# One block alone


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
        ("unet", "inc", "Input", ["down1", "cat4"]),
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
