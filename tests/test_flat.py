"""The flat form: one class that opens every block, and is the same network to the last bit."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import torch
from agreement import assert_formatted, outcome, same
from conftest import module_class
from test_random import network
from test_source import CASES, load
from torch import nn

import archspec
from archspec.reading import bundled_names

SOME = ("lenet", "nin", "squeezenet1_1", "shufflenet_v2_x0_5", "googlenet", "mobilenet_v3_small")
REST = sorted({*bundled_names()} - {*SOME})


def made(net: archspec.Architecture, style: str) -> nn.Module:
    torch.manual_seed(0)
    return module_class(net, style)()


def assert_same_network(net: archspec.Architecture) -> str:
    """Hold the flat source, which is returned, against the structured one."""
    one, other = made(net, "structured"), made(net, "flat")
    ours, theirs = one.state_dict(), other.state_dict()
    assert list(ours) == list(theirs)
    assert all(map(torch.equal, ours.values(), theirs.values()))
    one.load_state_dict(theirs)
    other.load_state_dict(ours)
    for training in (False, True):
        pairs = zip(*(outcome(m, net, training=training) for m in (one, other)), strict=True)
        assert all(same(*pair) for pair in pairs)
    return net.codegen(style="flat")


def own_classes(net: archspec.Architecture, text: str) -> set[str]:
    """Return the classes of a source that the structured one has too, but for the network's own."""
    blocks = set(re.findall(r"^class (\w+)", net.codegen(), re.MULTILINE))
    found = {node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)}
    return found & blocks - {net.name, f"{net.name}Outputs"}


@pytest.mark.parametrize("case", CASES)
def test_small_networks_are_the_same(case: str, tmp_path: Path) -> None:
    (tmp_path / "tiny.py").write_text(assert_same_network(load(CASES[case])))
    assert_formatted(tmp_path)
