"""The smallest input of a network, for whoever gave it a smaller one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from archspec import limits
from archspec.errors import SpecError
from archspec.ops import Shape, windowed
from archspec.resolve import resolve
from archspec.resolve.images import has_channels_last
from archspec.spec import Given, Written

TOO_SMALL: Final = "G316"
"""The code of a window that is larger than what arrives."""

SIZES: Final = range(1, 1025)
"""Heights and widths that are tried."""

_AFFORDABLE: Final = limits.TRIED // len(SIZES).bit_length()
"""Nodes of a network that may be made anew for each size that is tried."""


def with_smallest_input(
    error: SpecError, written: Written, overrides: Mapping[str, Given], shape: Shape | None
) -> SpecError:
    """Return an error whose help names the smallest image that mends it.

    Args:
        error: what resolving the spec has raised. If anything but too small an image is wrong, or
            no size up to 1024 mends it, it is returned as it is.
        written: the spec.
        overrides: the values of its vars that it was resolved with.
        shape: the input shape that it was resolved with, where it was not the spec's own.
    """
    given = shape or written.spec.input
    if not _is_too_small(error) or not isinstance(given, tuple) or len(given) != 3:
        return error
    if has_channels_last(given):  # no height and width mend that
        return error

    def fits(height: int, width: int) -> bool:
        try:
            resolve(written, overrides, (given[0], height, width), _AFFORDABLE)
        except SpecError as other:
            if not _is_too_small(other):
                raise
            return False
        return True

    try:
        smallest = _smallest(fits)
    except SpecError:
        return error
    if smallest is None:
        return error
    height, width = smallest
    help = f"the smallest input that works is {given[0]}×{height}×{width}"
    return SpecError(
        replace(diagnostic, help=help) if diagnostic.help == windowed.TOO_SMALL else diagnostic
        for diagnostic in error.diagnostics
    )


def _smallest(fits: Callable[[int, int], bool]) -> tuple[int, int] | None:
    """Return the smallest height and width that fit, or None if none up to the largest do."""
    # Most often no size mends a window after global pooling; that is found out first.
    if not fits(SIZES[-1], SIZES[-1]):
        return None
    size = SIZES[bisect_left(SIZES, True, key=lambda n: fits(n, n))]
    height, width = size, size
    # One side may need less than the other.
    if size > 1 and fits(size - 1, size):
        height = SIZES[bisect_left(SIZES, True, hi=size, key=lambda n: fits(n, size))]
    if size > 1 and fits(size, size - 1):
        width = SIZES[bisect_left(SIZES, True, hi=size, key=lambda n: fits(size, n))]
    return height, width


def _is_too_small(error: SpecError) -> bool:
    return all(diagnostic.code == TOO_SMALL for diagnostic in error.diagnostics)
