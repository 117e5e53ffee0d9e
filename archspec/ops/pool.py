"""Pooling over H and W."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Final

from pydantic import PlainValidator

from archspec.ops.arguments import Padding, PositivePair, Range, pair
from archspec.ops.asks import Ask
from archspec.ops.base import Kind, Op
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import Misfit, Shape, TwoReadings, feature_map
from archspec.ops.windowed import EVERYTHING, Axis, Window, axis, sizes

_LARGEST: Final = 2**31 - 1
"""The largest number that PyTorch's pooling takes for an argument; its convolutions take more."""


class _Pool(Op):
    """What max and average pooling share; the stride is the kernel's size unless given."""

    kind: ClassVar[Kind] = Kind.POOL
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "2 * padding <= kernel_size",
            "padding {padding} is more than half of the kernel's {kernel_size}",
            "padding",
        ),
    )

    kernel_size: PositivePair
    stride: PositivePair | None = None
    padding: Padding = 0

    @classmethod
    def check_list(cls, values: tuple[Any, ...]) -> None:
        """Refuse two numbers: a kernel and its stride, or the height and width of a kernel.

        Raises:
            TwoReadings: where these differ.
        """
        if len(values) == 2 and all(isinstance(n, int) for n in values) and values[0] != values[1]:
            first, second = (int(n) for n in values)
            raise TwoReadings(
                f"[{first}, {second}] may be a kernel and its stride, or the sides of a kernel",
                "kernel_size",
                help=f"write `{{{cls.__name__}: {first}, stride: {second}}}`,"
                f" or `{{{cls.__name__}: [[{first}, {second}]]}}`",
            )

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, H', W')."""
        channels, height, width = feature_map(inputs[0])
        for name in ("kernel_size", "stride", "padding", "dilation"):
            value = getattr(self, name, None)
            if value is not None and max(pair(value)) > _LARGEST:
                raise Misfit(f"PyTorch pools with numbers of at most {_LARGEST}", name)
        self.check_asks(*inputs)
        ceil_mode: bool = getattr(self, "ceil_mode", False)
        return (channels, *sizes((height, width), self._axes(), ceil_mode=ceil_mode))

    def window(self, shape: Shape) -> Window:
        """Return the kernel's window."""
        return self._axes()

    def _axes(self) -> tuple[Axis, Axis]:
        kernel = pair(self.kernel_size)
        stride = kernel if self.stride is None else pair(self.stride)
        dilation = pair(getattr(self, "dilation", 1))
        first, second = (
            axis(*values)
            for values in zip(kernel, stride, pair(self.padding), dilation, strict=True)
        )
        return first, second


class MaxPool2d(_Pool):
    """The largest value of each window."""

    torch: ClassVar[str] = "nn.MaxPool2d"
    named: ClassVar[tuple[str, ...]] = ("ceil_mode",)

    dilation: PositivePair = 1
    ceil_mode: bool = False

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, and where in it each of the results stands."""
        return Saved(inputs=True, inner=self.scratch(inputs, output)[0])

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the places of the results, which PyTorch's operator returns beside them."""
        return (Inner(integers=math.prod(int(n) for n in output)),)


class AvgPool2d(_Pool):
    """The mean of each window."""

    torch: ClassVar[str] = "nn.AvgPool2d"
    keeps: ClassVar[Saved | None] = Saved(inputs=True)

    ceil_mode: bool = False
    count_include_pad: bool = True


def _output_size(value: Any) -> Any:
    parts = value if isinstance(value, tuple) else (value,)
    whole = all(n is None or (isinstance(n, int) and not isinstance(n, bool)) for n in parts)
    pairs = not isinstance(value, tuple) or len(parts) == 2
    if not whole or not pairs or any(n is not None and n < 1 for n in parts):
        raise ValueError("an integer of at least 1, or a pair of them, is needed")
    return value


class _AdaptivePool(Op):
    """Pooling to a fixed size, whatever arrives."""

    kind: ClassVar[Kind] = Kind.POOL
    positional: ClassVar[int] = 1
    pair: ClassVar[str | None] = "output_size"

    output_size: Annotated[
        int | tuple[int | None, int | None],
        PlainValidator(_output_size),
        Range(1),
    ]

    def output(self, *inputs: Shape) -> Shape:
        """Return (C, *output_size); null keeps a size."""
        channels, height, width = feature_map(inputs[0])
        rows, columns = self._target()
        return (channels, rows or height, columns or width)

    def window(self, shape: Shape) -> Window:
        """Return equal windows where the output divides the input, everything otherwise."""
        _, height, width = feature_map(shape)
        _, rows, columns = self.output(shape)
        if (rows, columns) == (height, width):
            return None
        if (rows, columns) == (1, 1) or height % rows or width % columns:
            return EVERYTHING
        first, second = height // rows, width // columns
        return axis(first, first, 0), axis(second, second, 0)

    def _target(self) -> tuple[int | None, int | None]:
        size = self.output_size
        return size if isinstance(size, tuple) else (size, size)


class AdaptiveAvgPool2d(_AdaptivePool):
    """The mean of each of `output_size` regions; 1 is global average pooling."""

    torch: ClassVar[str] = "nn.AdaptiveAvgPool2d"

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, but for a global pooling, which is a mean."""
        return Saved(inputs=output[1:] != (1, 1))


class AdaptiveMaxPool2d(_AdaptivePool):
    """The largest value of each of `output_size` regions."""

    torch: ClassVar[str] = "nn.AdaptiveMaxPool2d"

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, and where in it each of the results stands."""
        return Saved(inputs=True, inner=self.scratch(inputs, output)[0])

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the places of the results, which PyTorch's operator returns beside them."""
        return (Inner(integers=math.prod(int(n) for n in output)),)
