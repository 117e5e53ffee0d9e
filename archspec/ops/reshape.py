"""Ops that only move elements."""

from __future__ import annotations

from typing import ClassVar

from archspec.ops.base import EVERYTHING, Integer, Kind, Misfit, Op, Shape, Window, shown


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
