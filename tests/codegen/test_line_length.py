"""Source with longer lines: laid out as a formatter does it, and the same network."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch
from agreement import assert_formatted
from modules import source_class
from random_specs import document
from small_networks import small

import archspec
from archspec.commands import main

NAMES = ["googlenet", "efficientnet_b0", "vit_b_32"]
MORE = ["resnet34", "densenet121", "unet"]


def compared(net: archspec.Architecture, width: int, style: str) -> int:
    """Hold wide source against the usual one, and return the columns of its longest line."""
    text = net.codegen(style=style, line_length=width)
    parts = any(leaf.op.torch.startswith("parts.") for leaf in net.network.leaves)
    if not parts and "_make_divisible" not in text:  # what is copied keeps its lines
        assert_formatted(text, width)
    with torch.device("meta"):
        wide, usual = (source_class(net, t)() for t in (text, net.codegen(style=style)))
    assert repr(wide) == repr(usual)
    assert [*wide.state_dict()] == [*usual.state_dict()]
    return max(map(len, text.splitlines()))


@pytest.mark.parametrize("name", [*NAMES, *(pytest.param(n, marks=pytest.mark.slow) for n in MORE)])
def test_lines_are_as_long_as_is_asked_for(name: str) -> None:
    net = archspec.load(name)
    assert 88 < compared(net, 100, "structured") <= 100
    assert 88 < compared(net, 120, "flat") <= 120


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 60))]
)
def test_random_networks_with_longer_lines(seed: int) -> None:
    rng = random.Random(seed)
    net = next(net for net in (small(document(rng)) for _ in range(50)) if net is not None)
    assert compared(net, 100 + seed, ("structured", "flat")[seed % 2]) <= 100 + seed


def test_the_option_and_its_bounds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model.py"
    assert main(["codegen", "resnet18", "--line-length", "100", "--out", str(path)]) == 0
    assert max(map(len, path.read_text().splitlines())) > 88
    assert main(["codegen", "resnet18", "--line-length", "100", "--check", "--out", str(path)]) == 0
    assert main(["codegen", "resnet18", "--check", "--out", str(path)]) == 1
    capsys.readouterr()
    for wrong in ("79", "201"):
        assert main(["codegen", "resnet18", "--line-length", wrong]) == 2
        assert "--line-length is from 88 to 200" in capsys.readouterr().err
    with pytest.raises(ValueError, match="88 to 200 columns, not 79"):
        archspec.load("lenet").codegen(line_length=79)
    assert archspec.load("lenet").codegen(line_length=88) == archspec.load("lenet").codegen()
