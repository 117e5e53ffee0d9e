"""The smallest input of a network: for whoever gave it a smaller one, or reads its source."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from archspec.errors import SpecError
from archspec.network import Network, Sides
from archspec.ops import Op, Shape, windowed
from archspec.resolve import resolve
from archspec.resolve.opening import is_affordable
from archspec.spec import Given, Written

TOO_SMALL: Final = "G316"
"""The code of a window that is larger than what arrives."""

SIZES: Final = range(1, 1025)
"""Heights and widths that are tried."""

_STEPS: Final = (2, 4, 8, 16, 32, 64)
"""What sizes must be multiples of where maps are halved and grow back."""


def with_smallest_input(
    error: SpecError, written: Written, overrides: Mapping[str, Given], shape: Shape | None
) -> SpecError:
    """Return an error whose help names the smallest square image that mends it.

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

    def fits(size: int) -> Network | None:
        try:
            return resolve(written, overrides, (given[0], size, size))
        except SpecError as other:
            if not _is_too_small(other):
                raise
            return None

    try:
        # Most often no size mends a window after global pooling; that is found out first.
        largest = fits(SIZES[-1])
        if largest is None or not is_affordable(largest, len(SIZES).bit_length()):
            return error
        size = SIZES[bisect_left(SIZES, True, key=lambda size: fits(size) is not None)]
    except SpecError:
        return error
    help = f"the smallest input that works is {given[0]}×{size}×{size}"
    return SpecError(
        replace(diagnostic, help=help) if diagnostic.help == windowed.TOO_SMALL else diagnostic
        for diagnostic in error.diagnostics
    )


def sides(network: Network, written: Written, overrides: Mapping[str, Given]) -> Sides | None:
    """Return the heights and widths that a network's module takes without any change to it.

    Args:
        network: the network, resolved for a square image.
        written: its spec.
        overrides: the values of its vars that it was resolved with.

    Returns:
        None where the input is no square image, or sizes fit without a rule.
    """
    shapes = list(network.inputs.values())
    if len(shapes) != 1 or len(shapes[0]) != 3 or shapes[0][1] != shapes[0][2]:
        return None
    channels, size = int(shapes[0][0]), int(shapes[0][1])
    expected = _layers(network)

    def fits(side: int) -> bool:
        try:
            made = resolve(written, overrides, (channels, side, side))
        except SpecError:
            return False
        return _layers(made) == expected

    if not fits(2 * size):
        return Sides(size, is_fixed=True)
    if not fits(size + 1):
        step = next((n for n in _STEPS if size % n == 0 and fits(size + n)), 0)
        return Sides(step, step) if step and fits(step) else None
    if fits(1):
        return Sides(1)
    return Sides(2 + bisect_left(range(2, size), True, key=fits))


def _layers(network: Network) -> list[tuple[str, Op]]:
    """Return what decides whether two networks are one and the same module."""
    return [(leaf.path, leaf.op) for leaf in network.leaves]


def _is_too_small(error: SpecError) -> bool:
    return all(diagnostic.code == TOO_SMALL for diagnostic in error.diagnostics)
