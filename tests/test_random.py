"""Random networks: the products of a spec agree, and say what torch says.

What fails is shrunk by hand and kept in `test_source.py`, so that a new draw loses nothing.
"""

from __future__ import annotations

import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import random_specs
import torch
from conftest import source
from torch import Tensor, nn

import archspec
from archspec.live.check import check

PARAMETERS, NODES = 400_000, 400
"""Networks that are larger are not tried: they say no more, and take longer."""


def network(seed: int) -> tuple[str, archspec.Architecture]:
    """Return the first network of a seed that is small enough, with its text."""
    for attempt in count():
        text = random_specs.text(f"{seed}.{attempt}")
        try:
            net = archspec.loads(text)
        except archspec.SpecError as error:
            # Such a text is right to be refused, and the same without `inplace` is a spec.
            if {diagnostic.code for diagnostic in error.diagnostics} != {"G350"}:
                raise
            net = archspec.loads(text, inplace=False)
        if net.parameters <= PARAMETERS and len(net.nodes) <= NODES:
            return text, net
    raise AssertionError


def outcome(module: nn.Module, net: archspec.Architecture, *, training: bool) -> list[Any]:
    """Return all that a pass forward and back makes: outputs, gradients, buffers, an error."""
    torch.manual_seed(1)
    inputs = [torch.randn(2, *shape, requires_grad=True) for shape in net.inputs.values()]
    module.train(training).zero_grad()
    made = module(*(tensor * 1 for tensor in inputs))  # the first op may work in place
    outputs = [made] if isinstance(made, Tensor) else list(made)
    found: list[Any] = [type(made).__name__, getattr(made, "_fields", ()), *outputs]
    try:
        there = [output for output in outputs if output is not None]
        sum((output * torch.randn_like(output)).sum() for output in there).backward()
    except RuntimeError as error:
        # An op in place may spoil what another needs for its gradient, or nothing be learned.
        found.append(str(error).partition("[")[0])
    gradients = [tensor.grad for tensor in (*inputs, *module.parameters())]
    return [*found, *gradients, *(buffer.clone() for buffer in module.buffers())]


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return torch.equal(torch.nan_to_num(one), torch.nan_to_num(other))
    return type(one) is type(other) and bool(one == other)


def assert_agree(net: archspec.Architecture) -> str:
    """Hold the live module against the emitted source, which is returned."""
    emitted = net.codegen()
    assert emitted == net.codegen()
    built = net.build(seed=0)
    torch.manual_seed(0)
    imported = source(net)
    assert list(built.state_dict()) == list(imported.state_dict())
    assert all(map(torch.equal, built.state_dict().values(), imported.state_dict().values()))
    for training in (False, True):
        one, other = (outcome(m, net, training=training) for m in (built, imported))
        assert len(one) == len(other)
        assert all(map(same, one, other)), [
            i for i, p in enumerate(zip(one, other)) if not same(*p)
        ]
    return emitted


def assert_counted(net: archspec.Architecture) -> None:
    """Hold static shapes, parameters and MACs against torch's."""
    assert not check(net.network, net.build(device="meta")).differences


def assert_formatted(folder: Path) -> None:
    """Let a formatter look for anything to change in all files of a folder."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[:4000]


@pytest.mark.parametrize(
    ("first", "last"), [(0, 120), pytest.param(120, 1620, marks=pytest.mark.slow)]
)
def test_the_products_of_random_networks_agree(first: int, last: int, tmp_path: Path) -> None:
    for seed in range(first, last):
        text, net = network(seed)
        try:
            assert_counted(net)
            (tmp_path / f"net{seed}.py").write_text(assert_agree(net))
        except Exception:
            print(f"seed {seed}:\n{text}")
            raise
    assert_formatted(tmp_path)
