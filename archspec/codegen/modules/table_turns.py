"""The turns of a loop over a table, in the names that they share in source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from archspec import expressions
from archspec.codegen.uses.common_formula import Differ, View
from archspec.codegen.uses.frame import Frame
from archspec.codegen.uses.loop_rows import columns, entries, entry, row_of
from archspec.expressions import Formula, Value
from archspec.network import Absent, Body, Leaf, Loop, Turn
from archspec.ops import ChannelsLast, Shape, named_channels
from archspec.resolve.shapes_across_scopes import name_formula
from archspec.traced import formula_of

_ENTERING: Final = ("channels", "in_channels", "previous", "entering")
"""Names for the channels that enter a turn, of which the first is taken that means nothing else."""

_COUNTERS: Final = ("i", "index")


class Turns:
    """The turns of one loop.

    Attributes:
        columns: the names of the columns, and those of the entries of rows.
        variable: the name of the channels that enter a turn.
        counter: the name of the number of a turn.
        open: the names around the loop whose values come from an argument.
        around: what the names of each turn are in those around the loop.
        uses: the children of each turn.
        frame: the names in a turn.

    Raises:
        Differ: when a column's name means something else around the loop, or a turn makes nothing.
    """

    def __init__(self, view: View, around: Frame) -> None:
        assert isinstance(view.child, Loop)
        self._view, self._turns = view, view.child.turns
        first = self._turns[0].values
        self._rows = columns(self._turns, {*first, *view.scope})
        own = (name for name in first if name != "index")
        self.columns = tuple(part for name in own for part in self._rows.get(name, (name,)))
        taken = {*around.taken, *self.columns}
        self.variable = next(name for name in _ENTERING if name not in taken)
        self.counter = next((name for name in _COUNTERS if name not in taken), "")
        if not self.counter or around.taken & {*self.columns}:
            raise Differ
        self.open = around.open
        self.around = [self._outer(turn) for turn in self._turns]
        self.uses = [self._seen(turn) for turn in self._turns]
        self.frame = self._named(around)

    @property
    def own(self) -> set[str]:
        """The names that mean nothing around the loop."""
        return {*self.columns, self.variable, self.counter}

    @property
    def leaving(self) -> Formula:
        """The channels behind the loop, in the names around it."""
        view, node = last(self._view.turn(self._turns[-1]))
        return view.outside(formula_of(channels(node.output)))

    def _named(self, around: Frame) -> Frame:
        own = (*self.columns, self.variable)
        sourced = {
            n for told in self.around for n in own if around.open & expressions.names(told[n])
        }
        return Frame(
            ops=around.ops,
            scopes=[use[0].scope for use in self.uses],
            sizes=around.sizes,
            order=(*around.order, *around.local, *own, self.counter),
            open=around.open | sourced,
            kept=around.kept | {self.variable, self.counter},
            columns=self.columns,
        )

    def _outer(self, turn: Turn) -> dict[str, Formula]:
        told = {name: self._view.outside(formula) for name, formula in turn.bindings.items()}
        for name, parts in self._rows.items():
            told |= {part: entry(told[name], i) for i, part in enumerate(parts)}
        return told | {self.variable: told[_size(turn)]}

    def _seen(self, turn: Turn) -> list[View]:
        sizes = {n: self._view.outside(f) for n, f in turn.bindings.items() if n.startswith("@")}
        bindings = {
            **self._view.bindings,
            **sizes,
            **{name: row_of(parts) for name, parts in self._rows.items()},
            _size(turn): name_formula(self.variable),
            "index": name_formula(self.counter),
        }
        values: dict[str, Value] = {**self._view.scope, **turn.values}
        for name, parts in self._rows.items():
            values |= entries(turn.values[name], parts)
        values[self.counter] = turn.values["index"]
        values[self.variable] = int(_first(turn).inputs[0][_entering(turn)])
        return [View(child, bindings, values) for child in turn.children]

    def grown(self, behind: Sequence[Sequence[View]]) -> Formula:
        """Return one formula for the channels that leave these children.

        Raises:
            Differ: when there is none.
        """
        lasts = [last(views) for views in behind]
        sizes = [channels(node.output) for _, node in lasts]
        return self.frame.common([v for v, _ in lasts], [formula_of(n) for n in sizes], sizes)

    def regrown(
        self, behind: Sequence[Sequence[View]], uses: Sequence[Sequence[View]]
    ) -> list[list[View]]:
        """Return further children of the turns, where the variable holds what leaves others by now.

        Args:
            behind: the others; in a turn where none of them is there, it holds what it held.
            uses: the children.
        """
        pairs = zip(self._turns, behind, uses, strict=True)
        return [self._regrown(_size(turn), before, views) for turn, before, views in pairs]

    def _regrown(self, size: str, before: Sequence[View], views: Sequence[View]) -> list[View]:
        if all(isinstance(view.child, Absent) for view in before):
            return [*views]
        view, node = last(before)
        # What the variable held before has no name any more.
        lost = {size: name_formula(size)}
        leaving = channels(node.output)
        told = replace(view, bindings={**view.bindings, **lost}).outside(formula_of(leaving))
        if getattr(told, "id", "") in (size, self.variable):
            return [*views]
        held = {expressions.text(told): name_formula(self.variable)}
        return [
            replace(
                view,
                bindings={**view.bindings, **lost},
                scope={**view.scope, self.variable: int(leaving)},
                held=held,
            )
            for view in views
        ]


def last(views: Sequence[View]) -> tuple[View, Leaf | Body]:
    """Return the last node of a turn, as it sees the names around it.

    Raises:
        Differ: when there is none.
    """
    found: tuple[View, Leaf | Body] | None = None
    for view in views:
        if isinstance(view.child, Loop) and view.child.turns:
            found = last(view.turn(view.child.turns[-1]))
        elif isinstance(view.child, Leaf | Body):
            found = view, view.child
    if found is None:
        raise Differ
    return found


def channels(shape: Shape) -> int:
    """Return the channels of a shape, with their formula."""
    return shape[_place(shape)]


def _place(shape: Shape) -> int:
    return named_channels(shape)[1]


def _entering(turn: Turn) -> int:
    """Return which size that enters a turn is that of its channels."""
    node = _first(turn)
    shape = node.inputs[0]
    is_sequence = len(shape) == len("TC") and isinstance(node.output, ChannelsLast)
    return len(shape) - 1 if is_sequence else _place(shape)


def _first(turn: Turn) -> Leaf | Body:
    for child in turn.children:
        if isinstance(child, Loop) and child.turns:
            return _first(child.turns[0])
        if isinstance(child, Leaf | Body):
            return child
    raise Differ


def _size(turn: Turn) -> str:
    """Return the name that the channels that enter a turn have in its formulas.

    Raises:
        Differ: when they have none, as where the first layer reads something else.
    """
    end = f".{_entering(turn)}"
    for name in turn.bindings:
        if name.startswith("@") and name.endswith(end):
            return name
    raise Differ
