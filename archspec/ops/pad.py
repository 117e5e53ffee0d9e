"""Padding that differs from side to side."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Final

from pydantic import PlainValidator, ValidationInfo, field_validator

from archspec.ops.asks import Ask
from archspec.ops.base import Kind
from archspec.ops.memory import Saved
from archspec.ops.ranked import Ranked
from archspec.ops.shape import Shape
from archspec.ops.windowed import Axis, TooSmall, Window, times

_ENDS: Final = {
    1: "the two of [left, right]",
    2: "the four of [left, right, top, bottom]",
    3: "the six of [left, right, top, bottom, front, back]",
}
"""How PyTorch orders the ends of maps: those of the last side come first."""


class Pad(Ranked):
    """What all padding shares."""

    kind: ClassVar[Kind] = Kind.SHAPE
    positional: ClassVar[int] = 1
    variadic: ClassVar[str | None] = "padding"
    fresh: ClassVar[bool] = True
    keeps: ClassVar[Saved | None] = Saved()

    padding: int | tuple[int, ...]

    @field_validator("padding", mode="plain")
    @classmethod
    def _per_side(cls, value: Any, info: ValidationInfo) -> Any:
        """Return one number, or one for each end of each side."""
        parts = value if isinstance(value, tuple) else (value,)
        whole = all(isinstance(n, int) and not isinstance(n, bool) for n in parts)
        if not whole or (isinstance(value, tuple) and len(parts) != 2 * cls.rank):
            raise ValueError(f"an integer, or {_ENDS[cls.rank]}, is needed")
        return value

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, H', W'), or as many sides as arrive."""
        channels, sides = self.read(inputs[0])
        ends = self.ends()
        padded = tuple(n + before + after for n, (before, after) in zip(sides, ends, strict=True))
        # PyTorch takes away before it adds: more than there is cannot be taken.
        kept = [n + min(a, 0) + min(b, 0) for n, (a, b) in zip(sides, ends, strict=True)]
        if min(kept) < 0 or min(padded) < 1:
            fact = f"nothing is left of {times(sides)}"
            raise TooSmall(fact, "padding", is_empty=min(kept) >= 0)
        return (channels, *padded)

    def window(self, shape: Shape) -> Window:
        """Return the shift; what is mirrored is not seen anew."""
        return tuple(Axis(1, 1, before) for before, _ in self.ends())

    def ends(self) -> tuple[tuple[int, int], ...]:
        """Return what is added before and behind each side, the first side first."""
        if not isinstance(self.padding, tuple):
            return ((int(self.padding),) * 2,) * self.rank
        numbers = [*map(int, self.padding)]
        return tuple(zip(numbers[0::2], numbers[1::2], strict=True))[::-1]


class ZeroPad(Pad):
    """Zeros around a map, `[left, right, top, bottom]`; a negative number takes rows away."""


class ZeroPad1d(ZeroPad):
    """Zeros around a signal, `[left, right]`; a negative number takes positions away."""

    torch: ClassVar[str] = "nn.ZeroPad1d"
    rank: ClassVar[int] = 1


class ZeroPad2d(ZeroPad):
    """Zeros around a map, `[left, right, top, bottom]`; a negative number takes rows away."""

    torch: ClassVar[str] = "nn.ZeroPad2d"
    rank: ClassVar[int] = 2


class ZeroPad3d(ZeroPad):
    """Zeros around a volume, `[left, right, top, bottom, front, back]`."""

    torch: ClassVar[str] = "nn.ZeroPad3d"
    rank: ClassVar[int] = 3


def _number(value: Any) -> Any:
    if not isinstance(value, int | float) or isinstance(value, bool) or math.isnan(value):
        raise ValueError("a number is needed")
    return value


class ConstantPad(Pad):
    """A number around a map, which may be infinite: before a maximum, `-inf` is no value at all."""

    variadic: ClassVar[str | None] = None
    pair: ClassVar[str | None] = "padding"
    positional: ClassVar[int] = 2

    value: Annotated[float, PlainValidator(_number)]

    @classmethod
    def takes_whole(cls, count: int) -> bool:
        """Tell whether a list of so many values is the padding of all ends."""
        return count == 2 * cls.rank


