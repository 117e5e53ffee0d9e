"""How figures are shown: shapes, amounts, shares."""

from __future__ import annotations

from collections.abc import Sequence

from archspec.ops import Shape


def shape(sizes: Shape) -> str:
    """Return a shape as a picture shows it: `64 × 56 × 56`."""
    return " × ".join(str(int(n)) for n in sizes)


def amount(number: int) -> str:
    """Return a number with three or four figures and its unit: `21.80 M`."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("K", 10**3)):
        if number >= size:
            return f"{number / size:.2f} {unit}" if unit != "K" else f"{number / size:.1f} K"
    return str(number)


def share(part: float) -> str:
    """Return a share of a whole as a picture shows it: `27 %`."""
    return f"{part * 100:.0f} %" if part >= 0.005 else "< 1 %"


def pixels(size: Sequence[int], *, apart: bool = False) -> str:
    """Return a receptive field: `899 px`, `15 × 31 px`; of anything but an image, in positions.

    Args:
        size: its sides.
        apart: whether sides are told one by one though they are alike.
    """
    told = size if apart or len({*size}) > 1 else size[:1]
    unit = "px" if len(size) == len("HW") else "positions"
    return f"{' × '.join(map(str, told))} {unit}"
