"""Activations: element by element, the shape stays."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from archspec.ops.arguments import Integer, Number, Positive
from archspec.ops.asks import Ask
from archspec.ops.base import Kind, Op, Tensor
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import Misfit, Shape, shown


class _Activation(Op):
    kind: ClassVar[Kind] = Kind.ACTIVATION
    keeps: ClassVar[Saved | None] = Saved(inputs=True)


class _OfItsInput(_Activation):
    """An activation whose gradient needs what it read, also where that is overwritten."""

    inplace: bool = False

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read; PyTorch copies it where it is overwritten."""
        copy = math.prod(int(n) for n in output)
        return Saved(inner=Inner(copy)) if self.inplace else self.keeps


class ReLU(_Activation):
    """max(0, x)."""

    torch: ClassVar[str] = "nn.ReLU"
    keeps: ClassVar[Saved | None] = Saved(output=True)
    inplace: bool = False


class ReLU6(_OfItsInput):
    """min(max(0, x), 6)."""

    torch: ClassVar[str] = "nn.ReLU6"


def _kept_sign(field: str) -> Ask:
    """Return that x is not overwritten by what has not its sign."""
    told = "below 0 it has no gradient where it works in place"
    return Ask(f"not inplace or {field} >= 0", told, field)


class LeakyReLU(_Activation):
    """x where positive, a small multiple of x elsewhere."""

    torch: ClassVar[str] = "nn.LeakyReLU"
    keeps_shape: ClassVar[bool] = True
    positional: ClassVar[int] = 1
    asks: ClassVar[tuple[Ask, ...]] = (_kept_sign("negative_slope"),)
    negative_slope: Number = 0.01
    inplace: bool = False

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives; its gradient asks the result for the sign of x."""
        self.check_asks(*inputs)
        return inputs[0]


class PReLU(_Activation):
    """x where positive, a learned multiple of x elsewhere: one for all, or one per channel."""

    torch: ClassVar[str] = "nn.PReLU"
    keeps_shape: ClassVar[bool] = True
    positional: ClassVar[int] = 1
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "num_parameters in [1, channels]",
            "{num_parameters} parameters are neither one for all nor one for each of {channels}"
            " channels",
            "num_parameters",
        ),
    )
    num_parameters: Positive = 1
    init: Number = 0.25

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives."""
        self.check_asks(*inputs)
        return inputs[0]

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight (num_parameters,)."""
        return (Tensor("weight", (self.num_parameters,)),)


class ELU(_Activation):
    """x where positive, alpha * (exp(x) - 1) elsewhere."""

    torch: ClassVar[str] = "nn.ELU"
    keeps_shape: ClassVar[bool] = True
    positional: ClassVar[int] = 1
    asks: ClassVar[tuple[Ask, ...]] = (_kept_sign("alpha"),)
    alpha: Number = 1.0
    inplace: bool = False

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives; its gradient asks the result for the sign of x."""
        self.check_asks(*inputs)
        return inputs[0]


class GELU(_Activation):
    """x times the normal distribution function of x."""

    torch: ClassVar[str] = "nn.GELU"
    approximate: Literal["none", "tanh"] = "none"


class SiLU(_OfItsInput):
    """x * sigmoid(x), also called swish."""

    torch: ClassVar[str] = "nn.SiLU"


class Mish(_OfItsInput):
    """x * tanh(softplus(x))."""

    torch: ClassVar[str] = "nn.Mish"


class Hardswish(_OfItsInput):
    """x * relu6(x + 3) / 6."""

    torch: ClassVar[str] = "nn.Hardswish"


class Hardsigmoid(_OfItsInput):
    """relu6(x + 3) / 6."""

    torch: ClassVar[str] = "nn.Hardsigmoid"


class Sigmoid(_Activation):
    """1 / (1 + exp(-x))."""

    torch: ClassVar[str] = "nn.Sigmoid"
    keeps: ClassVar[Saved | None] = Saved(output=True)


class Tanh(_Activation):
    """Hyperbolic tangent."""

    torch: ClassVar[str] = "nn.Tanh"
    keeps: ClassVar[Saved | None] = Saved(output=True)


class Softplus(_Activation):
    """log(1 + exp(beta * x)) / beta."""

    torch: ClassVar[str] = "nn.Softplus"
    beta: Number = 1.0
    threshold: Number = 20.0


class Softmax(_Activation):
    """exp(x), scaled to sum to one along `dim` (the batch is dimension 0)."""

    torch: ClassVar[str] = "nn.Softmax"
    keeps_shape: ClassVar[bool] = True
    keeps: ClassVar[Saved | None] = Saved(output=True)
    positional: ClassVar[int] = 1
    dim: Integer

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives."""
        rank = len(inputs[0]) + 1
        if not -rank <= self.dim < rank or self.dim % rank == 0:
            raise Misfit(f"no dimension {int(self.dim)} in (N, *{shown(inputs[0])})", "dim")
        return inputs[0]


class Identity(Op):
    """What comes in goes out."""

    torch: ClassVar[str] = "nn.Identity"
    kind: ClassVar[Kind] = Kind.SHAPE
    keeps: ClassVar[Saved | None] = Saved()
