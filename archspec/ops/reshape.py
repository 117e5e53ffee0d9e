"""Ops that only move elements, or leave some out."""

from __future__ import annotations

from typing import ClassVar

from archspec.ops.base import (
    EVERYTHING,
    Axis,
    Integer,
    Kind,
    Misfit,
    Op,
    Positive,
    Shape,
    Window,
    feature_map,
    shown,
)


class Flatten(Op):
    """Joins dimensions `start_dim` to `end_dim` (the batch is 0): (C, H, W) to (C * H * W,)."""

    torch: ClassVar[str] = "nn.Flatten"
    kind: ClassVar[Kind] = Kind.SHAPE

    start_dim: Integer = 1
    end_dim: Integer = -1

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape with the dimensions joined."""
        rank = len(inputs[0]) + 1
        first, last = (dim + rank if dim < 0 else dim for dim in (self.start_dim, self.end_dim))
        if not 1 <= first <= last < rank:
            raise Misfit(
                f"cannot join dimensions {self.start_dim} to {self.end_dim}"
                f" of (N, *{shown(inputs[0])})",
                "start_dim",
            )
        product = 1
        for n in inputs[0][first - 1 : last]:
            product = n * product
        return (*inputs[0][: first - 1], product, *inputs[0][last:])

    def window(self, shape: Shape) -> Window:
        """Return everything where there are several positions to join."""
        return EVERYTHING if any(n > 1 for n in shape[1:]) else None


class Narrow(Op):
    """The part of a tensor from `start` on, `length` long, along `dim`; 1 is the channels."""

    torch: ClassVar[str] = "parts.Narrow"
    kind: ClassVar[Kind] = Kind.SHAPE
    positional: ClassVar[int] = 1

    dim: Integer
    start: Integer
    length: Positive

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape with `length` along `dim`."""
        index, start = self._place(inputs[0])
        size = inputs[0][index]
        if not 0 <= start <= size - self.length:
            raise Misfit(
                f"{int(self.length)} from {int(self.start)} on do not lie within {int(size)}",
                "start",
            )
        return (*inputs[0][:index], self.length, *inputs[0][index + 1 :])

    def window(self, shape: Shape) -> Window:
        """Return the shift along H or W; none along the channels."""
        index, start = self._place(shape)
        if len(shape) != 3 or index == 0:
            return None
        stay, shifted = Axis(1, 1, 0), Axis(1, 1, -start)
        return (shifted, stay) if index == 1 else (stay, shifted)

    def _place(self, shape: Shape) -> tuple[int, int]:
        """Return the index in a shape without the batch, and the first position."""
        rank = len(shape) + 1
        if not -rank <= self.dim < rank or self.dim % rank == 0:
            raise Misfit(f"no dimension {int(self.dim)} in (N, *{shown(shape)})", "dim")
        index = int(self.dim) % rank - 1
        start = int(self.start)
        return index, start + int(shape[index]) if start < 0 else start


class ChannelShuffle(Op):
    """Deals the channels of `groups` equal parts out in turn: 0 1 2 3 to 0 2 1 3 for two."""

    torch: ClassVar[str] = "nn.ChannelShuffle"
    kind: ClassVar[Kind] = Kind.SHAPE
    positional: ClassVar[int] = 1

    groups: Positive

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape as it is; the groups must divide the channels."""
        channels = feature_map(inputs[0])[0]
        if channels % self.groups:
            raise Misfit(f"{int(self.groups)} groups do not divide {int(channels)} channels")
        return inputs[0]
