"""Values as written: plain ones, expressions, lists."""

from __future__ import annotations

import re

from archspec import expressions
from archspec.errors import Span, fail
from archspec.scalars import is_word
from archspec.schema.slips import check_tuple
from archspec.spec import Given
from archspec.syntax import Listing, Mapping, Tree


def given(tree: Tree) -> Given:
    """Return a value as written.

    Raises:
        SpecError: for an expression that cannot be read, a mapping, or a list in parentheses.
    """
    if isinstance(tree, Listing):
        return Given(tree.span, items=tuple(given(item) for item in tree.items))
    if isinstance(tree, Mapping):
        raise fail("S210", "a value is a number, word or list here, not a mapping", tree.span)
    check_tuple(tree)
    text = tree.value
    if not isinstance(text, str) or not text.startswith("="):
        return Given(tree.span, value=text)
    try:
        return Given(tree.span, formula=expressions.parse(text[1:]))
    except expressions.ExpressionError as error:
        raise fail("E401", str(error), inside(tree.span, error.offset), help=error.help) from None


def unquoted(value: object) -> str:
    """Return the help for a number in quotes, which is a word; empty for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}([_',]\d{3})+", value):
        return f"write `{re.sub('[^0-9]', '', value)}`"
    if not isinstance(value, str) or is_word(value):
        return ""
    return f"write `{value}` without quotes; with them it is a word"


def inside(span: Span, offset: int) -> Span:
    """Return the place so many characters into the expression of a one-line scalar: a word."""
    if span.line != span.end_line:
        return span
    line = span.source.line(span.line)
    # An expression begins behind `=`, and perhaps a quote before that.
    quote = line[span.column - 1 : span.column] in ("'", '"')
    end = span.end_column - quote
    column = min(span.column + quote + 1 + offset, max(span.column, end - 1))
    word = re.compile(r"\w+").match(line, column - 1, end - 1)
    return Span(span.source, span.line, column, span.line, word.end() + 1 if word else end)
