"""From what is written beside an op to the op itself, every argument known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from archspec.errors import Diagnostic, Diagnostics, Span, fail
from archspec.expressions import Formula, Value, shown_value
from archspec.ops import Misfit, Op, Shape
from archspec.ops.windowed import TooSmall
from archspec.resolve.scope import Scope
from archspec.schema.nodes import unknown_argument
from archspec.spec import Given, Name, Parameter, Use
from archspec.traced import formula_of

Defaults = tuple[tuple[Name, Given], ...]


def make_op(
    kind: type[Op], use: Use, scope: Scope, defaults: Defaults, inputs: tuple[Shape, ...]
) -> tuple[Op, dict[str, Formula]]:
    """Return the op with its arguments, and the formula of each argument.

    Raises:
        SpecError: for arguments that are unknown, missing, given twice, of the wrong kind or not
            what the incoming shape says.
        Misfit: when the op cannot read such a shape.
    """
    written = _bound(kind, use)
    for default, usual in defaults:
        written.setdefault(default.text, (usual, default.span))
    inferred = kind.infer(inputs[0]) if inputs else {}
    values: dict[str, Any] = dict(inferred)
    formulas = {name: formula_of(value) for name, value in inferred.items()}
    for name, (given, span) in written.items():
        value, formula = scope.traced(given)
        if name in inferred:
            _check_stated(name, value, inferred[name], span, scope)
            continue
        values[name], formulas[name] = value, formula
    try:
        return kind.model_validate(values), formulas
    except ValidationError as error:
        places = {name: span for name, (_, span) in written.items()}
        raise_invalid(error, kind.__name__, use.span, places, scope)
        raise


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
            raise _one(unknown_argument(name, kind.__name__, known))
        if name.text in written:
            raise fail("G312", f"`{name.text}` is given twice", name.span)
        written[name.text] = (given, given.span)
    return written


def _check_stated(name: str, stated: Value, arrives: int, span: Span, scope: Scope) -> None:
    if stated != arrives:
        raise fail(
            "G313",
            f"`{name}` is stated as {shown_value(stated)}, but {int(arrives)} arrive",
            span,
            trail=scope.trail,
            help=f"leave `{name}` out to have it inferred, or change what comes before",
        )


def raise_invalid(
    error: ValidationError, callee: str, span: Span, places: Mapping[str, Span], scope: Scope
) -> None:
    """Raise what Pydantic found about a node's arguments, each at its place.

    Raises:
        SpecError: always; codes G314 (missing) and G315 (wrong kind).
    """
    found = Diagnostics()
    for problem in error.errors(include_url=False, include_context=False):
        field = str(problem["loc"][0])
        if problem["type"] == "missing":
            message = f"`{callee}` needs `{field}`"
            found.add(Diagnostic("G314", message, span, trail=scope.trail))
            continue
        reason = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
        message = f"`{field}` of `{callee}`: {reason}, not {shown_value(problem['input'])}"
        found.add(Diagnostic("G315", message, places.get(field, span), trail=scope.trail))
    found.raise_any()


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
            raise _one(unknown_argument(name, block, known))
        if name.text in written:
            raise fail("G312", f"`{name.text}` is given twice", name.span)
        written[name.text] = given
    bound = {}
    for parameter in parameters:
        if parameter.name in written:
            bound[parameter.name] = scope.compute(written[parameter.name])
        elif parameter.required:
            raise fail("G314", f"`{block}` needs `{parameter.name}`", use.span, trail=scope.trail)
        else:
            bound[parameter.name] = (parameter.default, formula_of(parameter.default))
    return bound


def misfit(
    error: Misfit, label: str, use: Use, scope: Scope, details: tuple[str, ...]
) -> Exception:
    """Return what an op says about its arguments or shapes as an error at its place."""
    span = next((given.span for name, given in use.keywords if name.text == error.field), use.span)
    code = "G316" if isinstance(error, TooSmall) else "G301" if len(details) > 1 else "G302"
    return fail(
        code, f"{label}: {error}", span, trail=scope.trail, help=error.help, details=details
    )


def _one(diagnostic: Diagnostic) -> Exception:
    diagnostics = Diagnostics()
    diagnostics.add(diagnostic)
    return fail(
        diagnostic.code,
        diagnostic.message,
        diagnostic.span,
        label=diagnostic.label,
        help=diagnostic.help,
    )
