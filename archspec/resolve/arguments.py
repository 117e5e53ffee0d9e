"""From what is written beside an op to the op itself, every argument known."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from archspec.errors import Note, SpecError, fail
from archspec.expressions import Formula, Value
from archspec.ops import Op, Shape
from archspec.resolve.misfits import bound, check_stated, invalid, twice
from archspec.resolve.scope import Scope
from archspec.schema.nodes import unknown_argument
from archspec.spec import Block, Given, Name, Use
from archspec.traced import formula_of

Defaults = tuple[tuple[Name, Given], ...]


def make_op(
    kind: type[Op], use: Use, scope: Scope, defaults: Defaults, inputs: tuple[Shape, ...]
) -> tuple[Op, dict[str, Formula]]:
    """Return the op with its arguments, and the formula of each argument.

    Raises:
        SpecError: for arguments that are unknown, missing, given twice, of the wrong kind or not
            what the incoming shape says.
        Misfit: when the op cannot read such a shape, or another one is stated.
    """
    written = bound(kind, use)
    for default, usual in defaults:
        written.setdefault(default.text, (usual, default.span))
    inferred = kind.infer(inputs[0]) if inputs else {}
    values: dict[str, Any] = dict(inferred)
    formulas = {name: formula_of(value) for name, value in inferred.items()}
    for name, (given, _) in written.items():
        value, formula = scope.traced(given)
        if name in inferred:
            check_stated(name, value, inferred[name])
            continue
        values[name], formulas[name] = value, formula
    try:
        return kind.model_validate(values), formulas
    except ValidationError as error:
        raise invalid(error, kind, use, values, written, scope) from None


def bind_parameters(block: Block, use: Use, scope: Scope) -> dict[str, tuple[Value, Formula]]:
    """Return value and formula of each parameter of a block.

    Raises:
        SpecError: for arguments that are unknown, missing, too many or given twice.
    """
    label, parameters, positional = block.name.text, block.parameters, use.positional
    notes = (Note("its parameters", block.name.span),)
    if len(positional) > len(parameters):
        if use.is_list and len(parameters) == 1:
            place = positional[0].span.to(positional[-1].span)
            positional = (Given(place, items=positional),)
        else:
            count = len(positional)
            message = f"{count} argument{'s' * (count > 1)} for `{label}`"
            raise fail("G311", message, positional[len(parameters)].span, notes=notes)
    known = {parameter.name for parameter in parameters}
    written = {p.name: given for p, given in zip(parameters, positional, strict=False)}
    for name, given in use.keywords:
        if name.text not in known:
            raise SpecError([unknown_argument(name, label, known)])
        if name.text in written:
            raise twice(name, written[name.text].span)
        written[name.text] = given
    values, missing = {}, []
    for parameter in parameters:
        if parameter.name in written:
            values[parameter.name] = scope.compute(written[parameter.name])
        elif parameter.required:
            missing.append(f"`{parameter.name}`")
        else:
            values[parameter.name] = (parameter.default, formula_of(parameter.default))
    if missing:
        message = f"`{label}` needs {' and '.join(missing)}"
        raise fail("G314", message, use.span, notes=notes)
    return values
