"""The uses of ops and blocks, with their formulas in the names of the network's arguments.

Of a loop that turns as often as an argument says, the turns behind the first are one, of a number
that lies between the first's and the last's. What is asked of such a number is asked of these two.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from archspec import expressions
from archspec.codegen.python.trees import literal, replaced
from archspec.codegen.uses.common_formula import Untested
from archspec.expressions import Formula
from archspec.network import Body, Child, Decision, Leaf, Loop, Network

_UNSAID: Formula = ast.Name("...", ast.Load())
"""Stands for what is too long to say: a name that no network has, of which nothing is asked."""

_LARGEST_CYCLE: Final = 16
"""Rests up to which each is looked at."""

Outside = Callable[[Formula], Formula]
"""Says a formula in the names of the network."""


class Counted(NamedTuple):
    """The number of a turn.

    Attributes:
        first: of the first turn.
        last: the formula of the last's.
        decided_by: the open vars that say how many there are.
    """

    first: Formula
    last: Formula
    decided_by: Mapping[str, Decision]


Counts = Mapping[str, Counted]
"""The numbers of turns, by the names that formulas have for them."""


class Placed(NamedTuple):
    """A use of an op or a block, and how to say its formulas in the names of the network.

    Attributes:
        node: the use.
        outside: says them.
        under: the condition under which it is there, where arguments decide that.
        counts: the numbers of turns that they may read.
        later: the condition under which there is a turn behind the first, where it is in one.
    """

    node: Leaf | Body
    outside: Outside
    under: Formula | None
    counts: Counts
    later: Formula | None = None


def uses(network: Network) -> Iterator[Placed]:
    """Yield the uses of ops and blocks, with how to say their formulas in the network's names."""
    bindings: dict[str, Formula] = {}
    for name, formula in network.computed.items():
        bindings |= _said({name: formula}, bindings)
    yield from _Place(bindings).uses(network.root.children)


@dataclass(frozen=True)
class _Place:
    """What is around some children: what their names mean, and when they are there."""

    bindings: Mapping[str, Formula]
    under: Formula | None = None
    counts: Counts = field(default_factory=dict)
    later: Formula | None = None

    def uses(self, children: tuple[Child, ...]) -> Iterator[Placed]:
        for child in children:
            if isinstance(child, Loop):
                yield from self._of_loop(child)
            elif isinstance(child, Leaf | Body):
                yield from self._of_node(child)

    def _of_loop(self, loop: Loop) -> Iterator[Placed]:
        counted = loop.number is not None
        for number, turn in enumerate(loop.turns[: 2 if counted else None]):
            place = self._with(turn.bindings)
            if counted and number:
                place = self._counting(loop, turn.bindings)
            yield from place.uses(turn.children)

    def _of_node(self, node: Leaf | Body) -> Iterator[Placed]:
        under = self.under
        if node.condition is not None and node.decided_by:
            own = self._outside(node.condition)
            under = both(under, own)
        yield Placed(node, self._outside, under, self.counts, self.later)
        if isinstance(node, Body):
            given = node.block.bindings if node.block else {}
            inner = self._with(given)
            place = _Place(inner.bindings, under, self.counts, self.later)
            yield from place.uses(node.children)

    def _outside(self, formula: Formula) -> Formula:
        return expressions.substitute(formula, self.bindings)

    def _with(self, given: Mapping[str, Formula]) -> _Place:
        said = {**self.bindings, **_said(given, self.bindings)}
        return _Place(said, self.under, self.counts, self.later)

    def _counting(self, loop: Loop, given: Mapping[str, Formula]) -> _Place:
        """Return what is around the children of a turn of any number behind the first."""
        assert loop.number is not None
        counts = {**self.counts}
        named: dict[str, Formula] = {}
        for name, start in loop.starts.items():
            first = expressions.constant(start)
            total = {"n": self._outside(loop.number), "first": first}
            last = expressions.substitute(expressions.parse("first + n - 1"), total)
            named[name] = ast.Name(f"@{name}.{len(counts)}", ast.Load())
            counts[f"@{name}.{len(counts)}"] = Counted(first, last, loop.decided_by)
        place = self._with({n: formula for n, formula in given.items() if n not in named})
        several = ast.Compare(self._outside(loop.number), [ast.Gt()], [expressions.constant(1)])
        later = both(self.later, several)
        return _Place({**place.bindings, **named}, self.under, counts, later)


