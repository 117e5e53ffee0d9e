"""Signals, maps and volumes: their names, their words, and what is told of the wrong one."""

from __future__ import annotations

import json

import pytest

import archspec
from archspec.analysis import fields
from archspec.tables.data import as_data, flat

SHAPES = {1: "[6, 20]", 2: "[6, 12, 20]", 3: "[6, 10, 12, 20]"}


def loaded(shape: str, net: str) -> archspec.Architecture:
    return archspec.loads(f"name: Net\ninput: {shape}\nnet: {net}\n")


@pytest.mark.parametrize(
    ("rank", "names"),
    [
        (1, {"in_channels": 6, "in_length": 20, "in_features": 20}),
        (2, {"in_channels": 6, "in_height": 12, "in_width": 20}),
        (3, {"in_channels": 6, "in_depth": 10, "in_height": 12, "in_width": 20}),
    ],
)
def test_sizes_that_enter_have_their_names(rank: int, names: dict[str, int]) -> None:
    for name, size in names.items():
        net = f'[{{"Conv{rank}d": ={name}, kernel_size: 1}}]'
        assert loaded(SHAPES[rank], net).nodes[-1].output[0] == size
    everything = {"in_length", "in_depth", "in_height", "in_width", "in_channels"}
    for name in everything - names.keys():
        with pytest.raises(archspec.SpecError, match="not defined here"):
            loaded(SHAPES[rank], f'[{{"Conv{rank}d": ={name}, kernel_size: 1}}]')


def test_behind_linear_the_channels_are_last() -> None:
    blocks = "blocks: {B: [{Linear: =in_channels + in_features + in_length}]}\n"
    text = f"name: N\ninput: [7, 5]\n{blocks}net: [{{Linear: 3}}, B]\n"
    assert archspec.loads(text).nodes[-1].output == (7, 3 + 3 + 7)
    with pytest.raises(archspec.SpecError) as caught:
        loaded("[7, 5]", "[{Linear: 3}, {Conv1d: 4, kernel_size: 1}]")
    assert "(T, C) = (7, 3) arrives" in str(caught.value)
    assert "{Permute: [0, 2, 1]}" in str(caught.value)
    turned = loaded("[7, 5]", "[{Linear: 3}, {Permute: [0, 2, 1]}, {Conv1d: 4, kernel_size: 1}]")
    assert turned.output == (4, 7)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("other", [1, 2, 3])
@pytest.mark.parametrize(
    "node",
    ["{Conv?d: 4, kernel_size: 1}", "BatchNorm?d", "{MaxPool?d: 2}", "{ZeroPad?d: 1}", "Dropout?d"],
)
def test_the_wrong_rank_is_one_error_that_names_the_right_op(
    rank: int, other: int, node: str
) -> None:
    if rank == other:
        loaded(SHAPES[rank], f"[{node.replace('?', str(rank))}]")
        return
    with pytest.raises(archspec.SpecError) as caught:
        loaded(SHAPES[rank], f"[{node.replace('?', str(other))}]")
    (found,) = caught.value.diagnostics
    op = node.strip("{").partition("?")[0]
    assert (found.code, found.span.line) == ("G302", 3)
    assert f"`{op}{rank}d` reads" in found.help


@pytest.mark.parametrize(
    ("node", "told"),
    [
        ("{Upsample: , scale_factor: 2, mode: bilinear}", "`nearest` and `linear`"),
        ("{Upsample: , size: [4, 4]}", "2 numbers for 1 sides"),
        ("{MaxPool1d: 2, stride: [1, 1]}", "a list of one"),
        ("{ConstantPad1d: [1, 2]}", "needs `value`"),
        ("{ConstantPad1d: [1, 2, 3], value: 0}", "padding, value"),
    ],
)
def test_arguments_have_as_many_entries_as_the_map_has_sides(node: str, told: str) -> None:
    with pytest.raises(archspec.SpecError) as caught:
        loaded(SHAPES[1], f"[{node}]")
    assert told in str(caught.value)


def test_names_of_sizes_are_nobodys() -> None:
    for name in ("in_length", "in_depth"):
        with pytest.raises(archspec.SpecError, match="S207"):
            archspec.loads(f"name: N\ninput: [4]\nvars: {{{name}: 3}}\nnet: [{{Linear: 2}}]\n")


def test_receptive_fields_have_a_number_for_each_side() -> None:
    net = loaded(SHAPES[3], "[{Conv3d: 4, kernel_size: [1, 3, 5], stride: [1, 2, 1]}, ReLU]")
    assert net.receptive_field == (1, 3, 5)
    assert fields(net.network)["0"].stride == (1, 2, 1)
    head, rows = flat(as_data(net.network))
    there = dict(zip(head, rows[0], strict=True))
    names = [f"receptive_field_{side}" for side in ("depth", "height", "width")]
    assert [there[name] for name in names] == [1, 3, 5]
    signal = loaded(SHAPES[1], "[{Conv1d: 4, kernel_size: 3}, {AdaptiveAvgPool1d: 1}]")
    head, rows = flat(as_data(signal.network))
    assert [row[head.index("receptive_field_length")] for row in rows] == [3, "global"]
    assert json.dumps(as_data(signal.network))


def test_source_takes_channels_of_any_map() -> None:
    for rank in (1, 2, 3):
        net = loaded(SHAPES[rank], f'[{{"Conv{rank}d": 4, kernel_size: 3}}, "BatchNorm{rank}d"]')
        assert f"nn.Conv{rank}d(in_channels, 4, kernel_size=3)" in net.codegen()
    assert "in_features" in loaded("[5, 7]", "[{Linear: 4}, {Linear: 3}]").codegen()


def test_a_side_that_decides_once_is_told() -> None:
    net = loaded(SHAPES[1], "[{AdaptiveAvgPool1d: =in_length // 2}]")
    assert [warning.code for warning in net.warnings] == ["W132"]
