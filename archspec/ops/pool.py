"""Pooling over the sides of maps."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Final

from pydantic import field_validator

from archspec.ops.arguments import PaddingPerSide, PerSide, Range
from archspec.ops.asks import Ask
from archspec.ops.base import Kind
from archspec.ops.memory import Inner, Saved
from archspec.ops.ranked import MANY, Ranked
from archspec.ops.shape import Misfit, Shape, TwoReadings
from archspec.ops.windowed import (
    EVERYTHING,
    TOO_SMALL,
    Axis,
    TooSmall,
    Window,
    axis,
    sizes,
    times,
)

_LARGEST: Final = 2**31 - 1
"""The largest number that PyTorch's pooling takes for an argument; its convolutions take more."""


class Pool(Ranked):
    """What max and average pooling share; the stride is the kernel's size unless given."""

    kind: ClassVar[Kind] = Kind.POOL
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "2 * padding <= kernel_size",
            "padding {padding} is more than half of the kernel's {kernel_size}",
            "padding",
        ),
    )

    kernel_size: PerSide
    stride: PerSide | None = None
    padding: PaddingPerSide = 0

    @classmethod
    def check_list(cls, values: tuple[Any, ...]) -> None:
        """Refuse as many numbers as there are sides: a kernel and its stride, or a kernel's sides.

        Raises:
            TwoReadings: where these differ.
        """
        numbers = len(values) == cls.rank > 1 and all(isinstance(n, int) for n in values)
        # A kernel of 2×2 and one of 2 with a stride of 2 are the same.
        if not numbers or (cls.rank == 2 and values[0] == values[1]):
            return
        listed = ", ".join(str(int(n)) for n in values)
        first, second = (int(n) for n in values[:2])
        further = "its stride" if cls.rank == 2 else "its stride and padding"
        raise TwoReadings(
            f"[{listed}] may be a kernel and {further}, or the sides of a kernel",
            "kernel_size",
            help=f"write `{{{cls.__name__}: {first}, stride: {second}}}`,"
            f" or `{{{cls.__name__}: [[{listed}]]}}`",
        )

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, H', W'), or as many sides as arrive."""
        channels, sides = self.read(inputs[0])
        for name in ("kernel_size", "stride", "padding", "dilation"):
            value = getattr(self, name, None)
            if value is not None and max(self.each(value)) > _LARGEST:
                raise Misfit(f"PyTorch pools with numbers of at most {_LARGEST}", name)
        self.check_asks(*inputs)
        ceil_mode: bool = getattr(self, "ceil_mode", False)
        return (channels, *sizes(sides, self._axes(), ceil_mode=ceil_mode))

    def window(self, shape: Shape) -> Window:
        """Return the kernel's window."""
        return self._axes()

    def _axes(self) -> tuple[Axis, ...]:
        kernel, padding = self.each(self.kernel_size), self.each(self.padding)
        stride = kernel if self.stride is None else self.each(self.stride)
        return tuple(map(axis, kernel, stride, padding, self.each(getattr(self, "dilation", 1))))


class MaxPool(Pool):
    """The largest value of each window."""

    named: ClassVar[tuple[str, ...]] = ("ceil_mode",)

    dilation: PerSide = 1
    ceil_mode: bool = False

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, and where in it each of the results stands."""
        return Saved(inputs=True, inner=self.scratch(inputs, output)[0])

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the places of the results, which PyTorch's operator returns beside them."""
        return (Inner(integers=math.prod(int(n) for n in output)),)


class MaxPool1d(MaxPool):
    """The largest value of each window of a signal."""

    torch: ClassVar[str] = "nn.MaxPool1d"
    rank: ClassVar[int] = 1


class MaxPool2d(MaxPool):
    """The largest value of each window."""

    torch: ClassVar[str] = "nn.MaxPool2d"
    rank: ClassVar[int] = 2


class MaxPool3d(MaxPool):
    """The largest value of each window of a volume."""

    torch: ClassVar[str] = "nn.MaxPool3d"
    rank: ClassVar[int] = 3


class AvgPool(Pool):
    """The mean of each window."""

    keeps: ClassVar[Saved | None] = Saved(inputs=True)

    ceil_mode: bool = False
    count_include_pad: bool = True


class AvgPool1d(AvgPool):
    """The mean of each window of a signal."""

    torch: ClassVar[str] = "nn.AvgPool1d"
    rank: ClassVar[int] = 1


class AvgPool2d(AvgPool):
    """The mean of each window."""

    torch: ClassVar[str] = "nn.AvgPool2d"
    rank: ClassVar[int] = 2


