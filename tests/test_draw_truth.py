"""Nothing in a picture is false: laws over bundled networks, random ones, and pairs of them."""

import random

import pytest
from picture_law import broken
from pictures import FAMILIES, compared, network
from random_specs import document, text

import archspec
from archspec.draw.compose import compose
from archspec.network import Network
from archspec.reading import bundled_names

LOOKS = [
    *[{"depth": d, "direction": "TB"} for d in (None, 0, 1, 2, 9)],
    *[{"depth": d, "direction": "LR"} for d in (None, 0, 2)],
    {"depth": 1, "direction": "TB", "foldable": True},
]


def all_wrong(drawn: Network) -> list[str]:
    """Return what any picture of a network says that is not so."""
    return [f"{look}: {wrong}" for look in LOOKS for wrong in broken(compose(drawn, **look), drawn)]


ALL = [
    pytest.param(name, marks=() if name in FAMILIES else pytest.mark.slow)
    for name in bundled_names()
]


@pytest.mark.parametrize("name", ALL)
def test_edges_of_bundled_networks_are_true(name: str) -> None:
    assert all_wrong(network(name)) == []


@pytest.mark.parametrize(("cases", "seed"), [(40, 0), pytest.param(500, 1, marks=pytest.mark.slow)])
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
