"""The vars: `width: 64`, or `stem: {default: deep, choices: [deep, plain]}`."""

from __future__ import annotations

from typing import Any, Final

from archspec.allowed import WORDS, Allowed, entries, is_number
from archspec.errors import Span, did_you_mean, fail
from archspec.expressions import shown_value
from archspec.schema.values import given, unquoted
from archspec.spec import Given, Var
from archspec.syntax import Mapping, Tree

KEYS: Final = ("default", *WORDS)
_FORM: Final = (
    "a var is a value, or {default: 64, min: 1}, or {default: deep, choices: [deep, none]}"
)


def read_var(name: str, tree: Tree) -> Var:
    """Return a var as written.

    Raises:
        SpecError: for an expression that cannot be read, or what is no var; code S270.
    """
    if not isinstance(tree, Mapping):
        return _var(given(tree))
    for key, _ in tree.entries:
        if key.value not in KEYS:
            help = did_you_mean(str(key.value), KEYS) or _FORM
            raise fail("S270", f"unknown key `{key.value}` in var `{name}`", key.span, help=help)
    default = tree.get("default")
    if default is None:
        raise fail("S270", f"the var `{name}` has no default", tree.span, help=_FORM)
    place = next((key.span for key, _ in tree.entries if key.value in WORDS), None)
    return _var(given(default), _allowed(tree), place)


def _var(default: Given, allowed: Allowed | None = None, place: Span | None = None) -> Var:
    return Var(
        default.span,
        default.value,
        default.formula,
        default.items,
        allowed=allowed or Allowed(),
        place=place,
    )


def _allowed(tree: Mapping) -> Allowed:
    """Return what the keys beside `default` say.

    Raises:
        SpecError: where they cannot be meant; code S270.
    """
    held = {word: given(value) for word in WORDS if (value := tree.get(word)) is not None}
    if "choices" in held:
        choices = held.pop("choices")
        if held:
            message = "`choices` says all; `min` and `max` add nothing to it"
            raise fail("S270", message, next(iter(held.values())).span)
        return Allowed(choices=_choices(choices))
    for word, bound in held.items():
        if not is_number(bound.value):
            got = "an expression" if bound.formula else "a list"
            got = got if bound.value is None and (bound.formula or bound.items) else ""
            message = f"`{word}` is a number, not {got or shown_value(bound.value)}"
            raise fail("S270", message, bound.span, help=unquoted(bound.value))
    bounds: dict[str, Any] = {word: bound.value for word, bound in held.items()}
    if len(bounds) > 1 and bounds["min"] > bounds["max"]:
        message = f"no number is at least {bounds['min']} and at most {bounds['max']}"
        raise fail("S270", message, held["max"].span)
    return Allowed(**bounds)


def _choices(written: Given) -> tuple[Any, ...]:
    if not written.items:
        message = "`choices` is a list of what the var may be, such as [deep, plain]"
        raise fail("S270", message, written.span)
    for item in written.items:
        if item.items is not None or item.formula is not None:
            raise fail("S270", "a choice is a word or a number, or true, false, null", item.span)
    found = tuple(item.value for item in written.items)
    assert found == tuple(entries(found))
    return found
