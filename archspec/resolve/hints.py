"""What to say of a value of the wrong kind: where it comes from, what it was meant to be."""

from __future__ import annotations

import ast
from typing import Final

from archspec import expressions
from archspec.errors import Note, did_you_mean
from archspec.expressions import Value, shown_value
from archspec.resolve.scope import Scope, read_names
from archspec.spec import Given

_SHOWN: Final = 30
"""Characters of a value in messages."""


def short(value: Value) -> str:
    """Return a value as messages show it where it is not what they are about."""
    text = shown_value(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def came_from(given: Given, scope: Scope) -> tuple[Note, ...]:
    """Return where the vars that an expression reads have their values."""
    return tuple(
        Note(f"`{name}` is {short(scope.values[name])}", scope.places[name])
        for name in sorted(read_names(given))
        if name in scope.places
    )


def hint(given: Given, value: Value, scope: Scope) -> str:
    """Return what a wrong value was most likely meant to be; empty where nobody knows."""
    divides = given.formula is not None and any(
        isinstance(part, ast.Div) for part in ast.walk(given.formula)
    )
    if isinstance(value, float) and divides:
        return "`//` divides whole numbers, `/` gives a fraction"
    if given.formula is None and isinstance(value, str) and _is_expression(value, scope):
        return f"did you mean `={value}`?"
    # A default that is one word may have been meant for a name.
    is_name = isinstance(given.formula, ast.Name) and isinstance(value, str)
    return did_you_mean(str(value), scope.values) if is_name else ""


def _is_expression(text: str, scope: Scope) -> bool:
    """Tell whether a word is an expression of names in reach, but for the sign before it."""
    try:
        names = expressions.names(expressions.parse(text))
    except expressions.ExpressionError:
        return False
    return bool(names) and names <= scope.values.keys()
