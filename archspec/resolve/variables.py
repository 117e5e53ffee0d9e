"""The values of the vars: the caller's or the defaults, each of its kind and what it may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from archspec.allowed import entries, is_number
from archspec.errors import Diagnostics, Note, did_you_mean, fail
from archspec.expressions import Value, shown_value
from archspec.resolve.bindings import Binding
from archspec.resolve.hints import hint
from archspec.resolve.scope import Scope
from archspec.spec import Given, Spec, Var, read_names


def values_of_vars(spec: Spec, overrides: Mapping[str, Given]) -> dict[str, Value]:
    """Return the vars; each may be computed from those above it.

    Raises:
        SpecError: with each that is not there, or is not what it may be; codes E402, G331, G332
            and G375.
    """
    found = Diagnostics()
    for name, given in overrides.items():
        if name not in spec.vars:
            help = did_you_mean(name, spec.vars) or _of_input(name, given, spec)
            help = help or (f"its vars are {', '.join(spec.vars)}" if spec.vars else _NONE)
            with found.collect():
                raise fail("G331", f"the spec has no var `{name}`", given.span, help=help)
    # One scope, which grows: one for each var would copy all those above it.
    above: dict[str, Binding] = {}
    scope = Scope(above)
    wrong: set[str] = set()
    for name, var in spec.vars.items():
        given = overrides.get(name, var)
        # A var that cannot be computed is one mistake, whatever is computed from it.
        if read_names(given).isdisjoint(wrong):
            with found.collect():
                above[name] = Binding(_value(name, given, var, scope))
        if name not in above:
            wrong.add(name)
    found.raise_any()
    return dict(scope.values)


def _of_input(name: str, given: Given, spec: Spec) -> str:
    """Return what helps whoever sets a size of the input, or a batch; empty for any other name."""
    word = name.casefold().removeprefix("in_").removeprefix("input_").removeprefix("image_")
    if word in _BATCH:
        return "a spec holds no batch; what one needs is told by `archspec summary --batch`"
    if word not in (*_SIDES, *_SQUARE, "shape", "input"):
        return ""
    if isinstance(spec.input, dict):
        return "the sizes of several inputs stand under `input` in the file"
    sides: list[Any] = list(spec.input)
    if type(given.value) is int and given.value > 0 and len(sides) == _MAP:
        for side in (_SIDES[word],) if word in _SIDES else (1, 2) if word in _SQUARE else ():
            sides[side] = given.value
    listed = [item.value for item in given.items or ()]
    if listed and all(type(size) is int and size > 0 for size in listed):
        sides = listed
    written = f"--input {'x'.join(map(str, sides))}"
    if given.span.source.name != "--set":
        written = f"input={tuple(sides)}"
    return f"the input's sizes are no vars: `{written}`"


_SIDES: Final = {"c": 0, "channels": 0, "h": 1, "height": 1, "w": 2, "width": 2}
_SQUARE: Final = ("size", "resolution", "img_size")
_MAP: Final = 3
_BATCH: Final = ("batch", "batch_size", "bs", "n")
_NONE: Final = "it has none; `vars` in the file names what can be set"


def _value(name: str, given: Given, var: Var, scope: Scope) -> Value:
    """Return the value of a var, which is of the kind of its default, and one of those allowed."""
    value, _ = scope.compute(given)
    if given is not var and var.formula is None and not var.allowed.choices:
        usual, _ = scope.compute(var)
        if not _is_like(value, usual):
            message = f"`{name}` is {_kind(usual)}, not {shown_value(value)}"
            help = hint(given, value, scope) or f"its default is {shown_value(usual)}"
            raise fail("G332", message, given.span, help=help)
    for entry in var.allowed.refused(value):
        is_own = not isinstance(value, tuple)
        holds = f"is {_shown(entry)}, and" if is_own else f"holds {_shown(entry)}, and each entry"
        help = did_you_mean(entry, _words(var)) if isinstance(entry, str) else ""
        help = help or hint(given, entry, scope)
        notes = (Note("what it may be", var.place),) if var.place else ()
        is_odd = not var.allowed.choices and not is_number(entry)
        message = f"`{name}` {holds} must be {'a number' if is_odd else var.allowed}"
        raise fail("G375", message, given.span, notes=notes, help=help)
    return value


def _words(var: Var) -> list[str]:
    return [choice for choice in var.allowed.choices if isinstance(choice, str)]


def _shown(entry: Value) -> str:
    return f"`{entry}`" if isinstance(entry, str) else shown_value(entry)


def _is_like(value: Any, usual: Any) -> bool:
    """Tell whether a value is of the kind of another; so are the entries of lists of one kind."""
    if usual is None:
        return True
    if isinstance(usual, float) and isinstance(value, int) and not isinstance(value, bool):
        return True
    if type(value) is not type(usual):
        return False
    if not isinstance(usual, tuple):
        return True
    kinds = {type(entry): entry for entry in entries(usual)}
    first = kinds.get(float) if kinds.keys() == {int, float} else None
    if len(kinds) == 1:
        first = next(iter(kinds.values()))
    return first is None or all(_is_like(entry, first) for entry in entries(value))


def _kind(value: Any) -> str:
    """Return in words what a value is; of a list of one kind, what its entries are."""
    kind = _KINDS.get(type(value), "null")
    if not isinstance(value, tuple):
        return kind
    kinds = {type(entry) for entry in entries(value)}
    several = {bool: "true or false", int: "whole numbers", float: "numbers", str: "words"}
    of = several.get(kinds.pop()) if len(kinds) == 1 else ""
    return f"a list of {of}" if of else "a list"


_KINDS: Final = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a word",
    tuple: "a list",
}
