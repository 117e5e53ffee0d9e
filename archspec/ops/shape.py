"""Shapes that ops read and give, and what they say of one that does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

Shape: TypeAlias = tuple[int, ...]
"""Sizes without the batch dimension: `(C, H, W)` for a feature map, `(C,)` for features."""


class ChannelsLast(tuple[int, ...]):
    """A shape whose last dimension is the channels: a feature map `(H, W, C)`, a sequence `(T, C)`.

    Any other shape of three sizes is a feature map `(C, H, W)`.
    """

    __slots__ = ()


def named_channels(shape: Shape) -> tuple[str, int]:
    """Return how the number of channels that enters a network is called, and its place."""
    return ("in_channels", 0) if len(shape) == 3 else ("in_features", len(shape) - 1)


def sized(like: Shape, sizes: Iterable[int]) -> Shape:
    """Return sizes as a shape of the same layout as another."""
    return ChannelsLast(sizes) if isinstance(like, ChannelsLast) else tuple(sizes)


class Misfit(Exception):
    """An op cannot take these arguments or shapes.

    Ops know no places in files: the pass that knows the node adds them.

    Args:
        fact: what is wrong, with the numbers.
        field: the argument to blame, or None when the incoming shape is.
        help: what to do about it.
        is_empty: whether PyTorch makes an output of size 0 of it, without a word.
    """

    def __init__(
        self, fact: str, field: str | None = None, help: str = "", *, is_empty: bool = False
    ) -> None:
        super().__init__(fact)
        self.field = field
        self.help = help
        self.is_empty = is_empty


class TwoReadings(Misfit):
    """A list can be read in two ways that make two layers."""


class NotAMap(Misfit):
    """What arrives has not the dimensions of a feature map."""


_OF_RANK: Final = {
    1: "these are features, as behind `Flatten`; `Linear` reads them",
    2: "this is a sequence (T, C): `Linear` and `LayerNorm` read its C, `{Mean: 1}` averages its T",
}
"""What reads a shape that is no map, by the number of its sizes."""


def feature_map(shape: Shape) -> tuple[int, int, int]:
    """Return `(C, H, W)`; the channels keep their formula, the sizes are plain.

    Raises:
        Misfit: for a shape that is not three-dimensional.
    """
    if isinstance(shape, ChannelsLast) and len(shape) == 3:
        raise Misfit(
            f"reads a feature map (C, H, W), but (H, W, C) = {shown(shape)} arrives",
            help="put `{Permute: [0, 3, 1, 2]}` before it",
        )
    if len(shape) != 3:
        message = f"reads a feature map (C, H, W), but {shown(shape)} arrives"
        raise NotAMap(message, help=_OF_RANK.get(len(shape), ""))
    return shape[0], int(shape[1]), int(shape[2])


def channels_last(shape: Shape) -> tuple[int, int, int]:
    """Return `(H, W, C)`; the channels keep their formula, the sizes are plain.

    Raises:
        Misfit: for any other shape.
    """
    if not isinstance(shape, ChannelsLast) or len(shape) != 3:
        raise Misfit(
            f"reads a feature map (H, W, C), but {shown(shape)} arrives",
            help="put `{Permute: [0, 2, 3, 1]}` before it" if len(shape) == 3 else "",
        )
    return int(shape[0]), int(shape[1]), shape[2]


def shown(shape: Shape) -> str:
    """Return a shape as messages write it: `(64, 56, 56)`, `(512,)`."""
    return str(tuple(int(n) for n in shape))
