"""Which sides of a map a network's module takes as it stands: heights and widths, or lengths."""

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
    """The sides that a module takes as it stands, each whatever the others are.

    Attributes:
        each: the values of each side, in their order; None where no rule is known, so that others
            than those that it was made for may not fit.
        raises: whether all that do not fit raise a RuntimeError.
        shared: whether this is known only of inputs whose sides are the same.
    """

    each: tuple[Side | None, ...]
    raises: bool = True
    shared: bool = False
