"""What an `if` asks of the open vars: whether their values decide, and what holds if they do."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from archspec import expressions, spec
from archspec.expressions import Formula, names
from archspec.network import Decision
from archspec.ops import Shape, sized
from archspec.quantity import Quantity
from archspec.resolve.scope import Scope
from archspec.resolve.settling import settled
from archspec.resolve.shapes_across_scopes import name_formula
from archspec.traced import NONE, traced


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
        return _assuming(self.scope, self._known)

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


def _assuming(scope: Scope, equal: Mapping[str, Formula]) -> Scope:
    """Return a scope where some names of formulas are known to mean what others yield."""
    known = {}
    for name, formula in equal.items():
        bound = scope.names[name]
        assert bound.source is not None
        source = bound.source._replace(quantity=scope.quantity(scope.told(formula)))
        # Where it cannot be computed, what stands before it in an `and` does not hold.
        with suppress(expressions.ExpressionError):
            value = expressions.evaluate(formula, scope.values)
            known[name] = replace(bound, value=value, source=source)
    return scope.with_names(known)


def question(node: spec.Node, scope: Scope, *, holds: bool) -> Question | None:
    """Return what the `if` of a node asks; None where there are no open vars."""
    formula = node.condition.formula if node.condition else None
    if formula is None or not scope.is_sourced:
        return None
    return Question(node, formula, deciding(formula, scope), holds, scope)


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
