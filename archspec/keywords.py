"""The keywords of a call from Python: values as if they were written, and plugins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from archspec.errors import Source, Span, fail
from archspec.ops import Ops, Shape
from archspec.plugins import registry
from archspec.schema.shapes import check_shape
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
        if isinstance(part, float) and not math.isfinite(part):
            raise fail("G332", f"`{name}` is a finite number, not {part}", span)
        return Scalar(part, span, quoted=True)

    return given(tree(value))


def shape_of(value: Any) -> Shape | None:
    """Return the shape of an input that is given from Python; None where none is.

    >>> shape_of([3, 64, 64])
    (3, 64, 64)

    Raises:
        SpecError: for what no `input` of a spec can be; codes S218 and S219.
    """
    if value is None:
        return None
    place = place_of("input", value)
    sizes = value if isinstance(value, list | tuple) else None
    whole = [int(n) if _is_whole(n) else n for n in sizes or ()]
    listed = Listing(tuple(Scalar(n, place, quoted=True) for n in whole), place)
    check_shape(Scalar(value, place, quoted=True) if sizes is None else listed)
    return tuple(whole)


def _is_whole(size: Any) -> bool:
    """Tell whether a size is a whole number, also one of another library."""
    return hasattr(size, "__index__") and not isinstance(size, bool)


def ops_of(plugins: Sequence[str]) -> Ops:
    """Return the ops that a spec may use: archspec's own and those of plugins."""
    if isinstance(plugins, str):
        raise TypeError(f"`plugins` is a list of names: [{plugins!r}]")
    return registry(plugins)
