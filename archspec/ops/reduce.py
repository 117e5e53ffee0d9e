"""Ops that take one number for a whole dimension, and one that turns it round."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator

from archspec.ops.base import Kind, Op
from archspec.ops.memory import Saved
from archspec.ops.shape import Misfit, Shape, place, shown, sized, spatial
from archspec.ops.windowed import EVERYTHING, Axis, Window


def _integers(value: Any) -> Any:
    parts = value if isinstance(value, tuple) else (value,)
    if not parts or not all(isinstance(n, int) and not isinstance(n, bool) for n in parts):
        raise ValueError("an integer, or a list of them, is needed")
    return value


Integers = Annotated[int | tuple[int, ...], PlainValidator(_integers)]


def _listed(value: int | tuple[int, ...]) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,)


class Mean(Op):
    """The mean over some dimensions (the batch is 0); `keepdim` leaves a size of 1 for each."""

    torch: ClassVar[str] = "parts.Mean"
    kind: ClassVar[Kind] = Kind.SHAPE
    keeps: ClassVar[Saved | None] = Saved()
    positional: ClassVar[int] = 1
    variadic: ClassVar[str | None] = "dim"
    fresh: ClassVar[bool] = True

    dim: Integers
    keepdim: bool = False

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape without the dimensions, or with a size of 1 for each."""
        shape, gone = inputs[0], self._gone(inputs[0])
        if self.keepdim:
            return sized(shape, (1 if i in gone else n for i, n in enumerate(shape)))
        left = [n for i, n in enumerate(shape) if i not in gone]
        if not left:
            raise Misfit(f"leaves nothing of {shown(shape)}", "dim", help="give it `keepdim: true`")
        return sized(shape, left) if len(shape) - 1 not in gone and len(left) > 1 else tuple(left)

    def window(self, shape: Shape) -> Window:
        """Return everything along a side, nothing else along the channels."""
        gone = self._gone(shape)
        return EVERYTHING if any(i in gone and shape[i] > 1 for i in spatial(shape)) else None

    def _gone(self, shape: Shape) -> list[int]:
        gone = [place(shape, dim) for dim in _listed(self.dim)]
        if len(set(gone)) < len(gone):
            raise Misfit(f"{list(_listed(self.dim))} names a dimension twice", "dim")
        return gone


class Amax(Mean):
    """The largest value over some dimensions, as `torch.amax`."""

    torch: ClassVar[str] = "parts.Amax"
    keeps: ClassVar[Saved | None] = Saved(inputs=True, output=True)


class Roll(Op):
    """Elements moved along dimensions (the batch is 0); what leaves at the end enters in front."""

    torch: ClassVar[str] = "parts.Roll"
    keeps_shape: ClassVar[bool] = True
    kind: ClassVar[Kind] = Kind.SHAPE
    keeps: ClassVar[Saved | None] = Saved()
    positional: ClassVar[int] = 2
    fresh: ClassVar[bool] = True

    shifts: Integers
    dims: Integers

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives."""
        shifts, dims = _listed(self.shifts), _listed(self.dims)
        if len(shifts) != len(dims):
            raise Misfit(f"{len(shifts)} shifts for {len(dims)} dimensions", "shifts")
        for dim in dims:
            place(inputs[0], dim)
        return inputs[0]

    def window(self, shape: Shape) -> Window:
        """Return the shift along each side; where a map ends it is seen as going on."""
        moved = dict.fromkeys(range(len(shape)), 0)
        for shift, dim in zip(_listed(self.shifts), _listed(self.dims), strict=True):
            moved[place(shape, dim)] += int(shift)
        axes = spatial(shape)
        return tuple(Axis(1, 1, moved[axis]) for axis in axes) or None
