"""The rows of every table add up to its totals: in every form, grouped or not, at any depth."""

from __future__ import annotations

from itertools import pairwise

import pytest
from adding_up import assert_adds_up, assert_difference_adds_up
from loading import bundled

import archspec
from archspec.reading import bundled_names

pytestmark = pytest.mark.heavy  # it adds up every network

FEW = ["lenet", "resnet18", "googlenet", "swin_t", "unet"]
TWINS = """\
name: Twins
input: {left: [3, 16, 16], right: [3, 16, 16]}
blocks:
  Encoder(width):
    stem: [{Conv2d: =width, kernel_size: 3, padding: 1}, BatchNorm2d, ReLU]
    body: {repeat: 2, do: [{Conv2d: =width, kernel_size: 3, padding: 1}, ReLU]}
    more: body
net:
  one: {from: left, Encoder: 8}
  two: {from: right, do: one}
  difference: {Cat: [one, two]}
  pool: [{AdaptiveAvgPool2d: 1}, Flatten]
  head: {Linear: 2}
"""
APART = TWINS.replace("do: one", "Encoder: 8")
"""The same, but that each side learns on its own."""
SIDE = """\
name: Side
input: [3, 8, 8]
net:
  one: [{Conv2d: 4, kernel_size: 3}, ReLU]
  aside: {if: =training, from: one, do: [Flatten, {Linear: 2}]}
  two: {from: one, do: [Flatten, {Linear: 2}]}
outputs: {main: two, aux: aside}
"""
INNER = """\
name: Inner
input: [4, 6, 6]
net:
  rows: {Conv2d: 3, kernel_size: 1}
  flat: {Flatten: 2}
  columns: {from: input, do: [{Conv2d: 5, kernel_size: 1}, {Flatten: 2}, {Permute: [0, 2, 1]}]}
  product: {MatMul: [flat, columns]}
"""
"""Of another input, the product has the same shape and no argument of its own."""


@pytest.mark.parametrize(
    "name", [n if n in FEW else pytest.param(n, marks=pytest.mark.slow) for n in bundled_names()]
)
def test_tables_of_bundled_networks_add_up(name: str) -> None:
    assert_adds_up(bundled(name))


@pytest.mark.parametrize("spec", [TWINS, APART, SIDE, INNER])
def test_tables_add_up(spec: str) -> None:
    assert_adds_up(archspec.loads(spec))


def test_what_is_shared_counts_where_it_is_called_first() -> None:
    net = archspec.loads(TWINS)
    from archspec.tables import as_data

    nodes = {node["path"]: node for node in as_data(net.network)["nodes"]}
    assert nodes["two"]["shared"]
    assert nodes["two.body.0.0"]["parameters"] == nodes["one.more.0.0"]["parameters"] == 0
    assert nodes["two.body.0.0"]["macs"] == nodes["one.body.0.0"]["macs"] > 0
    assert not nodes["two.stem.2"]["shared"], "it learns nothing"
    line = next(
        x for x in net.summary(columns=["path", "params"]).splitlines() if "two.stem.0" in x
    )
    assert line.split() == ["two.stem.0", "shared"]


@pytest.mark.parametrize(("one", "other"), pairwise([TWINS, APART, SIDE, INNER, TWINS]))
def test_differences_add_up(one: str, other: str) -> None:
    first, second = archspec.loads(one).network, archspec.loads(other).network
    assert not assert_difference_adds_up(first, second).is_equal
    assert not assert_difference_adds_up(second, first).is_equal
    assert assert_difference_adds_up(first, archspec.loads(one).network).is_equal


def test_a_module_called_again_is_another_than_one_of_its_own() -> None:
    found = assert_difference_adds_up(
        archspec.loads(TWINS).network, archspec.loads(APART).network
    ).differences
    assert [d.after and d.after.path for d in found] == ["two"]
    assert found[0].facts == ("one again → a module of its own",)
    assert found[0].grown.parameters == archspec.loads(TWINS).parameters - 34


def test_an_inner_size_of_a_product_is_told() -> None:
    before, after = (archspec.loads(INNER, input=(4, side, side)) for side in (6, 8))
    found = assert_difference_adds_up(before.network, after.network).differences
    assert "product" in {d.after.path for d in found if d.after and d.follows}


def test_in_training_alone_is_no_change_of_what_is_within() -> None:
    plain = SIDE.replace("if: =training, ", "")
    found = assert_difference_adds_up(
        archspec.loads(SIDE).network, archspec.loads(plain).network
    ).differences
    assert [d.after and d.after.path for d in found] == ["aside"]


def test_inputs_go_by_their_names() -> None:
    renamed = TWINS.replace("left", "first")
    found = assert_difference_adds_up(
        archspec.loads(TWINS).network, archspec.loads(renamed).network
    )
    assert found.facts == ("input left (3, 16, 16) → first (3, 16, 16)",)
    assert not found.differences
    turned = TWINS.replace(
        "left: [3, 16, 16], right: [3, 16, 16]", "right: [3, 16, 16], left: [3, 16, 16]"
    )
    assert not assert_difference_adds_up(
        archspec.loads(TWINS).network, archspec.loads(turned).network
    ).differences
