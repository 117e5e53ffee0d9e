"""Activations that look at several elements: softmax and its kin, and the gate of halves."""

from __future__ import annotations

import math
from typing import ClassVar

from archspec.ops.activation import Activation
from archspec.ops.arguments import Integer
from archspec.ops.asks import Ask
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import Misfit, Shape, feature_map, place, shown, sized


class Softmax(Activation):
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


class LogSoftmax(Softmax):
    """The logarithm of `Softmax`."""

    torch: ClassVar[str] = "nn.LogSoftmax"


class Softmin(Softmax):
    """`Softmax` of -x."""

    torch: ClassVar[str] = "nn.Softmin"

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return -x."""
        return (Inner(math.prod(int(n) for n in output)),)


class Softmax2d(Activation):
    """`Softmax` over the channels of each position of (C, H, W)."""

    torch: ClassVar[str] = "nn.Softmax2d"
    keeps_shape: ClassVar[bool] = True
    keeps: ClassVar[Saved | None] = Saved(output=True)

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives."""
        feature_map(inputs[0])
        return inputs[0]


class GLU(Activation):
    """The first half along `dim`, times the sigmoid of the second."""

    torch: ClassVar[str] = "nn.GLU"
    positional: ClassVar[int] = 1
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask("size % 2 == 0", "{size} along dimension {dim} is no even number to be halved", "dim"),
    )
    dim: Integer = -1

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape with half the size along `dim`."""
        index = place(inputs[0], self.dim)
        self.check_asks(*inputs)
        half = inputs[0][index] // 2
        return sized(inputs[0], (*inputs[0][:index], half, *inputs[0][index + 1 :]))

    def sizes_asked(self, *inputs: Shape) -> dict[str, int]:
        """Return the size that is halved."""
        return {"size": inputs[0][place(inputs[0], self.dim)]}
