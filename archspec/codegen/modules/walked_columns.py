"""What a loop over a table walks: rows that are written out, lists that arguments hold, numbers."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from archspec import expressions
from archspec.codegen.modules.table_turns import Turns
from archspec.codegen.uses.by_columns import by_columns
from archspec.expressions import Formula


class Walked:
    """How a loop comes to what its columns hold.

    Attributes:
        read: the columns that it walks.
        lists: those of them that are lists, each by the name of the list.
        counted: other columns, which are computed of the number of the turn.
        numbers: the column that numbers the turns beside lists, and where it begins.
    """

    def __init__(self, turns: Turns, columns: Sequence[str], *, counts: bool) -> None:
        self.lists: dict[str, str] = {}
        self.counted: dict[str, Formula] = {}
        for name in columns:
            cells = [told[name] for told in turns.around]
            held = turns.open & _lists(cells)
            if held:
                self.lists |= dict.fromkeys([name], *held)
            elif any(turns.open & expressions.names(cell) for cell in cells):
                numbers = [{turns.counter: number} for number in range(len(cells))]
                counted = by_columns(cells, numbers, [turns.counter])
                self.counted |= {} if counted is None else {name: counted}
        read = [name for name in columns if name not in self.counted]
        numbering = ((name, _start([told[name] for told in turns.around])) for name in read)
        found = ((name, start) for name, start in numbering if start is not None)
        alone = self.lists and not (self.counted or counts)
        self.numbers = next(found, None) if alone else None
        self.read = [name for name in read if self.numbers is None or name != self.numbers[0]]


def _start(cells: Sequence[Formula]) -> int | None:
    """Return the number from which cells count by one; None where they do not."""
    values = [cell.value for cell in cells if isinstance(cell, ast.Constant)]
    start = values[0] if values else None
    if type(start) is not int or len(values) < len(cells):
        return None
    return start if values == [*range(start, start + len(values))] else None


def _lists(cells: Sequence[Formula]) -> set[str]:
    """Return the list of which cells are all entries, in their order."""
    lists: set[str] = set()
    for number, cell in enumerate(cells):
        if not isinstance(cell, ast.Subscript) or not isinstance(cell.value, ast.Name):
            return set()
        place = cell.slice.value if isinstance(cell.slice, ast.Constant) else None
        if place != number:
            return set()
        lists.add(cell.value.id)
    return lists if len(lists) == 1 else set()
