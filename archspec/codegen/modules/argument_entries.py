"""Arguments that are lists, as what is asked of them speaks of them: entry by entry.

Each entry has a name here, `layers[0]`, so that all that is known of numbers holds for it.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from archspec import expressions
from archspec.codegen.modules.argument_checks import Checks
from archspec.codegen.modules.argument_demands import Demand, at
from archspec.codegen.modules.argument_messages import LONGEST, refusing
from archspec.codegen.python.flat import flat
from archspec.codegen.python.trees import (
    call,
    called,
    dotted,
    each,
    literal,
    names,
    replaced,
    starred,
)
from archspec.expressions import Formula, Value

_EACH: Final = ("n", "size", "entry")
"""Names for an entry of a list, of which the first is taken that means nothing else."""


@dataclass(frozen=True)
class Lists:
    """The arguments that are lists.

    Attributes:
        lengths: how many entries each has.
    """

    lengths: Mapping[str, int]

    @classmethod
    def among(cls, usual: Mapping[str, Value]) -> Lists:
        """Return the lists among the defaults of arguments."""
        return cls({name: len(held) for name, held in usual.items() if isinstance(held, tuple)})

    def names(self, names: Sequence[str]) -> list[str]:
        """Return the names of arguments, where those of the entries stand for a list."""
        return [entry for name in names for entry in self.entries(name) or [name]]

    def entries(self, name: str) -> list[str]:
        """Return the names of the entries of a list; none for what is no list."""
        return [f"{name}[{i}]" for i in range(self.lengths.get(name, 0))]

    def values(self, usual: Mapping[str, Value]) -> dict[str, Value]:
        """Return the values of arguments and of the entries of those that are lists."""
        found = {**usual}
        for name in self.lengths:
            held = usual[name]
            assert isinstance(held, tuple)
            found |= dict(zip(self.entries(name), held, strict=True))
        return found

    def apart(self, demand: Demand) -> Demand:
        """Return what is asked in terms of entries."""
        under = None if demand.under is None else self._apart(demand.under)
        return demand._replace(test=self._apart(demand.test), under=under)

    def _apart(self, formula: Formula) -> Formula:
        if expressions.names(formula).isdisjoint(self.lengths):
            return formula
        rows: dict[str, Formula] = {
            name: ast.Tuple([*map(dotted, self.entries(name))], ast.Load()) for name in self.lengths
        }
        return expressions.fold(replaced(expressions.substitute(formula, rows), _of_row))

    def together(self, found: Checks) -> list[tuple[ast.expr, str]]:
        """Return the tests of the lists themselves, and what is said.

        What is the least of all entries alike is asked of them together, and of lists alike too.
        """
        alike: dict[tuple[int, float | None], list[str]] = {}
        for name, length in self.lengths.items():
            alike.setdefault((length, self.least(name, found)), []).append(name)
        return [self._check(names, *what) for what, names in alike.items()]

    def _check(self, lists: Sequence[str], length: int, low: float | None) -> tuple[ast.expr, str]:
        sizes = [call("len", dotted(name)) for name in lists]
        size: ast.expr = ast.Compare(sizes[0], [ast.NotEq()], [literal(length)])
        if len(lists) > 1:
            equal = ast.Compare(sizes[0], [ast.Eq()] * len(sizes), [*sizes[1:], literal(length)])
            size = ast.UnaryOp(ast.Not(), equal)
        told = f"{' and '.join(lists)} must {'each ' * (len(lists) > 1)}be {length} numbers"
        if low is None:
            return size, told
        least = literal(int(low) if low == int(low) else low)
        entries = [*map(dotted, lists)] if len(lists) == 1 else [starred(dotted(n)) for n in lists]
        small = ast.Compare(call("min", *entries), [ast.Lt()], [least])
        return ast.BoolOp(ast.Or(), [size, small]), f"{told} of at least {flat(least)}"

    def least(self, name: str, found: Checks) -> float | None:
        """Return the least number that all entries of a list may be; None where they differ."""
        entries = self.entries(name)
        bounds = [found.of(dotted(entry)) for entry in entries]
        ((low, high, is_above), *others) = {(b.low, b.high, b.is_above) for b in bounds}
        alone = {*found.shares, *found.choices, *found.finite}.isdisjoint(entries)
        known = alone and not others and -math.inf < low and high == math.inf and not is_above
        return low if known else None

    def whole(self, checks: Sequence[ast.If]) -> list[ast.If]:
        """Return checks as source: one for what is asked of each entry, others of their entries."""
        found = [*checks]
        for name in self.lengths:
            groups: dict[str, list[tuple[int, ast.If]]] = {}
            for check in found:
                if (entry := self._entry(check, name)) is not None:
                    told = ast.dump(self._of_each(check, name, [entry]))
                    groups.setdefault(told, []).append((entry, check))
            for group in groups.values():
                entries = [entry for entry, _ in group]
                if len(group) > 1 and entries == [*range(entries[0], entries[-1] + 1)]:
                    one, *others = (check for _, check in group)
                    together = self._of_each(one, name, entries)
                    found = [together if c is one else c for c in found if c not in others]
        return [replaced(check, _taken) for check in found]

    def _entry(self, check: ast.If, name: str) -> int | None:
        """Return the number of the one entry of a list that a check reads; None for any other."""
        read = names(check.test)
        found = [place for place, entry in enumerate(self.entries(name)) if entry in read]
        return found[0] if len(found) == 1 and _each(read, self.lengths) else None

    def _of_each(self, check: ast.If, name: str, places: Sequence[int]) -> ast.If:
        """Return a check of one entry of a list as one of several in a row, or of them all."""
        entry, one = self.entries(name)[places[0]], _each(names(check.test), self.lengths)
        test = replaced(check.test, lambda n: dotted(one) if _is_named(n, entry) else None)
        (said,) = (n.value for n in ast.walk(check.body[0]) if isinstance(n, ast.Constant))
        part = ""
        if 1 < len(places) < self.lengths[name]:
            ends = (places[0] or "", places[-1] + 1 if places[-1] + 1 < self.lengths[name] else "")
            part = f"[{ends[0]}:{ends[1]}]"
        each_one, told = f", for each {one} of {name}{part}", str(said).replace(entry, one)
        if len(told + each_one) > LONGEST:
            told = told.partition(" where ")[0]
        listed = ast.parse(f"{name}{part}", mode="eval").body
        return refusing((called("any", [each(test, one, listed)]), told + each_one))


def _each(read: Collection[str], lists: Collection[str]) -> str:
    """Return a name for an entry of a list that means nothing else; nothing where all do."""
    return next((word for word in _EACH if word not in read and word not in lists), "")


def _of_row(part: ast.expr) -> ast.expr | None:
    """Return what is taken from a list that is written out: a sum, its length, a part of it."""
    if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Slice):
        bounds = (part.slice.lower, part.slice.upper, part.slice.step)
        ends = [None if end is None else at(end, {}) for end in bounds]
        whole = all(end is None or type(end) is int for end in ends)
        if isinstance(part.value, ast.Tuple) and whole and ends[2] != 0:
            return ast.Tuple(part.value.elts[slice(*ends)], ast.Load())  # type: ignore[arg-type]
        return None
    if not isinstance(part, ast.Call) or len(part.args) != 1:
        return None
    (row,) = part.args
    row = _of_row(row) or row
    if not isinstance(row, ast.Tuple):
        return None
    if getattr(part.func, "id", "") == "len":
        return expressions.constant(len(row.elts))
    if getattr(part.func, "id", "") != "sum":
        return None
    total: ast.expr = expressions.constant(0)
    for entry in row.elts:
        total = expressions.fold(ast.BinOp(total, ast.Add(), entry))
    return total


def _is_named(part: ast.expr, name: str) -> bool:
    return isinstance(part, ast.Name) and part.id == name


def _taken(part: ast.expr) -> ast.expr | None:
    is_entry = isinstance(part, ast.Name) and part.id.endswith("]")
    return ast.parse(part.id, mode="eval").body if is_entry else None  # type: ignore[attr-defined]
