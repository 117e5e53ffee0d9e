"""The smallest input of a network, for whoever gave it a smaller one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from archspec import limits
from archspec.errors import SpecError
from archspec.ops import Shape, windowed
from archspec.ops.shape import SIDES
from archspec.resolve import resolve
from archspec.resolve.images import has_channels_last
from archspec.spec import Given, Written

TOO_SMALL: Final = "G316"
"""The code of a window that is larger than what arrives."""

SIZES: Final = range(1, 1025)
"""Sides of a map that are tried."""

_AFFORDABLE: Final = limits.TRIED // len(SIZES).bit_length()
"""Nodes of a network that may be made anew for each size that is tried."""


def with_smallest_input(
    error: SpecError, written: Written, overrides: Mapping[str, Given], shape: Shape | None
) -> SpecError:
    """Return an error whose help names the smallest map that mends it.

    Args:
        error: what resolving the spec has raised. If anything but too small an image is wrong, or
            no size up to 1024 mends it, it is returned as it is.
        written: the spec.
        overrides: the values of its vars that it was resolved with.
        shape: the input shape that it was resolved with, where it was not the spec's own.
    """
    given = shape or written.spec.input
    if not _is_too_small(error) or not isinstance(given, tuple) or len(given) - 1 not in SIDES:
        return error
    if has_channels_last(given):  # no sides mend that
        return error

    def fits(*sides: int) -> bool:
        try:
            resolve(written, overrides, (given[0], *sides), _AFFORDABLE)
        except SpecError as other:
            if not _is_too_small(other):
                raise
            return False
        return True

    try:
        smallest = _smallest(fits, len(given) - 1)
    except SpecError:
        return error
    if smallest is None:
        return error
    help = f"the smallest input that works is {windowed.times((given[0], *smallest))}"
    return SpecError(
        replace(diagnostic, help=help) if diagnostic.help == windowed.TOO_SMALL else diagnostic
        for diagnostic in error.diagnostics
    )


def _smallest(fits: Callable[..., bool], rank: int) -> tuple[int, ...] | None:
    """Return the smallest sides that fit, or None if none up to the largest do."""
    # Most often no size mends a window after global pooling; that is found out first.
    if not fits(*[SIZES[-1]] * rank):
        return None
    size = SIZES[bisect_left(SIZES, True, key=lambda n: fits(*[n] * rank))]
    found = []
    for side in range(rank):
        # One side may need less than the others.
        def alone(n: int, side: int = side) -> bool:
            return fits(*(n if i == side else size for i in range(rank)))

        less = size > 1 and rank > 1 and alone(size - 1)
        found.append(SIZES[bisect_left(SIZES, True, hi=size, key=alone)] if less else size)
    return tuple(found)


def _is_too_small(error: SpecError) -> bool:
    return all(diagnostic.code == TOO_SMALL for diagnostic in error.diagnostics)
