"""The flat form: one class that opens every block, and is the same network to the last bit."""

from __future__ import annotations

import ast
import random
from contextlib import suppress
from typing import Any, Final

import pytest
import torch
from agreement import assert_same_network
from loading import bundled
from modules import one_thread, source_class
from random_specs import document
from small_networks import small
from test_source import CASES, load
from torch import nn

import archspec
from archspec.network import Body
from archspec.reading import bundled_names

SOME = ("lenet", "squeezenet1_1", "shufflenet_v2_x0_5")
SMALLER: Final[dict[str, dict[str, Any]]] = {
    "vit_l_16": {"depth": 6},
    "vit_l_32": {"depth": 6},
    "vit_h_14": {"depth": 3},
    "regnet_y_128gf": {"widths": [264, 528, 792, 1056]},
}
"""Networks with more weights than a small machine holds four times, and what makes them smaller."""
REST = sorted({*bundled_names()} - {*SOME})
LARGE: Final = {
    *("convnext_base", "convnext_large", "densenet161", "densenet201", "resnet152"),
    *("efficientnet_b5", "efficientnet_b6", "efficientnet_b7"),
    *("efficientnet_v2_m", "efficientnet_v2_l", "mnasnet1_3", "shufflenet_v2_x2_0"),
    *("regnet_x_8gf", "regnet_x_16gf", "regnet_x_32gf"),
    *("regnet_y_8gf", "regnet_y_16gf", "regnet_y_32gf"),
    *("resnext101_32x8d", "resnext101_64x4d", "wide_resnet101_2"),
    *("swin_b", "swin_v2_b", "vgg13", "vgg16", "vgg19", "vgg13_bn", "vgg16_bn", "vgg19_bn"),
}
"""Deeper or wider ones of a family, whose blocks others of it have too: their keys are compared."""


def made(net: archspec.Architecture, style: str) -> nn.Module:
    torch.manual_seed(0)
    return source_class(net, net.codegen(style=style))()


def own_classes(net: archspec.Architecture, text: str) -> set[str]:
    """Return the classes of a source that stand for blocks."""
    blocks = {node.block.name for node in net if isinstance(node, Body) and node.block}
    found = {node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)}
    return found & blocks


@pytest.mark.parametrize("case", CASES)
def test_small_networks_are_the_same(case: str) -> None:
    assert_same_network(load(CASES[case]))


@pytest.mark.parametrize(("first", "last"), [(0, 8), pytest.param(8, 150, marks=pytest.mark.slow)])
def test_random_networks_are_the_same(first: int, last: int) -> None:
    for seed in range(first, last):
        net = small(document(random.Random(seed)))
        if net is not None:
            with one_thread():
                assert_same_network(net)


@pytest.mark.parametrize("name", [*SOME, *(pytest.param(n, marks=pytest.mark.slow) for n in REST)])
def test_bundled_networks_have_the_same_keys(name: str) -> None:
    net = bundled(name)
    flat = net.codegen(style="flat")
    with torch.device("meta"):
        ours, theirs = source_class(net)(), source_class(net, flat)()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert not own_classes(net, flat)


@pytest.mark.parametrize(
    "name", [*SOME, *(pytest.param(n, marks=pytest.mark.slow) for n in REST if n not in LARGE)]
)
def test_bundled_networks_are_the_same(name: str) -> None:
    """On the smallest image that a network takes of a few."""
    given = SMALLER.get(name, {})
    channels = next(iter(bundled(name).inputs.values()))[0]
    for size in (32, 64, 96):
        with suppress(archspec.SpecError):
            net = archspec.load(name, input=(channels, size, size), **given)
            break
    else:
        net = archspec.load(name, **given)
    assert_same_network(net)


def test_what_only_trains_stays_whole() -> None:
    text = bundled("googlenet").codegen(style="flat")
    assert "aux1 = self.aux1(x) if self.training else None" in text
    assert "class Inception" not in text


def test_a_layer_has_a_line_under_its_path() -> None:
    text = bundled("resnet18").codegen(style="flat")
    assert "        self.layer2[1].bn2 = nn.BatchNorm2d(128)\n" in text
    assert "        x = self.layer2[1].bn2(self.layer2[1].conv2(x))  # (N, 128, 28, 28)\n" in text


SIDES = """
name: Sides
input: [4, 8, 8]
blocks:
  Twice: {drop: {Dropout: 0.5}, sum: {Add: [drop, input]}}
net:
  stem: Twice
  one: {if: "=training", from: stem, do: [{Dropout: 0.5}]}
  two: {if: "=training", from: stem, do: [{Dropout: 0.3}]}
  end: {from: stem, Dropout: 0.5}
outputs: {one: one, two: two, end: end}
"""

TENSORS = """
name: Tensors
input: [4, 8, 8]
blocks:
  Scaled: {scale: {Parameter: [4, 1, 1], fill: 0.5}, out: {Mul: [input, scale]}}
net:
  first: Scaled
  again: {from: first, do: first}
  list: [{Conv2d: 4, kernel_size: 1}, Identity, Scaled]
"""

DEEP = """
name: Deep
input: {part: [4, 8, 8]}
vars: {part_: 3}
net:
  a:
    b:
      c:
        d:
          e:
            f: {one: {Conv2d: 4, kernel_size: "=part_", padding: 1}, part: {Add: [one, input]}}
            out: {Add: [f, input]}
          out: {Add: [e, input]}
        out: {Add: [d, input]}
      out: {Add: [c, input]}
    out: {Add: [b, input]}
"""


@pytest.mark.parametrize("text", [SIDES, TENSORS, DEEP], ids=["sides", "tensors", "deep"])
def test_what_is_easily_confused(text: str) -> None:
    """Sides that draw in turn, a tensor of a block called twice, the name of a variable."""
    assert_same_network(archspec.loads(text))


def test_vars_are_arguments_here_too() -> None:
    net = bundled("squeezenet1_1")
    torch.manual_seed(0)
    one = source_class(net, net.codegen(style="flat"))(num_classes=7)
    other = made(archspec.load("squeezenet1_1", num_classes=7), "structured")
    assert all(map(torch.equal, one.state_dict().values(), other.state_dict().values()))


def test_another_style_is_refused() -> None:
    with pytest.raises(ValueError, match="structured or flat"):
        bundled("lenet").codegen(style="flatt")
