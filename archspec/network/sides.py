"""Which heights and widths a network's module takes as it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Side:
    """The values of one side that a module takes: no others, and all of these.

    Attributes:
        least: the smallest.
        step: from there on they repeat in steps of so many.
        remainders: what they leave when divided by `step`.
    """

    least: int = 1
    step: int = 1
    remainders: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Sides:
    """The heights and widths that a module takes as it stands, each whatever the other is.

    Attributes:
        height: the heights; None where no rule is known, so that others than those that it was
            made for may not fit.
        width: the widths, likewise.
        raises: whether all that do not fit raise a RuntimeError.
        shared: whether this is known only of inputs that have one height and one width.
    """

    height: Side | None
    width: Side | None
    raises: bool = True
    shared: bool = False
