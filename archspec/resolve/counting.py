"""Loops of any number of turns, which an open var says: `{repeat: =depth, do: …}`.

The first turn is there whatever the var is. All turns behind it are alike if none of them knows its
number, but for arguments that are computed of it, and each gives what entered it. So it is enough
to make one of them of a number that nobody knows, and to compare.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from archspec import expressions, spec
from archspec.errors import Span
from archspec.expressions import Formula, Value
from archspec.network import Decision
from archspec.ops import Shape
from archspec.quantity import Later, Quantity, atom, constant, total
from archspec.resolve.bindings import Source
from archspec.resolve.resolver import Resolver
from archspec.resolve.scope import Scope
from archspec.traced import NONE

TURNS: Final = "the turns of a loop"
"""What the vars decide that say how often a loop turns."""

_FEWEST: Final = 2
"""Turns of which the second is one of those that need not be there."""


@dataclass(frozen=True, slots=True)
class Counting:
    """A loop of as many turns as an open var says.

    Attributes:
        vars: this var.
        number: how many turns there are.
        starts: where the variables of the loop begin that grow by one from turn to turn.
        later: the number of a turn behind the second.
    """

    vars: frozenset[str]
    number: Formula
    starts: Mapping[str, int]
    later: Quantity = field(default_factory=lambda: atom(Later()))

    def decided(self, place: Span) -> dict[str, Decision]:
        """Return what the var decides."""
        return dict.fromkeys(self.vars, Decision(TURNS, place))

    def sources(self, turn: int) -> dict[str, Source]:
        """Return how the variables that count come from open vars: not at all in the first turn."""
        if turn == 0:
            return {}
        return {
            name: Source(self.vars, NONE, total(constant(start + 1), self.later))
            for name, start in self.starts.items()
        }


def counting(node: spec.Loop | spec.Cfg, scope: Scope, resolver: Resolver) -> Counting | None:
    """Return what a loop counts where an open var says how often it turns; None for any other.

    Args:
        node: the loop.
        scope: the names that it sees.
        resolver: what all bodies share.
    """
    if not isinstance(node, spec.Loop):
        return None
    counted = _counted(node, scope)
    if counted is None:
        return None
    number, starts = counted
    vars = scope.origin(number)
    if len(vars) != 1 or scope.secret(number):
        return None
    (var,) = vars
    least = resolver.document.vars[var].allowed.min if var in resolver.document.vars else None
    turns = expressions.evaluate(scope.told(number), scope.values)
    if least is None or least < 1 or not isinstance(turns, int) or turns < _FEWEST:
        return None
    is_var = scope.quantity(number) in _numbers(var, resolver.globals)
    return Counting(vars, number, starts) if is_var else None


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
    if len(bounds) > _FEWEST or not isinstance(first, ast.Constant):
        return None
    start = first.value
    if type(start) is not int:
        return None
    number = expressions.fold(ast.BinOp(bounds[-1], ast.Sub(), first))
    return number, {name.text: start, "index": 0}


def _numbers(var: str, scope: Scope) -> set[Quantity]:
    """Return what a var yields that is a number, or the entries of one that is a list."""
    value: Value = scope.values[var]
    source = scope.source_of(var)
    if source is None:
        return set()
    if not isinstance(value, tuple):
        return {source.quantity}
    return {scope.quantity(expressions.parse(f"{var}[{i}]")) for i in range(len(value))}


def gives_what_enters(
    entering: Shape | None, around: Scope, leaving: Shape | None, within: Scope
) -> bool:
    """Tell whether what leaves a turn has the sizes of what enters it, whatever the vars are."""
    if entering is None or leaving is None:
        return True  # what is wrong there was reported
    if len(entering) != len(leaving) or type(entering) is not type(leaving):
        return False
    pairs = zip(entering, leaving, strict=True)
    return all(around.quantity_of_size(a) == within.quantity_of_size(b) for a, b in pairs)
