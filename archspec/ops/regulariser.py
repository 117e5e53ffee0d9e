"""Parts that act in training mode only."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from archspec.ops.arguments import Probability
from archspec.ops.base import Kind, Op
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import Shape


class Dropout(Op):
    """Sets elements to zero with probability `p` while training."""

    torch: ClassVar[str] = "nn.Dropout"
    kind: ClassVar[Kind] = Kind.REGULARISER
    positional: ClassVar[int] = 1

    p: Probability = 0.5
    inplace: bool = False

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return the factors; on CUDA they are a mask of one byte each."""
        if self.p in (0, 1):
            return Saved(inner=Inner(once=int(self.p)))
        return Saved(inner=Inner(self._factors(output)))

    def _factors(self, shape: Shape) -> int:
        return math.prod(int(n) for n in shape)


class Dropout2d(Dropout):
    """Sets whole channels to zero with probability `p` while training."""

    torch: ClassVar[str] = "nn.Dropout2d"

    def _factors(self, shape: Shape) -> int:
        return int(shape[0])


class StochasticDepth(Op):
    """Drops a residual branch with probability `p` while training (Huang et al., 2016).

    `row` decides for each sample by itself, `batch` once for all.
    """

    torch: ClassVar[str] = "parts.StochasticDepth"
    kind: ClassVar[Kind] = Kind.REGULARISER
    positional: ClassVar[int] = 2

    p: Probability
    mode: Literal["row", "batch"] = "row"

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return a factor per sample, or one for all."""
        if not self.p:
            return Saved()
        return Saved(inner=Inner(elements=1) if self.mode == "row" else Inner(once=1))
