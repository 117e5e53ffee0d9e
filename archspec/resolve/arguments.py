"""From what is written beside an op to the op itself, every argument known."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from pydantic import ValidationError

from archspec.expressions import Formula
from archspec.ops import Op, Shape
from archspec.resolve.misfits import check_stated, invalid
from archspec.resolve.positions import bound
from archspec.resolve.scope import Scope
from archspec.spec import Given, Name, Use
from archspec.traced import formula_of

Defaults = tuple[tuple[Name, Given], ...]

Equal = tuple[int, int]
"""Two sizes that must be equal."""


def make_op(
    kind: type[Op],
    use: Use,
    scope: Scope,
    defaults: Defaults,
    inputs: tuple[Shape, ...],
    nodes: Container[str] = (),
) -> tuple[Op, dict[str, Formula], list[Equal]]:
    """Return the op with its arguments, and the formula of each; `nodes` are names of no argument.

    With them come the sizes that must be equal, as they are stated and as they arrive.

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
    equal: list[Equal] = []
    for name, (given, _) in written.items():
        value, formula = scope.traced(given)
        if name in inferred:
            arrives = kind.arriving(name, value, inputs[0])
            check_stated(kind, name, value, arrives, inputs[0])
            equal += zip(sides(value), sides(arrives), strict=True)
            if not isinstance(arrives, tuple) or len(arrives) == 1:
                continue
        values[name], formulas[name] = value, formula
    if use.is_list and kind.variadic is None:
        listed = kind.positions()[: len(use.positional)]
        kind.check_list(tuple(values[name] for name in listed if name in values))
    try:
        return kind.model_validate(values), formulas, equal
    except ValidationError as error:
        raise invalid(error, kind, use, values, written, scope, nodes) from None


def sides(value: Any) -> tuple[Any, ...]:
    """Return the entries of a list; any other value alone."""
    return value if isinstance(value, tuple) else (value,)
