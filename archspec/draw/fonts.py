"""The sizes of text, and how wide a text will be before anything has laid it out."""

from __future__ import annotations

from typing import Final

TITLE, NODE, FRAME, DETAIL, BAND = 16, 11, 10, 9, 8
"""Sizes of text."""

_NARROW: Final = frozenset("ijl.,:;|!'()[] ftI1r")
_WIDE: Final = frozenset("mwMW@%→×")


def width(words: str, size: float) -> float:
    """Return roughly how many points bold text takes.

    The guess is for DejaVu Sans, the widest font that stands in for Helvetica: what has room for
    it has room for the others.
    """
    ems = sum(
        0.42 if character in _NARROW else 0.95 if character in _WIDE else 0.7 for character in words
    )
    return ems * size
