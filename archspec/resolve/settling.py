"""What a condition comes to, where that does not depend on open vars."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from archspec import expressions
from archspec.expressions import Formula, Value
from archspec.quantity import Later, Quantity, constant, multiplied, total

_COMPARED: Final[Mapping[type[ast.cmpop], Callable[[float], bool]]] = {
    ast.Eq: lambda apart: apart == 0,
    ast.NotEq: lambda apart: apart != 0,
    ast.Lt: lambda apart: apart < 0,
    ast.LtE: lambda apart: apart <= 0,
    ast.Gt: lambda apart: apart > 0,
    ast.GtE: lambda apart: apart >= 0,
}
"""What a comparison says of two numbers of which the first exceeds the other by so much."""


class Names(Protocol):
    """What names stand for."""

    @property
    def values(self) -> Mapping[str, Value]:
        """Their values."""
        ...

    def told(self, written: Formula) -> Formula:
        """Return what a spec writes in the names of formulas."""
        ...

    def origin(self, *read: Formula) -> frozenset[str]:
        """Return the open vars that formulas come from."""
        ...

    def quantity(self, formula: Formula) -> Quantity:
        """Return what a formula yields in terms of the open vars."""
        ...


def settled(asked: Formula, scope: Names) -> bool | None:
    """Return what a condition comes to whatever the open vars are; None where these decide.

    `stride == 1 and in_channels == channels` is false where the stride is 2, and true where the
    stride is 1 and both channels are computed alike.

    Args:
        asked: the condition, in the names of the spec.
        scope: what these stand for.
    """
    if isinstance(asked, ast.BoolOp):
        parts = [settled(part, scope) for part in asked.values]
        enough = isinstance(asked.op, ast.Or)
        if enough in parts:
            return enough
        return None if None in parts else not enough
    if isinstance(asked, ast.UnaryOp) and isinstance(asked.op, ast.Not):
        inner = settled(asked.operand, scope)
        return None if inner is None else not inner
    if not scope.origin(scope.told(asked)):
        return _known(asked, scope)
    if isinstance(asked, ast.Compare) and len(asked.ops) == 1:
        told = _COMPARED.get(type(asked.ops[0]))
        found = {*map(told, _apart(asked.left, asked.comparators[0], scope))} if told else set()
        return found.pop() if len(found) == 1 else None
    return None


def chosen(formula: Formula, scope: Names) -> Formula:
    """Return a formula without the choices in it that are the same whatever the open vars are."""
    if isinstance(formula, ast.IfExp):
        holds = settled(formula.test, scope)
        if holds is not None:
            return chosen(formula.body if holds else formula.orelse, scope)
    # What a list is made of speaks of names of its own.
    if isinstance(formula, ast.ListComp) or not any(
        isinstance(part, ast.IfExp) for part in ast.walk(formula)
    ):
        return formula
    return type(formula)(**{name: _chosen(part, scope) for name, part in ast.iter_fields(formula)})


def _chosen(part: Any, scope: Names) -> Any:
    if isinstance(part, list):
        return [_chosen(inner, scope) for inner in part]
    return chosen(part, scope) if isinstance(part, ast.expr) else part


def _known(asked: Formula, scope: Names) -> bool | None:
    """Return what a part of a condition comes to that no open var is in."""
    try:
        return bool(expressions.evaluate(asked, scope.values))
    except expressions.ExpressionError:
        return None  # what stands before it in an `and` or `or` guards it


def _apart(left: Formula, right: Formula, scope: Names) -> tuple[float, ...]:
    """Return by how much one number may exceed another: the ends, and 0 where that is between."""
    less = multiplied(constant(-1), scope.quantity(scope.told(right)))
    found = total(scope.quantity(scope.told(left)), less)
    number = next((count for product, count in found if not product), 0)
    counts = [count for product, count in found if product]
    if not all(_is_later(product) for product, _ in found if product):
        return (-math.inf, 0, math.inf)
    low = number if all(count > 0 for count in counts) else -math.inf
    high = number if all(count < 0 for count in counts) else math.inf
    return (low, 0, high) if low < 0 < high else (low, high)


def _is_later(product: frozenset[tuple[object, int]]) -> bool:
    """Tell whether a product is the number of a turn behind the second."""
    return len(product) == 1 and all(
        isinstance(what, Later) and power == 1 for what, power in product
    )
