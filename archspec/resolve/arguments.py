"""From what is written beside an op to the op itself, every argument known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from archspec.errors import Diagnostic, Note, Span, SpecError, fail
from archspec.expressions import Formula, Value, shown_value
from archspec.ops import Misfit, Op, Shape
from archspec.ops.windowed import TooSmall
from archspec.resolve.flows import Flow, origins
from archspec.resolve.scope import Scope
from archspec.schema.nodes import unknown_argument
from archspec.spec import Given, Name, Parameter, Use
from archspec.traced import formula_of

Defaults = tuple[tuple[Name, Given], ...]


class Contradicted(Misfit):
    """An argument that the incoming shape decides is stated otherwise."""


def make_op(
    kind: type[Op], use: Use, scope: Scope, defaults: Defaults, inputs: tuple[Shape, ...]
) -> tuple[Op, dict[str, Formula]]:
    """Return the op with its arguments, and the formula of each argument.

    Raises:
        SpecError: for arguments that are unknown, missing, given twice, of the wrong kind or not
            what the incoming shape says.
        Misfit: when the op cannot read such a shape, or another one is stated.
    """
    written = _bound(kind, use)
    for default, usual in defaults:
        written.setdefault(default.text, (usual, default.span))
    inferred = kind.infer(inputs[0]) if inputs else {}
    values: dict[str, Any] = dict(inferred)
    formulas = {name: formula_of(value) for name, value in inferred.items()}
    for name, (given, _) in written.items():
        value, formula = scope.traced(given)
        if name in inferred:
            _check_stated(name, value, inferred[name])
            continue
        values[name], formulas[name] = value, formula
    try:
        return kind.model_validate(values), formulas
    except ValidationError as error:
        places = {name: span for name, (_, span) in written.items()}
        raise _invalid(error, kind, use, places, inferred) from None


def _bound(kind: type[Op], use: Use) -> dict[str, tuple[Given, Span]]:
    """Return what is written, by field."""
    order = [name for name in kind.model_fields if name not in kind.inferred()]
    if kind.variadic is not None and use.is_list:
        whole = Given(use.positional[0].span if use.positional else use.span, items=use.positional)
        use = replace(use, positional=(whole,))
    if len(use.positional) > len(order):
        takes = ", ".join(order) or "no arguments"
        raise fail(
            "G311",
            f"{len(use.positional)} arguments for `{kind.__name__}`",
            use.positional[len(order)].span,
            help=f"it takes {takes}; a pair is written by name",
        )
    written = {
        name: (given, given.span) for name, given in zip(order, use.positional, strict=False)
    }
    for name, given in use.keywords:
        if name.text not in kind.model_fields:
            known = set(kind.model_fields)
            raise SpecError([unknown_argument(name, kind.__name__, known)])
        if name.text in written:
            raise _twice(name, written[name.text][1])
        written[name.text] = (given, given.span)
    return written


def _check_stated(name: str, stated: Value, arrives: int) -> None:
    if stated != arrives:
        raise Contradicted(
            f"`{name}` is stated as {shown_value(stated)}, but {int(arrives)} arrive",
            name,
            help=f"leave `{name}` out to have it inferred, or change what comes before",
        )


def _invalid(
    error: ValidationError,
    kind: type[Op],
    use: Use,
    places: Mapping[str, Span],
    inferred: Mapping[str, int],
) -> SpecError:
    """Return what Pydantic found about a node's arguments, each at its place."""
    label = kind.__name__
    problems = error.errors(include_url=False, include_context=False)
    missing = [f"`{problem['loc'][0]}`" for problem in problems if problem["type"] == "missing"]
    help = _order(kind, use, tuple(inferred.values()))
    found = []
    if missing:
        message = f"`{label}` needs {' and '.join(missing)}"
        found.append(Diagnostic("G314", message, use.span, help=help))
    for problem in problems:
        if problem["type"] != "missing":
            field = str(problem["loc"][0])
            reason = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
            message = f"`{field}` of `{label}`: {reason}, not {shown_value(problem['input'])}"
            found.append(Diagnostic("G315", message, places.get(field, use.span), help=help))
    return SpecError(found)


def _order(kind: type[Op], use: Use, arrive: Shape) -> str:
    """Return in which order a list of arguments is read, where there is one.

    Args:
        kind: the op.
        use: what is written.
        arrive: the sizes that arrive.
    """
    if not use.is_list or len(use.positional) < 2 or kind.variadic is not None:
        return ""
    order = ", ".join(name for name in kind.model_fields if name not in kind.inferred())
    told = f"in a list, `{kind.__name__}` takes {order}"
    if _begins_as_in_torch(kind, use, arrive):
        told += f"; `{kind.inferred()[0]}` is inferred"
    return told


def _begins_as_in_torch(kind: type[Op], use: Use, arrive: Shape) -> bool:
    """Tell whether a list of arguments begins with what is inferred, and so not written here."""
    listed = use.is_list and kind.variadic is None and len(use.positional) > 1
    return listed and bool(kind.inferred()) and use.positional[0].value in arrive


def bind_parameters(
    block: str, parameters: tuple[Parameter, ...], use: Use, scope: Scope
) -> dict[str, tuple[Value, Formula]]:
    """Return value and formula of each parameter of a block.

    Raises:
        SpecError: for arguments that are unknown, missing, too many or given twice.
    """
    positional = use.positional
    if len(positional) > len(parameters):
        if use.is_list and len(parameters) == 1:
            positional = (Given(positional[0].span, items=positional),)
        else:
            takes = ", ".join(parameter.name for parameter in parameters) or "nothing"
            raise fail(
                "G311",
                f"{len(positional)} arguments for `{block}`",
                positional[len(parameters)].span,
                help=f"it takes {takes}",
            )
    known = {parameter.name for parameter in parameters}
    written = {p.name: given for p, given in zip(parameters, positional, strict=False)}
    for name, given in use.keywords:
        if name.text not in known:
            raise SpecError([unknown_argument(name, block, known)])
        if name.text in written:
            raise _twice(name, written[name.text].span)
        written[name.text] = given
    bound = {}
    for parameter in parameters:
        if parameter.name in written:
            bound[parameter.name] = scope.compute(written[parameter.name])
        elif parameter.required:
            raise fail("G314", f"`{block}` needs `{parameter.name}`", use.span)
        else:
            bound[parameter.name] = (parameter.default, formula_of(parameter.default))
    return bound


def misfit(error: Misfit, kind: type[Op], use: Use, flows: list[Flow]) -> SpecError:
    """Return what an op says about its arguments or shapes as an error at its place."""
    details = origins(flows)
    written = _bound(kind, use) if error.field else {}
    _, span = written.get(error.field or "", (None, use.span))
    codes = {TooSmall: "G316", Contradicted: "G313"}
    code = codes.get(type(error), "G301" if len(details) > 1 else "G302")
    message = f"{kind.__name__}: {error}"
    sizes = flows[0].size if flows else ()
    swapped = _begins_as_in_torch(kind, use, sizes)
    help = _order(kind, use, sizes) if swapped or not error.help else error.help
    return fail(code, message, span, help=help, details=details)


def _twice(name: Name, first: Span) -> SpecError:
    note = Note("first here", first)
    return fail("G312", f"`{name.text}` is given twice", name.span, notes=(note,))
