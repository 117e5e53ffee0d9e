"""Normalisation per channel, over positions: of a batch, or of each sample by itself."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from pydantic import Field

from archspec.ops.arguments import LARGEST, Epsilon, Number, Positive
from archspec.ops.base import Kind, Tensor
from archspec.ops.memory import Inner, Saved
from archspec.ops.ranked import Ranked
from archspec.ops.shape import Misfit, Shape


class _PerChannel(Ranked):
    """A norm that has as many features as channels arrive."""

    kind: ClassVar[Kind] = Kind.NORM
    positional: ClassVar[int] = 1

    num_features: Positive

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the channels that arrive."""
        return {"num_features": cls.read(shape)[0]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("num_features",)


class BatchNorm(_PerChannel):
    """Batch normalisation per channel; buffers hold the running statistics."""

    eps: Annotated[float, Field(gt=0, le=LARGEST)] = 1e-5
    momentum: Number | None = 0.1
    affine: bool = True
    track_running_stats: bool = True

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight and bias (C,) if affine, then the running statistics."""
        return _statistics(self)

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, and the mean and deviation of each channel over the batch."""
        return Saved(inputs=True, inner=Inner(once=2 * int(self.num_features)))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the statistics of the batch where none are tracked."""
        return () if self.track_running_stats else (Inner(once=2 * int(self.num_features)),)


class BatchNorm1d(BatchNorm):
    """Batch normalisation per channel of (C, L), or per feature of (C,)."""

    torch: ClassVar[str] = "nn.BatchNorm1d"
    rank: ClassVar[int] = 1

    @classmethod
    def read(cls, shape: Shape) -> tuple[int, tuple[int, ...]]:
        """Return the channels that arrive and their length, or the features, which have none."""
        return (shape[0], ()) if len(shape) == 1 else super().read(shape)


class BatchNorm2d(BatchNorm):
    """Batch normalisation per channel of (C, H, W); buffers hold the running statistics."""

    torch: ClassVar[str] = "nn.BatchNorm2d"
    rank: ClassVar[int] = 2


class BatchNorm3d(BatchNorm):
    """Batch normalisation per channel of (C, D, H, W)."""

    torch: ClassVar[str] = "nn.BatchNorm3d"
    rank: ClassVar[int] = 3


class InstanceNorm(_PerChannel):
    """Normalisation per sample and channel."""

    keeps_shape: ClassVar[bool] = True
    eps: Epsilon = 1e-5
    momentum: Number = 0.1
    affine: bool = False
    track_running_stats: bool = False

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives."""
        _, sides = self.read(inputs[0])
        if math.prod(sides) == 1:
            raise Misfit("a single position has no mean of its own to be held against")
        return inputs[0]

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight and bias (C,) if affine, then the running statistics if tracked."""
        return _statistics(self)

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, and for each sample its statistics and PyTorch's copies of ours."""
        copies = 2 + self.affine + 2 * self.track_running_stats
        return Saved(inputs=True, inner=Inner(copies * int(self.num_features)))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return statistics and copies for each sample."""
        copies = 2 * self.affine + 2
        return (Inner(copies * int(self.num_features)),)


class InstanceNorm1d(InstanceNorm):
    """Normalisation per sample and channel of (C, L)."""

    torch: ClassVar[str] = "nn.InstanceNorm1d"
    rank: ClassVar[int] = 1


class InstanceNorm2d(InstanceNorm):
    """Normalisation per sample and channel of (C, H, W)."""

    torch: ClassVar[str] = "nn.InstanceNorm2d"
    rank: ClassVar[int] = 2


class InstanceNorm3d(InstanceNorm):
    """Normalisation per sample and channel of (C, D, H, W)."""

    torch: ClassVar[str] = "nn.InstanceNorm3d"
    rank: ClassVar[int] = 3


def _statistics(op: BatchNorm | InstanceNorm) -> tuple[Tensor, ...]:
    size = (op.num_features,)
    learned = (Tensor("weight", size), Tensor("bias", size)) if op.affine else ()
    if not op.track_running_stats:
        return learned
    return (
        *learned,
        Tensor("running_mean", size, learned=False),
        Tensor("running_var", size, learned=False),
        Tensor("num_batches_tracked", (), learned=False, counts=True),
    )
