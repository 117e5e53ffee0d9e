"""What is in a picture: nodes, words, stages, shapes and legend."""

import html
import re
from xml.etree import ElementTree

import pytest
from layout import Layout
from pictures import (
    AUX,
    RESIDUAL,
    SVG,
    UNCOUNTED,
    boxes,
    check,
    network,
    parts,
    scene,
    size,
    texts,
    written,
)

from archspec.draw import dot, image
from archspec.draw.graphviz.theme import THEMES
from archspec.draw.parts import flattened
from archspec.draw.scene import Bar, Beside, Box, Folded, Fork, Frame, Role, Sign, Terminal, Word
from archspec.draw.units.stages import stages
from archspec.network import Network
from archspec.ops import Kind

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
    # The first of each stage reads fewer channels, and says so; the others are equal everywhere.
    counts = [(box.detail, box.count) for box in boxes if "512" in box.detail]
    assert counts == [("256 → 512", 1), ("512", 2), ("512", 3)]
    counts = [(box.detail, box.count) for box in boxes if box.detail.endswith("64")]
    assert counts == [("3 → 64", 1), ("64", 1)]


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


@pytest.mark.parametrize("depth", [None, 0, 1, 3])
def test_a_branch_for_training_that_holds_nothing_is_a_closed_box(depth: int | None) -> None:
    text = """
      name: Net
      input: [4, 8, 8]
      net:
        mix: {Conv2d: 4, kernel_size: 1}
        full: {if: =training, from: mix, do: [ReLU]}
        empty: {if: =training, from: mix, do: [{if: false, do: ReLU}]}
        bare: {if: =training, from: mix, do: []}
        out: ReLU
      outputs: {one: full, two: empty, three: bare, main: out}
    """
    sides = list(flattened(scene(written(text), depth).insets))
    closed = [side.lines for side in sides if isinstance(side, Folded) and side.dashed]
    assert closed[-2:] == [("training only → two",), ("training only → three",)]
    check(dot(written(text), depth=depth))


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
    assert [segment.text for segment in bar.segments] == ["channels 8–31", "channels 0–7"]
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
    from archspec.draw.units.chart import chart
    from archspec.draw.units.unit import Layer

    for name in ("resnet34", "googlenet", "inception_v3", "efficientnet_b0", "nin"):
        units = chart(network(name)).units
        kept = [unit for stage in stages(units) for unit in stage.units]
        assert sorted(unit.key for unit in kept) == sorted(unit.key for unit in units)
        assert all(isinstance(u, Layer) or u.units for u in kept)


# Attention, parameters and channels that stand last


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
    assert frames == ["MaxViTLayer", "PartitionAttention, window"]
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


# Shared modules look shared


SHARED = """
name: Shared
input: [8, 16, 16]
blocks:
  Gate:
    mean: {AdaptiveAvgPool2d: 1}
    mlp: [{Conv2d: 4, kernel_size: 1}, ReLU, {Conv2d: 8, kernel_size: 1}]
    most: {from: input, AdaptiveMaxPool2d: 1}
    again: {from: most, do: mlp}
    sum: {Add: [mlp, again]}
  Pair: {one: {Conv2d: 8, kernel_size: 1}, two: one}
net:
  fc: [{Conv2d: 8, kernel_size: 1}, ReLU]
  more: fc
  most: fc
  other: {Conv2d: 8, kernel_size: 1}
  norm: BatchNorm2d
  third: {Conv2d: 8, kernel_size: 1}
  again: norm
  gate: {Gate: }
  pairs: {repeat: 2, do: {Pair: }}
  last: {Pair: }
  end: last
"""


def test_a_module_that_is_called_again_looks_shared() -> None:
    found = scene(written(SHARED), 3)
    boxes = {p.path: p for p in flattened(found.parts) if isinstance(p, Box)}
    words = {path: box.detail for path, box in boxes.items()}
    assert words["fc.0"] == "8, named fc"
    assert (words["more.0"], boxes["more.0"].count) == ("8, shares fc", 2)
    bands = [band.text for path in ("other", "third") for band in boxes[path].below]
    assert bands == ["BatchNorm, named norm", "BatchNorm, shares norm"]
    assert words["gate.mlp.0"] == "4, named mlp.0"
    assert words["gate.again.2"] == "8, shares mlp.2"
    # Equal blocks are drawn once, each of which shares within itself.
    assert (words["pairs.0.one"], words["pairs.0.two"]) == ("8, named one", "8, shares one")
    labels = [p.label for p in flattened(found.parts) if isinstance(p, Frame) and p.path]
    assert labels == ["Gate", "Pair", "Pair, named last", "shares last"]
    folded = {p.path: p.lines[-1] for p in parts(written(SHARED), 1) if isinstance(p, Folded)}
    assert (folded["last"], folded["end"]) == ("named last", "shares last")


def test_of_twins_the_first_is_opened() -> None:
    """And the other one says whose weights it has."""
    drawn = written(
        """
        name: Twins
        input: {left: [1, 28, 28], right: [1, 28, 28]}
        blocks: {Encoder: [{Conv2d: 8, kernel_size: 3}, ReLU, {MaxPool2d: 2}, Flatten, {Linear: 4}]}
        net:
          encoder: {from: left, Encoder: }
          other: {from: right, do: encoder}
          both: {Cat: [encoder, other]}
        """
    )
    found = parts(drawn)
    assert [part.path for part in found if isinstance(part, Frame) and part.path] == ["encoder"]
    (other,) = [part for part in found if isinstance(part, Folded)]
    assert (other.path, other.lines[-1]) == ("other", "shares encoder")


def test_what_has_no_weights_has_nothing_to_share() -> None:
    text = "name: A\ninput: [8, 8, 8]\nnet:\n  a: {Conv2d: 8, kernel_size: 1}\n  act: ReLU\n"
    drawn = written(f"{text}  b: {{Conv2d: 8, kernel_size: 1}}\n  again: act\n")
    (box,) = boxes(drawn)
    assert (texts(box), box.count) == (("Conv 1×1", "8", "ReLU"), 2)
