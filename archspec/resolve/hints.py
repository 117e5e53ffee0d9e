"""What to say of a value of the wrong kind: where it comes from, what it was meant to be."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from typing import Final

from archspec import expressions
from archspec.errors import Note, Span, SpecError, did_you_mean, fail
from archspec.expressions import Value, shown_value
from archspec.resolve.origins import Known
from archspec.schema.names import SIZES
from archspec.schema.values import inside, unquoted
from archspec.spec import Given, read_names

_SHOWN: Final = 30
"""Characters of a value in messages."""


def short(value: Value) -> str:
    """Return a value as messages show it where it is not what they are about."""
    text = shown_value(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def came_from(given: Given, scope: Known) -> tuple[Note, ...]:
    """Return where the vars that an expression reads have their values."""
    return tuple(
        Note(f"`{name}` is {short(scope.values[name])}", scope.origins[name].span)
        for name in sorted(read_names(given))
        if name in scope.origins
    )


def blamed(given: Given, place: Span, scope: Known) -> tuple[Span, str, tuple[Note, ...]]:
    """Return the place of an error that a value causes, its label, and the other places.

    A value that reaches a node as it is, under a name, is to be mended where it was written.
    """
    name = getattr(given.formula, "id", "")
    if name not in scope.origins:
        return place, "", came_from(given, scope)
    return (
        scope.origins[name].span,
        f"`{name}` is {short(scope.values[name])}",
        (Note("used here", place),),
    )


def wrong(code: str, message: str, given: Given, scope: Known, help: str) -> SpecError:
    """Return the error about a value of the wrong kind, at the place where it was written."""
    place, label, notes = blamed(given, given.span, scope)
    return fail(code, message, place, label=label, notes=notes, help=help)


def hint(given: Given, value: Value, scope: Known, needed: str = "a number") -> str:
    """Return what a wrong value was most likely meant to be; empty where nobody knows.

    Args:
        given: what is written.
        value: what it yields.
        scope: the names in reach.
        needed: what it has to be, in the words of the message.
    """
    origin = scope.written(given)
    given, reach = origin.given, origin.reach()
    divides = given.formula is not None and any(
        isinstance(part, ast.Div) for part in ast.walk(given.formula)
    )
    if isinstance(value, float) and divides:
        return "`//` divides whole numbers, `/` gives a fraction"
    if isinstance(value, float) and value.is_integer() and "integer" in needed:
        return f"write `{int(value)}`" if given.formula is None else "`floor(x)` makes it whole"
    if given.formula is None and isinstance(value, str) and _is_expression(value, reach):
        return f"did you mean `={value}`?"
    if given.formula is None and isinstance(value, str) and (told := _of_elsewhere(value, reach)):
        return told
    if given.formula is None and isinstance(value, str) and (names := _computing(value)):
        unknown = next((name for name in sorted(names) if name not in reach), "")
        near = did_you_mean(unknown, sorted(reach))
        return f"an expression begins with `=`, and no `{unknown}` is in reach here; {near}".rstrip(
            "; "
        )
    # A default that is one word may have been meant for a name.
    is_name = isinstance(given.formula, ast.Name) and isinstance(value, str)
    if is_name:
        return did_you_mean(str(value), sorted(reach))
    return unquoted(value) if re.search("integer|number|true or false", needed) else ""


def _of_elsewhere(word: str, reach: Collection[str]) -> str:
    """Return what `$width`, `{width}` or `kernel_size=3` was meant to be; empty for other words."""
    held = re.fullmatch(r"[$@%]?[{<(]*\s*([A-Za-z_]\w*)\s*[}>)]*", word)
    if held and held[1] != word and held[1] in reach:
        return f"did you mean `={held[1]}`?"
    if named := re.fullmatch(r"([A-Za-z_]\w*)\s*=\s*([\w.-]+)", word):
        return f"what has a name stands beside the op, with a colon: `{named[1]}: {named[2]}`"
    if is_list_in_words(word):
        return f"a list has brackets: `[{', '.join(re.findall('[0-9]+', word))}]`"
    return ""


def uncomputed(error: expressions.ExpressionError, given: Given, scope: Known) -> SpecError:
    """Return the error about an expression that cannot be computed, at its place.

    Where a single name has a value of another kind than is computed with, that is where it is.
    """
    place, label, notes = inside(given.span, error.offset), "", came_from(given, scope)
    if isinstance(error, expressions.TooMuchError):
        return fail("L204", str(error), place, help=error.help)
    if told := _of_sizes(str(error), scope):
        return fail("E402", str(error), place, notes=notes, help=told)
    names = [name for name in _odd(error.node, scope) if name in scope.origins]
    help = error.help
    if len(names) == 1:
        name = ast.Name(names[0], ast.Load())
        alone = Given(place, formula=name)
        place, label, notes = blamed(alone, place, scope)
        help = help or hint(alone, scope.values[names[0]], scope)
    return fail("E402", str(error), place, label=label, notes=notes, help=help)


def _of_sizes(message: str, scope: Known) -> str:
    """Return which sizes are known of what enters, where another is asked for; else nothing."""
    missing = re.fullmatch(r"`(\w+)` is not defined here", message)
    if missing is None or missing[1] not in SIZES:
        return ""
    there = [name for name in SIZES if name in scope.values]
    if there == ["in_features"]:
        return "no map (C, H, W) enters here; the last size of what does is `in_features`"
    listed = ", ".join(f"`{name}`" for name in there)
    return f"what enters here has {listed}" if there else ""


def _odd(node: ast.expr | None, scope: Known) -> list[str]:
    """Return the names that an operation reads itself and whose values it cannot take."""
    parts = ast.iter_child_nodes(node) if node is not None else ()
    read = [part.id for part in parts if isinstance(part, ast.Name)]
    held = [(name, scope.values.get(name)) for name in dict.fromkeys(read)]
    if isinstance(node, ast.Subscript):
        listed = getattr(node.value, "id", "")
        return [name for name, value in held if name == listed and not isinstance(value, tuple)]
    if isinstance(node, ast.BoolOp | ast.IfExp):
        return [name for name, value in held if not isinstance(value, bool)]
    if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare):
        odd = [name for name, value in held if type(value) not in (int, float)]
        divisor = getattr(getattr(node, "right", None), "id", "")
        return odd or [name for name, value in held if name == divisor and not value]
    return []


_SIZES: Final = re.compile(r"\d+(?:[ ,x×*]+\d+)+")
_SPOKEN: Final = {"no": "false", "off": "false", "none": "false", "0": "false"}
_SPOKEN_TRUE: Final = {"yes": "true", "on": "true", "1": "true"}


def is_list_in_words(value: Value) -> bool:
    """Tell whether a word is a list that lacks its brackets: `8, 3`, `3x3`."""
    return isinstance(value, str) and _SIZES.fullmatch(value) is not None


def spelt(value: Value, needed: str, kernel: object = None) -> str:
    """Return how a value of an op is spelt; empty where nobody knows.

    Args:
        value: the value.
        needed: what it has to be, in the words of the message.
        kernel: the size of the op's window, where it has one and pads it.
    """
    word = str(value).casefold()
    if needed == "true or false":
        meant = (_SPOKEN | _SPOKEN_TRUE).get(word, "")
        return f"did you mean `{meant}`?" if meant else ""
    words = re.findall(r"`(\w+)`", needed)
    if isinstance(value, str) and words:
        return did_you_mean(word, words)
    if word == "same" and isinstance(kernel, int) and kernel % 2:
        return f"`padding: {kernel // 2}`, half the kernel, is the usual one"
    return "leave it out: then it has its default" if value == "None" else ""


def _computing(text: str) -> set[str]:
    """Return the names in `stride == 2` or `2 * width`, if a word is such an expression."""
    try:
        formula = expressions.parse(text)
    except expressions.ExpressionError:
        return set()
    computes = isinstance(formula, ast.Compare | ast.BinOp | ast.BoolOp)
    return set(expressions.names(formula)) if computes else set()


def _is_expression(text: str, reach: Collection[str]) -> bool:
    """Tell whether a word is an expression of names in reach, but for the sign before it."""
    try:
        names = expressions.names(expressions.parse(text))
    except expressions.ExpressionError:
        return False
    return names <= {*reach} and (bool(names) or "(" in text)
