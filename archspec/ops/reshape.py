"""Ops that only move elements, or leave some out."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator

from archspec.ops.arguments import Integer, Positive, Range
from archspec.ops.asks import Ask
from archspec.ops.base import Kind, Op
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import (
    ChannelsLast,
    Misfit,
    Shape,
    Undecided,
    channels_last,
    feature_map,
    place,
    shown,
    sized,
    spatial,
)
from archspec.ops.windowed import EVERYTHING, Axis, Window


class Flatten(Op):
    """Joins dimensions `start_dim` to `end_dim` (the batch is 0): (C, H, W) to (C * H * W,)."""

    torch: ClassVar[str] = "nn.Flatten"
    kind: ClassVar[Kind] = Kind.SHAPE
    keeps: ClassVar[Saved | None] = Saved()

    start_dim: Integer = 1
    end_dim: Integer = -1

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape with the dimensions joined."""
        rank = len(inputs[0]) + 1
        first, last = self._ends(rank)
        if not 1 <= first <= last < rank:
            raise Misfit(
                f"cannot join dimensions {self.start_dim} to {self.end_dim}"
                f" of (N, *{shown(inputs[0])})",
                "start_dim",
            )
        product = 1
        for n in inputs[0][first - 1 : last]:
            product = product * n
        joined = (*inputs[0][: first - 1], product, *inputs[0][last:])
        return sized(inputs[0], joined) if last < rank - 1 else joined

    def joins(self, shape: Shape) -> bool:
        """Tell whether it joins several dimensions that have more than one element."""
        first, last = self._ends(len(shape) + 1)
        return sum(n > 1 for n in shape[first - 1 : last]) > 1

    def _ends(self, rank: int) -> list[int]:
        return [dim + rank if dim < 0 else dim for dim in (self.start_dim, self.end_dim)]

    def window(self, shape: Shape) -> Window:
        """Return everything where there are several positions to join."""
        sizes = shape[:-1] if isinstance(shape, ChannelsLast) else shape[1:]
        return EVERYTHING if any(n > 1 for n in sizes) else None