def both(one: Formula | None, other: Formula | None) -> Formula | None:
    """Return a condition that holds where two do, of which one may be none."""
    if one is None or other is None:
        return one or other
    ends = [one.values if isinstance(one, ast.BoolOp) and isinstance(one.op, ast.And) else [one]]
    return ast.BoolOp(ast.And(), [*ends[0], other])


def conjuncts(condition: Formula) -> frozenset[str]:
    """Return what must hold for a condition to hold, as it is written."""
    if isinstance(condition, ast.BoolOp) and isinstance(condition.op, ast.And):
        return frozenset().union(*map(conjuncts, condition.values))
    return frozenset((expressions.text(condition),))


def _said(formulas: Mapping[str, Formula], bindings: Mapping[str, Formula]) -> dict[str, Formula]:
    """Return formulas in the names of the network; what is too long to say is no such name."""
    said = {}
    for name, formula in formulas.items():
        try:
            said[name] = expressions.substitute(formula, bindings)
        except expressions.TooMuchError:
            said[name] = _UNSAID
    return said


def at_ends(test: Formula, under: Formula | None, counts: Counts) -> Iterator[Formula]:
    """Yield a test for the first and for the last number of a turn that it reads.

    What grows or falls with the number is largest, and smallest, there.

    Raises:
        Untested: when it is not known that it does.
    """
    asked = expressions.names(under) if under is not None else frozenset()
    read = (expressions.names(test) | asked) & counts.keys()
    if not read:
        yield test
        return
    name = min(read)
    if (cycle := _cycle(test, name)) and name not in asked:
        for rest in range(cycle):
            told = replaced(test, lambda n: literal(rest) if _is_rest(n, name) else None)  # noqa: B023
            yield from at_ends(expressions.substitute(told, {}), None, counts)
        return
    if name in asked or not _is_of_ends(test, name):
        raise Untested(counts[name].decided_by)
    for end in (counts[name].first, counts[name].last):
        yield from at_ends(expressions.substitute(test, {name: end}), None, counts)


def _cycle(test: Formula, name: str) -> int:
    """Return how many rests a number is read for, as 2 in `index % 2`; 0 for any other reading."""
    rests = [part for part in ast.walk(test) if _is_rest(part, name)]
    reads = sum(isinstance(part, ast.Name) and part.id == name for part in ast.walk(test))
    cycles = {part.right.value for part in rests}  # type: ignore[attr-defined]
    return cycles.pop() if len(cycles) == 1 and len(rests) == reads else 0


def _is_rest(part: ast.AST, name: str) -> bool:
    if not isinstance(part, ast.BinOp) or not isinstance(part.op, ast.Mod):
        return False
    by = part.right.value if isinstance(part.right, ast.Constant) else 0
    counts = isinstance(part.left, ast.Name) and part.left.id == name
    return counts and type(by) is int and 0 < by <= _LARGEST_CYCLE


def _is_of_ends(test: Formula, name: str) -> bool:
    """Tell whether a test holds for all numbers between two for which it holds."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    reads = sum(isinstance(part, ast.Name) and part.id == name for part in ast.walk(test))
    bound = isinstance(test.ops[0], ast.GtE | ast.Gt | ast.LtE | ast.Lt)
    sides = [side for side in (test.left, *test.comparators) if name in expressions.names(side)]
    return bound and reads == 1 and _is_monotone(sides[0], name)


def _is_monotone(formula: Formula, name: str) -> bool:
    """Tell whether a formula that reads a name once only grows with it, or only falls."""
    if isinstance(formula, ast.Name):
        return True
    if isinstance(formula, ast.UnaryOp):
        return isinstance(formula.op, ast.USub) and _is_monotone(formula.operand, name)
    if isinstance(formula, ast.BinOp):
        left = name in expressions.names(formula.left)
        if not left and not isinstance(formula.op, ast.Add | ast.Sub | ast.Mult):
            return False
        if not isinstance(formula.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.FloorDiv):
            return False
        return _is_monotone(formula.left if left else formula.right, name)
    if isinstance(formula, ast.Call):
        label: str = formula.func.id  # type: ignore[attr-defined]
        first = name in expressions.names(formula.args[0])
        growing = expressions.FUNCTIONS[label].is_growing and (first or label in ("min", "max"))
        inner = next(part for part in formula.args if name in expressions.names(part))
        return growing and _is_monotone(inner, name)
    return False
