"""Parts that act in training mode only."""

from __future__ import annotations

from typing import ClassVar, Literal

from archspec.ops.base import Kind, Op, Probability


class Dropout(Op):
    """Sets elements to zero with probability `p` while training."""

    torch: ClassVar[str] = "nn.Dropout"
    kind: ClassVar[Kind] = Kind.REGULARISER
    positional: ClassVar[int] = 1

    p: Probability = 0.5
    inplace: bool = False


class Dropout2d(Dropout):
    """Sets whole channels to zero with probability `p` while training."""

    torch: ClassVar[str] = "nn.Dropout2d"


class StochasticDepth(Op):
    """Drops a residual branch with probability `p` while training (Huang et al., 2016).

    `row` decides for each sample by itself, `batch` once for all.
    """

    torch: ClassVar[str] = "parts.StochasticDepth"
    kind: ClassVar[Kind] = Kind.REGULARISER
    positional: ClassVar[int] = 2

    p: Probability
    mode: Literal["row", "batch"] = "row"