class Narrow(Op):
    """The part of a tensor from `start` on, `length` long, along `dim`; 1 is the channels."""

    torch: ClassVar[str] = "parts.Narrow"
    kind: ClassVar[Kind] = Kind.SHAPE
    keeps: ClassVar[Saved | None] = Saved()
    positional: ClassVar[int] = 1
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "-size <= start and start + length <= (size if start >= 0 else 0)",
            "{length} from {start} on do not lie within {size}",
            "start",
        ),
    )

    dim: Integer
    start: Integer
    length: Positive

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape with `length` along `dim`."""
        index = place(inputs[0], self.dim)
        self.check_asks(*inputs)
        return sized(inputs[0], (*inputs[0][:index], self.length, *inputs[0][index + 1 :]))

    def sizes_asked(self, *inputs: Shape) -> dict[str, int]:
        """Return the size that a part is taken of."""
        return {"size": inputs[0][place(inputs[0], self.dim)]}

    def window(self, shape: Shape) -> Window:
        """Return the shift along a side; none along the channels."""
        index, axes = place(shape, self.dim), spatial(shape)
        if index not in axes:
            return None
        start = self._start(shape[index])
        return tuple(Axis(1, 1, -start if axis == index else 0) for axis in axes)

    def _start(self, size: int) -> int:
        """Return the first position, counted from the front."""
        start = int(self.start)
        return start + int(size) if start < 0 else start


def _split(value: Any) -> tuple[int, ...]:
    if not isinstance(value, tuple) or len(value) < 2:
        raise ValueError("a list of two sizes or more is needed")
    whole = all(isinstance(n, int) and not isinstance(n, bool) for n in value)
    if not whole or any(n < 1 and n != -1 for n in value):
        raise ValueError("a list of integers of at least 1, or -1, is needed")
    return value


def _dims(value: Any) -> tuple[int, ...]:
    if not isinstance(value, tuple) or not all(isinstance(n, int) for n in value):
        raise ValueError("a list of integers is needed")
    if any(isinstance(n, bool) for n in value):
        raise ValueError("a list of integers is needed")
    return value


class Permute(Op):
    """The dimensions in another order; 0 is the batch, which stays first."""

    torch: ClassVar[str] = "parts.Permute"
    kind: ClassVar[Kind] = Kind.SHAPE
    keeps: ClassVar[Saved | None] = Saved()
    positional: ClassVar[int] = 1
    variadic: ClassVar[str | None] = "dims"

    dims: Annotated[tuple[int, ...], PlainValidator(_dims)]

    def _meant(self, rank: int) -> str:
        """Return what an order of other dimensions was most likely meant to be."""
        dims = list(self.dims)
        if sorted(dims) == list(range(1, rank)):
            return f"the batch is dimension 0: `{[0, *dims]}`"
        if sorted(dims) == list(range(rank - 1)):
            return f"the batch is dimension 0: `{[0, *(dim + 1 for dim in dims)]}`"
        flat = "`Flatten` leaves one size; `{Flatten: 2}` makes (C, H, W) to (C, T)"
        return flat if rank == 2 else ""

    def output(self, *inputs: Shape) -> Shape:
        """Return the sizes in the new order; `(C, H, W)` may become `(H, W, C)` and back."""
        rank = len(inputs[0]) + 1
        order = tuple(dim % rank for dim in self.dims if -rank <= dim < rank)
        if sorted(order) != list(range(rank)) or order[0] != 0 or len(order) != len(self.dims):
            raise Misfit(
                f"{list(self.dims)} is no order of the {rank} dimensions of"
                f" (N, *{shown(inputs[0])}) that begins with 0",
                "dims",
                help=self._meant(rank),
            )
        sizes = tuple(inputs[0][dim - 1] for dim in order[1:])
        channels = rank - 1 if isinstance(inputs[0], ChannelsLast) else 1
        is_last = order[-1] == channels and not isinstance(inputs[0], Undecided)
        return ChannelsLast(sizes) if is_last else sizes


class Unflatten(Op):
    """One dimension as several: the inverse of `Flatten`. One of the sizes may be -1."""

    torch: ClassVar[str] = "nn.Unflatten"
    kind: ClassVar[Kind] = Kind.SHAPE
    keeps: ClassVar[Saved | None] = Saved()
    positional: ClassVar[int] = 2

    dim: Integer
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "size == known if missing == 0 else missing == 1 and size % known == 0",
            "{size} is not the product of {unflattened_size}",
            "unflattened_size",
        ),
    )
    unflattened_size: Annotated[tuple[int, ...], PlainValidator(_split), Range(1)]

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape with the sizes in place of the dimension."""
        index = place(inputs[0], self.dim)
        self.check_asks(*inputs)
        known = math.prod(int(n) for n in self.unflattened_size if n != -1)
        sizes = tuple(inputs[0][index] // known if n == -1 else n for n in self.unflattened_size)
        split = (*inputs[0][:index], *sizes, *inputs[0][index + 1 :])
        return sized(inputs[0], split) if index < len(inputs[0]) - 1 else split

    def sizes_asked(self, *inputs: Shape) -> dict[str, int]:
        """Return the size that is cut up, the product of the given ones, and how many are not."""
        known = math.prod(n for n in self.unflattened_size if n != -1)
        missing = self.unflattened_size.count(-1)
        return {"size": inputs[0][place(inputs[0], self.dim)], "known": known, "missing": missing}

    def window(self, shape: Shape) -> Window:
        """Return everything where positions are cut up: what follows may join them anew."""
        return EVERYTHING if place(shape, self.dim) in spatial(shape) else None


class SpaceToDepth(Op):
    """Each square of `block_size` positions of (H, W, C) as one position with all its channels.

    Height and width are first padded with zeros to multiples of `block_size`. The channels of a
    square stand one position after the other, down each column.
    """

    torch: ClassVar[str] = "parts.SpaceToDepth"
    kind: ClassVar[Kind] = Kind.SHAPE
    fresh: ClassVar[bool] = True
    keeps: ClassVar[Saved | None] = Saved()
    positional: ClassVar[int] = 1

    block_size: Positive

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the padded copy, made even where nothing is missing."""
        return (Inner(math.prod(int(n) for n in output)),) if self.block_size > 1 else ()

    def output(self, *inputs: Shape) -> Shape:
        """Return (H / block_size, W / block_size, block_size² C), sizes rounded up."""
        height, width, channels = channels_last(inputs[0])
        size = int(self.block_size)
        area = self.block_size * self.block_size
        return ChannelsLast((-(-height // size), -(-width // size), area * channels))

    def window(self, shape: Shape) -> Window:
        """Return a square without overlap."""
        size = int(self.block_size)
        return Axis(size, size, 0), Axis(size, size, 0)


class ChannelShuffle(Op):
    """Deals the channels of `groups` equal parts out in turn: 0 1 2 3 to 0 2 1 3 for two."""

    torch: ClassVar[str] = "nn.ChannelShuffle"
    keeps_shape: ClassVar[bool] = True
    kind: ClassVar[Kind] = Kind.SHAPE
    fresh: ClassVar[bool] = True
    keeps: ClassVar[Saved | None] = Saved()
    positional: ClassVar[int] = 1
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "channels % groups == 0", "{groups} groups do not divide {channels} channels", "groups"
        ),
    )

    groups: Positive

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape as it is; the groups must divide the channels."""
        feature_map(inputs[0])
        self.check_asks(*inputs)
        return inputs[0]
