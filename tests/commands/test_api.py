"""The Python interface."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

import archspec


def test_static_facts() -> None:
    net = archspec.load("resnet34", num_classes=10)
    assert net.name == "ResNet34"
    assert net.inputs == {"input": (3, 224, 224)}
    assert net.output == (10,)
    assert net.parameters == 21_289_802
    assert net.receptive_field == (899, 899)
    assert [node.path for node in net][:3] == ["conv1", "bn1", "relu"]
    assert repr(net).startswith("<ResNet34: 21,289,802 parameters")


def test_vars_make_another_network_and_leave_the_first() -> None:
    one, two = archspec.load("lenet"), archspec.load("lenet", num_classes=3)
    assert (one.output, two.output) == ((10,), (3,))


def test_an_input_shape_may_be_given() -> None:
    assert archspec.load("resnet18", input=(3, 64, 96), include_top=False).output == (512, 2, 3)


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        *(((size, 32, 32), "S219") for size in (0, -1, 1.5, math.inf, math.nan, True, "1")),
        *((shape, code) for shape, code in (((), "S219"), (3, "S218"), ("1x32x32", "S218"))),
    ],
)
def test_an_input_shape_is_a_list_of_whole_numbers(shape: Any, code: str) -> None:
    with pytest.raises(archspec.SpecError) as caught:
        archspec.load("lenet", input=shape)
    assert [found.code for found in caught.value.diagnostics] == [code]


def test_it_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        archspec.load("lenet").network = None  # type: ignore[misc, assignment]


@pytest.mark.parametrize(
    ("vars", "message"),
    [
        ({"num_clases": 3}, "did you mean `num_classes`"),
        ({"num_classes": "ten"}, "a whole number"),
        ({"num_classes": True}, "a whole number"),
        ({"num_classes": object()}, "number, word or list"),
    ],
)
def test_wrong_vars_are_told(vars: dict[str, object], message: str) -> None:
    with pytest.raises(archspec.SpecError, match=message):
        archspec.load("lenet", **vars)


def test_draw_writes_what_the_ending_says(tmp_path: Path) -> None:
    net = archspec.load("lenet")
    for ending, start in (("svg", b"<!--"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("dot", b"//")):
        net.draw(tmp_path / f"lenet.{ending}")
        assert (tmp_path / f"lenet.{ending}").read_bytes().startswith(start)


def test_a_spec_may_extend_its_neighbour_and_a_bundled_one(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("extends: resnet18\nname: Mine\nvars: {num_classes: 2}\n")
    (tmp_path / "more.yaml").write_text("extends: mine.yaml\nvars: {layers: [1, 1, 1, 1]}\n")
    net = archspec.load(tmp_path / "more.yaml")
    assert (net.name, net.output) == ("Mine", (2,))
    assert net.parameters < archspec.load("resnet18").parameters


def test_what_is_wrong_in_a_base_is_told_in_the_base(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("name: B\ninput: [3, 8, 8]\nnet: [{Conv2d: 4}]\n")
    (tmp_path / "own.yaml").write_text("extends: base.yaml\nname: Own\n")
    with pytest.raises(archspec.SpecError) as caught:
        archspec.load(tmp_path / "own.yaml")
    assert "base.yaml:3:8" in str(caught.value)


def test_specs_that_extend_one_another_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    with pytest.raises(archspec.SpecError, match="extends itself"):
        archspec.load(tmp_path / "a.yaml")
