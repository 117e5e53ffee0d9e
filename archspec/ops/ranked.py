"""What ops share that there are for signals, feature maps and volumes: one class for all three."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, ClassVar, Final, Literal, get_args, get_origin

from pydantic import ValidationInfo, field_validator

from archspec.ops.arguments import range_of
from archspec.ops.base import Op
from archspec.ops.shape import Shape, grid

_PER_SIDE: Final = ("kernel_size", "stride", "padding", "dilation", "output_padding")
MANY: Final = {1: "a list of one", 2: "a pair of them", 3: "three of them"}
"""One number for each side, in words."""


def family(label: str) -> str:
    """Return the name of an op without the number of sides that it reads: `Conv` of `Conv2d`."""
    return re.sub(r"[123]d$", "", label)


class Ranked(Op):
    """An op of maps of so many sides, as its name says: `Conv1d` reads (C, L).

    Class attributes:
        rank: how many sides its maps have.
    """

    rank: ClassVar[int]

    @field_validator(*_PER_SIDE, mode="plain", check_fields=False)
    @classmethod
    def _per_side(cls, value: Any, info: ValidationInfo) -> Any:
        """Return one number, or as many as there are sides; each keeps its formula."""
        low, others = _asked(cls, info.field_name or "")
        if value in others and not isinstance(value, int):
            return value
        parts = value if isinstance(value, tuple) else (value,)
        whole = all(isinstance(n, int) and not isinstance(n, bool) for n in parts)
        many = not isinstance(value, tuple) or len(value) == cls.rank
        if not whole or not many or any(n < low for n in parts):
            words = "".join(f" or `{word}`" for word in others if word is not None)
            raise ValueError(f"an integer of at least {low}, or {MANY[cls.rank]}{words}, is needed")
        return value

    @classmethod
    def takes_whole(cls, count: int) -> bool:
        """Tell whether a list of so many values is the first field's, one for each side."""
        return cls.pair is not None and count == cls.rank > 1

    @classmethod
    def read(cls, shape: Shape) -> tuple[int, tuple[int, ...]]:
        """Return the channels of what arrives, which keep their formula, and its sides.

        Raises:
            Misfit: when it is no map of so many sides with its channels first.
        """
        sister = f"{family(cls.__name__)}{len(shape) - 1}d"
        return grid(shape, cls.rank, sister)

    def each(self, value: int | tuple[int, ...]) -> tuple[int, ...]:
        """Return an argument for each side, as plain integers."""
        if isinstance(value, tuple):
            return tuple(map(int, value))
        return (int(value),) * self.rank


@cache
def _asked(kind: type[Ranked], name: str) -> tuple[int, tuple[Any, ...]]:
    """Return the least that an argument may be for a side, and what it may be beside numbers."""
    field = kind.model_fields[name]
    known = range_of(field)
    others: list[Any] = [] if field.is_required() or field.default is not None else [None]
    for part in get_args(field.annotation):
        others += get_args(part) if get_origin(part) is Literal else ()
    return int(known.low) if known is not None else 0, tuple(others)
