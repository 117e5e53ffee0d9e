"""The keywords of a call from Python: values as if they were written, and plugins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archspec.errors import Source, Span, fail
from archspec.ops import Ops
from archspec.plugins import registry
from archspec.schema.values import given
from archspec.spec import Given
from archspec.syntax import Listing, Scalar


def place_of(name: str, value: Any) -> Span:
    """Return the place of a keyword of a call.

    >>> place_of("num_classes", 10).source.text
    'num_classes=10'
    """
    source = Source("<python>", f"{name}={value!r}")
    return Span(source, 1, 1, 1, len(source.text) + 1)


def given_of(name: str, value: Any) -> Given:
    """Return a Python value as one that was written.

    >>> given_of("layers", [3, 4]).items[1].value
    4

    Raises:
        SpecError: for what no spec can hold; code G332.
    """
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


def ops_of(plugins: Sequence[str]) -> Ops:
    """Return the ops that a spec may use: archspec's own and those of plugins."""
    if isinstance(plugins, str):
        raise TypeError(f"`plugins` is a list of names: [{plugins!r}]")
    return registry(plugins)
