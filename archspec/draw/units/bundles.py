"""Stages folded to a node: one for each feature map that leaves.

What leaves a node is its last feature map, so a stage out of whose middle others read is folded in
pieces, each of which ends in what is read. A piece of a single unit is that unit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from archspec.draw.units.stages import Stage
from archspec.draw.units.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Bundle(Unit):
    """Units of a stage that are folded to one node, with so many lines at most.

    Attributes:
        title: the name of the stage; nothing for a piece of one, which stands in its frame.
    """

    units: tuple[Unit, ...]
    lines: int
    title: str = ""


def bundled(
    parts: Sequence[Stage], results: Sequence[str], labels: Collection[str], lines: int
) -> tuple[Stage, ...]:
    """Return stages folded to one unit each, or to a few.

    Args:
        parts: all stages.
        results: the keys that leave the network.
        labels: which of them are folded.
        lines: how much a folded stage says of what is in it, at most.
    """
    last = last_readers(parts, results)
    return tuple(_folded(part, last, lines) if part.label in labels else part for part in parts)


def pieces(part: Stage, last: Mapping[str, str]) -> list[list[Unit]]:
    """Return the units of a stage in pieces out of which nothing but the last unit is read.

    Args:
        part: the stage.
        last: the key of what reads each unit last, from `last_readers`.
    """
    units = [unit for unit in part.units if not unit.side]
    places = {unit.key: place for place, unit in enumerate(units)}
    far = [places.get(last.get(unit.key, unit.key), len(units)) for unit in units]
    found: list[list[Unit]] = []
    while (start := sum(map(len, found))) < len(units):
        # As many as there are before what is read from further on.
        reach = [start, *accumulate(far[start:], max)]
        ends = [place for place in range(start, len(units)) if reach[place - start] <= place]
        found.append(units[start : ends[-1] + 1])
    return found


def last_readers(parts: Sequence[Stage], results: Sequence[str]) -> dict[str, str]:
    """Return the key of what reads each unit last; empty of a result, and of what is aside."""
    found: dict[str, str] = {}
    for part in parts:
        for unit in part.units:
            found |= dict.fromkeys(unit.reads, "" if unit.side else unit.key)
    aside = {key for part in parts for unit in part.units if unit.side for key in unit.reads}
    return found | dict.fromkeys((*aside, *results), "")


def _folded(part: Stage, last: Mapping[str, str], lines: int) -> Stage:
    """Return a stage with a unit for each of its pieces, and what stands beside them."""
    found = pieces(part, last)
    whole = len(found) == 1
    title = part.label if whole else ""
    made = {
        piece[-1].key: _bundle(piece, lines, title) if whole or len(piece) > 1 else piece[0]
        for piece in found
    }
    # What stands beside the line reads the end of a piece.
    units = (unit if unit.side else made.get(unit.key) for unit in part.units)
    return Stage("" if whole else part.label, tuple(unit for unit in units if unit is not None))


def _bundle(units: Sequence[Unit], lines: int, title: str) -> Bundle:
    inside = {unit.key for unit in units}
    arriving = {
        key: shape
        for unit in units
        for key, shape in zip(unit.reads, unit.inputs, strict=True)
        if key not in inside
    }
    return Bundle(
        key=units[-1].key,
        path=title,
        reads=tuple(arriving),
        inputs=tuple(arriving.values()),
        output=units[-1].output,
        units=tuple(units),
        lines=lines,
        title=title,
    )
