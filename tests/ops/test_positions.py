"""Values without a name mean what PyTorch's class makes of them, or they are refused."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import Any

import pytest
import torch
from torch import nn

import archspec
from archspec import SpecError
from archspec.live import parts
from archspec.ops import OPS, Form, Op
from archspec.ops.memory import Saved

MODULES = [op for op in OPS if op.form is Form.MODULE]


def theirs(kind: type[Op]) -> list[str]:
    """Return the arguments of the PyTorch class of an op, in order."""
    home, _, name = kind.torch.rpartition(".")
    taken = signature(getattr({"nn": nn, "parts": parts}[home], name)).parameters.values()
    return [p.name for p in taken if p.kind is not Parameter.VAR_POSITIONAL]


def net(node: str, shape: str = "[8, 16, 16]") -> archspec.Architecture:
    return archspec.loads(f"name: Tiny\ninput: {shape}\nnet: [{node}]\n")


def error(node: str, shape: str = "[8, 16, 16]") -> archspec.Diagnostic:
    with pytest.raises(SpecError) as caught:
        net(node, shape)
    (found,) = caught.value.diagnostics
    return found


@pytest.mark.parametrize("kind", MODULES, ids=lambda kind: kind.__name__)
def test_fields_stand_in_the_order_of_torch(kind: type[Op]) -> None:
    fields = list(kind.model_fields)
    assert fields == [name for name in theirs(kind) if name in fields]


@pytest.mark.parametrize("kind", MODULES, ids=lambda kind: kind.__name__)
def test_a_position_is_that_of_torch_but_for_what_is_inferred_before_it(kind: type[Op]) -> None:
    taken = [n for n in theirs(kind) if n not in kind.inferred() or n in kind.positions()]
    assert list(kind.positions()) == taken[: len(kind.positions())]


@pytest.mark.parametrize("kind", MODULES, ids=lambda kind: kind.__name__)
def test_all_that_must_be_given_has_a_position_and_nothing_behind_what_is_inferred(
    kind: type[Op],
) -> None:
    needed = {n for n, f in kind.model_fields.items() if f.is_required()} - {*kind.inferred()}
    order = kind.positions()
    assert needed <= {*order}
    inferred = [name for name in order if name in kind.inferred()]
    assert inferred in ([], [*order[-1:]])


def test_what_is_inferred_has_a_position_in_the_norms_alone() -> None:
    stating = {kind.__name__ for kind in OPS if {*kind.inferred()} & {*kind.positions()}}
    norms = {f"{norm}{n}d" for norm in ("BatchNorm", "InstanceNorm") for n in (1, 2, 3)}
    norms |= {"GroupNorm", "LayerNorm", "LayerNorm2d", "RMSNorm"}
    assert stating == norms


# (the node, the module that a reader of PyTorch expects)
SAME: list[tuple[str, nn.Module]] = [
    ("{BatchNorm2d: 8}", nn.BatchNorm2d(8)),
    ("{InstanceNorm2d: 8}", nn.InstanceNorm2d(8)),
    ("{GroupNorm: 4}", nn.GroupNorm(4, 8)),
    ("{GroupNorm: [4, 8]}", nn.GroupNorm(4, 8)),
    ("{LayerNorm: 16}", nn.LayerNorm(16)),
    ("{LayerNorm: [16]}", nn.LayerNorm([16])),
    ("{LayerNorm: [16, 16]}", nn.LayerNorm([16, 16])),
    ("{LayerNorm: [8, 16, 16], eps: 0.01}", nn.LayerNorm([8, 16, 16], 0.01)),
    ("{LayerNorm: , normalized_shape: [16, 16]}", nn.LayerNorm([16, 16])),
    ("{LayerNorm: [=in_channels, =in_height, =in_width]}", nn.LayerNorm([8, 16, 16])),
    ("{MaxPool2d: [2, 2]}", nn.MaxPool2d(2, 2)),
    ("{MaxPool2d: [3, 2, 1]}", nn.MaxPool2d(3, 2, 1)),
    ("{MaxPool2d: [[1, 3]]}", nn.MaxPool2d((1, 3))),
    ("{AvgPool2d: [[1, 3], 2]}", nn.AvgPool2d((1, 3), 2)),
    ("{AdaptiveAvgPool2d: [1, 1]}", nn.AdaptiveAvgPool2d((1, 1))),
    ("{AdaptiveAvgPool2d: [3, null]}", nn.AdaptiveAvgPool2d((3, None))),
    ("{AdaptiveMaxPool2d: [2, 3]}", nn.AdaptiveMaxPool2d((2, 3))),
    ("{AdaptiveAvgPool2d: [2]}", nn.AdaptiveAvgPool2d(2)),
    ("{Upsample: 32}", nn.Upsample(32)),
    ("{Upsample: [32, 24]}", nn.Upsample((32, 24))),
    ("{Upsample: , scale_factor: 2}", nn.Upsample(scale_factor=2)),
    ("{Upsample: , size: 4}", nn.Upsample(4)),
    ("{LeakyReLU: [0.2, false]}", nn.LeakyReLU(0.2, False)),
]


@pytest.mark.parametrize(("node", "expected"), SAME, ids=[node for node, _ in SAME])
def test_it_is_the_module_that_torch_makes_of_the_same_values(
    node: str, expected: nn.Module
) -> None:
    loaded = net(node)
    module = loaded.build(seed=0)
    x = torch.randn(2, 8, 16, 16)
    assert repr(module.get_submodule("0")).replace(".0,", ",") == repr(expected).replace(".0,", ",")
    assert torch.equal(module(x), expected(x))
    space: dict[str, Any] = {}
    exec(loaded.codegen(), space)
    assert torch.equal(space["Tiny"]()(x), expected(x))


# (the node, the code, parts of what is told)
REFUSED = [
    ("{BatchNorm2d: 64}", "G313", ("num_features", "64", "8 arrive")),
    ("{InstanceNorm2d: 64}", "G313", ("num_features", "64")),
    ("{LayerNorm: 64}", "G313", ("normalized_shape", "16 arrive")),
    ("{LayerNorm: [8, 16]}", "G313", ("[8, 16]", "[16, 16] arrive")),
    ("{LayerNorm2d: 64}", "G313", ("normalized_shape", "8 arrive")),
    ("{GroupNorm: [8, 64]}", "G313", ("num_channels", "64")),
    ("{BatchNorm2d: 1e-3}", "G313", ("all else has a name, such as `eps`",)),
    ("{LayerNorm: 1e-6}", "G313", ("such as `eps`",)),
    ("{BatchNorm2d: [8, 1e-3]}", "G311", ("`eps: 0.001`",)),
    ("{GroupNorm: [4, 8, 1e-3]}", "G311", ("num_groups, num_channels", "`eps: 0.001`")),
    ("{MaxPool2d: [3, 2, 1, 1, true]}", "G311", ("`ceil_mode: true`",)),
    ("{MaxPool2d: [1, 3]}", "G361", ("`{MaxPool2d: 1, stride: 3}`", "`{MaxPool2d: [[1, 3]]}`")),
    ("{AvgPool2d: [3, 2]}", "G361", ("`{AvgPool2d: 3, stride: 2}`",)),
    ("{Upsample: 2}", "G360", ("(16, 16) becomes (2, 2)", "scale_factor")),
    ("{Upsample: [2, 2]}", "G360", ("scale_factor",)),
    ("{Upsample: 16}", "G360", ("scale_factor",)),
    ("{Upsample: [null, 2]}", "G315", ("scale_factor",)),
]


@pytest.mark.parametrize(("node", "code", "parts"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_may_be_meant_otherwise_is_refused(
    node: str, code: str, parts: tuple[str, ...]
) -> None:
    found = error(node)
    assert found.code == code
    assert all(part in str(found) for part in parts), str(found)


@pytest.mark.parametrize(
    "node",
    ["{MaxPool2d: 3, stride: 2}", "{MaxPool2d: [[3, 2]]}", "{MaxPool2d: [3, 2, 0]}"],
)
def test_a_pooling_is_written_in_two_ways_that_nobody_mistakes(node: str) -> None:
    assert net(node).warnings == ()


@pytest.mark.parametrize(
    ("node", "shape", "warned"),
    [
        ("{Conv2d: [8, 16, 3]}", "[8, 16, 16]", True),
        ("{Conv2d: [=in_channels, 16, 3]}", "[8, 16, 16]", True),
        ("{Conv2d: [8, 4, 3, 1, 1]}", "[8, 16, 16]", True),
        ("{ConvTranspose2d: [8, 4, 2, 2]}", "[8, 16, 16]", True),
        ("{Permute: [0, 2, 3, 1]}, {WindowAttention: [8, 2, 1]}", "[8, 16, 16]", True),
        ("{Conv2d: [16, 16, 3]}", "[8, 16, 16]", False),
        ("{Conv2d: [8, 3]}", "[8, 16, 16]", False),
        ("{Conv2d: [8, 3, 1, 1]}", "[8, 16, 16]", False),
        ("{Conv2d: 8, kernel_size: 3}", "[8, 16, 16]", False),
        ("{GroupNorm: [8, 8]}", "[8, 16, 16]", False),
    ],
)
def test_a_list_that_begins_with_what_arrives_gets_a_warning(
    node: str, shape: str, warned: bool
) -> None:
    found = [(w.code, "is inferred" in w.help) for w in net(node, shape).warnings]
    assert found == ([("W110", True)] if warned else [])


def test_a_warning_in_a_block_is_given_once() -> None:
    text = (
        "name: Tiny\ninput: [8, 64, 64]\nblocks: {B: [{Conv2d: [8, 4, 3]}]}\n"
        "net: [{repeat: 2, do: B}]\n"
    )
    assert [w.code for w in archspec.loads(text).warnings] == ["W110"]


@pytest.mark.parametrize(
    ("node", "shape"),
    [
        ("{Linear: [8, 16]}", "[8]"),
        ("{Conv2d: [8, 32, 3]}", "[8, 16, 16]"),
        ("{MultiheadAttention: [8, 2]}", "[4, 8]"),
    ],
)
def test_an_error_about_a_list_that_begins_as_in_torch_says_what_is_inferred(
    node: str, shape: str
) -> None:
    assert "is inferred" in error(node, shape).help


class SE(Op):
    """Squeeze and excitation, as a plugin would have it."""

    torch = "my.SE"
    kind = next(kind.kind for kind in MODULES if kind.__name__ == "BatchNorm2d")
    keeps = Saved()

    channels: int
    reduction: int = 16

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        return ("channels",)


def test_the_rule_holds_for_ops_of_plugins() -> None:
    assert SE.positions() == ("channels",)


def test_source_of_a_norm_over_a_whole_map_is_made_for_its_size() -> None:
    assert "Any height and width" in net("ReLU").codegen()
    assert "any height and width" in net("{LayerNorm2d: 8}").codegen()
    assert "any" not in net("{LayerNorm: [8, 16, 16]}").codegen()
