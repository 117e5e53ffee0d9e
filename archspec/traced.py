"""Integers that remember how they were computed.

Within a block called with `channels=64`, the size of a feature map is the plain number 64 to the
builder and the formula `channels` to the printer. `Traced` is both, so one resolution serves all
back ends and they cannot disagree.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, Final

from archspec.expressions import Formula, constant, fold
from archspec.quantity import Quantity, atom

NONE: Final[frozenset[str]] = frozenset()


class Traced(int):
    """An integer with a formula that yields it in the scope where it is used.

    >>> channels = traced(64, ast.Name("channels"))
    >>> size = channels * 2 + 3
    >>> size, ast.unparse(formula_of(size))
    (131, 'channels * 2 + 3')

    Attributes:
        formula: yields the number.
        hidden: the open vars on which the number depends and the formula does not: with other
            values of these, the formula is wrong. The side of a feature map is such a number.
        quantity: what such a number is in terms of the open vars; None where the formula tells.
    """

    formula: Formula
    hidden: frozenset[str]
    quantity: Quantity | None

    def __new__(
        cls,
        value: int,
        formula: Formula,
        hidden: frozenset[str] = NONE,
        quantity: Quantity | None = None,
    ) -> Traced:
        """Return `value` as a number that remembers `formula`."""
        traced = super().__new__(cls, value)
        traced.formula = formula
        traced.hidden = hidden
        # What nobody tells is equal to nothing but itself.
        traced.quantity = (quantity or atom(object())) if hidden else None
        return traced

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        """Be copied and pickled as the plain number: a formula means nothing elsewhere."""
        return int, (int(self),)

    def __add__(self, other: int) -> int:
        return _combined(int(self) + int(other), self, ast.Add(), other)

    def __radd__(self, other: int) -> int:
        return _combined(int(other) + int(self), other, ast.Add(), self)

    def __sub__(self, other: int) -> int:
        return _combined(int(self) - int(other), self, ast.Sub(), other)

    def __rsub__(self, other: int) -> int:
        return _combined(int(other) - int(self), other, ast.Sub(), self)

    def __mul__(self, other: int) -> int:
        return _combined(int(self) * int(other), self, ast.Mult(), other)

    def __rmul__(self, other: int) -> int:
        return _combined(int(other) * int(self), other, ast.Mult(), self)

    def __floordiv__(self, other: int) -> int:
        return _combined(int(self) // int(other), self, ast.FloorDiv(), other)

    def __rfloordiv__(self, other: int) -> int:
        return _combined(int(other) // int(self), other, ast.FloorDiv(), self)


def formula_of(value: Any) -> Formula:
    """Return the formula of a value; a plain value's formula is the value itself."""
    if isinstance(value, Traced):
        return value.formula
    if isinstance(value, tuple):
        return ast.Tuple([formula_of(item) for item in value], ast.Load())
    return constant(value)


def hidden_of(value: Any) -> frozenset[str]:
    """Return the open vars that a value depends on beside those of its formula."""
    if isinstance(value, tuple):
        return NONE.union(*map(hidden_of, value))
    return value.hidden if isinstance(value, Traced) else NONE


def quantity_of(value: Any) -> Quantity | None:
    """Return what a size is in terms of the open vars, where its formula does not tell."""
    return value.quantity if isinstance(value, Traced) else None


def known_as(size: int, formula: Formula) -> Traced:
    """Return a size with another formula."""
    return Traced(int(size), formula, hidden_of(size), quantity_of(size))


def traced(
    value: Any,
    formula: Formula,
    hidden: frozenset[str] = NONE,
    quantity: Quantity | None = None,
) -> Any:
    """Return an integer with its formula; other values, and constants, as they are."""
    if type(value) is int and (hidden or not isinstance(formula, ast.Constant)):
        return Traced(value, formula, hidden, quantity)
    return value


def untraced(value: Any) -> Any:
    """Return a value without formulas."""
    if isinstance(value, Traced):
        return int(value)
    if isinstance(value, tuple):
        return tuple(untraced(item) for item in value)
    return value


def _combined(result: int, left: int, op: ast.operator, right: int) -> int:
    formula = fold(ast.BinOp(formula_of(left), op, formula_of(right)))
    if isinstance(op, ast.Add):
        formula = collected(formula)
    return traced(result, formula, hidden_of(left) | hidden_of(right))  # type: ignore[no-any-return]


def collected(total: Formula) -> Formula:
    """Return a sum of integers with like terms added up: `a + 8 + a` is `2 * a + 8`."""
    if not isinstance(total, ast.BinOp):
        return total
    counts: dict[str, int] = {}
    terms: dict[str, Formula] = {}
    rest = 0
    for factor, term in _terms(total):
        if isinstance(term, ast.Constant):
            rest += factor * int(term.value)  # type: ignore[arg-type]
        else:
            key = ast.dump(term)
            terms.setdefault(key, term)
            counts[key] = counts.get(key, 0) + factor
    if len(terms) + bool(rest) == len(list(_terms(total))):
        return total
    found = [fold(ast.BinOp(constant(counts[key]), ast.Mult(), terms[key])) for key in terms]
    if rest:
        found.append(constant(rest))
    whole, *others = found
    for other in others:
        whole = ast.BinOp(whole, ast.Add(), other)
    return whole


def _terms(formula: Formula) -> Iterator[tuple[int, Formula]]:
    """Yield what a sum adds up, each with the whole number that multiplies it."""
    if isinstance(formula, ast.BinOp) and isinstance(formula.op, ast.Add):
        yield from _terms(formula.left)
        yield from _terms(formula.right)
    elif isinstance(formula, ast.BinOp) and isinstance(formula.op, ast.Mult):
        for factor, rest in ((formula.left, formula.right), (formula.right, formula.left)):
            if isinstance(factor, ast.Constant) and type(factor.value) is int:
                yield factor.value, rest
                return
        yield 1, formula
    else:
        yield 1, formula
