"""Ops that read several tensors."""

from __future__ import annotations

import math
from typing import ClassVar

from archspec.ops.arguments import Integer
from archspec.ops.base import Form, Kind, Op
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import ChannelsLast, Misfit, Shape, shown, sized
from archspec.ops.windowed import EVERYTHING, Window


class _Elementwise(Op):
    """Element by element; a size of 1 stands for any size only where the spec shows it."""

    kind: ClassVar[Kind] = Kind.MERGE
    form: ClassVar[Form] = Form.FUNCTION
    inputs: ClassVar[int | None] = None
    stretches: ClassVar[bool] = True

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the result of all but the last, where there are more than two."""
        return (Inner(math.prod(int(n) for n in output)),) if len(inputs) > 2 else ()

    @staticmethod
    def _laid_out(inputs: tuple[Shape, ...], sizes: Shape) -> Shape:
        """Return sizes with their channels last, if they are so in any that has these sizes."""
        last = any(isinstance(shape, ChannelsLast) and shape == sizes for shape in inputs)
        return ChannelsLast(sizes) if last else sizes


class Add(_Elementwise):
    """The sum of tensors of equal shape: a residual connection."""

    torch: ClassVar[str] = "operator.add"
    keeps: ClassVar[Saved | None] = Saved()

    def output(self, *inputs: Shape) -> Shape:
        """Return the common shape."""
        # Broadcasting one channel over many is legal to torch and almost never meant.
        if any(shape != inputs[0] for shape in inputs[1:]):
            raise Misfit("shapes differ")
        return self._laid_out(inputs, inputs[0])


class Mul(_Elementwise):
    """The product; a factor per channel (C, 1, 1), or per position (1, H, W), scales (C, H, W)."""

    torch: ClassVar[str] = "operator.mul"
    keeps: ClassVar[Saved | None] = Saved(inputs=True)

    def output(self, *inputs: Shape) -> Shape:
        """Return the largest of the shapes."""
        largest = max(inputs, key=lambda shape: [int(n) for n in shape])
        for shape in inputs:
            if shape != largest and not _scales(shape, largest):
                raise Misfit(
                    "shapes differ, and none is one factor per channel, or per position, of the"
                    " other"
                )
        return self._laid_out(inputs, largest)


def _scales(factor: Shape, shape: Shape) -> bool:
    """Tell whether a tensor has one number per channel of another, or one per position."""
    channels = len(shape) - 1 if isinstance(shape, ChannelsLast) else 0
    kept = [(i == channels, size) for i, size in enumerate(shape)]
    per_channel = tuple(size if here else 1 for here, size in kept)
    per_position = tuple(1 if here else size for here, size in kept)
    return factor in (per_channel, per_position)


class Cat(Op):
    """Tensors one after the other along `dim`; 1, the default, is the channels."""

    torch: ClassVar[str] = "torch.cat"
    kind: ClassVar[Kind] = Kind.MERGE
    form: ClassVar[Form] = Form.FUNCTION
    inputs: ClassVar[int | None] = None
    explicit: ClassVar[tuple[str, ...]] = ("dim",)
    keeps: ClassVar[Saved | None] = Saved()

    dim: Integer = 1

    def output(self, *inputs: Shape) -> Shape:
        """Return the shapes joined along `dim`; the other sizes must be equal."""
        rank = len(inputs[0]) + 1
        if not -rank <= self.dim < rank or self.dim % rank == 0:
            raise Misfit(f"no dimension {int(self.dim)} in (N, *{shown(inputs[0])})", "dim")
        index = self.dim % rank - 1
        joined = list(inputs[0])
        for shape in inputs[1:]:
            if len(shape) != len(joined) or any(
                a != b for i, (a, b) in enumerate(zip(shape, joined, strict=True)) if i != index
            ):
                raise Misfit(f"shapes differ outside dimension {int(self.dim)}")
            joined[index] = joined[index] + shape[index]
        # A class token has no layout of its own; the sequence it joins has.
        layout = next((s for s in inputs if isinstance(s, ChannelsLast)), inputs[0])
        return sized(layout, joined)


class MatMul(Op):
    """The matrix product of two tensors: (…, a, b) and (…, b, c) to (…, a, c)."""

    torch: ClassVar[str] = "operator.matmul"
    keeps: ClassVar[Saved | None] = Saved(inputs=True)
    kind: ClassVar[Kind] = Kind.MERGE
    form: ClassVar[Form] = Form.FUNCTION
    inputs: ClassVar[int | None] = None

    def output(self, *inputs: Shape) -> Shape:
        """Return (…, a, c)."""
        if len(inputs) != 2:
            raise Misfit(f"multiplies two matrices, not {len(inputs)}")
        first, second = inputs
        if min(len(first), len(second)) < 2:
            raise Misfit("multiplies matrices, and a tensor of one dimension is none")
        if first[:-2] != second[:-2] or first[-1] != second[-2]:
            raise Misfit(f"the rows of {shown(first)} do not fit the columns of {shown(second)}")
        return sized(second, (*first[:-1], second[-1]))

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Return one MAC per element of the result and of the row that it is made of."""
        return math.prod(int(n) for n in output) * int(inputs[0][-1])

    def window(self, shape: Shape) -> Window:
        """Return everything."""
        return EVERYTHING
