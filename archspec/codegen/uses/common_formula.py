"""What several uses of one block have in common.

A class is written once and stands for all uses of its block. The uses are laid side by side, slot
by slot; where their formulas are spelt alike the spelling is taken, where they differ one of them
must hold for all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import compress, product
from typing import Final

from archspec import expressions
from archspec.codegen.python.trees import replaced
from archspec.expressions import Formula, Value
from archspec.network import Absent, Body, Decision, Leaf, Loop, Turn, decisions

_TRIED: Final = (0, 1, 2, 3, 4)
_MOST_NAMES: Final = 4
"""Names and their values that are tried to find out whether two formulas are the same."""


class Differ(Exception):
    """The uses cannot share one text."""


class Untested(Exception):
    """No class asks whether a child is there, though open vars decide that: they must be closed.

    Attributes:
        closed: these vars, with what they decide.
    """

    def __init__(self, closed: Mapping[str, Decision]) -> None:
        super().__init__(", ".join(closed))
        self.closed = closed


@dataclass(frozen=True, slots=True)
class View:
    """A child as one use sees it.

    Attributes:
        bindings: formulas that turn loop variables into the use's own names.
        scope: values of the use's own names.
        turn_of: the variable of a generator around it, and its value in this turn.
        held: what variables of the text hold by now, by the text of the formula.
    """

    child: Leaf | Body | Absent | Loop
    bindings: Mapping[str, Formula]
    scope: Mapping[str, Value]
    turn_of: Mapping[str, Formula] = field(default_factory=dict)
    held: Mapping[str, Formula] = field(default_factory=dict)

    def outside(self, formula: Formula) -> Formula:
        """Return a formula of the child in the names of the scope of the use."""
        told = expressions.substitute(formula, self.bindings) if self.bindings else formula
        if not self.held:
            return told
        return replaced(told, lambda part: self.held.get(expressions.text(part)))

    def turn(self, turn: Turn) -> list[View]:
        """Return the children of one turn."""
        inner = {name: self.outside(formula) for name, formula in turn.bindings.items()}
        return self.among(turn.children, inner)

    def counted(
        self, turn: Turn, variable: str, growing: Mapping[str, Formula] | None = None
    ) -> list[View]:
        """Return the children of one turn of a generator, in which a variable keeps its name.

        Args:
            turn: the turn.
            variable: the variable.
            growing: formulas of sizes that it counts.
        """
        inner = {n: self.outside(formula) for n, formula in turn.bindings.items() if n != variable}
        inner |= growing or {}
        bindings = {n: f for n, f in {**self.bindings, **inner}.items() if n != variable}
        scope = {**self.scope, variable: turn.values[variable]}
        turn_of = {**self.turn_of, variable: expressions.constant(turn.values[variable])}
        return [View(child, bindings, scope, turn_of, self.held) for child in turn.children]

    def among(
        self, children: Sequence[Leaf | Body | Absent | Loop], inner: Mapping[str, Formula]
    ) -> list[View]:
        """Return children of this one, which have further loop variables."""
        bindings = {**self.bindings, **inner}
        return [View(child, bindings, self.scope, self.turn_of, self.held) for child in children]


Slot = tuple[View, ...]
"""One child, in all uses."""


def views(
    children: Sequence[Leaf | Body | Absent | Loop],
    bindings: Mapping[str, Formula],
    scope: Mapping[str, Value],
) -> list[View]:
    """Return children with what their loop variables mean."""
    return [View(child, bindings, scope) for child in children]


def inside(view: View) -> list[View]:
    """Return the children of a body in whose scope the view is."""
    assert isinstance(view.child, Body)
    return view.among(view.child.children, {})


def entered(view: View) -> list[View]:
    """Return the children of a body as the scope around it sees them."""
    assert isinstance(view.child, Body)
    block = view.child.block
    bindings = block.bindings if block else {}
    return view.among(
        view.child.children, {name: view.outside(formula) for name, formula in bindings.items()}
    )


def slots(uses: Sequence[list[View]]) -> Iterator[Slot]:
    """Lay uses side by side.

    Raises:
        Differ: when they have different numbers of children.
    """
    if len({len(use) for use in uses}) > 1:
        raise Differ
    return iter(zip(*uses, strict=True))


def nodes(slot: Slot) -> list[tuple[View, Leaf | Body]]:
    """Return the uses in which the child is there."""
    return [(view, view.child) for view in slot if isinstance(view.child, Leaf | Body)]


def check_tested(slot: Slot) -> None:
    """Refuse that a child is there, or is not, without a test, where open vars decide that.

    Raises:
        Untested: when they do.
    """
    for view in slot:
        if view.child.decided_by:
            raise Untested(view.child.decided_by)


@contextmanager
def asking_all(bodies: Sequence[Body]) -> Iterator[None]:
    """Tell that a body cannot ask all that open vars decide, where it cannot be written alone.

    Raises:
        Untested: when that is so.
    """
    try:
        yield
    except Differ:
        decided = decisions(bodies[0])
        if len(bodies) == 1 and decided:
            raise Untested(decided) from None
        raise


def agreed(
    formulas: Sequence[Formula],
    values: Sequence[Value],
    scopes: Sequence[Mapping[str, Value]],
    tests: Sequence[Formula] = (),
    *,
    local: Mapping[str, Formula] | None = None,
) -> Formula:
    """Return one formula that holds in all uses.

    Args:
        formulas: the formula of each use.
        values: what it yields there.
        scopes: what the names mean there.
        tests: what may decide between two formulas.
        local: what some of the names are computed from.

    Raises:
        Differ: when none of the formulas holds in all of them.
    """
    uses = [*zip(formulas, values, scopes, strict=True)]
    spelt = {expressions.text(formula): formula for formula in formulas}
    for formula in sorted(spelt.values(), key=lambda f: len(expressions.text(f)), reverse=True):
        if all(_holds(formula, v, s) for v, s in zip(values, scopes, strict=True)):
            return _told_apart(uses, tests, local) or formula if len(spelt) > 1 else formula
    for test in reversed(tests):
        sides = [[use for use in uses if _holds(test, side, use[2])] for side in (True, False)]
        if all(sides) and sum(map(len, sides)) == len(uses):
            body, orelse = (agreed(*zip(*side, strict=True)) for side in sides)
            return ast.IfExp(test, body, orelse)
    raise Differ


def split(
    formulas: Sequence[Formula],
    scopes: Sequence[Mapping[str, Value]],
    tests: Sequence[Formula],
    local: Mapping[str, Formula],
) -> Formula:
    """Return two formulas between which a test decides, each the one of all uses on its side.

    That is right for other values of the names in them too. One of them is enough if it is the
    other whenever the test is for that.

    Args:
        formulas: the formula of each use.
        scopes: what the names mean there.
        tests: what may decide.
        local: what some of the names are computed from.

    Raises:
        Differ: when none of the tests does.
    """
    for test in reversed(tests):
        held = [[_holds(test, side, scope) for scope in scopes] for side in (True, False)]
        sides = [{expressions.text(f): f for f in compress(formulas, side)} for side in held]
        if [*map(len, sides)] == [1, 1] and sum(map(sum, held)) == len(formulas):
            body, orelse = (formula for side in sides for formula in side.values())
            known = [expressions.substitute(f, local) for f in (test, body, orelse)]
            for one, side in ((body, False), (orelse, True)):
                if _are_one(*known, side=side):
                    return one
            return ast.IfExp(test, body, orelse)
    raise Differ


def _told_apart(
    uses: Sequence[tuple[Formula, Value, Mapping[str, Value]]],
    tests: Sequence[Formula],
    local: Mapping[str, Formula] | None,
) -> Formula | None:
    """Return what holds in other uses too, where a test decides between two formulas.

    Each may hold in all of these uses by chance, as `in_channels` and `channels // 2` do where no
    use has other sizes. One of them is enough if it is the other whenever the test is for that.
    """
    for test in reversed(tests):
        sides = [
            {expressions.text(f): f for f, _, scope in uses if _holds(test, side, scope)}
            for side in (True, False)
        ]
        if [len(side) for side in sides] != [1, 1] or sides[0].keys() == sides[1].keys():
            continue
        body, orelse = (formula for side in sides for formula in side.values())
        known = [expressions.substitute(f, local or {}) for f in (test, body, orelse)]
        for one, side in ((body, False), (orelse, True)):
            if all(_holds(one, v, s) for _, v, s in uses) and _are_one(*known, side=side):
                return one
        return ast.IfExp(test, body, orelse)
    return None


def _are_one(test: Formula, one: Formula, other: Formula, *, side: bool) -> bool:
    """Tell whether two formulas are the same on one side of a test, for all small numbers."""
    names = sorted(set().union(*map(expressions.names, (test, one, other))))
    if len(names) > _MOST_NAMES:
        return False
    tried = 0
    for row in product(_TRIED, repeat=len(names)):
        values = dict(zip(names, row, strict=True))
        with suppress(expressions.ExpressionError):
            if bool(expressions.evaluate(test, values)) is side:
                if expressions.evaluate(one, values) != expressions.evaluate(other, values):
                    return False
                tried += 1
    return tried > 0


def _holds(formula: Formula, value: Value, scope: Mapping[str, Value]) -> bool:
    try:
        found = expressions.evaluate(formula, scope)
    except expressions.TooMuchError:
        raise  # that says nothing of this formula
    except expressions.ExpressionError:
        return False
    return found == value and isinstance(found, bool) == isinstance(value, bool)
