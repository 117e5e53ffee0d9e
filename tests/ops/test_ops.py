"""Every op against torch on random arguments: accepted or refused alike, same shape and cost."""

from __future__ import annotations

import random
from inspect import signature
from typing import Any

import pytest
import torch
from random_arguments import DRAWS, Arguments, inferred, made
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from archspec.analysis.regular import keeps_shape
from archspec.live import OwnTensor, evaluate, parts
from archspec.live.module import apply
from archspec.ops import BY_NAME, OPS, Form, Invocation, Misfit, Op, Shape
from archspec.schema.functions import FUNCTIONS
from archspec.schema.torch_names import TORCH

pytestmark = pytest.mark.usefixtures("single_thread")

CASES = 60
Tensors = dict[str, tuple[Shape, bool]]
"""The shape of each tensor, and whether it holds integers."""


def test_every_op_is_tried() -> None:
    assert set(DRAWS) == {op.__name__ for op in OPS}


@pytest.mark.parametrize("name", sorted(DRAWS))
def test_op_agrees_with_torch(name: str) -> None:
    rng = random.Random(name)
    accepted = 0
    for _ in range(CASES):
        arguments, shapes = DRAWS[name](rng)
        ours, reason = made(BY_NAME[name], arguments, shapes)
        theirs = _torchs(name, arguments, shapes, ours)
        told = f"{name}({arguments}) on {shapes}: {reason}"
        if ours is None:
            # What torch makes of no elements, or as one number for each sample, is no tensor here.
            nothing = theirs is None or 0 in theirs[0] or not theirs[0]
            assert nothing, f"refused, but torch takes it: {told}"
            continue
        accepted += 1
        output = ours.output(*shapes)
        # A batch of two: what is computed once for a batch counts once.
        macs = 2 * ours.macs(tuple(shapes), output) + ours.macs_once()
        tensors = {tensor.name: (tensor.shape, tensor.counts) for tensor in ours.tensors()}
        assert theirs == (output, macs, tensors), told
    assert accepted >= CASES // 10


@pytest.mark.parametrize("name", sorted(DRAWS))
def test_what_keeps_its_shape_is_known(name: str) -> None:
    """So that of a network of such layers it is known that any height and width will do."""
    rng, kept, known = random.Random(name), set(), set()
    for _ in range(CASES):
        arguments, shapes = DRAWS[name](rng)
        op, _ = made(BY_NAME[name], arguments, shapes)
        if op is not None:
            kept.add(len(shapes) == 1 and op.output(*shapes) == shapes[0])
            known.add(len(shapes) == 1 and keeps_shape(op))
    assert known == {kept == {True}}


def _torchs(
    name: str, arguments: Arguments, shapes: list[Shape], op: Op | None
) -> tuple[Shape, int, Tensors] | None:
    """Output shape, MACs of a batch of two and tensors by torch, or None where it refuses."""
    kind = BY_NAME[name]
    # Not on meta, which lets some wrong arguments pass.
    tensors = [torch.zeros(2, *shape) for shape in shapes]
    counter = FlopCounterMode(display=False)
    state: Tensors = {}
    try:
        # Not by a fused kernel: what attention multiplies there is not counted on every device.
        with sdpa_kernel(SDPBackend.MATH), counter:
            if kind.is_module():
                module = (
                    evaluate(op.call())
                    if op is not None
                    else _class(kind)(**inferred(kind, shapes), **arguments)
                )
                state = {
                    key: (tuple(value.shape), not value.is_floating_point())
                    for key, value in module.state_dict().items()
                }
                copies, keywords, item = kind.invocation or Invocation()
                output = module(*tensors * copies, **dict(keywords))
                output = output if item is None else output[item]
            elif kind.form is Form.TENSOR:
                output = OwnTensor(**{"fill": 0.0, "std": 1.0, **arguments}).made()
                return tuple(output.shape), 0, {"": (tuple(output.shape), False)}
            else:
                output = apply(kind.torch, tensors, arguments)
    except (ArithmeticError, RuntimeError, ValueError, IndexError, TypeError, AssertionError):
        return None
    return tuple(output.shape[1:]), counter.get_total_flops() // 2, state


def _class(kind: type[Op]) -> Any:
    library, name = kind.torch.split(".")
    return getattr(parts if library == "parts" else torch.nn, name)


@pytest.mark.parametrize(
    ("name", "field"),
    [("AvgPool2d", "stride"), ("MaxPool2d", "stride"), ("MaxPool2d", "dilation")],
)
def test_largest_number_of_a_pooling(name: str, field: str) -> None:
    op, torch_op = BY_NAME[name], getattr(nn, name)
    for number, fits in ((2**31 - 1, True), (2**31, False)):
        arguments = {"kernel_size": 1, field: number}
        if fits:
            assert op(**arguments).output((1, 8, 8)) is not None
            torch_op(**arguments)(torch.zeros(1, 1, 8, 8))
            continue
        with pytest.raises(Misfit, match="at most 2147483647"):
            op(**arguments).output((1, 8, 8))
        with pytest.raises(RuntimeError, match="overflow"):
            torch_op(**arguments)(torch.zeros(1, 1, 8, 8))


def test_every_module_of_torch_is_an_op_or_refused_with_a_reason() -> None:
    modules = {name for name, held in vars(nn).items() if isinstance(held, type)}
    modules = {name for name in modules if issubclass(getattr(nn, name), nn.Module)}
    assert len(modules) > 150
    assert TORCH.keys().isdisjoint(BY_NAME)
    # Later versions of torch may have further ones, and earlier ones lack some.
    assert modules - {*BY_NAME, *TORCH, "Sequential"} == set()
    assert all(f"`{name}`" in told and "archspec" in told for name, told in TORCH.items())


def test_functions_of_init_have_torchs_arguments_and_defaults() -> None:
    for name, function in FUNCTIONS.items():
        arguments = {name: held.default for name, held in function.arguments.items()}
        parameters = signature(getattr(torch.nn.init, name)).parameters.values()
        own = [p for p in parameters if p.name not in ("tensor", "generator")]
        defaults = {p.name: None if p.default is p.empty else p.default for p in own}
        assert defaults == arguments, name
