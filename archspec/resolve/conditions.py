"""What an `if` asks of the open vars: whether their values decide, and what holds if they do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from archspec import expressions, spec
from archspec.expressions import Formula, names
from archspec.network import Decision
from archspec.ops import Shape, sized
from archspec.quantity import Quantity, constant, multiplied, total
from archspec.resolve.scope import Scope
from archspec.resolve.shapes_across_scopes import name_formula
from archspec.traced import NONE, traced

_COMPARED: Final[Mapping[type[ast.cmpop], Callable[[int], bool]]] = {
    ast.Eq: lambda apart: apart == 0,
    ast.NotEq: lambda apart: apart != 0,
    ast.Lt: lambda apart: apart < 0,
    ast.LtE: lambda apart: apart <= 0,
    ast.Gt: lambda apart: apart > 0,
    ast.GtE: lambda apart: apart >= 0,
}
"""What a comparison says of two numbers of which the first exceeds the other by so much."""


@dataclass(frozen=True, slots=True)
class Question:
    """An `if` where there are open vars.

    Attributes:
        node: the node that it stands at.
        formula: the condition, in the names of the spec.
        vars: the open vars that decide it.
        holds: whether it does.
        scope: what the names stand for.
    """

    node: spec.Node
    formula: Formula
    vars: frozenset[str]
    holds: bool
    scope: Scope

    def equal(self, *, holds: bool) -> set[frozenset[Quantity]]:
        """Return which sizes are the same where the condition holds, or does not."""
        pairs = equal_sizes(self.formula, self.scope, holds=holds)
        told = ([self.scope.quantity(self.scope.told(one)) for one in pair] for pair in pairs)
        return {frozenset(pair) for pair in told}

    def says_equal(self, one: Formula, other: Formula) -> bool:
        """Tell whether it says of two formulas that they are equal, as it is now."""
        asked = {expressions.text(one), expressions.text(other)}
        pairs = equal_sizes(self.formula, self.scope, holds=self.holds)
        return any(asked == {expressions.text(self.scope.told(f)) for f in pair} for pair in pairs)

    @property
    def decided(self) -> dict[str, Decision]:
        """That the vars decide whether the node is there."""
        return self.deciding("whether a node is there")

    def deciding(self, what: str) -> dict[str, Decision]:
        """Return that the vars decide something by the condition."""
        assert self.node.condition is not None
        told = f"{what}, by `if: ={expressions.text(self.formula)}`"
        return dict.fromkeys(sorted(self.vars), Decision(told, self.node.condition.span))

    @property
    def within(self) -> Scope:
        """What the names stand for under the condition."""
        return self.scope.assuming(self._known)

    def assumed(self, shape: Shape) -> Shape:
        """Return a shape as it is under the condition, also where that does not hold now."""
        within, formulas = self.within.values, self._known
        same = {self.scope.quantity(name_formula(name)): name for name in formulas}
        told = [same.get(self.scope.quantity_of_size(size)) for size in shape]
        return sized(
            shape,
            (
                size if name is None else traced(within[name], self.scope.told(formulas[name]))
                for size, name in zip(shape, told, strict=True)
            ),
        )

    @property
    def _known(self) -> dict[str, Formula]:
        """What names are under the condition, of those that come from open vars."""
        pairs = equal_sizes(self.formula, self.scope, holds=True)
        known: dict[str, Formula] = {}
        for one, other in (*pairs, *((two, one) for one, two in pairs)):
            name = one.id if isinstance(one, ast.Name) else ""
            bound = self.scope.names.get(name)
            opens = bound is not None and bound.source is not None
            if opens and self.scope.source_of(name) and not known.keys() & names(other):
                known.setdefault(name, other)
        return known


def question(node: spec.Node, scope: Scope, *, holds: bool) -> Question | None:
    """Return what the `if` of a node asks; None where there are no open vars."""
    formula = node.condition.formula if node.condition else None
    if formula is None or not scope.is_sourced:
        return None
    return Question(node, formula, deciding(formula, scope), holds, scope)


def settled(asked: Formula, scope: Scope) -> bool | None:
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
        apart = _apart(asked.left, asked.comparators[0], scope)
        told = _COMPARED.get(type(asked.ops[0]))
        return None if apart is None or told is None else told(apart)
    return None


def deciding(asked: Formula, scope: Scope) -> frozenset[str]:
    """Return the open vars of the parts of a condition that these decide."""
    if settled(asked, scope) is not None:
        return NONE
    if isinstance(asked, ast.BoolOp):
        return NONE.union(*(deciding(part, scope) for part in asked.values))
    return scope.origin(scope.told(asked))


def equal_sizes(asked: Formula, scope: Scope, *, holds: bool) -> list[tuple[Formula, Formula]]:
    """Return which formulas are equal wherever a condition holds, or where it does not.

    Args:
        asked: the condition, in the names of the spec.
        scope: what these stand for.
        holds: whether it does.
    """
    if isinstance(asked, ast.UnaryOp) and isinstance(asked.op, ast.Not):
        return equal_sizes(asked.operand, scope, holds=not holds)
    if isinstance(asked, ast.BoolOp):
        parts = asked.values
        if not isinstance(asked.op, ast.And if holds else ast.Or):
            parts = [part for part in parts if settled(part, scope) is None]
            parts = parts if len(parts) == 1 else []
        return [pair for part in parts for pair in equal_sizes(part, scope, holds=holds)]
    if not (isinstance(asked, ast.Compare) and len(asked.ops) == 1):
        return []
    is_equality = isinstance(asked.ops[0], ast.Eq if holds else ast.NotEq)
    return [(asked.left, asked.comparators[0])] if is_equality else []


def _known(asked: Formula, scope: Scope) -> bool | None:
    """Return what a part of a condition comes to that no open var is in."""
    try:
        return bool(expressions.evaluate(asked, scope.values))
    except expressions.ExpressionError:
        return None  # what stands before it in an `and` or `or` guards it


def _apart(left: Formula, right: Formula, scope: Scope) -> int | None:
    """Return by how much one number exceeds another, where that is the same for all vars."""
    less: Quantity = multiplied(constant(-1), scope.quantity(scope.told(right)))
    found = total(scope.quantity(scope.told(left)), less)
    if not found:
        return 0
    ((product, number), *others) = found
    return number if not (product or others) else None
