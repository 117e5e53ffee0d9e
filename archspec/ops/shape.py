"""Shapes that ops read and give, and what they say of one that does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

Shape: TypeAlias = tuple[int, ...]
"""Sizes without the batch: `(C, L)`, `(C, H, W)`, `(C, D, H, W)` for a map, `(C,)` for features."""


class ChannelsLast(tuple[int, ...]):
    """A shape whose last dimension is the channels: a feature map `(H, W, C)`, a sequence `(T, C)`.

    Any other shape of two sizes or more has them first: a signal `(C, L)`, a feature map
    `(C, H, W)`, a volume `(C, D, H, W)`.
    """

    __slots__ = ()


SIDES: Final = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""What the sides of a map are called, by how many there are."""

LETTERS: Final = {1: "L", 2: "HW", 3: "DHW"}
"""The letters that stand for them."""


class Undecided(tuple[int, ...]):
    """The shape of an input of two sizes, a signal `(C, L)` or a sequence `(T, C)`.

    It is what reads it that decides; turned round it has its channels first for whoever wants that.
    """

    __slots__ = ()


def named_channels(shape: Shape) -> tuple[str, int]:
    """Return how the number of channels that enters is called, and its place."""
    first = len(shape) - 1 in SIDES and not isinstance(shape, ChannelsLast)
    return ("in_channels", 0) if first else ("in_features", len(shape) - 1)


def naming(shape: Shape) -> dict[str, int]:
    """Return how channels or features that enter a network are called, and their places.

    Two sizes may be a signal (C, L), whose channels come first, or a sequence (T, C).
    """
    name, index = named_channels(shape)
    return {name: index} if len(shape) != len("CL") else {name: index, "in_features": 1}


def spatial(shape: Shape) -> tuple[int, ...]:
    """Return which dimensions of a shape are the sides of a map; none of any other tensor."""
    last = isinstance(shape, ChannelsLast)
    count = len(shape) - 1
    return tuple(range(1 - last, count + 1 - last)) if count in SIDES else ()


def sized(like: Shape, sizes: Iterable[int]) -> Shape:
    """Return sizes as a shape of the same layout as another."""
    return type(like)(sizes) if isinstance(like, ChannelsLast | Undecided) else tuple(sizes)


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


_MAPS: Final = {1: "a signal", 2: "a feature map", 3: "a volume"}
_FEATURES: Final = "these are features, as behind `Flatten`; `Linear` reads them"


def grid(shape: Shape, rank: int, sister: str = "") -> tuple[int, tuple[int, ...]]:
    """Return the channels of a map, which keep their formula, and its sides as plain numbers.

    Args:
        shape: what arrives.
        rank: how many sides it must have.
        sister: the op that reads a map of as many sides as arrive, if there is one.

    Raises:
        Misfit: for anything but a map with its channels first and so many sides.
    """
    reads, size = f"reads {_MAPS[rank]} {layout(rank)}", len(shape) - 1
    if isinstance(shape, ChannelsLast) and size in SIDES:
        message = f"{reads}, but {layout(size, last=True)} = {shown(shape)} arrives"
        dims = [0, size + 1, *range(1, size + 1)]
        raise Misfit(message, help=f"put `{{Permute: {dims}}}` before it")
    if size != rank:
        help = _FEATURES if not size else ""
        if size in SIDES and sister:
            help = f"`{sister}` reads {_MAPS[size]} {layout(size)}"
        raise NotAMap(f"{reads}, but {shown(shape)} arrives", help=help)
    return shape[0], tuple(int(n) for n in shape[1:])


def layout(rank: int, *, last: bool = False) -> str:
    """Return the letters of a map's sizes: `(C, H, W)`, or `(H, W, C)`; a sequence is `(T, C)`."""
    sides = [*LETTERS[rank]] if rank > 1 or not last else ["T"]
    return f"({', '.join([*sides, 'C'] if last else ['C', *sides])})"


def feature_map(shape: Shape) -> tuple[int, int, int]:
    """Return `(C, H, W)`; the channels keep their formula, the sizes are plain.

    Raises:
        Misfit: for a shape that is not three-dimensional.
    """
    channels, (height, width) = grid(shape, 2)
    return channels, height, width


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


def place(shape: Shape, dim: int) -> int:
    """Return the index of a dimension in a shape without the batch, which is 0.

    Raises:
        Misfit: when there is no such dimension.
    """
    rank = len(shape) + 1
    if not -rank <= dim < rank or dim % rank == 0:
        raise Misfit(f"no dimension {int(dim)} in (N, *{shown(shape)})", "dim")
    return int(dim) % rank - 1
