"""What can be wrong with what is written beside an op, each at its place."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from archspec.errors import Diagnostic, Span, SpecError, fail
from archspec.expressions import Value, shown_value
from archspec.network import INPUT
from archspec.ops import Misfit, Op, Shape
from archspec.ops.shape import TwoReadings
from archspec.ops.windowed import TooSmall
from archspec.resolve.flows import Flow, origins
from archspec.resolve.hints import blamed, came_from, hint, is_list_in_words, spelt
from archspec.resolve.images import Inputs, meant_shape
from archspec.resolve.positions import begins_as_in_torch, bound, order
from archspec.resolve.scope import Scope
from archspec.spec import Given, Use

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


def check_stated(
    kind: type[Op], name: str, stated: Value, arrives: int | Shape, shape: Shape
) -> None:
    """Compare an argument that is stated with what arrives, which is of this shape.

    Raises:
        Contradicted: when they differ.
    """
    if stated != arrives:
        help = f"leave `{name}` out to have it inferred, or change what comes before"
        further = [n for n in kind.model_fields if n not in (*kind.positions(), *kind.inferred())]
        sizes = stated if isinstance(stated, tuple) else (stated,)
        if name in kind.positions() and further and any(type(n) is not int for n in sizes):
            help = f"by position stands `{name}`; all else has a name, such as `{further[0]}`"
        if (arrives == shape[-1] or arrives == shape[-1:]) and sizes == shape[:1]:
            help = kind.for_first(shape) or help
        arriving = arrives if isinstance(arrives, tuple) else int(arrives)
        message = f"`{name}` is stated as {shown_value(stated)}, but {shown_value(arriving)} arrive"
        raise Contradicted(message, name, help=help)


def misfit(
    error: Misfit,
    kind: type[Op],
    use: Use,
    flows: list[Flow],
    scope: Scope,
    inputs: Inputs,
) -> SpecError:
    """Return what an op says about its arguments or shapes as an error at its place.

    Args:
        error: what it says.
        kind: the op.
        use: what is written.
        flows: what arrives.
        scope: the names in reach there.
        inputs: those of the network, whose order may be the cause.
    """
    details = origins(flows)
    written = bound(kind, use) if error.field else {}
    given, span = written.get(error.field or "", (Given(use.span), use.span))
    codes = {TooSmall: "G316", Contradicted: "G313", TwoReadings: "G361"}
    code = codes.get(type(error), "G301" if len(details) > 1 else "G302")
    sizes = flows[0].size if flows else ()
    listed = order(kind, use, sizes)
    help = meant_shape(error, sizes, inputs) or error.help or listed
    if listed and begins_as_in_torch(kind, use, sizes):
        help = listed
    span, label, notes = blamed(given, span, scope)
    notes += tuple(flow.doubt for flow in flows if flow.doubt is not None)[:1]
    message = f"{kind.__name__}: {error}"
    return fail(code, message, span, label=label, notes=notes, help=help, details=details)


def invalid(
    error: ValidationError,
    kind: type[Op],
    use: Use,
    values: Mapping[str, Any],
    written: Mapping[str, tuple[Given, Span]],
    scope: Scope,
    nodes: Container[str],
) -> SpecError:
    """Return what Pydantic found about an op's arguments, each at its place.

    Args:
        error: what Pydantic says.
        kind: the op.
        use: what is written.
        values: all arguments, those that were inferred too.
        written: the others as they are written, and where.
        scope: the names in reach there.
        nodes: the names of nodes.
    """
    arrive = tuple(values[name] for name in kind.inferred() if name in values)
    listed = order(kind, use, arrive)
    problems: dict[str, list[Any]] = {}
    for problem in error.errors(include_url=False):
        problems.setdefault(str(problem["loc"][0]), []).append(problem)
    found = []
    missing = [f"`{field}`" for field in problems if field not in values]
    if missing and not any(map(is_list_in_words, values.values())):
        message = f"`{kind.__name__}` needs {' and '.join(missing)}"
        takes = ", ".join(name for name in kind.model_fields if name not in kind.inferred())
        help = listed or f"`{kind.__name__}` takes {takes}"
        found.append(Diagnostic("G314", message, use.span, help=help))
    for field, told in problems.items():
        if field in values:
            given = written.get(field, (Given(use.span), use.span))
            reads = f"`{{from: {values[field]}, {kind.__name__}: …}}`"
            other = f"what a node reads is `from`: {reads}" if _names(values[field], nodes) else ""
            found.append(_refused(field, told, kind, values, given, scope, other or listed))
    return SpecError(found)


def _refused(
    field: str,
    problems: Sequence[Any],
    kind: type[Op],
    values: Mapping[str, Any],
    written: tuple[Given, Span],
    scope: Scope,
    listed: str,
) -> Diagnostic:
    """Return what is wrong with one argument, of which Pydantic says this.

    Args:
        field: its name.
        problems: what Pydantic says.
        kind: the op.
        values: all arguments.
        written: how this one is written, and where.
        scope: the names in reach there.
        listed: what helps where its value tells nothing, such as the order of arguments.
    """
    needed = " or ".join(dict.fromkeys(map(_needed, problems)))
    message = f"`{field}` of `{kind.__name__}` is {needed}, not {_quoted(values[field])}"
    given, place = written
    kernel = values.get("kernel_size") if field == "padding" else None
    help = hint(given, values[field], scope, needed)
    help = help or spelt(values[field], needed, kernel) or listed
    mark, notes = "", came_from(given, scope)
    # What is of another kind was most likely put into the wrong place.
    if any(problem["type"] not in _KINDS for problem in problems):
        place, mark, notes = blamed(given, place, scope)
    return Diagnostic("G315", message, place, mark, notes=notes, help=help)


def _names(value: Any, nodes: Container[str]) -> bool:
    """Tell whether a value is the name of a node."""
    return isinstance(value, str) and (value == INPUT or value in nodes)


def _needed(problem: Any) -> str:
    """Return what an argument has to be, of which Pydantic says that it is not."""
    context = problem.get("ctx", {})
    for name, words in _BOUNDS.items():
        if name in context:
            return f"{words} {context[name]:g}"
    if problem["type"] == "literal_error":
        return str(context["expected"]).replace("'", "`")
    told = str(problem["msg"]).removeprefix("Value error, ")
    return _KINDS.get(problem["type"], told.replace(", is needed", "").removesuffix(" is needed"))


def _quoted(value: Any) -> str:
    """Return a value as messages quote it, where a word is told from a number."""
    return f"the word `{value}`" if isinstance(value, str) else shown_value(value)
