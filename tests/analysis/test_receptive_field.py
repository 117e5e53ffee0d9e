"""Receptive fields against gradients: which pixels one position of the last map depends on."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from loading import bundled
from torch import nn

import archspec
from archspec.analysis import Field, fields, last_field

SIZE = 48


def layer(rng: random.Random) -> dict[str, Any]:
    """Return a random node that reads and leaves a map."""
    kernel = rng.randint(1, 4)
    return rng.choice(
        [
            {"Conv2d": 1, "kernel_size": kernel, "padding": rng.randint(0, 1)},
            {"Conv2d": 1, "kernel_size": kernel, "stride": 2, "padding": 1},
            {"Conv2d": 1, "kernel_size": 3, "dilation": 2, "padding": 2},
            {"ConvTranspose2d": 1, "kernel_size": 2, "stride": 2},
            {"ConvTranspose2d": 1, "kernel_size": kernel, "stride": rng.randint(1, 3)},
            {"ConvTranspose2d": 1, "kernel_size": 4, "stride": 2, "padding": 1},
            {"ConvTranspose2d": 1, "kernel_size": 2, "stride": 2, "dilation": 2},
            {"Upsample": None, "scale_factor": rng.choice([2, 3, 1.5])},
            {"Upsample": None, "scale_factor": rng.choice([2, 3]), "mode": "bilinear"},
            {"AvgPool2d": 2, "ceil_mode": True},
            {"ZeroPad2d": [rng.randint(-1, 3), 1, rng.randint(0, 3), 1]},
            {"ReflectionPad2d": [1, 0, 2, 1]},
            {"Roll": [rng.randint(-2, 2), 2]},
            {"LeakyReLU": 0.5},
        ]
    )


def seen(module: nn.Module, row: int, column: int) -> list[tuple[int, int] | None]:
    """Return the first and last row, and column, that have a gradient."""
    x = torch.ones(1, 1, SIZE, SIZE, requires_grad=True)
    module(x)[0, 0, row, column].backward()
    assert x.grad is not None
    found = x.grad[0, 0].nonzero()
    if not len(found):
        return [None, None]
    return [(int(found[:, i].min()), int(found[:, i].max())) for i in (0, 1)]


def built(layers: list[dict[str, Any]]) -> tuple[archspec.Architecture, nn.Module]:
    net = archspec.loads(_text(layers))
    module = net.build()
    for parameter in module.parameters():  # no two paths to a pixel cancel each other
        nn.init.ones_(parameter)
    return net, module.double().eval().float()


def _text(layers: list[dict[str, Any]]) -> str:
    nodes = [", ".join(f"{k}: {_word(v)}" for k, v in node.items()) for node in layers]
    return f"name: Net\ninput: [1, {SIZE}, {SIZE}]\nnet: [{', '.join(f'{{{n}}}' for n in nodes)}]\n"


def _word(value: Any) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize("seed", range(40))
def test_a_position_sees_what_has_a_gradient(seed: int) -> None:
    rng = random.Random(seed)
    layers = [layer(rng) for _ in range(rng.randint(1, 5))]
    net, module = built(layers)
    _, height, width = net.output
    field = fields(net.network)[net.nodes[-1].path]
    assert field.lines is not None
    checked = 0
    for _ in range(12):
        place = (rng.randrange(int(height)), rng.randrange(int(width)))
        ours = [line.at(i) for line, i in zip(field.lines, place, strict=True)]
        if all(read is None or (read[0] > 2 and read[1] < SIZE - 3) for read in ours):
            checked += 1
            theirs = seen(module, *place)
            # Along one axis nothing may be read: then no pixel is.
            assert theirs == (ours if None not in ours else [None, None]), (layers, place)
    assert checked


@pytest.mark.parametrize("seed", range(40, 56))
def test_stride_and_offset_place_the_field_of_every_position(seed: int) -> None:
    """Position i of a map sees `size` pixels from `offset + i * stride` on.

    Where neighbours read alike, this holds for the first of each period.
    """
    rng = random.Random(seed)
    while True:  # until some of its positions see nothing of the border
        layers = [layer(rng) for _ in range(rng.randint(1, 5))]
        if any("Roll" in node for node in layers):  # it brings borders to the middle
            continue
        net, module = built(layers)
        field = fields(net.network)[net.nodes[-1].path]
        if field.size is not None and 0 < max(field.size) < SIZE // 3:
            break
    _, height, width = net.output
    assert field.lines is not None
    assert field.stride is not None
    assert field.offset is not None
    checked = 0
    for axis, (line, length) in enumerate(zip(field.lines, (height, width), strict=True)):
        period, whole = len(line.reads), field.size
        assert whole is not None
        places = range(0, int(length), period)
        for place in rng.sample(places, min(12, len(places))):
            read, other = line.at(place), field.lines[1 - axis]
            half = int((height, width)[1 - axis]) // 2
            near = range(half, half + len(other.reads))
            middle = next(n for n in near if other.at(n) is not None)
            across = other.at(middle)
            if any(n is None or n[0] < 3 or n[1] > SIZE - 4 for n in (read, across)):
                continue
            found = seen(module, *((place, middle) if axis == 0 else (middle, place)))[axis]
            assert found is not None, layers
            assert found[0] == field.offset[axis] + place * field.stride[axis], layers
            assert period > 1 or found[1] - found[0] + 1 == whole[axis], layers
            checked += 1
    assert checked


def test_stride_and_offset_of_a_paper_network() -> None:
    """Araujo et al. give those of Inception v3's last map: 1311 pixels, stride 32, padding 618."""
    net = bundled("inception_v3")
    last = last_field(net.network)
    assert (last.size, last.stride) == ((1311, 1311), (32, 32))


def test_align_corners_has_the_smallest_window_that_holds_all() -> None:
    net, module = built([{"Upsample": None, "scale_factor": 2, "mode": "bilinear"}])
    held, _ = built(
        [{"Upsample": None, "scale_factor": 2, "mode": "bilinear", "align_corners": "true"}]
    )
    assert net.receptive_field == held.receptive_field == (2, 2)
    line = _last(held).lines
    assert line is not None
    module = held.build()
    for place in range(3, 2 * SIZE - 3):
        read, first = line[0].at(place), seen(module, place, place)[0]
        assert read is not None
        assert first is not None
        assert read[0] <= first[0] <= first[1] <= read[1]


def _last(net: archspec.Architecture) -> Field:
    return fields(net.network)[net.nodes[-1].path]


def test_the_size_is_that_of_the_position_that_sees_most() -> None:
    net, _ = built(
        [
            {"ConvTranspose2d": 1, "kernel_size": 2, "stride": 2},
            {"Conv2d": 1, "kernel_size": 3, "padding": 1},
            {"Conv2d": 1, "kernel_size": 2},
        ]
    )
    # Three and then two neighbours of a map twice as large: of three pixels at most.
    assert net.receptive_field == (3, 3)


def test_what_repeats_too_seldom_sees_everything() -> None:
    sizes = [{"Upsample": None, "scale_factor": 1.03}] * 3
    net, _ = built(sizes)
    assert _last(net).lines is None