class ConstantPad1d(ConstantPad):
    """A number around a signal."""

    torch: ClassVar[str] = "nn.ConstantPad1d"
    rank: ClassVar[int] = 1


class ConstantPad2d(ConstantPad):
    """A number around a map."""

    torch: ClassVar[str] = "nn.ConstantPad2d"
    rank: ClassVar[int] = 2


class ConstantPad3d(ConstantPad):
    """A number around a volume."""

    torch: ClassVar[str] = "nn.ConstantPad3d"
    rank: ClassVar[int] = 3


class AddingPad(Pad):
    """Padding with what a map holds, which takes nothing away."""

    asks: ClassVar[tuple[Ask, ...]] = (
        Ask("padding >= 0", "only zeros and constants take away", "padding"),
    )

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, H', W'), or as many sides as arrive."""
        self.check_asks(*inputs)
        return super().output(*inputs)


class ReflectionPad(AddingPad):
    """What a map holds, mirrored at its edges."""

    keeps: ClassVar[Saved | None] = Saved(inputs=True)

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, H', W'); no side may be as long as the map."""
        _, sides = self.read(inputs[0])
        if any(max(ends) >= n for n, ends in zip(sides, self.ends(), strict=True)):
            raise TooSmall(f"{times(sides)} mirrored holds no more than itself", "padding")
        return super().output(*inputs)


class ReflectionPad1d(ReflectionPad):
    """What a signal holds, mirrored at its ends, `[left, right]`."""

    torch: ClassVar[str] = "nn.ReflectionPad1d"
    rank: ClassVar[int] = 1


class ReflectionPad2d(ReflectionPad):
    """What a map holds, mirrored at its edges, `[left, right, top, bottom]`."""

    torch: ClassVar[str] = "nn.ReflectionPad2d"
    rank: ClassVar[int] = 2


class ReflectionPad3d(ReflectionPad):
    """What a volume holds, mirrored at its faces."""

    torch: ClassVar[str] = "nn.ReflectionPad3d"
    rank: ClassVar[int] = 3


class ReplicationPad(AddingPad):
    """What stands at the edges of a map, again."""

    keeps: ClassVar[Saved | None] = Saved(inputs=True)


class ReplicationPad1d(ReplicationPad):
    """What stands at the ends of a signal, again, `[left, right]`."""

    torch: ClassVar[str] = "nn.ReplicationPad1d"
    rank: ClassVar[int] = 1


class ReplicationPad2d(ReplicationPad):
    """What stands at the edges of a map, again, `[left, right, top, bottom]`."""

    torch: ClassVar[str] = "nn.ReplicationPad2d"
    rank: ClassVar[int] = 2


class ReplicationPad3d(ReplicationPad):
    """What stands at the faces of a volume, again."""

    torch: ClassVar[str] = "nn.ReplicationPad3d"
    rank: ClassVar[int] = 3


class CircularPad(AddingPad):
    """What a map holds at its other end, as if it went on."""

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, H', W'); no side may be longer than the map."""
        _, sides = self.read(inputs[0])
        if any(max(ends) > n for n, ends in zip(sides, self.ends(), strict=True)):
            raise TooSmall(f"{times(sides)} goes round once at most", "padding")
        return super().output(*inputs)


class CircularPad1d(CircularPad):
    """A signal as if it went on from its other end, `[left, right]`."""

    torch: ClassVar[str] = "nn.CircularPad1d"
    rank: ClassVar[int] = 1


class CircularPad2d(CircularPad):
    """A map as if it went on from its other side, `[left, right, top, bottom]`."""

    torch: ClassVar[str] = "nn.CircularPad2d"
    rank: ClassVar[int] = 2


class CircularPad3d(CircularPad):
    """A volume as if it went on from its other side."""

    torch: ClassVar[str] = "nn.CircularPad3d"
    rank: ClassVar[int] = 3
