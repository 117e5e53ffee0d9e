"""Padding that differs from side to side."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator

from archspec.ops.asks import Ask
from archspec.ops.base import Kind, Op
from archspec.ops.memory import Saved
from archspec.ops.shape import Shape, feature_map
from archspec.ops.windowed import Axis, TooSmall, Window


def _checked(value: Any) -> Any:
    parts = value if isinstance(value, tuple) else (value,)
    whole = all(isinstance(n, int) and not isinstance(n, bool) for n in parts)
    if not whole or (isinstance(value, tuple) and len(parts) != 4):
        raise ValueError("an integer, or the four of [left, right, top, bottom], is needed")
    return value


class _Pad(Op):
    """What all padding shares."""

    kind: ClassVar[Kind] = Kind.SHAPE
    positional: ClassVar[int] = 1
    variadic: ClassVar[str | None] = "padding"
    fresh: ClassVar[bool] = True
    keeps: ClassVar[Saved | None] = Saved()

    padding: Annotated[int | tuple[int, int, int, int], PlainValidator(_checked)]

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, H', W')."""
        channels, height, width = feature_map(inputs[0])
        left, right, top, bottom = self._sides()
        rows, columns = height + top + bottom, width + left + right
        # PyTorch takes away before it adds: more than there is cannot be taken.
        kept = height + min(top, 0) + min(bottom, 0), width + min(left, 0) + min(right, 0)
        if min(kept) < 0 or min(rows, columns) < 1:
            fact = f"nothing is left of {height}×{width}"
            raise TooSmall(fact, "padding", is_empty=min(kept) >= 0)
        return (channels, rows, columns)

    def window(self, shape: Shape) -> Window:
        """Return the shift; what is mirrored is not seen anew."""
        left, _, top, _ = self._sides()
        return Axis(1, 1, top), Axis(1, 1, left)

    def _sides(self) -> tuple[int, int, int, int]:
        if isinstance(self.padding, tuple):
            left, right, top, bottom = map(int, self.padding)
            return left, right, top, bottom
        side = int(self.padding)
        return side, side, side, side


class ZeroPad2d(_Pad):
    """Zeros around a map, `[left, right, top, bottom]`; a negative number takes rows away."""

    torch: ClassVar[str] = "nn.ZeroPad2d"


class ReflectionPad2d(_Pad):
    """What a map holds, mirrored at its edges, `[left, right, top, bottom]`."""

    torch: ClassVar[str] = "nn.ReflectionPad2d"
    keeps: ClassVar[Saved | None] = Saved(inputs=True)
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask("padding >= 0", "a mirror takes nothing away", "padding"),
    )

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, H', W'); no side may be as long as the map."""
        _, height, width = feature_map(inputs[0])
        left, right, top, bottom = self._sides()
        self.check_asks(*inputs)
        if max(left, right) >= width or max(top, bottom) >= height:
            raise TooSmall(f"{height}×{width} mirrored holds no more than itself", "padding")
        return super().output(*inputs)
