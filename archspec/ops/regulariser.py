"""Parts that act in training mode only."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from archspec.ops.arguments import Probability
from archspec.ops.base import Kind, Op
from archspec.ops.memory import Inner, Saved
from archspec.ops.ranked import Ranked
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


class DropoutOfChannels(Dropout, Ranked):
    """Sets whole channels to zero with probability `p` while training."""

    keeps_shape: ClassVar[bool] = True

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives, which PyTorch would read as another map's."""
        self.read(inputs[0])
        return inputs[0]

    def _factors(self, shape: Shape) -> int:
        return int(shape[0])


class Dropout1d(DropoutOfChannels):
    """Sets whole channels of (C, L) to zero with probability `p` while training."""

    torch: ClassVar[str] = "nn.Dropout1d"
    rank: ClassVar[int] = 1


class Dropout2d(DropoutOfChannels):
    """Sets whole channels to zero with probability `p` while training."""

    torch: ClassVar[str] = "nn.Dropout2d"
    rank: ClassVar[int] = 2


class Dropout3d(DropoutOfChannels):
    """Sets whole channels of (C, D, H, W) to zero with probability `p` while training."""

    torch: ClassVar[str] = "nn.Dropout3d"
    rank: ClassVar[int] = 3


class AlphaDropout(Dropout):
    """A dropout that keeps mean and variance, for `SELU` (Klambauer et al., 2017)."""

    torch: ClassVar[str] = "nn.AlphaDropout"


class FeatureAlphaDropout(Dropout):
    """An `AlphaDropout` of whole channels."""

    torch: ClassVar[str] = "nn.FeatureAlphaDropout"

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
