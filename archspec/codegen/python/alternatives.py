"""Statements as people shorten them: opposite conditions as `if` and `else`, `a = a + b`."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Final

from archspec.codegen.python.trees import assign, dotted, names, same, when

_OPPOSITE: Final[Mapping[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.Is: ast.IsNot,
    ast.In: ast.NotIn,
    ast.Lt: ast.GtE,
    ast.Gt: ast.LtE,
}
"""Comparisons of which one holds where the other does not."""


def following(before: Sequence[ast.stmt], more: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return statements and what follows them, whose last may be an `else` of theirs.

    Args:
        before: the statements.
        more: what follows. Where its last is under the opposite of the condition that the last
            before it is under, the others stand ahead of both: they read nothing that those set.
    """
    if before and more:
        *done, first = before
        *others, last = more
        if isinstance(first, ast.If) and isinstance(last, ast.If) and _share(first, last):
            return [*done, *others, when(first.test, first.body, last.body)]
    return [*before, *more]


def _share(first: ast.If, last: ast.If) -> bool:
    alone = not (first.orelse or last.orelse)
    return alone and is_opposite(first.test, last.test)


def is_opposite(one: ast.expr, other: ast.expr) -> bool:
    """Tell whether one of two tests holds if and only if the other does not."""
    if isinstance(one, ast.Compare) and isinstance(other, ast.Compare):
        kinds = [type(op) for op in (*one.ops, *other.ops)]
        return (
            len(kinds) == 2
            and (_OPPOSITE.get(kinds[0]) is kinds[1] or _OPPOSITE.get(kinds[1]) is kinds[0])
            and same(one.left, other.left)
            and same(one.comparators[0], other.comparators[0])
        )
    return _denies(one, other) or _denies(other, one)


def _denies(one: ast.expr, other: ast.expr) -> bool:
    return isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.Not) and same(one.operand, other)


def updated(name: str, value: ast.expr) -> ast.stmt:
    """Return the assignment of what is computed from the old value: `channels += growth`."""
    if isinstance(value, ast.BinOp):
        left, right = value.left, value.right
        if isinstance(value.op, ast.Add | ast.Mult) and same(right, dotted(name)):
            left, right = right, left
        if same(left, dotted(name)) and name not in names(right):
            return ast.AugAssign(ast.Name(name, ast.Store()), value.op, right)
    return assign(dotted(name), value)
