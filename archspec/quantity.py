"""What a number is in terms of the open vars, in a form in which equal numbers look alike.

Sizes that must be equal are equal for every value of the vars where their quantities are. The form
is a sum of products of whole numbers, where a common factor is drawn out of a division.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeAlias

from archspec.expressions import Formula

Quantity: TypeAlias = frozenset[tuple[frozenset[tuple[Hashable, int]], int]]
"""A sum: products of things to the power of a number, each product taken a number of times."""

_MOST: Final = 64
"""Products up to which brackets are multiplied out."""

_WHOLE: Final = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv)


def constant(number: int) -> Quantity:
    """Return a whole number as a quantity."""
    return frozenset({(frozenset[tuple[Hashable, int]](), number)} if number else ())


def atom(what: Hashable) -> Quantity:
    """Return something that is nothing but itself as a quantity."""
    return frozenset({(frozenset({(what, 1)}), 1)})


def total(*parts: Quantity) -> Quantity:
    """Return a sum."""
    counts: Counter[Any] = Counter()
    for part in parts:
        for product, count in part:
            counts[product] += count
    return frozenset((product, count) for product, count in counts.items() if count)


def multiplied(one: Quantity, two: Quantity) -> Quantity:
    """Return a product."""
    if len(one) * len(two) > _MOST:
        return atom(("*", one, two))
    return total(
        *(
            frozenset({(frozenset((Counter(dict(a)) + Counter(dict(b))).items()), n * m)})
            for a, n in one
            for b, m in two
        )
    )


def divided(whole: Quantity, by: Quantity) -> Quantity:
    """Return what a division of whole numbers yields, rounded down."""
    number = next((n for product, n in by if not product), 0) if len(by) == 1 else 0
    if number <= 0:
        return atom(("//", whole, by))
    rest = frozenset((product, n % number) for product, n in whole if n % number)
    shares = frozenset((product, n // number) for product, n in whole if n // number)
    left_over = atom(("//", rest, by)) if any(product for product, _ in rest) else constant(0)
    return total(shares, left_over)


def quantity(formula: Any, known: Callable[[str], tuple[Quantity, bool]]) -> Quantity:
    """Return what a formula yields as a quantity.

    Args:
        formula: of numbers, or of anything else.
        known: what a name stands for, and whether that is a whole number.
    """
    if isinstance(formula, ast.Name):
        return known(formula.id)[0]
    if isinstance(formula, ast.Constant):
        held = formula.value
        return constant(held) if type(held) is int else atom((type(held), held))
    if isinstance(formula, ast.BinOp) and _is_whole(formula, known):
        left, right = quantity(formula.left, known), quantity(formula.right, known)
        if isinstance(formula.op, ast.Add):
            return total(left, right)
        if isinstance(formula.op, ast.Sub):
            return total(left, multiplied(constant(-1), right))
        return (multiplied if isinstance(formula.op, ast.Mult) else divided)(left, right)
    return atom(_spelt(formula, known))


def _is_whole(formula: Formula, known: Callable[[str], tuple[Quantity, bool]]) -> bool:
    """Tell whether a formula is arithmetic of whole numbers, which no rounding makes inexact."""
    if isinstance(formula, ast.BinOp):
        parts = (formula.left, formula.right)
        return isinstance(formula.op, _WHOLE) and all(_is_whole(part, known) for part in parts)
    if isinstance(formula, ast.Name):
        return known(formula.id)[1]
    return isinstance(formula, ast.Constant) and type(formula.value) is int


def _spelt(node: Any, known: Callable[[str], tuple[Quantity, bool]]) -> Hashable:
    """Return any other formula as it is written, where names are what they stand for."""
    if isinstance(node, list):
        return tuple(_spelt(part, known) for part in node)
    if not isinstance(node, ast.AST):
        return (type(node), repr(node))
    fields = (value for name, value in ast.iter_fields(node) if name != "ctx")
    inner = (
        quantity(value, known) if isinstance(value, ast.expr) else _spelt(value, known)
        for value in fields
    )
    return (type(node).__name__, *inner)


__all__ = ["Quantity", "atom", "constant", "divided", "multiplied", "quantity", "total"]
