"""Which value of a forward pass is held by which variable."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from archspec.codegen.forward.branches import Branches, shared_name
from archspec.codegen.forward.values import Line
from archspec.codegen.uses.children import plain
from archspec.codegen.uses.flat_paths import is_deep
from archspec.schema.names import BUILTINS

_MOST: Final = 200
"""Values with names of their own, past which all have one: each is found by a look at all lines."""

_TAKEN: Final = frozenset(("x", "y", "out", "logits", "self", "torch", "nn", "math"))


class Variables:
    """Gives each value the running variable, or one of its own where it must outlive that.

    Args:
        lines: the values in the order of execution.
        inputs: the variables of the inputs, by the names that the spec has for them.
        results: the values that are returned.
        own: the module's own tensors by name, which nothing overwrites.
        part: the variable of a deep container, taken where there is one.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        inputs: Mapping[str, str],
        results: Sequence[str],
        own: Collection[str],
        part: str,
    ) -> None:
        self._lines = {entry.name: entry for entry in lines}
        self._inputs = inputs
        self._results = results
        self._tensors = own
        deep = any(is_deep(name.rpartition(".")[0]) for name in self._lines)
        self._part = (part,) if deep else ()
        late = {name for entry in lines[1:] for name in entry.needs} | set(results)
        self._running = "out" if inputs.keys() & late or len(inputs) > 1 else "x"
        self._branches = Branches(lines, results)
        self._ends = Counter(end for name in self._lines for end in _ends(name))
        self._own = self._names_of_their_own()

    def chosen(self, alone: set[str]) -> dict[str, str]:
        """Return the variable of each value, where some are known to need one of their own."""
        alone = set(alone)
        while True:
            names = self._named(alone)
            clash = self._clash(names)
            if clash is None:
                # Of branches that are joined all have a name, once one of them needs it.
                more = self._beside(alone) | (self._branches.beside - alone)
                if not more:
                    return names | self._of_branches(alone)
                alone |= more
                continue
            # A name of its own overwrites nothing, so each round leaves fewer to be named.
            alone.add(next(name for name in self._to_name(*clash) if name not in alone))
            if len(alone) > _MOST:
                alone.update(self._lines)

    def _beside(self, alone: set[str]) -> set[str]:
        """Return the ends of branches that have no name, beside such as have one."""
        joined = [self._branches.ends & {*entry.reads} for entry in self._lines.values()]
        return {name for ends in joined if ends & alone for name in ends - alone}

    def _of_branches(self, alone: set[str]) -> dict[str, str]:
        """Return the variables of the lines that lead to ends of branches: those of their ends."""
        taken = {*_TAKEN, *BUILTINS, *self._inputs.values(), *self._part, *self._own.values()}
        found: dict[str, str] = {}
        for end in (name for name in self._lines if name in self._branches.ends & alone):
            run = self._branches.run(end)
            variable = plain(shared_name(run)).lower()
            if variable in taken or not variable.isidentifier() or keyword.iskeyword(variable):
                variable = self._own[end]
            taken.add(variable)
            found |= dict.fromkeys(run, variable)
        return found

    def _names_of_their_own(self) -> dict[str, str]:
        taken = {*_TAKEN, *self._inputs.values(), *self._part}
        found = {}
        for name in self._lines:
            # What `to_windows` makes are windows.
            lower = plain(self._shortened(name)).lower().removeprefix("to_")
            lower = f"part{lower}" if lower[0].isdigit() else lower
            if lower in taken | BUILTINS or keyword.iskeyword(lower):
                lower = f"{lower}_"
            variable, number = lower, 2
            while variable in taken:
                variable, number = f"{lower}{number}", number + 1
            taken.add(variable)
            found[name] = variable
        return found

    def _shortened(self, path: str) -> str:
        """Return the shortest end of a path by which no other value could be meant."""
        parts = path.split(".")
        for length in range(1, len(parts)):
            end = ".".join(parts[-length:])
            if not end[0].isdigit() and self._ends[end] == 1:
                return end
        return path

    def _named(self, alone: set[str]) -> dict[str, str]:
        names = {**self._inputs, **{name: f"self.{name}" for name in self._tensors}}
        for entry in self._lines.values():
            if entry.name in alone or entry.training_only:
                names[entry.name] = self._own[entry.name]
            else:
                names[entry.name] = names[entry.stand_in] if entry.flag else self._running
        return names

    def _clash(self, names: dict[str, str]) -> tuple[str, str] | None:
        """Return a value that overwrites one that is still to be read, and that one."""
        holder = {names[name]: name for name in self._inputs}
        reads = [(entry.needs, entry) for entry in self._lines.values()]
        for needs, entry in [*reads, (tuple(self._results), None)]:
            for name in needs:
                current = name if name in self._tensors else holder[names[name]]
                if current != name:
                    return current, name
            if entry is not None:
                holder[names[entry.name]] = entry.name
        return None

    def _to_name(self, current: str, name: str) -> tuple[str, ...]:
        """Return which of two values to name, best first.

        It is the side branch: what did not read the value that it overwrote.
        """
        if name in self._inputs:
            return (current,)
        entry = self._lines[current]
        if entry.flag and entry.stand_in == name:
            return (current, name)
        order = list(self._lines)
        index = order.index(current)
        before = order[index - 1] if index else ""
        return (name, current) if before in entry.reads or entry.flag else (current, name)


def _ends(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[-length:]) for length in range(1, len(parts) + 1)]
