"""What `forward` says of heights and widths is what torch does with the emitted module."""

from __future__ import annotations

import re

import pytest
import torch
from loading import bundled, emitted
from modules import source

import archspec

EXACT = {
    "alexnet": 63,
    "vgg11": 32,
    "squeezenet1_0": 21,
    "nin": 67,
    "inception_v1": 31,
    "swin_t": 4,
    "convnext_tiny": 32,
}
ANY = ("resnet18", "mobilenet_v3_small", "regnet_x_400mf")
FIXED = ("lenet", "vit_b_32")


def told(name: str, pattern: str) -> re.Match[str] | None:
    return re.search(pattern, " ".join(emitted(bundled(name)).split()))


def runs(module: torch.nn.Module, channels: int, height: int, width: int) -> bool:
    """Run one image; only the error that the docstring names may be raised."""
    try:
        with torch.no_grad():
            module(torch.zeros(1, channels, height, width))
    except RuntimeError:
        return False
    return True


@pytest.mark.parametrize("name", EXACT)
def test_the_least(name: str) -> None:
    pattern = r"[Hh]eight and width must be at least (\d+); smaller ones raise RuntimeError"
    found = told(name, pattern)
    assert found is not None
    least = int(found[1])
    assert least == EXACT[name]
    net = bundled(name)
    module, channels = source(net).eval(), net.inputs["input"][0]
    assert runs(module, channels, least, least)
    assert runs(module, channels, least, least + 9)
    assert not runs(module, channels, least - 1, least)
    assert not runs(module, channels, least, least - 1)


@pytest.mark.parametrize("name", ANY)
def test_any(name: str) -> None:
    assert told(name, "Any height and width will do")
    module = source(bundled(name)).eval()
    assert runs(module, 3, 1, 1)
    assert runs(module, 3, 5, 3)


@pytest.mark.parametrize("name", FIXED)
def test_fixed(name: str) -> None:
    assert told(name, "Made for this height and width")
    net = bundled(name)
    module, (channels, height, width) = source(net).eval(), net.inputs["input"]
    assert runs(module, channels, height, width)
    assert not runs(module, channels, 2 * height, 2 * width)


def test_multiples() -> None:
    assert told("unet", "Height and width must be multiples of 16; others raise RuntimeError")
    module = source(archspec.load("unet", width=8)).eval()
    assert [size for size in range(8, 50) if runs(module, 3, size, 48)] == [16, 32, 48]


def test_a_side_branch_decides_in_training() -> None:
    pattern = r"must be at least (\d+), in training mode at least (\d+); smaller ones raise Runt"
    found = told("inception_v3", pattern)
    assert found is not None
    alone, least = int(found[1]), int(found[2])
    module = source(bundled("inception_v3")).eval()
    assert runs(module, 3, alone, alone)
    assert not runs(module, 3, alone - 1, alone - 1)
    module.train()
    with torch.no_grad():
        module(torch.zeros(2, 3, least, least))
        with pytest.raises(RuntimeError):
            module(torch.zeros(2, 3, least - 1, least - 1))


def test_nothing_is_said_of_what_is_no_image() -> None:
    text = archspec.loads("name: Flat\ninput: [8]\nnet: [{Linear: 4}]\n").codegen()
    assert "eight and width" not in text


def test_all_inputs_grow_together() -> None:
    text = """
        name: Pair
        input: {left: [1, 16, 16], right: [3, 16, 16]}
        net:
          a: {from: left, Conv2d: 4, kernel_size: 5}
          b: {from: right, Conv2d: 4, kernel_size: 5}
          sum: {Add: [a, b]}
    """
    net = archspec.loads(text)
    text = " ".join(net.codegen().split())
    assert (
        "The inputs must have one height and one width. Height and width must be at least 5" in text
    )
    module = source(net)
    for size, fits in ((5, True), (4, False)):
        images = torch.zeros(1, 1, size, size), torch.zeros(1, 3, size, size)
        if fits:
            module(*images)
        else:
            with pytest.raises(RuntimeError):
                module(*images)


def test_a_side_branch_behind_a_tensor_that_is_stretched() -> None:
    text = """
        name: Scaled
        input: [4, 16, 16]
        net:
          scale: {Parameter: [1, 1, 1, 1]}
          sum: {Add: [input, scale]}
          aux: {if: =training, do: [{MaxPool2d: 3}]}
          pool: {MaxPool2d: 2}
        outputs: {main: pool, aux: aux}
    """
    told = " ".join(archspec.loads(text).codegen().split())
    assert "at least 2, in training mode at least 3" in told
