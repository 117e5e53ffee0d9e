"""Ops that make maps larger, or move channels to positions and back."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import PlainValidator

from archspec.ops.arguments import Positive, Range
from archspec.ops.asks import Ask
from archspec.ops.base import Kind, Op
from archspec.ops.memory import Saved
from archspec.ops.shape import Misfit, Shape, feature_map, grid, layout
from archspec.ops.windowed import EVERYTHING, LONGEST, Axis, Phases, Window, times


def _factor(value: Any) -> Any:
    if value is None:
        return None
    parts = value if isinstance(value, tuple) else (value,)
    numbers = all(isinstance(n, int | float) and not isinstance(n, bool) for n in parts)
    if not numbers or any(n <= 0 for n in parts) or not parts:
        raise ValueError("a number above 0, or one for each side, is needed")
    return value


def _size(value: Any) -> Any:
    parts = value if isinstance(value, tuple) else (value,)
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in parts)
    if value is not None and not (whole and parts):
        raise ValueError("an integer of at least 1, or one for each side, is needed")
    return value


_MIXING: Final = {1: ("linear",), 2: ("bilinear", "bicubic"), 3: ("trilinear",)}
"""What mixes positions, by the number of a map's sides."""

_TAPS: Final = 2
"""Positions to each side of one that `bicubic` mixes; the others mix one."""


class Upsample(Op):
    """A map of another size: each position copies the nearest, or mixes those around it."""

    torch: ClassVar[str] = "nn.Upsample"
    pair: ClassVar[str | None] = "size"
    kind: ClassVar[Kind] = Kind.SHAPE
    fresh: ClassVar[bool] = True
    keeps: ClassVar[Saved | None] = Saved()

    size: Annotated[int | tuple[int, ...] | None, PlainValidator(_size), Range(1)] = None
    scale_factor: Annotated[
        float | tuple[float, ...] | None, PlainValidator(_factor), Range(0, is_above=True)
    ] = None
    mode: Literal["nearest", "linear", "bilinear", "bicubic", "trilinear"] = "nearest"
    align_corners: bool | None = None

    @classmethod
    def takes_whole(cls, count: int) -> bool:
        """Tell whether a list of so many values is a size."""
        return count in _MIXING and count > 1

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, *size), or the sides times `scale_factor`, rounded down."""
        channels, before = grid(inputs[0], max(1, min(len(inputs[0]) - 1, 3)))
        if (self.size is None) == (self.scale_factor is None):
            raise Misfit("takes either `size` or `scale_factor`")
        self._check_mode(len(before))
        for name in ("size", "scale_factor"):
            given = getattr(self, name)
            if isinstance(given, tuple) and len(given) != len(before):
                raise Misfit(f"{len(given)} numbers for {len(before)} sides", name)
        after = self._sizes(before)
        if min(after) < 1:
            raise Misfit(f"nothing is left of {times(before)}", "scale_factor")
        return (channels, *after)

    def _check_mode(self, rank: int) -> None:
        """Refuse what PyTorch refuses of a map with so many sides."""
        fitting = ("nearest", *_MIXING[rank])
        if self.mode not in fitting:
            told = " and ".join(f"`{mode}`" for mode in fitting)
            raise Misfit(f"`{self.mode}` is none of the modes of {layout(rank)}, {told}", "mode")
        if self.align_corners is not None and self.mode == "nearest":
            told = " and ".join(f"`{mode}`" for mode in fitting[1:])
            raise Misfit(f"`align_corners` is for the mode {told}", "align_corners")

    def window(self, shape: Shape) -> Window:
        """Return which positions each output copies or mixes; they repeat with the ratio.

        With `align_corners` positions drift by less than one from those that repeat; the window is
        the smallest that holds them all.
        """
        before = tuple(int(n) for n in shape[1:])
        after = self._sizes(before)
        ratios = [Fraction(n, m) for n, m in zip(before, after, strict=True)]
        if self.size is None and not self.align_corners:
            factors = self._factors(len(before))
            ratios = [1 / Fraction(f).limit_denominator(LONGEST) for f in factors]
        if max(ratio.denominator for ratio in ratios) > LONGEST:
            return EVERYTHING
        return tuple(map(self._axis, ratios))

    def _axis(self, ratio: Fraction) -> Phases:
        """Return the reads along one axis; an output is `ratio` inputs wide."""
        reads, mixes = [], self.mode != "nearest"
        further = _TAPS - 1 if self.mode == "bicubic" else 0
        for i in range(ratio.denominator):
            first = last = i * ratio
            if mixes and self.align_corners:
                first -= max(Fraction(0), 1 - ratio)
                last += max(Fraction(0), ratio - 1)
            elif mixes:
                first = last = (i + Fraction(1, 2)) * ratio - Fraction(1, 2)
            end = math.ceil(last) if mixes else math.floor(last)
            reads.append((math.floor(first) - further, end + further))
        return Phases(tuple(reads), ratio.numerator)

    def _factors(self, rank: int) -> tuple[float, ...]:
        factor = self.scale_factor
        return factor if isinstance(factor, tuple) else (factor or 1,) * rank

    def _sizes(self, before: tuple[int, ...]) -> tuple[int, ...]:
        if isinstance(self.size, tuple):
            return tuple(map(int, self.size))
        if self.size is not None:
            return (int(self.size),) * len(before)
        factors = self._factors(len(before))
        return tuple(math.floor(n * factor) for n, factor in zip(before, factors, strict=True))


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
