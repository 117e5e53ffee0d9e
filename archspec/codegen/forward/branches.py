"""Branches that are concatenated: which values end one, and which lines lead to it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Final

from archspec.codegen.forward.inlining import consumers
from archspec.codegen.forward.values import Line
from archspec.codegen.python.trees import dotted, names

_DIGITS: Final = "0123456789"
_MOST: Final = 12
"""Branches that have names: of more, each is read by its place in a list."""


class Branches:
    """The values that are concatenated with others made beside them.

    Args:
        lines: the values in the order of execution.
        results: those that are returned.

    Attributes:
        ends: those values.
        beside: those among them that stand beside a branch that is written in place.
    """

    def __init__(self, lines: Sequence[Line], results: Sequence[str]) -> None:
        self._lines = {entry.name: entry for entry in lines}
        self._order = {entry.name: number for number, entry in enumerate(lines)}
        self._readers = consumers(lines, results)
        self.beside = {name for entry in lines for name in self._beside_calls(entry)}
        self.ends = self.beside.union(*map(self._joined, lines))

    def _joined(self, entry: Line) -> list[str]:
        """Return those of the values that a line lists which are no part of one another."""
        made = [name for name in dict.fromkeys(entry.reads) if self._is_plain(name)]
        if not 1 < len(made) <= _MOST or not _listed(entry):
            return []
        return [
            name
            for name in made
            if any(
                not (self._leads(name, other) or self._leads(other, name))
                for other in made
                if other != name
            )
        ]

    def _beside_calls(self, entry: Line) -> list[str]:
        """Return the values that a line lists beside calls of others: `[left, self.right(x)]`."""
        listed = _listed(entry) if len(entry.reads) > 1 else []
        numbered = {f"_{i}": name for i, name in enumerate(entry.reads)}
        read = [names(v) & numbered.keys() for v in listed if isinstance(v, ast.Call)]
        alone = [v.id for v in listed if isinstance(v, ast.Name) and self._is_plain(numbered[v.id])]
        return [numbered[n] for n in alone if any(others and n not in others for others in read)]

    def _is_plain(self, name: str) -> bool:
        entry = self._lines.get(name)
        plain = entry is not None and not (entry.flag or entry.training_only)
        # Where several containers stand side by side, paths are too long for names.
        return plain and "." not in name

    def _leads(self, one: str, other: str) -> bool:
        """Tell whether a value is made of another, by way of what stands between them."""
        waiting, seen = [other], {other}
        while waiting:
            for name in self._lines[waiting.pop()].needs:
                if name == one:
                    return True
                if name not in seen and self._order.get(name, -1) > self._order[one]:
                    seen.add(name)
                    waiting.append(name)
        return False

    def run(self, end: str) -> list[str]:
        """Return the lines of a branch that stand together, each for the next, up to its end."""
        found = [end]
        while True:
            needs = self._lines[found[0]].needs
            before = needs[0] if len(needs) == 1 else ""
            alone = self._is_plain(before) and self._readers[before] == [found[0]]
            if not alone or self._order[before] + 1 != self._order[found[0]]:
                return found
            found.insert(0, before)


def _listed(entry: Line) -> list[ast.expr]:
    """Return what a function that takes a list is given, the values that it reads by numbers."""
    written = entry.call([dotted(f"_{i}") for i in range(len(entry.reads))])
    values = written.args[0] if isinstance(written, ast.Call) and written.args else None
    return values.elts if isinstance(values, ast.List) else []


def shared_name(names: Sequence[str]) -> str:
    """Return what a row of names counts, as `branch5x5_1` and `branch5x5_2` do; else the last."""
    stems = {name.rstrip(_DIGITS).rstrip("_") for name in names}
    counted = len(names) > 1 and all(name[-1] in _DIGITS for name in names)
    return stems.pop() if counted and len(stems) == 1 else names[-1]
