"""How layers that read maps in windows, pad or resize them treat a side: evenly, and from where."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final, NamedTuple

from archspec.ops import Op, Shape, is_builtin
from archspec.ops.conv import Conv, ConvTranspose
from archspec.ops.pad import Pad
from archspec.ops.pool import AdaptivePool, Pool
from archspec.ops.resample import PixelShuffle, PixelUnshuffle, Upsample
from archspec.ops.reshape import SpaceToDepth
from archspec.ops.windowed import Axis

_FINEST: Final = 1024
"""Parts of a position that a factor may be made of for its products to be exact."""


class Regular(NamedTuple):
    """From `start` on, `step` more positions that enter are always as many more that leave.

    `sides` are the dimensions of which this is said.
    """

    start: int
    step: int
    sides: tuple[int, ...] = (1, 2, 3)


def keeps_shape(op: Op) -> bool:
    """Tell whether what leaves an op has the shape of what enters."""
    return type(op).output is Op.output or (is_builtin(type(op)) and op.keeps_shape)


def regular(op: Op, shape: Shape) -> Regular | None:
    """Return how the sides of a map that an op gives follow those that it reads, each by itself.

    Args:
        op: the op.
        shape: a shape that it reads.

    Returns:
        None where there is no such rule, or nobody has said.
    """
    if not is_builtin(type(op)):
        return None
    if isinstance(op, Conv | Pool):
        axes = op.window(shape)
        assert isinstance(axes, tuple)
        windows = [side for side in axes if isinstance(side, Axis)]
        least = max(side.size + 2 * side.padding for side in windows)
        return Regular(least + 1, math.lcm(*(side.stride for side in windows)))
    if isinstance(op, ConvTranspose):
        return Regular(2 * max(op.each(op.padding)) + 2, 1)
    if isinstance(op, Pad):
        return Regular(sum(abs(n) for ends in op.ends() for n in ends) + 1, 1)
    if isinstance(op, SpaceToDepth):
        return Regular(1, int(op.block_size), (0, 1))
    if isinstance(op, PixelUnshuffle):
        return Regular(1, int(op.downscale_factor))
    if isinstance(op, Upsample) and op.scale_factor is not None:
        return _scaled(op.scale_factor)
    even = (PixelShuffle, Upsample, AdaptivePool)
    return Regular(1, 1) if isinstance(op, even) else None


def _scaled(factor: float | tuple[float, ...]) -> Regular | None:
    """Return how sides follow that are multiplied, as floats are, and rounded down."""
    exact = [Fraction(f) for f in (factor if isinstance(factor, tuple) else (factor,))]
    if any(f.denominator > _FINEST for f in exact):
        return None
    step = math.lcm(*(f.denominator for f in exact))
    return Regular(max(math.ceil(1 / f) for f in exact), step)
