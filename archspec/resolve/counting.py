"""Loops of any number of turns, which an open var says: `{repeat: =depth, do: …}`.

The first turn is there whatever the var is. All turns behind it are alike if none of them knows its
number, but for arguments that are computed of it, and each gives what entered it, or adds the same
to it. So it is enough to make one of them of a number that nobody knows, and to compare.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from archspec import expressions, spec
from archspec.errors import Span
from archspec.expressions import Formula, Value
from archspec.network import Decision, Loop
from archspec.ops import Shape, sized
from archspec.quantity import Later, Quantity, atom, constant, multiplied, total
from archspec.resolve.bindings import Source
from archspec.resolve.flows import Flow
from archspec.resolve.resolver import Resolver
from archspec.resolve.scope import Scope
from archspec.traced import NONE, collected, formula_of, known_as

TURNS: Final = "the turns of a loop"
"""What the vars decide that say how often a loop turns."""

CHANGING: Final = f"{TURNS}, which neither give the sizes that enter them nor add the same to them"
"""The same where turns are unlike."""

FEWEST: Final = 2
"""Turns of which the second is one of those that need not be there."""


@dataclass(slots=True)
class Counting:
    """A loop of as many turns as an open var says.

    Attributes:
        vars: this var.
        number: how many turns there are.
        starts: where the variables of the loop begin that grow by one from turn to turn.
        first: what enters the first turn.
        growth: by how much each turn adds to sizes, by their places; those of no other change.
        later: the number of a turn behind the second.
    """

    vars: frozenset[str]
    number: Formula
    starts: Mapping[str, int]
    first: Shape = ()
    growth: dict[int, Formula] = field(default_factory=dict)
    later: Quantity = field(default_factory=lambda: atom(Later()))

    def decided(self, place: Span) -> dict[str, Decision]:
        """Return what the var decides."""
        return dict.fromkeys(self.vars, Decision(TURNS, place))

    def told(self, loop: Loop, place: Span) -> Loop:
        """Return the loop with all that is known of its number of turns."""
        return replace(
            loop,
            number=self.number,
            grows=frozenset(self.growth),
            starts=self.starts,
            decided_by=self.decided(place),
        )

    def sources(self, turn: int) -> dict[str, Source]:
        """Return how the variables that count come from open vars: not at all in the first turn."""
        if turn == 0:
            return {}
        return {
            name: Source(self.vars, NONE, total(constant(start + 1), self.later))
            for name, start in self.starts.items()
        }

    def sizes(self, turn: int, names: Mapping[int, str], around: Scope) -> dict[str, Source]:
        """Return how the sizes that enter a turn come from open vars, of those that grow.

        Args:
            turn: its number.
            names: what sizes are called in it, by their places.
            around: the scope of the loop.
        """
        if turn == 0:
            return {}
        return {names[place]: self._size(place, around) for place in self.growth}

    def _size(self, place: int, around: Scope) -> Source:
        size, more = self.first[place], self.growth[place]
        vars = around.decides(size) | around.origin(more) | self.vars
        grown = multiplied(around.quantity(more), total(constant(1), self.later))
        return Source(vars, NONE, total(around.quantity_of_size(size), grown))

    def is_kept(self, turn: int, entering: Shape, leaving: Shape, scopes: Scopes) -> bool:
        """Tell whether what leaves a turn is right for any number of turns; note what grows.

        Args:
            turn: its number.
            entering: what enters it, in the names around the loop.
            leaving: what leaves it, in its own.
            scopes: both.
        """
        if turn == 0:
            self.first = entering
            self.growth = _growing(leaving, scopes)
            return True
        if len(entering) != len(leaving) or type(entering) is not type(leaving):
            return False
        for place, (one, two) in enumerate(zip(entering, leaving, strict=True)):
            before = scopes.around.quantity_of_size(one)
            if place in self.growth:
                more = scopes.around.quantity(self.growth[place])
                before = total(self._size(place, scopes.around).quantity, more)
            if before != scopes.within.quantity_of_size(two):
                return False
        return True

    def behind(self, flow: Flow) -> Flow:
        """Return what leaves the last turn, where sizes that grow say by how many turns."""
        if flow.shape is None or not self.growth:
            return flow
        sizes = [*flow.shape]
        for place, more in self.growth.items():
            grown = expressions.fold(ast.BinOp(self.number, ast.Mult(), more))
            start = formula_of(self.first[place])
            formula = collected(expressions.fold(ast.BinOp(start, ast.Add(), grown)))
            sizes[place] = known_as(sizes[place], formula)
        return replace(flow, shape=sized(flow.shape, sizes))


class Scopes(NamedTuple):
    """What names mean around a loop and in a turn, whose own names have formulas around it."""

    around: Scope
    within: Scope
    bindings: Mapping[str, Formula]


def _growing(leaving: Shape, scopes: Scopes) -> dict[int, Formula]:
    """Return by how much each size grows in the first turn, in the names around the loop."""
    found = {}
    for place, size in enumerate(leaving):
        told, own = formula_of(size), f"@{scopes.within.depth}.{place}"
        if not isinstance(told, ast.BinOp) or not isinstance(told.op, ast.Add):
            continue
        parts = [part for part in (told.left, told.right) if getattr(part, "id", "") != own]
        if len(parts) == 1 and not any(n.startswith("@") for n in expressions.names(parts[0])):
            found[place] = expressions.substitute(parts[0], scopes.bindings)
    return found


def counting(
    node: spec.Loop | spec.Cfg, turns: int, scope: Scope, resolver: Resolver
) -> Counting | str:
    """Return what a loop counts where an open var says how often it turns; else what vars decide.

    Args:
        node: the loop.
        turns: how often it turns.
        scope: the names that it sees.
        resolver: what all bodies share.
    """
    if not isinstance(node, spec.Loop):
        return TURNS
    counted = _counted(node, scope)
    if counted is None:
        return TURNS
    number, starts = counted
    vars = scope.origin(number)
    if len(vars) != 1 or scope.secret(number):
        return TURNS
    (var,) = vars
    is_var = scope.quantity(number) in _numbers(var, resolver.globals)
    least = resolver.document.vars[var].allowed.min if var in resolver.document.vars else None
    if is_var and (least is None or least < 1):
        return f"{TURNS}, of which there may be none where `min` is not 1"
    if not is_var or turns < FEWEST:
        return TURNS
    return Counting(vars, number, starts)


def _counted(node: spec.Loop, scope: Scope) -> tuple[Formula, dict[str, int]] | None:
    """Return the number of turns, in the names of formulas, and where what counts them begins."""
    if node.count is not None:
        return (scope.compute(node.count)[1], {"index": 0}) if node.count.formula else None
    if len(node.columns) != 1:
        return None
    ((name, given),) = node.columns
    call = given.formula
    if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "range":
        return None
    bounds = [scope.told(part) for part in call.args]
    first = bounds[0] if len(bounds) > 1 else expressions.constant(0)
    if len(bounds) > FEWEST or not isinstance(first, ast.Constant):
        return None
    start = first.value
    if type(start) is not int:
        return None
    fewer = collected(ast.BinOp(bounds[-1], ast.Add(), expressions.constant(-start)))
    longer = len(expressions.text(fewer)) > len(expressions.text(bounds[-1]))
    plain = expressions.fold(ast.BinOp(bounds[-1], ast.Sub(), first))
    return plain if longer else fewer, {name.text: start, "index": 0}


def _numbers(var: str, scope: Scope) -> set[Quantity]:
    """Return what a var yields that is a number, or the entries of one that is a list."""
    value: Value = scope.values[var]
    source = scope.source_of(var)
    if source is None:
        return set()
    if not isinstance(value, tuple):
        return {source.quantity}
    return {scope.quantity(expressions.parse(f"{var}[{i}]")) for i in range(len(value))}
