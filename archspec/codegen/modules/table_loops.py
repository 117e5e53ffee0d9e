"""A loop over the rows of a table, as a loop: each turn appends what its row spells.

channels = 16
for kernel_size, expanded, out_channels, stride in (
    (3, 16, 16, 1),
    (3, 64, 24, 2),
    (3, 72, 24, 1),
):
    layers.append(InvertedResidual(channels, kernel_size, expanded, out_channels, stride))
    channels = out_channels
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from archspec import expressions, spec
from archspec.codegen.modules.held import Held
from archspec.codegen.modules.long_constructors import with_function
from archspec.codegen.modules.loop_statements import ahead, named_once, without
from archspec.codegen.modules.protocols import Children
from archspec.codegen.modules.table_turns import Turns
from archspec.codegen.modules.walked_columns import Walked
from archspec.codegen.python.alternatives import updated
from archspec.codegen.python.flat import flat
from archspec.codegen.python.formulas import class_tree
from archspec.codegen.python.trees import (
    argument,
    assign,
    call,
    called,
    dotted,
    literal,
    loop,
    row,
)
from archspec.codegen.uses.children import Item, further, opening
from archspec.codegen.uses.common_formula import Differ, View
from archspec.codegen.uses.frame import Frame
from archspec.expressions import Formula
from archspec.network import Absent, Loop

_FEWEST: Final = 3
"""Rows from which on a loop reads better than the list."""

_LONG: Final = 16
"""Lines of a chain from which on a turn calls a function that builds it."""

_WIDEST: Final = 64
"""Characters of such a call."""


@dataclass(frozen=True, slots=True)
class TableLoops:
    """The statements that list what a chain is made of, and what a variable holds behind them."""

    written: tuple[ast.stmt, ...]
    held: Held | None

    def filling(self, name: str, frame: Frame) -> list[ast.stmt]:
        """Return the statements that fill the variable of that name."""
        return [*self.written]


def table_loops(constructor: Children, children: Sequence[View], name: str) -> TableLoops | None:
    """Return what lists a chain with loops over tables in it, or None for any other.

    Args:
        constructor: builds the entries.
        children: those of the chain.
        name: the variable that holds the list.
    """
    if not any(map(_is_table, children)):
        return None
    frame = constructor.frame
    needed, tests = {*frame.needed}, [*frame.tests]
    with constructor.program.rehearsal() as rehearsal:
        try:
            chain = _Chain(constructor, name)
            chain.fill(children)
        except Differ:
            frame.needed.intersection_update(needed)
            frame.tests[:] = tests
            return None
        rehearsal.keep()
    return TableLoops(tuple(chain.written), chain.held)


def _is_table(view: View) -> bool:
    child = view.child
    if not isinstance(child, Loop) or not isinstance(child.written, spec.Loop):
        return False
    has_rows = bool(child.written.columns) and child.number is None
    return has_rows and len(child.turns) >= _FEWEST


@dataclass
class _Chain:
    """Lists what a chain is made of.

    Attributes:
        constructor: builds the entries.
        name: the variable of the list.
        written: the statements so far.
        held: what a variable holds behind them.
    """

    constructor: Children
    name: str
    written: list[ast.stmt] = field(default_factory=list)
    held: Held | None = None

    def fill(self, children: Sequence[View]) -> None:
        """Write the statements for all children.

        Raises:
            Differ: when the turns of a loop cannot share one text.
        """
        before: list[View] = []
        for view in children:
            if _is_table(view):
                self._add(before)
                table, before = _Table(self.constructor, view, self.name), []
                self.written = ahead(self.written, table.statements())
                self.held = table.held
            else:
                before.append(view)
        self._add(before)

    def _add(self, views: list[View]) -> None:
        """List what stands in no loop, or begin the list."""
        frame = self.constructor.frame
        known = {*frame.needed}
        items = self.constructor.chained([views]) if views else []
        if self.held is not None and items:
            first = items[0]
            items[0] = replace(first, value=self.held.read_by(first.value, known, first.slot))
        if self.written:
            self.written = further(items, frame, self.name, self.written)
        else:
            self.written = opening(items, frame, self.name)


class _Table:
    """The loop over one table.

    Args:
        constructor: builds the entries of what is around it.
        view: the loop.
        name: the variable of the list.
    """

    def __init__(self, constructor: Children, view: View, name: str) -> None:
        self._constructor, self._name = constructor, name
        self._around = constructor.frame
        self._turns = Turns(view, constructor.frame)
        self._frame = self._turns.frame

    def statements(self) -> list[ast.stmt]:
        """Return the loop, and before it what enters.

        Raises:
            Differ: when the turns cannot share one text.
        """
        body = self._body()
        needed = self._frame.needed
        # The last that looks at source lets no variable be called.
        calls = [n for part in body for n in ast.walk(part) if isinstance(n, ast.Call)]
        if any(isinstance(n.func, ast.Name) and n.func.id in self._turns.columns for n in calls):
            raise Differ
        # Turns that are all alike are a generator; a size that has no name any more has none here.
        if not needed & self._turns.own or any(name.startswith("@") for name in needed):
            raise Differ
        self._around.needed.update(needed - self._turns.own)
        loop = self._head(body)
        if self._turns.variable not in needed:
            return [loop]
        first = self._python(self._turns.around[0][self._turns.variable])
        return [assign(dotted(self._turns.variable), first), loop]

    @property
    def held(self) -> Held | None:
        """What the variable holds behind the loop, where there is one."""
        if self._turns.variable not in self._frame.needed:
            return None
        return Held(self._turns.variable, self._turns.leaving, self._around)

    def _body(self) -> list[ast.stmt]:
        """Return what a turn does: it appends, and tells what enters the next.

        What is behind an `if` reads the channels under one name, whether that holds or not.
        """
        inner = self._constructor.within(self._frame)
        uses, written, told = self._turns.uses, list[ast.stmt](), list[ast.stmt]()
        while any(uses):
            count = _together(uses)
            part, uses = [use[:count] for use in uses], [use[count:] for use in uses]
            made = [item for item in inner.chained(part) if item.value is not None]
            items = self._shortened(made)
            more = further(items, self._frame, self._name, [])
            grown = self._grown([use for use in part if any(map(_is_there, use))])
            into = more[-1].body if more and isinstance(more[-1], ast.If) else more
            into += grown
            told += grown
            written += more
            uses = self._turns.regrown(part, uses)
        if not written:
            raise Differ
        if self._turns.variable not in self._frame.needed:
            return without(written, told)
        return named_once(written, told, self._around.taken | self._turns.own)

    def _shortened(self, items: list[Item]) -> list[Item]:
        """Return entries of which a function builds the longest, where its call fits on a line."""
        program, entering = self._constructor.program, self._turns.variable
        with program.rehearsal() as rehearsal:
            found = with_function(items, self._frame, program, worth=_LONG, entering=entering)
            if found is None or any(len(flat(item.made)) > _WIDEST for item in found if item.value):
                return items
            rehearsal.keep()
        return found

    def _grown(self, uses: Sequence[Sequence[View]]) -> list[ast.stmt]:
        """Return the statement that lets the variable hold other channels; none for the same."""
        needed = {*self._frame.needed}
        formula = self._turns.grown(uses)
        if getattr(formula, "id", "") == self._turns.variable:
            self._frame.needed.intersection_update(needed)
            return []
        return [updated(self._turns.variable, self._frame.python(formula))]

    def _head(self, body: Sequence[ast.stmt]) -> ast.For:
        """Return the loop over the columns that its body reads."""
        counter, needed = self._turns.counter, self._frame.needed
        columns = [name for name in self._turns.columns if name in needed]
        walked = Walked(self._turns, columns, counts=counter in needed)
        for formula in walked.counted.values():
            self._around.needed.update(expressions.names(formula) - {counter})
        told = [assign(dotted(n), self._frame.python(f)) for n, f in walked.counted.items()]
        name, start = walked.numbers or (counter, 0)
        counts = bool(counter in needed or told or walked.numbers)
        if not walked.read:
            times = call("range", literal(len(self._turns.around)))
            return loop(dotted(counter if counts else "_"), times, [*told, *body])
        target = row(*map(dotted, walked.read)) if len(walked.read) > 1 else dotted(walked.read[0])
        rows = self._rows(walked)
        if not counts:
            return loop(target, rows, body)
        numbered = call("enumerate", rows, *([literal(start)] if start else []))
        return loop(row(dotted(name), target), numbered, [*told, *body])

    def _rows(self, walked: Walked) -> ast.expr:
        """Return what a loop walks: a table that is written out, or lists side by side."""
        cells = {n: [self._cell(told[n], n) for told in self._turns.around] for n in walked.read}
        if not walked.lists:
            pairs = zip(*cells.values(), strict=True)
            return row(*(pair[0] if len(pair) == 1 else row(*pair) for pair in pairs))
        columns = [dotted(walked.lists[n]) if n in walked.lists else row(*cells[n]) for n in cells]
        self._around.needed.update(walked.lists.values())
        strict = argument(literal(value=True), "strict")
        return columns[0] if len(columns) == 1 else called("zip", [*columns, strict])

    def _cell(self, formula: Formula, name: str) -> ast.expr:
        """Return an entry of the table."""
        if name in self._frame.modules and isinstance(formula, ast.Constant):
            return class_tree(self._around.ops[str(formula.value)])
        return self._python(formula)

    def _python(self, formula: Formula) -> ast.expr:
        """Return a formula in the names around the loop, which are then needed."""
        formula = expressions.substitute(formula, self._around.constants)
        self._around.needed.update(expressions.names(formula))
        return self._around.python(formula)


def _is_there(view: View) -> bool:
    return not isinstance(view.child, Absent)


def _together(uses: Sequence[Sequence[View]]) -> int:
    """Return how many of the next children are all there, or 1 where the next may not be."""
    asked = [
        any(not isinstance(view.child, Loop) and view.child.condition is not None for view in slot)
        for slot in zip(*uses, strict=False)
    ]
    return asked.index(True) or 1 if True in asked else max(map(len, uses))
