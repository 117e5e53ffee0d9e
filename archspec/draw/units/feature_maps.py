"""Channels and sizes of feature maps and sequences, whichever way round they lie."""

from __future__ import annotations

from archspec.draw.units.own_ops import is_own
from archspec.ops import Op, Shape, spatial
from archspec.ops.merge import Cat
from archspec.ops.shape import ChannelsLast


def channels(shape: Shape) -> int:
    """Return the channels of `(C, …)`, `(…, C)` or `(C,)`."""
    return int(shape[_axis(shape)])


def sides(shape: Shape) -> Shape:
    """Return the sizes without the channels: `(H, W)`, `(L,)` or nothing."""
    axis = _axis(shape)
    return tuple(int(n) for index, n in enumerate(shape) if index != axis)


def dimension(shape: Shape, index: int) -> str:
    """Return what a dimension counts: channels, rows, columns, or positions in a sequence."""
    axis = _axis(shape)
    if index == axis:
        return "channel"
    names = {3: ("row", "column"), 4: ("plane", "row", "column")}.get(len(shape), ())
    return names[index - (index > axis)] if names else "position"


def along_channels(op: Op, shape: Shape) -> bool:
    """Tell whether an op puts channels beside channels, in what has this shape."""
    return is_own(op, Cat) and int(op.dim) % (len(shape) + 1) == _axis(shape) + 1


def _axis(shape: Shape) -> int:
    return len(shape) - 1 if isinstance(shape, ChannelsLast) else 0


def is_map(shape: Shape) -> bool:
    """Tell whether a shape is that of a signal, a feature map or a volume, and no sequence."""
    is_sequence = len(shape) == len("TC") and isinstance(shape, ChannelsLast)
    return bool(spatial(shape)) and not is_sequence
