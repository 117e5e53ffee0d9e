"""Random networks whose numbers are vars: a class takes what `load` takes, and refuses by name."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from random_specs import document, text
from random_vars import with_vars
from small_networks import small
from varying import vary

from archspec import expressions

TIMES = 6
"""Values for each network."""
FEWER = 4
"""The same in the long run, which makes more of more networks than of more values."""


def varied(seeds: range, times: int) -> Counter[str]:
    """Vary the arguments of random networks so many times; return how often what came of it."""
    found: Counter[str] = Counter()
    for seed in seeds:
        rng = random.Random(seed)
        spec = with_vars(document(rng), rng)
        net = small(spec)
        if net is not None:
            found["networks"] += 1
            found += vary(text(spec), rng, times, net)
    return found


@pytest.mark.usefixtures("single_thread")
@pytest.mark.parametrize(
    ("first", "count"),
    [
        (0, 20),
        pytest.param(20, 80, marks=pytest.mark.slow),
        *(pytest.param(n, 100, marks=pytest.mark.slow) for n in range(100, 3100, 100)),
    ],
)
def test_arguments_of_random_networks_of_any_value(first: int, count: int) -> None:
    times = FEWER if first else TIMES
    found = varied(range(first, first + count), times)
    assert found["networks"] >= count // 4
    assert found["made"] >= times * found["networks"] // 3
    assert found["refused"] >= times * found["networks"] // 12


RESTRICTED = {
    *(("Conv2d", "groups"), ("GroupNorm", "num_groups")),
    *(("Dropout", "p"), ("Scale", "factor"), ("StochasticDepth", "p")),
}
"""Arguments that an op restricts, some of many."""


@pytest.mark.parametrize(
    ("first", "last"), [(0, 40), pytest.param(40, 160, marks=pytest.mark.slow)]
)
def test_vars_in_place_of_numbers_leave_a_network_as_it_is(first: int, last: int) -> None:
    reached: set[tuple[str, str]] = set()
    for seed in range(first, last):
        rng = random.Random(seed)
        spec = document(rng)
        plain, net = small(spec), small(with_vars(spec, rng))
        if plain is None or net is None:
            continue
        assert plain.parameters == net.parameters
        reached |= {
            (leaf.label, name)
            for leaf in net.network.leaves
            for name, formula in leaf.formulas.items()
            if expressions.names(formula)
        }
    assert reached >= RESTRICTED
