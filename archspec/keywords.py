"""The keywords of a call from Python as values that were written, with places of their own."""

from __future__ import annotations

from typing import Any

from archspec.errors import Source, Span, fail
from archspec.schema.values import given
from archspec.spec import Given
from archspec.syntax import Listing, Scalar


def place_of(name: str, value: Any) -> Span:
    """Return the place of a keyword of a call."""
    source = Source("<python>", f"{name}={value!r}")
    return Span(source, 1, 1, 1, len(source.text) + 1)


def given_of(name: str, value: Any) -> Given:
    """Return a Python value as one that was written."""
    span = place_of(name, value)

    def tree(part: Any) -> Scalar | Listing:
        if isinstance(part, list | tuple):
            return Listing(tuple(tree(item) for item in part), span)
        if part is not None and not isinstance(part, bool | int | float | str):
            raise fail(
                "G332", f"`{name}` is a number, word or list, not {type(part).__name__}", span
            )
        return Scalar(part, span, quoted=True)

    return given(tree(value))
