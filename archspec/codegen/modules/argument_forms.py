"""Which form a test has that is asked of arguments."""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Sequence

from archspec import expressions, quantity
from archspec.allowed import is_number
from archspec.codegen.modules.argument_demands import at, number_at
from archspec.codegen.modules.argument_spans import direction
from archspec.expressions import Formula


def divided(test: Formula) -> tuple[Formula, Formula] | None:
    """Return a number and what must divide it, where that is what a test says."""
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
        return None
    left, right = test.left, test.comparators[0]
    if not isinstance(left, ast.BinOp) or not isinstance(left.op, ast.Mod) or at(right, {}) != 0:
        return None
    return left.left, left.right


def is_bound(test: ast.Compare) -> bool:
    """Tell whether a comparison is one with a plain number."""
    plain = is_number(at(test.comparators[0], {}))
    return len(test.ops) == 1 and isinstance(test.ops[0], ast.GtE | ast.Gt | ast.LtE) and plain


def is_same(one: Formula, two: Formula) -> bool:
    """Tell whether two formulas are written alike."""
    return expressions.text(one) == expressions.text(two)


def is_share(formula: Formula, name: str) -> bool:
    """Tell whether a formula is an argument times a positive number."""
    if direction(formula) != 1 or any(isinstance(part, ast.Call) for part in ast.walk(formula)):
        return False
    none, one, two = (number_at(formula, {name: value}) for value in (0, 1, 2))
    return none == 0 < one and math.isclose(2 * one, two)


def factors(formula: Formula) -> Sequence[Formula]:
    """Return what a product multiplies; anything else alone."""
    if isinstance(formula, ast.BinOp) and isinstance(formula.op, ast.Mult):
        return [*factors(formula.left), *factors(formula.right)]
    return [formula]


def is_polynomial(formula: Formula) -> bool:
    """Tell whether a formula adds and multiplies whole numbers."""
    if isinstance(formula, ast.BinOp):
        whole = isinstance(formula.op, ast.Add | ast.Sub | ast.Mult)
        return whole and is_polynomial(formula.left) and is_polynomial(formula.right)
    return isinstance(formula, ast.Name) or type(at(formula, {})) is int


def is_multiple(whole: Formula, part: Formula, whole_names: Collection[str]) -> bool:
    """Tell whether one formula is a multiple of another, whatever the names in them stand for.

    Args:
        whole: what may be a multiple.
        part: what may divide it.
        whole_names: the names that stand for whole numbers.
    """

    def known(name: str) -> tuple[quantity.Quantity, bool]:
        return quantity.atom(name), name in whole_names

    shares = quantity.quantity(part, known)
    if len(shares) != 1:
        return quantity.quantity(whole, known) == shares
    ((atoms, count),) = shares
    return all(
        number % count == 0 and all(dict(product).get(each, 0) >= power for each, power in atoms)
        for product, number in quantity.quantity(whole, known)
    )
