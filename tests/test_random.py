"""Random networks: the products of a spec agree, and say what torch says.

What fails is shrunk by hand and kept in `test_source.py`, so that a new draw loses nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch
from agreement import assert_agree, assert_counted, assert_formatted, outcome, same
from random_specs import document, text
from rewriting import inlined, unrolled

import archspec

PARAMETERS, NODES = 400_000, 400
"""Networks that are larger are not tried: they say no more, and take longer."""


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other take most of the time of such small tensors."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def loaded(spec: dict[str, Any]) -> archspec.Architecture:
    """Return a network; one whose ops may not work in place, with ops that do not."""
    try:
        return archspec.loads(text(spec))
    except archspec.SpecError as error:
        if {diagnostic.code for diagnostic in error.diagnostics} != {"G350"}:
            raise
        return archspec.loads(text(spec), inplace=False)


def network(seed: int) -> tuple[dict[str, Any], archspec.Architecture]:
    """Return the first network of a seed that is small enough, with its spec."""
    for attempt in count():
        spec = document(random.Random(f"{seed}.{attempt}"))
        try:
            net = loaded(spec)
        except archspec.SpecError as error:  # a concatenation repeated may outgrow every limit
            if all(diagnostic.code.startswith("L") for diagnostic in error.diagnostics):
                continue
            raise
        if net.parameters <= PARAMETERS and len(net.nodes) <= NODES:
            return spec, net
    raise AssertionError


def assert_same_numbers(net: archspec.Architecture, other: archspec.Architecture) -> None:
    """Hold a network against the same one written in other words."""
    assert (net.parameters, net.macs, net.output) == (other.parameters, other.macs, other.output)
    one, two = net.build(seed=0), other.build(seed=0)
    assert list(one.state_dict()) == list(two.state_dict())
    pairs = zip(outcome(one, net, training=True), outcome(two, other, training=True), strict=True)
    assert all(same(*pair) for pair in pairs)


@pytest.mark.parametrize(
    ("first", "last"), [(0, 120), pytest.param(120, 420, marks=pytest.mark.slow)]
)
def test_the_products_of_random_networks_agree(first: int, last: int, tmp_path: Path) -> None:
    for seed in range(first, last):
        spec, net = network(seed)
        try:
            assert_counted(net)
            (tmp_path / f"net{seed}.py").write_text(assert_agree(net))
            for rewritten in (unrolled(spec), inlined(spec)):
                if rewritten != spec:
                    assert_same_numbers(net, loaded(rewritten))
        except Exception:
            print(f"seed {seed}:\n{text(spec)}")
            raise
    assert_formatted(tmp_path)
