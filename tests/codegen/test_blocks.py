"""Blocks of emitted source, called with arguments that their own network never gives them."""

from __future__ import annotations

import inspect
import random
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from loading import bundled
from modules import source_class
from test_opening import described
from torch import nn

import archspec
from archspec.expressions import Value, shown_value
from archspec.network import Body, walk

NETWORKS = (
    "efficientnet_v2_s",
    "googlenet",
    "maxvit_t",
    "regnet_y_400mf",
    "resnet50",
    "shufflenet_v2_x0_5",
    "vit_b_32",
)
ALIKE = ("efficientnet_b0", "inception_v3", "mobilenet_v2", "resnet34")
"""Networks of the same kinds of blocks, for the long run."""
CHOICES = 4
"""How often the arguments of each block are drawn anew."""


def uses(net: archspec.Architecture) -> dict[str, list[Body]]:
    found: dict[str, list[Body]] = {}
    for node in walk(net.network.root):
        if isinstance(node, Body) and node.block:
            found.setdefault(node.block.name, []).append(node)
    return found


def mixed(bodies: list[Body], draw: random.Random) -> dict[str, Value]:
    """Return each argument as some use has it, so that they need not have met before."""
    uses = [body.block for body in bodies if body.block is not None]
    names = uses[0].values.keys() - set().union(*(use.computed for use in uses))
    return {name: draw.choice(uses).values[name] for name in sorted(names)}


def alone(name: str, body: Body, values: dict[str, Value], folder: Path) -> archspec.Architecture:
    """Return a network of one block.

    Raises:
        SpecError: when there is none with these arguments.
    """
    assert body.block is not None
    shape = [*map(int, body.inputs[0])]
    if "in_channels" in values:
        shape[shape.index(int(body.block.values["in_channels"]))] = values["in_channels"]  # type: ignore[call-overload, arg-type]
    listed = (p.name for p in body.block.parameters if p.name in values)
    given = ", ".join(f"{name}: {shown_value(values[name])}" for name in listed)
    use = f"{{use: {body.block.name}, {given}}}" if given else body.block.name
    path = folder / "one.yaml"
    head = f"extends: {name}\nname: One\ninput: {shown_value(tuple(shape))}\n"
    path.write_text(f"{head}net: {{main: {use}}}\noutputs: main\nexpect: {{}}\ninit: []\n")
    return archspec.load(path)


def given(kind: type[nn.Module], values: dict[str, Value]) -> dict[str, Any]:
    """Return the arguments that a class takes, ops as classes."""
    space = vars(sys.modules[kind.__module__])
    found = {}
    for name in inspect.signature(kind).parameters:
        value = values[name]
        is_class = isinstance(value, str)
        found[name] = getattr(nn, value, space.get(value)) if is_class else value  # type: ignore[arg-type]
    return found


def compared(name: str, choices: int, folder: Path) -> int:
    """Hold the blocks of a network against live ones, and return how often that could be done."""
    net = bundled(name)
    space = vars(sys.modules[source_class(net).__module__])
    draw, done = random.Random(name), 0
    for block, bodies in uses(net).items():
        kind = space.get(block)
        if kind is None or f"{block}2" in space:
            continue
        for _ in range(choices):
            values = mixed(bodies, draw)
            try:
                live = alone(name, bodies[0], values, folder)
            except archspec.SpecError:
                continue
            assert_same(kind, {**net.network.vars, **values}, live)
            done += 1
    return done


def assert_same(
    kind: type[nn.Module], values: dict[str, Value], live: archspec.Architecture
) -> None:
    """Compare tensors, layers and what comes out, all without numbers."""
    with torch.device("meta"):
        made, built = kind(**given(kind, values)), live.build(device="meta")
        assert described(nn.ModuleDict({"main": made})) == described(built)
        x = torch.empty(2, *live.inputs["input"])
        assert made(x).shape == built(x).shape


@pytest.mark.parametrize(
    "name", [*NETWORKS, *(pytest.param(n, marks=pytest.mark.slow) for n in ALIKE)]
)
def test_blocks_take_other_arguments(name: str, tmp_path: Path) -> None:
    assert compared(name, CHOICES, tmp_path)


def test_a_shortcut_without_stride(tmp_path: Path) -> None:
    kind = vars(sys.modules[source_class(bundled("resnet34")).__module__])["BasicBlock"]
    body = uses(bundled("resnet34"))["BasicBlock"][0]
    values: dict[str, Value] = {"in_channels": 64, "channels": 128, "stride": 1, "dilation": 1}
    assert_same(kind, values, alone("resnet34", body, values, tmp_path))
