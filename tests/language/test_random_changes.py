"""`changes` of random networks are what rewriting their specs by hand comes to."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from random_changes import compare
from random_specs import document


@pytest.mark.usefixtures("single_thread")
@pytest.mark.parametrize(
    "first", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(50, 300, 50))]
)
def test_changes_are_what_rewriting_comes_to(first: int) -> None:
    seeds = [random.Random(seed) for seed in range(first, first + 50)]
    came = Counter(compare(document(rng), rng) for rng in seeds)
    assert came["same"] > 25
    assert came["refused"] < 5
