"""Images as other tools have them: with the batch, without channels, or with channels last."""

from __future__ import annotations

from math import isqrt
from typing import Final, NamedTuple

from archspec.errors import Span
from archspec.ops import Misfit, Shape, shown
from archspec.ops.shape import NotAMap
from archspec.ops.windowed import TooSmall

_COLOURS: Final = (1, 3)
"""How many channels a grey image and one in colour have."""

_SIDE: Final = 16
"""From which height and width on something is an image, and no other map with few positions."""

_RANK: Final = 3

CALLED: Final = {"command": "--input", "python": "<python>"}
"""Sources of a shape that is given from without, by their names."""


def has_channels_last(shape: Shape) -> bool:
    """Tell whether a shape is plainly that of an image as (H, W, C)."""
    return len(shape) == _RANK and shape[2] in _COLOURS and min(shape[:2]) >= _SIDE


def has_batch(shape: Shape) -> bool:
    """Tell whether a shape is plainly that of several images, (N, C, H, W)."""
    return len(shape) == _RANK + 1 and shape[1] in _COLOURS and min(shape[2:]) >= _SIDE


class Inputs(NamedTuple):
    """The shapes of a network's inputs, and where they are given: in the spec or by the caller."""

    shapes: tuple[Shape, ...]
    place: Span | None = None

    def spelt(self, shape: Shape) -> str:
        """Return how another shape is written where these are."""
        by = "" if self.place is None else self.place.source.name
        if by == CALLED["command"]:
            return f"`--input {'x'.join(map(str, map(int, shape)))}`"
        if by == CALLED["python"]:
            return f"`input={tuple(map(int, shape))}`"
        return f"`input: {_listed(shape)}`"

    def channels_first(self, shape: Shape) -> str:
        """Return how an image's shape is written, given one with channels last."""
        return self.spelt((shape[2], *shape[:2]))


def meant_shape(error: Misfit, arrives: Shape, inputs: Inputs) -> str:
    """Return what an input's shape was most likely meant to be; empty where nobody knows.

    Args:
        error: what an op says of its shapes.
        arrives: what it reads.
        inputs: those of the network.
    """
    if isinstance(error, TooSmall):
        last = next(filter(has_channels_last, inputs.shapes), None)
        return f"channels come first: {inputs.channels_first(last)}" if last else ""
    if not isinstance(error, NotAMap) or arrives not in inputs.shapes:
        return ""
    if has_batch(arrives) or len(arrives) > _RANK + 1:
        return f"`input` has no batch: {inputs.spelt(arrives[-_RANK:])}"
    if len(arrives) == _RANK - 1 and min(arrives) >= _SIDE:
        return f"where it is an image without channels, {inputs.spelt((1, *arrives))}"
    for channels in _COLOURS:
        side = isqrt(arrives[0] // channels)
        if side >= _SIDE and arrives == (channels * side * side,):
            image = _listed((channels, side, side))
            return f"an image in a row is a map again by `{{Unflatten: [1, {image}]}}`"
    return ""


def _listed(shape: Shape) -> str:
    return f"[{shown(shape)[1:-1].rstrip(',')}]"
