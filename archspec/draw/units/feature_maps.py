"""Channels and sizes of feature maps and sequences, whichever way round they lie."""

from __future__ import annotations

from archspec.draw.units.own_ops import is_own
from archspec.ops import Op, Shape
from archspec.ops.merge import Cat
from archspec.ops.shape import ChannelsLast


def channels(shape: Shape) -> int:
    """Return the channels of `(C, H, W)`, `(H, W, C)`, `(T, C)` or `(C,)`."""
    return int(shape[_axis(shape)])


def sides(shape: Shape) -> Shape:
    """Return the sizes without the channels: `(H, W)`, `(T,)` or nothing."""
    axis = _axis(shape)
    return tuple(int(n) for index, n in enumerate(shape) if index != axis)


def dimension(shape: Shape, index: int) -> str:
    """Return what a dimension counts: channels, rows, columns, or positions in a sequence."""
    axis = _axis(shape)
    if index == axis:
        return "channel"
    names = ("row", "column") if len(shape) == 3 else ("position",)
    return names[index - (index > axis)] if len(shape) < 4 else "position"


def along_channels(op: Op, shape: Shape) -> bool:
    """Tell whether an op puts channels beside channels, in what has this shape."""
    return is_own(op, Cat) and int(op.dim) % (len(shape) + 1) == _axis(shape) + 1


def _axis(shape: Shape) -> int:
    # A token ahead of a sequence may have lost the mark: two sizes are positions and channels.
    return len(shape) - 1 if isinstance(shape, ChannelsLast) or len(shape) == 2 else 0
