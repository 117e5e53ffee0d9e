"""Nothing in a picture is false: laws over bundled networks, random ones, and pairs of them."""

import random

import pytest
from picture_law import all_wrong, broken
from pictures import FAMILIES, compared, network
from random_specs import document, text

import archspec
from archspec.draw.compose import compose
from archspec.reading import bundled_names

ALL = [
    pytest.param(name, marks=() if name in FAMILIES else pytest.mark.slow)
    for name in bundled_names()
]


@pytest.mark.parametrize("name", ALL)
def test_edges_of_bundled_networks_are_true(name: str) -> None:
    assert all_wrong(network(name)) == []


@pytest.mark.parametrize(("cases", "seed"), [(40, 0), pytest.param(100, 1, marks=pytest.mark.slow)])
def test_edges_of_random_networks_are_true(cases: int, seed: int) -> None:
    rng = random.Random(seed)
    for case in range(cases):
        spec = document(rng)
        spec["vars"]["inplace"] = False  # or some would be refused
        written = text(spec)
        wrong = all_wrong(archspec.loads(written).network)
        assert wrong == [], f"case {case} of seed {seed}:\n{written}"


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
