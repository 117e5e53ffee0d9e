"""The turns of a loop as one generator: `*(Block(64) for _ in range(depth - 1))`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from archspec import expressions, spec
from archspec.codegen.modules.named_series import series
from archspec.codegen.python.trees import call, each, literal, names, renamed, replaced, row
from archspec.codegen.uses.children import Item
from archspec.codegen.uses.common_formula import Differ, Slot, View
from archspec.codegen.uses.frame import Frame
from archspec.expressions import Formula
from archspec.network import Loop

_FEWEST_EQUAL: Final = 2
_FEWEST: Final = 3
"""Entries from which on a generator reads better than the list: equal ones, and a series."""


class Series:
    """The turns of a loop, in all uses, from the one numbered `lead` on.

    Attributes:
        variable: the loop's own variable that grows by one from turn to turn.
        uses: the children of each turn of each use, one behind the other.

    Raises:
        Differ: when there is no such variable.
    """

    def __init__(self, slot: Slot, lead: int) -> None:
        self.slot = slot
        self.lead = lead
        self.loops = [view.child for view in slot if isinstance(view.child, Loop)]
        self.variable, self.start = _variable(self.loops)
        self.uses: list[list[View]] = [
            view.counted(turn, self.variable, self._growing(view, loop))
            for view, loop in zip(slot, self.loops, strict=True)
            for turn in loop.turns[lead:]
        ]
        if not self.uses or any(len(loop.turns) < max(lead, 1) for loop in self.loops):
            raise Differ

    def _growing(self, view: View, loop: Loop) -> dict[str, Formula]:
        """Return the sizes that grow by the same from turn to turn, by what the variable counts.

        Of a loop of any number of turns it is known which do; two turns would say it by chance.
        """
        turns = loop.turns[self.lead :]
        found: dict[str, Formula] = {}
        sizes = [name for name in turns[0].bindings if name.startswith("@")] if turns[1:] else []
        if loop.number is not None:
            sizes = [name for name in sizes if int(name.rpartition(".")[2]) in loop.grows]
        for name in sizes:
            if any(name not in turn.bindings for turn in turns):
                continue  # one that reads a tensor of fewer sizes
            formulas = [view.outside(turn.bindings[name]) for turn in turns]
            if len({*map(expressions.text, formulas)}) > 1:
                told = series(formulas, self.variable, self.start + self.lead)
                found |= {} if told is None else {name: told}
        return found

    def item(self, item: Item, frame: Frame, *, counts: bool) -> Item:
        """Return the entry for all turns, from the one that is built alike in all of them.

        Args:
            item: that one.
            frame: the names of the class or function.
            counts: whether the variable stands in it.
        """
        lengths = [len(loop.turns) for loop in self.loops]
        varies = len({*lengths}) > 1 or any(loop.decided_by for loop in self.loops)
        if not varies and lengths[0] - self.lead < (_FEWEST if counts else _FEWEST_EQUAL):
            raise Differ
        if not varies:
            stop = expressions.constant(self.start + lengths[0])
        else:
            stops = [_stop(loop) for loop in self.loops]
            values = [self.start + length for length in lengths]
            stop = frame.common(self.slot, stops, values)
        named = not item.name.isdigit()
        pair = row(item.key, item.made) if named else item.made
        turns = self._counted if counts else self._uncounted
        return replace(item, value=turns(pair, stop, frame), many=True)

    def _counted(self, element: ast.expr, stop: Formula, frame: Frame) -> ast.expr:
        """Return a generator whose variable counts; `f(6 + i) for i in range(3)` counts from 6."""
        shift = _ahead(element, self.variable) if isinstance(stop, ast.Constant) else 0
        if shift:
            counter = ast.Name(self.variable, ast.Load())
            element = replaced(element, lambda n: counter if _is_ahead(n, self.variable) else None)
            stop = expressions.constant(int(stop.value) + shift)  # type: ignore[attr-defined]
        first = self.start + self.lead + shift
        bounds = [*([literal(first)] if first else []), frame.python(stop)]
        shown = self._shown(names(element, *bounds), frame)
        return each(renamed(element, self.variable, shown), shown, call("range", *bounds))

    def _shown(self, read: set[str], frame: Frame) -> str:
        """Return the variable as source; Python's readers know `index` as `i`, or `j` within."""
        known = ("i", "j") if self.variable == "index" else ()
        return next((name for name in known if name not in read | frame.taken), self.variable)

    def _uncounted(self, element: ast.expr, stop: Formula, frame: Frame) -> ast.expr:
        first = expressions.constant(self.start + self.lead)
        fewer = expressions.substitute(
            expressions.parse("stop - first"), {"stop": stop, "first": first}
        )
        return each(element, "_", call("range", frame.python(fewer)))


def _variable(loops: Sequence[Loop]) -> tuple[str, int]:
    """Return the variable of the loops that grows by one, and where it starts."""
    for name in sorted(loops[0].turns[0].values, key=lambda name: name == "index"):
        rows = [[turn.values.get(name) for turn in loop.turns] for loop in loops]
        start = rows[0][0]
        if type(start) is int and all(row == [*range(start, start + len(row))] for row in rows):
            return name, start
    raise Differ


def _stop(loop: Loop) -> Formula:
    """Return the formula of the number at which a loop ends."""
    if loop.count is not None:
        return loop.count
    if loop.number is not None:
        (start,) = (start for name, start in loop.starts.items() if name != "index")
        first = expressions.constant(start)
        return expressions.fold(ast.BinOp(loop.number, ast.Add(), first))
    columns = loop.written.columns if isinstance(loop.written, spec.Loop) else ()
    for _, given in columns:
        call = given.formula
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "range":
            return call.args[-1] if len(call.args) <= 2 else _nothing()
    return _nothing()


def _nothing() -> Formula:
    raise Differ


def _is_ahead(node: ast.expr, variable: str) -> bool:
    """Tell whether an expression is a number and a variable: `6 + i`."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add):
        return False
    counts = isinstance(node.right, ast.Name) and node.right.id == variable
    return counts and isinstance(node.left, ast.Constant) and type(node.left.value) is int


def _ahead(element: ast.expr, variable: str) -> int:
    """Return the number that is added to a variable wherever it is read; 0 for none."""
    added, read = set[int](), 0
    for node in ast.walk(element):
        if isinstance(node, ast.expr) and _is_ahead(node, variable):
            added.add(node.left.value)  # type: ignore[attr-defined]
            read -= 1
        read += isinstance(node, ast.Name) and node.id == variable
    return added.pop() if len(added) == 1 and not read else 0
