"""Which value of a forward pass is written inside which other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archspec.codegen.forward.values import Line, within
from archspec.codegen.python.flat import flat
from archspec.codegen.python.trees import dotted
from archspec.ops import Kind

_NESTED: Final = (Kind.NORM, Kind.SCALE, Kind.ACTIVATION)
_LONGEST: Final = 60
"""Columns up to which calls are written inside one another."""


def arranged(body: Sequence[Line], results: Sequence[str]) -> list[Line]:
    """Return the values that have a line: without those that nothing reads, or written inside.

    Args:
        body: the values in the order of execution.
        results: those that are returned.
    """
    return _nested(_inlined(_read(body, results), results), results)


def consumers(body: Sequence[Line], results: Sequence[str]) -> dict[str, list[str]]:
    """Return which values read each value; a result is read by whoever calls, under no name."""
    found: dict[str, list[str]] = {}
    for entry in body:
        for name in entry.needs:
            found.setdefault(name, []).append(entry.name)
    for name in results:
        found.setdefault(name, []).append("")
    return found


def _read(body: Sequence[Line], results: Sequence[str]) -> list[Line]:
    """Leave out the merges that nothing reads."""
    kept: list[Line] = []
    read = set(results)
    for entry in reversed(body):
        if not entry.is_merge or entry.name in read:
            kept.append(entry)
            read.update(entry.needs)
    return kept[::-1]


def _inlined(body: Sequence[Line], results: Sequence[str]) -> list[Line]:
    """Write side branches inside the merge that joins them: `out + self.downsample(x)`."""
    done: list[Line] = []
    made: set[str] = set()
    reading = consumers(body, results)
    for entry in body:
        current = entry
        while current.is_merge and not (current.flag or current.is_pairwise) and done:
            side = done[-1]
            operands = [name for name in current.reads if name in made]
            lone = reading.get(side.name) == [entry.name]
            aside = not (len(done) > 1 and done[-2].name in side.reads)
            last = bool(operands) and operands[-1] == side.name
            if not (lone and aside and last) or side.flag or side.is_merge or side.training_only:
                break
            made.remove(done.pop().name)
            current = within(current, side)
        done.append(current)
        made.add(current.name)
    return done


def _nested(body: Sequence[Line], results: Sequence[str]) -> list[Line]:
    """Write a norm or activation around what it reads: `self.relu(self.bn1(…))`."""
    done: list[Line] = []
    reading = consumers(body, results)
    for entry in body:
        before = done[-1] if done else None
        if (
            before is not None
            and entry.kind in _NESTED
            and entry.reads == (before.name,)
            and reading.get(before.name) == [entry.name]
            and (before.kind is not None)
            and not (before.flag or before.training_only or entry.training_only)
            and len(flat(within(entry, before).call([dotted("x")] * len(before.reads)))) <= _LONGEST
        ):
            done[-1] = within(entry, before)
        else:
            done.append(entry)
    return done
