"""What a number is in terms of the open vars, in a form in which equal numbers look alike.

Sizes that must be equal are equal for every value of the vars where their quantities are. The form
is a sum of products of whole numbers, where a common factor is drawn out of a division.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeAlias

from archspec import expressions

Quantity: TypeAlias = frozenset[tuple[frozenset[tuple[Hashable, int]], int]]
"""A sum: products of things to the power of a number, each product taken a number of times."""

Known: TypeAlias = Callable[[str], tuple[Quantity, bool]]
"""What a name stands for, and whether that is a whole number."""

_MOST: Final = 64
"""Products up to which brackets are multiplied out."""

_DEEPEST: Final = 40
"""Compound atoms within one another, past which a quantity is equal to nothing but itself."""

_WHOLE: Final = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv)


class Later:
    """How many turns of a loop stand between the second and one behind it: 0 or more.

    It is equal to nothing but itself.
    """


class _Compound(tuple[Any, ...]):
    """What is made of quantities; knows how many such are within one another."""

    levels: int


def _levels(part: Any) -> int:
    """Return how many compound atoms are within one another in something."""
    if isinstance(part, _Compound):
        return part.levels
    return max(map(_levels, part), default=0) if isinstance(part, tuple | frozenset) else 0


def constant(number: int) -> Quantity:
    """Return a whole number as a quantity."""
    return frozenset({(frozenset[tuple[Hashable, int]](), number)} if number else ())


def atom(what: Hashable) -> Quantity:
    """Return something that is nothing but itself as a quantity."""
    if isinstance(what, tuple):
        compound = _Compound(what)
        compound.levels = 1 + _levels(what)
        what = compound if compound.levels <= _DEEPEST else object()
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


def quantity(formula: Any, known: Known) -> Quantity:
    """Return what a formula yields as a quantity.

    >>> import ast
    >>> one, two = (ast.parse(text, mode="eval").body for text in ("2 * (n + 1)", "n + n + 2"))
    >>> known = lambda name: (atom(name), True)
    >>> quantity(one, known) == quantity(two, known)
    True

    Formulas that are put into one another share their parts: what a part yields stays on the node,
    with what its names stood for.

    Args:
        formula: of numbers, or of anything else.
        known: what a name stands for, and whether that is a whole number.
    """
    return _read(formula, known)[0]


def _read(formula: Any, known: Known) -> tuple[Quantity, bool]:
    """Return a formula as a quantity, and whether it is arithmetic of whole numbers alone.

    Of such no rounding makes a result inexact.
    """
    if isinstance(formula, ast.Name):
        return known(formula.id)
    if isinstance(formula, ast.Constant):
        held = formula.value
        whole = type(held) is int
        return (constant(held) if whole else atom((type(held), held))), whole  # type: ignore[arg-type]
    given = tuple((name, *known(name)) for name in sorted(expressions.names(formula)))
    kept, found = getattr(formula, "_quantity", (None, None))
    if kept != given or found is None:
        whole = isinstance(formula, ast.BinOp) and isinstance(formula.op, _WHOLE)
        found = _arithmetic(formula, known) if whole else (atom(_spelt(formula, known)), False)
        formula._quantity = given, found
    return found


def _arithmetic(formula: ast.BinOp, known: Known) -> tuple[Quantity, bool]:
    """Return as `_read` does; the operation is one of whole numbers where both sides are."""
    (left, is_left), (right, is_right) = _read(formula.left, known), _read(formula.right, known)
    if not (is_left and is_right):
        return atom(_spelt(formula, known)), False
    if isinstance(formula.op, ast.Add):
        return total(left, right), True
    if isinstance(formula.op, ast.Sub):
        return total(left, multiplied(constant(-1), right)), True
    return (multiplied if isinstance(formula.op, ast.Mult) else divided)(left, right), True


def _spelt(node: Any, known: Known) -> Hashable:
    """Return any other formula as it is written, where names are what they stand for."""
    if isinstance(node, list):
        return tuple(_spelt(part, known) for part in node)
    if not isinstance(node, ast.AST):
        return (type(node), repr(node))
    if isinstance(node, ast.ListComp):
        return (
            "list",
            ast.dump(node),
            *((name, known(name)) for name in sorted(expressions.names(node))),
        )
    fields = [value for name, value in ast.iter_fields(node) if name != "ctx"]
    inner = [
        quantity(value, known) if isinstance(value, ast.expr) else _spelt(value, known)
        for value in fields
    ]
    return (type(node).__name__, *inner)


__all__ = ["Later", "Quantity", "atom", "constant", "divided", "multiplied", "quantity", "total"]
