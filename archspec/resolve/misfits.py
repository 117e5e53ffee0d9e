"""What is written beside an op, field by field, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError

from archspec.errors import Diagnostic, Note, Span, SpecError, fail
from archspec.expressions import Value, shown_value
from archspec.ops import Misfit, Op, Shape
from archspec.ops.windowed import TooSmall
from archspec.resolve.flows import Flow, origins
from archspec.resolve.hints import came_from, hint
from archspec.resolve.scope import Scope
from archspec.schema.nodes import unknown_argument
from archspec.spec import Given, Name, Use

_KINDS: Final = {
    "bool_type": "true or false",
    "int_type": "an integer",
    "float_type": "a number",
    "string_type": "a word",
    "tuple_type": "a list",
    "none_required": "null",
}
_BOUNDS: Final = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


class Contradicted(Misfit):
    """An argument that the incoming shape decides is stated otherwise."""


def bound(kind: type[Op], use: Use) -> dict[str, tuple[Given, Span]]:
    """Return what is written, by field."""
    order = [name for name in kind.model_fields if name not in kind.inferred()]
    if kind.variadic is not None and use.is_list:
        items = use.positional
        place = items[0].span.to(items[-1].span) if items else use.span
        use = replace(use, positional=(Given(place, items=items),))
    if len(use.positional) > len(order):
        count = len(use.positional)
        raise fail(
            "G311",
            f"{count} argument{'s' * (count > 1)} for `{kind.__name__}`",
            use.positional[len(order)].span,
            help=f"it takes {', '.join(order)}; a pair is written by name"
            if order
            else "it takes no arguments",
        )
    written = {
        name: (given, given.span) for name, given in zip(order, use.positional, strict=False)
    }
    for name, given in use.keywords:
        if name.text not in kind.model_fields:
            known = set(kind.model_fields)
            raise SpecError([unknown_argument(name, kind.__name__, known)])
        if name.text in written:
            raise twice(name, written[name.text][1])
        written[name.text] = (given, given.span)
    return written


def twice(name: Name, first: Span) -> SpecError:
    """Return the error about an argument that is given twice."""
    notes = (Note("first here", first),)
    return fail("G312", f"`{name.text}` is given twice", name.span, notes=notes)


def check_stated(name: str, stated: Value, arrives: int) -> None:
    """Compare an argument that is stated with what arrives.

    Raises:
        Contradicted: when they differ.
    """
    if stated != arrives:
        raise Contradicted(
            f"`{name}` is stated as {shown_value(stated)}, but {int(arrives)} arrive",
            name,
            help=f"leave `{name}` out to have it inferred, or change what comes before",
        )


def misfit(error: Misfit, kind: type[Op], use: Use, flows: list[Flow]) -> SpecError:
    """Return what an op says about its arguments or shapes as an error at its place."""
    details = origins(flows)
    written = bound(kind, use) if error.field else {}
    _, span = written.get(error.field or "", (None, use.span))
    codes = {TooSmall: "G316", Contradicted: "G313"}
    code = codes.get(type(error), "G301" if len(details) > 1 else "G302")
    sizes = flows[0].size if flows else ()
    listed = _listed(kind, use, sizes)
    help = error.help or listed
    if listed and _begins_as_in_torch(kind, use, sizes):
        help = listed
    return fail(code, f"{kind.__name__}: {error}", span, help=help, details=details)


def invalid(
    error: ValidationError,
    kind: type[Op],
    use: Use,
    values: Mapping[str, Any],
    written: Mapping[str, tuple[Given, Span]],
    scope: Scope,
) -> SpecError:
    """Return what Pydantic found about an op's arguments, each at its place.

    Args:
        error: what Pydantic says.
        kind: the op.
        use: what is written.
        values: all arguments, those that were inferred too.
        written: the others as they are written, and where.
        scope: the names in reach there.
    """
    label = kind.__name__
    arrive = tuple(values[name] for name in kind.inferred() if name in values)
    listed = _listed(kind, use, arrive)
    problems: dict[str, list[Any]] = {}
    for problem in error.errors(include_url=False):
        problems.setdefault(str(problem["loc"][0]), []).append(problem)
    found = []
    missing = [f"`{field}`" for field in problems if field not in values]
    if missing:
        message = f"`{label}` needs {' and '.join(missing)}"
        help = listed or f"`{label}` takes {_order(kind)}"
        found.append(Diagnostic("G314", message, use.span, help=help))
    for field in (field for field in problems if field in values):
        needed = " or ".join(dict.fromkeys(map(_needed, problems[field])))
        message = f"`{field}` of `{label}` is {needed}, not {_quoted(values[field])}"
        given, place = written.get(field, (Given(use.span), use.span))
        help = hint(given, values[field], scope) or listed
        notes = came_from(given, scope)
        found.append(Diagnostic("G315", message, place, notes=notes, help=help))
    return SpecError(found)


def _needed(problem: Any) -> str:
    """Return what an argument has to be, of which Pydantic says that it is not."""
    context = problem.get("ctx", {})
    for name, bound in _BOUNDS.items():
        if name in context:
            return f"{bound} {context[name]:g}"
    if problem["type"] == "literal_error":
        return str(context["expected"]).replace("'", "`")
    told = str(problem["msg"]).removeprefix("Value error, ")
    return _KINDS.get(problem["type"], told.replace(", is needed", "").removesuffix(" is needed"))


def _quoted(value: Any) -> str:
    """Return a value as messages quote it, where a word is told from a number."""
    return f"the word `{value}`" if isinstance(value, str) else shown_value(value)


def _order(kind: type[Op]) -> str:
    return ", ".join(name for name in kind.model_fields if name not in kind.inferred())


def _listed(kind: type[Op], use: Use, arrive: Shape) -> str:
    """Return in which order a list of arguments is read, where there is one.

    Args:
        kind: the op.
        use: what is written.
        arrive: the sizes that arrive.
    """
    if not use.is_list or len(use.positional) < 2 or kind.variadic is not None:
        return ""
    told = f"in a list, `{kind.__name__}` takes {_order(kind)}"
    if _begins_as_in_torch(kind, use, arrive):
        told += f"; `{kind.inferred()[0]}` is inferred"
    return told


def _begins_as_in_torch(kind: type[Op], use: Use, arrive: Shape) -> bool:
    """Tell whether a list of arguments begins with what is inferred, and so not written here."""
    return bool(kind.inferred()) and use.positional[0].value in arrive
