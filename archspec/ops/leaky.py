"""Activations that let through, below 0, less than comes in: the leaky kin of ReLU."""

from __future__ import annotations

import math
from typing import ClassVar

from archspec.ops.activation import Activation
from archspec.ops.arguments import Number, Positive
from archspec.ops.asks import Ask
from archspec.ops.base import Tensor
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import Shape


def _kept_sign(field: str) -> Ask:
    """Return that x is not overwritten by what has not its sign."""
    told = "below 0 it has no gradient where it works in place"
    return Ask(f"not inplace or {field} >= 0", told, field)


class LeakyReLU(Activation):
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


class PReLU(Activation):
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


class ELU(Activation):
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


class CELU(Activation):
    """x where positive, alpha * (exp(x / alpha) - 1) elsewhere."""

    torch: ClassVar[str] = "nn.CELU"
    keeps_shape: ClassVar[bool] = True
    positional: ClassVar[int] = 1
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask("alpha != 0", "nothing is divided by 0", "alpha"),
        _kept_sign("alpha"),
    )
    alpha: Number = 1.0
    inplace: bool = False

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives; its gradient asks the result for the sign of x."""
        self.check_asks(*inputs)
        return inputs[0]


class SELU(Activation):
    """An ELU whose constants keep mean and variance (Klambauer et al., 2017)."""

    torch: ClassVar[str] = "nn.SELU"
    inplace: bool = False


class RReLU(Activation):
    """x where positive, elsewhere a multiple of x that is drawn while training."""

    torch: ClassVar[str] = "nn.RReLU"
    keeps_shape: ClassVar[bool] = True
    positional: ClassVar[int] = 2
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask("lower <= upper", "{lower} is above {upper}", "lower"),
        _kept_sign("lower"),
    )
    lower: Number = 0.125
    upper: Number = 1 / 3
    inplace: bool = False

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives."""
        self.check_asks(*inputs)
        return inputs[0]

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, and the factors."""
        return Saved(inputs=True, inner=self.scratch(inputs, output)[0])

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return room for the factors, which PyTorch takes in eval mode too."""
        return (Inner(math.prod(int(n) for n in output)),)
