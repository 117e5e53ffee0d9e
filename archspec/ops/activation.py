"""Activations: element by element, the shape stays."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from archspec.ops.arguments import LARGEST, Number
from archspec.ops.asks import Ask
from archspec.ops.base import Kind, Op
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import Shape


class Activation(Op):
    """What all of them share."""

    kind: ClassVar[Kind] = Kind.ACTIVATION
    keeps: ClassVar[Saved | None] = Saved(inputs=True)


class _Copying(Activation):
    """An activation whose gradient needs what it read, also where that is overwritten."""

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read; PyTorch copies it where it is overwritten."""
        copy = math.prod(int(n) for n in output)
        return Saved(inner=Inner(copy)) if getattr(self, "inplace", False) else self.keeps


class _OfItsInput(_Copying):
    """One that has no other argument."""

    inplace: bool = False


class ReLU(Activation):
    """max(0, x)."""

    torch: ClassVar[str] = "nn.ReLU"
    keeps: ClassVar[Saved | None] = Saved(output=True)
    inplace: bool = False


class ReLU6(_OfItsInput):
    """min(max(0, x), 6)."""

    torch: ClassVar[str] = "nn.ReLU6"


class Hardtanh(_Copying):
    """x, but no less than `min_val` and no more than `max_val`."""

    torch: ClassVar[str] = "nn.Hardtanh"
    keeps_shape: ClassVar[bool] = True
    positional: ClassVar[int] = 2
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask("min_val < max_val", "{min_val} is not below {max_val}", "min_val"),
    )
    min_val: Number = -1.0
    max_val: Number = 1.0
    inplace: bool = False

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives."""
        self.check_asks(*inputs)
        return inputs[0]


class Threshold(_Copying):
    """x where it is above `threshold`, `value` elsewhere."""

    torch: ClassVar[str] = "nn.Threshold"
    positional: ClassVar[int] = 2
    threshold: Number
    value: Number
    inplace: bool = False


class Hardshrink(Activation):
    """x, but 0 within `lambd` of 0."""

    torch: ClassVar[str] = "nn.Hardshrink"
    positional: ClassVar[int] = 1
    lambd: Number = 0.5


class Softshrink(Activation):
    """x moved towards 0 by `lambd`, 0 within it."""

    torch: ClassVar[str] = "nn.Softshrink"
    positional: ClassVar[int] = 1
    lambd: Annotated[float, Field(ge=0, le=LARGEST)] = 0.5


class GELU(Activation):
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


class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""

    torch: ClassVar[str] = "nn.Sigmoid"
    keeps: ClassVar[Saved | None] = Saved(output=True)


class Tanh(Activation):
    """Hyperbolic tangent."""

    torch: ClassVar[str] = "nn.Tanh"
    keeps: ClassVar[Saved | None] = Saved(output=True)


class _OfItsSize(Activation):
    """An activation that makes a further tensor of the size of its result."""

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return that tensor."""
        return (Inner(math.prod(int(n) for n in output)),)


class LogSigmoid(_OfItsSize):
    """log(1 / (1 + exp(-x)))."""

    torch: ClassVar[str] = "nn.LogSigmoid"

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, and exp(-abs(x))."""
        return Saved(inputs=True, inner=self.scratch(inputs, output)[0])


class Softsign(_OfItsSize):
    """x / (1 + abs(x))."""

    torch: ClassVar[str] = "nn.Softsign"

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, and the divisor."""
        return Saved(inputs=True, inner=self.scratch(inputs, output)[0])


class Tanhshrink(_OfItsSize):
    """x - tanh(x)."""

    torch: ClassVar[str] = "nn.Tanhshrink"

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return tanh(x)."""
        return Saved(inner=self.scratch(inputs, output)[0])


class Softplus(Activation):
    """log(1 + exp(beta * x)) / beta."""

    torch: ClassVar[str] = "nn.Softplus"
    beta: Number = 1.0
    threshold: Number = 20.0


class Identity(Op):
    """What comes in goes out."""

    torch: ClassVar[str] = "nn.Identity"
    kind: ClassVar[Kind] = Kind.SHAPE
    keeps: ClassVar[Saved | None] = Saved()
