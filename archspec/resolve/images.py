"""Images as other tools have them: with the batch, without channels, or with channels last."""

from __future__ import annotations

from collections.abc import Collection
from math import isqrt
from typing import Final

from archspec.ops import Misfit, Shape, shown
from archspec.ops.shape import NotAMap
from archspec.ops.windowed import TooSmall

_COLOURS: Final = (1, 3)
"""How many channels a grey image and one in colour have."""

_SIDE: Final = 16
"""From which height and width on something is an image, and no other map with few positions."""

_RANK: Final = 3


def has_channels_last(shape: Shape) -> bool:
    """Tell whether a shape is plainly that of an image as (H, W, C)."""
    return len(shape) == _RANK and shape[2] in _COLOURS and min(shape[:2]) >= _SIDE


def has_batch(shape: Shape) -> bool:
    """Tell whether a shape is plainly that of several images, (N, C, H, W)."""
    return len(shape) == _RANK + 1 and shape[1] in _COLOURS and min(shape[2:]) >= _SIDE


def channels_first(shape: Shape) -> str:
    """Return an image's shape as a spec has it, given one with channels last."""
    return _listed((shape[2], *shape[:2]))


def meant_shape(error: Misfit, arrives: Shape, inputs: Collection[Shape]) -> str:
    """Return what an input's shape was most likely meant to be; empty where nobody knows.

    Args:
        error: what an op says of its shapes.
        arrives: what it reads.
        inputs: the shapes of the network's inputs.
    """
    if isinstance(error, TooSmall):
        last = next(filter(has_channels_last, inputs), None)
        return f"channels come first: `input: {channels_first(last)}`" if last else ""
    if not isinstance(error, NotAMap) or arrives not in inputs:
        return ""
    if len(arrives) > _RANK:
        return f"`input` has no batch: `{_listed(arrives[-_RANK:])}`"
    if len(arrives) == _RANK - 1:
        return f"where it is an image without channels, `input: {_listed((1, *arrives))}`"
    for channels in _COLOURS:
        side = isqrt(arrives[0] // channels)
        if side >= _SIDE and arrives == (channels * side * side,):
            image = _listed((channels, side, side))
            return f"an image in a row is a map again by `{{Unflatten: [1, {image}]}}`"
    return ""


def _listed(shape: Shape) -> str:
    return f"[{shown(shape)[1:-1].rstrip(',')}]"
