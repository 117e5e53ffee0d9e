"""Ops that make maps larger, or move channels to positions and back."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import PlainValidator

from archspec.ops.arguments import Positive, PositivePair, Range, pair
from archspec.ops.asks import Ask
from archspec.ops.base import Kind, Op
from archspec.ops.memory import Saved
from archspec.ops.shape import Misfit, Shape, feature_map
from archspec.ops.windowed import EVERYTHING, LONGEST, Axis, Phases, Window


def _factor(value: Any) -> Any:
    if value is None:
        return None
    parts = value if isinstance(value, tuple) else (value,)
    numbers = all(isinstance(n, int | float) and not isinstance(n, bool) for n in parts)
    pairs = not isinstance(value, tuple) or len(parts) == 2
    if not numbers or not pairs or any(n <= 0 for n in parts):
        raise ValueError("a number above 0, or a pair of them, is needed")
    return value


class Upsample(Op):
    """A map of another size: each position copies the nearest, or mixes those around it."""

    torch: ClassVar[str] = "nn.Upsample"
    pair: ClassVar[str | None] = "size"
    kind: ClassVar[Kind] = Kind.SHAPE
    fresh: ClassVar[bool] = True
    keeps: ClassVar[Saved | None] = Saved()

    size: PositivePair | None = None
    scale_factor: Annotated[
        float | tuple[float, float] | None, PlainValidator(_factor), Range(0, is_above=True)
    ] = None
    mode: Literal["nearest", "bilinear"] = "nearest"
    align_corners: bool | None = None

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, *size), or height and width times `scale_factor`, rounded down."""
        channels, height, width = feature_map(inputs[0])
        if (self.size is None) == (self.scale_factor is None):
            raise Misfit("takes either `size` or `scale_factor`")
        if self.align_corners is not None and self.mode != "bilinear":
            raise Misfit("`align_corners` is for the mode `bilinear`", "align_corners")
        rows, columns = self._sizes(height, width)
        if rows < 1 or columns < 1:
            raise Misfit(f"nothing is left of {height}×{width}", "scale_factor")
        return (channels, rows, columns)

    def window(self, shape: Shape) -> Window:
        """Return which positions each output copies or mixes; they repeat with the ratio.

        With `align_corners` positions drift by less than one from those that repeat; the window is
        the smallest that holds them all.
        """
        _, height, width = feature_map(shape)
        rows, columns = self._sizes(height, width)
        down, right = Fraction(height, rows), Fraction(width, columns)
        if self.size is None and not self.align_corners:
            down, right = (1 / Fraction(f).limit_denominator(LONGEST) for f in self._factors())
        if max(down.denominator, right.denominator) > LONGEST:
            return EVERYTHING
        return self._axis(down), self._axis(right)

    def _axis(self, ratio: Fraction) -> Phases:
        """Return the reads along one axis; an output is `ratio` inputs wide."""
        reads = []
        for i in range(ratio.denominator):
            first = last = i * ratio
            if self.mode == "bilinear" and self.align_corners:
                first -= max(Fraction(0), 1 - ratio)
                last += max(Fraction(0), ratio - 1)
            elif self.mode == "bilinear":
                first = last = (i + Fraction(1, 2)) * ratio - Fraction(1, 2)
            end = math.floor(last) if self.mode == "nearest" else math.ceil(last)
            reads.append((math.floor(first), end))
        return Phases(tuple(reads), ratio.numerator)

    def _factors(self) -> tuple[float, float]:
        factor = self.scale_factor
        if isinstance(factor, tuple):
            return factor
        return (factor or 1, factor or 1)

    def _sizes(self, height: int, width: int) -> tuple[int, int]:
        if self.size is not None:
            return pair(self.size)
        down, right = self._factors()
        return math.floor(height * down), math.floor(width * right)


class PixelShuffle(Op):
    """Channels as positions: (C r², H, W) to (C, r H, r W), r the `upscale_factor`."""

    torch: ClassVar[str] = "nn.PixelShuffle"
    kind: ClassVar[Kind] = Kind.SHAPE
    fresh: ClassVar[bool] = True
    keeps: ClassVar[Saved | None] = Saved()
    positional: ClassVar[int] = 1
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "channels % area == 0",
            "{upscale_factor}² = {area} does not divide {channels} channels",
            "upscale_factor",
        ),
    )

    upscale_factor: Positive

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, r H, r W)."""
        channels, height, width = feature_map(inputs[0])
        factor = int(self.upscale_factor)
        self.check_asks(*inputs)
        area = self.upscale_factor * self.upscale_factor
        return (channels // area, height * factor, width * factor)

    def sizes_asked(self, *inputs: Shape) -> dict[str, int]:
        """Return the channels that arrive, and how many of them become one."""
        area = self.upscale_factor * self.upscale_factor
        return {**super().sizes_asked(*inputs), "area": area}

    def window(self, shape: Shape) -> Window:
        """Return one position for each square of outputs."""
        if self.upscale_factor > LONGEST:
            return EVERYTHING
        each = Phases(((0, 0),) * int(self.upscale_factor), 1)
        return each, each


class PixelUnshuffle(Op):
    """Positions as channels: (C, r H, r W) to (C r², H, W), r the `downscale_factor`."""

    torch: ClassVar[str] = "nn.PixelUnshuffle"
    kind: ClassVar[Kind] = Kind.SHAPE
    fresh: ClassVar[bool] = True
    keeps: ClassVar[Saved | None] = Saved()
    positional: ClassVar[int] = 1

    downscale_factor: Positive

    def output(self, *inputs: Shape) -> Shape:
        """Return (C r², H, W)."""
        channels, height, width = feature_map(inputs[0])
        factor = int(self.downscale_factor)
        if height % factor or width % factor:
            raise Misfit(f"{factor} does not divide {height}×{width}", "downscale_factor")
        area = self.downscale_factor * self.downscale_factor
        return (channels * area, height // factor, width // factor)

    def window(self, shape: Shape) -> Window:
        """Return a square without overlap."""
        size = int(self.downscale_factor)
        return Axis(size, size, 0), Axis(size, size, 0)