class AvgPool3d(AvgPool):
    """The mean of each window of a volume."""

    torch: ClassVar[str] = "nn.AvgPool3d"
    rank: ClassVar[int] = 3

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, D', H', W'); PyTorch asks here that the window fits without the padding."""
        _, sides = self.read(inputs[0])
        kernel = self.each(self.kernel_size)
        if any(n < k for n, k in zip(sides, kernel, strict=True)):
            fact = f"a {times(kernel)} window does not fit into the {times(sides)} input"
            raise TooSmall(f"{fact}, padding not counted", "kernel_size", help=TOO_SMALL)
        return super().output(*inputs)


class AdaptivePool(Ranked):
    """Pooling to a fixed size, whatever arrives."""

    kind: ClassVar[Kind] = Kind.POOL
    positional: ClassVar[int] = 1
    pair: ClassVar[str | None] = "output_size"

    output_size: Annotated[int | tuple[int | None, ...], Range(1)]

    @field_validator("output_size", mode="plain")
    @classmethod
    def _output_size(cls, value: Any) -> Any:
        """Return one number, or as many as there are sides; null keeps a side."""
        parts = value if isinstance(value, tuple) else (value,)
        kept = cls.rank > 1  # of a signal PyTorch keeps no length
        whole = [(n is None and kept) or (isinstance(n, int) and n is not True) for n in parts]
        many = not isinstance(value, tuple) or len(value) == cls.rank
        if not all(whole) or not many or any(n is not None and n < 1 for n in parts):
            raise ValueError(f"an integer of at least 1, or {MANY[cls.rank]}, is needed")
        return value

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, *output_size); null keeps a size."""
        channels, sides = self.read(inputs[0])
        pairs = zip(self._target(), sides, strict=True)
        return (channels, *(wanted or n for wanted, n in pairs))

    def window(self, shape: Shape) -> Window:
        """Return equal windows where the output divides the input, everything otherwise."""
        _, before = self.read(shape)
        after = self.output(shape)[1:]
        if before == after:
            return None
        pairs = [*zip(before, after, strict=True)]
        if {*after} == {1} or any(n % m for n, m in pairs):
            return EVERYTHING
        return tuple(axis(n // m, n // m, 0) for n, m in pairs)

    def _target(self) -> tuple[int | None, ...]:
        size = self.output_size
        return size if isinstance(size, tuple) else (size,) * self.rank


class AdaptiveAvgPool(AdaptivePool):
    """The mean of each of `output_size` regions; 1 is global average pooling."""

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, but for a global pooling, which is a mean."""
        return Saved(inputs={*output[1:]} != {1})


class AdaptiveAvgPool1d(AdaptiveAvgPool):
    """The mean of each of `output_size` stretches; 1 is global average pooling."""

    torch: ClassVar[str] = "nn.AdaptiveAvgPool1d"
    rank: ClassVar[int] = 1


class AdaptiveAvgPool2d(AdaptiveAvgPool):
    """The mean of each of `output_size` regions; 1 is global average pooling."""

    torch: ClassVar[str] = "nn.AdaptiveAvgPool2d"
    rank: ClassVar[int] = 2


class AdaptiveAvgPool3d(AdaptiveAvgPool):
    """The mean of each of `output_size` regions of a volume; 1 is global average pooling."""

    torch: ClassVar[str] = "nn.AdaptiveAvgPool3d"
    rank: ClassVar[int] = 3


class AdaptiveMaxPool(AdaptivePool):
    """The largest value of each of `output_size` regions."""

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, and where in it each of the results stands."""
        return Saved(inputs=True, inner=self.scratch(inputs, output)[0])

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the places of the results, which PyTorch's operator returns beside them."""
        return (Inner(integers=math.prod(int(n) for n in output)),)


class AdaptiveMaxPool1d(AdaptiveMaxPool):
    """The largest value of each of `output_size` stretches."""

    torch: ClassVar[str] = "nn.AdaptiveMaxPool1d"
    rank: ClassVar[int] = 1


class AdaptiveMaxPool2d(AdaptiveMaxPool):
    """The largest value of each of `output_size` regions."""

    torch: ClassVar[str] = "nn.AdaptiveMaxPool2d"
    rank: ClassVar[int] = 2


class AdaptiveMaxPool3d(AdaptiveMaxPool):
    """The largest value of each of `output_size` regions of a volume."""

    torch: ClassVar[str] = "nn.AdaptiveMaxPool3d"
    rank: ClassVar[int] = 3
