"""How many columns a line of source may have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

USUAL: Final = 88
"""Black's and ruff's own choice; layers that are copied into source are laid out so."""

WIDEST: Final = 200

_WIDTH: Final[ContextVar[int]] = ContextVar("_WIDTH", default=USUAL)


def width() -> int:
    """Return the columns of the file that is written now."""
    return _WIDTH.get()


@contextmanager
def within(columns: int) -> Iterator[None]:
    """Lay out so wide what is written in the body of the `with`, its docstrings too.

    Raises:
        ValueError: for a width that is not between `USUAL` and `WIDEST`.
    """
    if not USUAL <= columns <= WIDEST:
        raise ValueError(f"lines have {USUAL} to {WIDEST} columns, not {columns}")
    before = _WIDTH.set(columns)
    try:
        yield
    finally:
        _WIDTH.reset(before)
