"""Values as written: plain ones, expressions, lists."""

from __future__ import annotations

from archspec import expressions
from archspec.errors import Span, fail
from archspec.spec import Given
from archspec.syntax import Listing, Mapping, Tree


def given(tree: Tree) -> Given:
    """Return a value as written.

    Raises:
        SpecError: for an expression that cannot be read, or a mapping.
    """
    if isinstance(tree, Listing):
        return Given(tree.span, items=tuple(given(item) for item in tree.items))
    if isinstance(tree, Mapping):
        raise fail("S210", "a value is a number, word or list here, not a mapping", tree.span)
    text = tree.value
    if not isinstance(text, str) or not text.startswith("="):
        return Given(tree.span, value=text)
    try:
        return Given(tree.span, formula=expressions.parse(text[1:]))
    except expressions.ExpressionError as error:
        shift = error.offset + 1 + tree.quoted
        raise fail("E401", str(error), inside(tree.span, shift), help=error.help) from None


def inside(span: Span, shift: int) -> Span:
    """Return the place `shift` characters into a one-line scalar."""
    if span.line != span.end_line:
        return span
    column = min(span.column + shift, max(span.column, span.end_column - 1))
    return Span(span.source, span.line, column, span.line, max(column + 1, span.end_column))
