"""Sizes that depend on the sides that enter, and what becomes of them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from archspec.analysis.stepwise import Irregular, Stepwise, combined
from archspec.ops import Shape
from archspec.ops.reduce import Mean
from archspec.ops.reshape import Flatten
from archspec.ops.shape import place


@dataclass(frozen=True, slots=True)
class Along:
    """A size that depends on one side that enters, and how."""

    axis: str
    function: Stepwise


@dataclass(frozen=True, slots=True)
class Area:
    """A size that depends on several sides: `factor` times their product, plus `more`."""

    of: tuple[object, ...]
    factor: int = 1
    more: int = 0


Size: TypeAlias = int | Along | Area
Sizes: TypeAlias = tuple[Size, ...]


def is_known(sizes: Sizes) -> bool:
    """Tell whether sizes depend on nothing."""
    return all(isinstance(size, int) for size in sizes)


def plain(shape: Shape) -> Sizes:
    """Return a shape as sizes that depend on nothing."""
    return tuple(int(n) for n in shape)


def behind_batch(sizes: Sizes, rank: int) -> Sizes:
    """Return the sizes of a sample; a tensor of the module's own may have a batch of 1 too."""
    return sizes[1:] if len(sizes) > rank else sizes


def flattened(op: Flatten, read: Sizes) -> Sizes:
    """Return sizes some of which are joined.

    Raises:
        Irregular: when the product is no plain one.
    """
    rank = len(read) + 1
    first, last = (dim % rank for dim in (op.start_dim, op.end_dim))
    product: Size = 1
    for size in read[first - 1 : last]:
        product = times(product, size)
    return (*read[: first - 1], product, *read[last:])


def times(first: Size, second: Size) -> Size:
    """Return a product of sizes.

    Raises:
        Irregular: when it is no plain one.
    """
    if isinstance(first, int) and isinstance(second, int):
        return first * second
    if isinstance(first, int):
        first, second = second, first
    if isinstance(second, int):
        if isinstance(first, Along):
            function = first.function
            values = (v if v is None else v * second for v in function.values)
            return Along(first.axis, Stepwise((*values,), function.step, function.gain * second))
        assert isinstance(first, Area)
        return Area(first.of, first.factor * second, first.more * second)
    areas = [size if isinstance(size, Area) else Area((size,)) for size in (first, second)]
    if any(area.more for area in areas):
        raise Irregular
    return Area((*areas[0].of, *areas[1].of), areas[0].factor * areas[1].factor)


def total(first: Size, second: Size) -> Size:
    """Return a sum of sizes.

    Raises:
        Irregular: when they depend on different sides.
    """
    if isinstance(first, int) and isinstance(second, int):
        return first + second
    if isinstance(first, int):
        first, second = second, first
    if isinstance(second, int):
        if isinstance(first, Area):
            return Area(first.of, first.factor, first.more + second)
        assert isinstance(first, Along)
        function = first.function
        values = (v if v is None else v + second for v in function.values)
        return Along(first.axis, Stepwise((*values,), function.step, function.gain))
    if isinstance(first, Along) and isinstance(second, Along) and first.axis == second.axis:
        both = (first.function, second.function)
        return Along(first.axis, combined(lambda a, b: a + b, both, lambda a, b: a + b))
    raise Irregular


def reduced(op: Mean, shape: Shape, read: Sizes) -> Sizes:
    """Return sizes some of which are gone, as they are of a shape."""
    dims = op.dim if isinstance(op.dim, tuple) else (op.dim,)
    gone = {place(shape, dim) for dim in dims}
    if op.keepdim:
        return tuple(1 if i in gone else size for i, size in enumerate(read))
    return tuple(size for i, size in enumerate(read) if i not in gone)
