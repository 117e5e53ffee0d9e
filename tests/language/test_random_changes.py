"""`changes` of random networks are what rewriting their specs by hand comes to."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from random_changes import compare
from random_specs import document


@pytest.mark.usefixtures("single_thread")
@pytest.mark.parametrize(
    ("first", "last"),
    [
        (0, 20),
        *(pytest.param(n, n + 56, marks=pytest.mark.slow) for n in range(20, 300, 56)),
    ],
)
def test_changes_are_what_rewriting_comes_to(first: int, last: int) -> None:
    seeds = [random.Random(seed) for seed in range(first, last)]
    came = Counter(compare(document(rng), rng) for rng in seeds)
    assert came["same"] > len(seeds) // 2
    assert came["refused"] < len(seeds) // 10
