"""What fits a page: which block, if any, is opened when nobody says how deep to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from archspec.draw.units.bundles import last_readers, pieces
from archspec.draw.units.graph import Graph
from archspec.draw.units.repeats import Repeat, repeated
from archspec.draw.units.stages import Stage
from archspec.draw.units.unit import Group, Unit, is_merge, readers
from archspec.draw.words import block_words

_POINTS: Final = 1440
"""Height of a page: 2600 pixels at 130 dpi."""
_ROW: Final = 46
_FRAME: Final = 30
_AROUND: Final = 200
"""Points of a row, of a frame's label and margins, and of title, legend, input and output."""
_LINE: Final = 12
LINES, MANY_LINES = 4, 40
"""Lines in the node of a folded stage, and where there is no room for its layers as nodes."""
_COLUMNS: Final = 3
"""Branches side by side that a page has room for."""


@dataclass(frozen=True, slots=True)
class Typical:
    """The block that stands for the others; `apart` where the line has no room to open it.

    Where there are only further blocks in it, `inner` is the one of them that is opened, too.
    """

    unit: Unit
    group: Group
    inner: Group | None
    apart: bool


def typical(parts: Sequence[Stage]) -> Typical | None:
    """Return the block to open, or None where there is none or the page is too narrow.

    It is the first repeated block of the first stage; without one, the first of those with the
    most units.
    """
    staged = [[unit for unit in part.units if not unit.side] for part in parts]
    blocks = [[unit for unit in part if _group(unit) is not None] for part in staged]
    blocks = [part for part in blocks if part]
    if not blocks:
        return None
    plates = [unit for unit in blocks[0] if isinstance(unit, Repeat)]
    # Of blocks that share their weights, the first is opened.
    every = [unit for part in blocks for unit in part if not _is_again(unit)]
    plates = [unit for unit in plates if not _is_again(unit)]
    if not every:
        return None
    chosen = plates[0] if plates else max(every, key=lambda unit: len(_units(unit)))
    group = _group(chosen)
    if group is None or _columns(chosen) > _COLUMNS:
        return None
    inner = _inner(group)
    rows = len(group.units) + (len(inner.units) if inner else 0)
    apart = _height(parts) + rows * _ROW + (2 if inner else 1) * _FRAME > _POINTS
    # Beside the line there is less room, and none where it is passed by.
    if apart and (_columns(chosen) == _COLUMNS or max(readers(chain(*staged)).values()) > 1):
        return None
    return Typical(chosen, group, inner, apart)


def crowded(parts: Sequence[Stage], results: Sequence[str]) -> list[str]:
    """Return which stages are folded since a page has no room for all units, the longest first.

    Args:
        parts: all stages.
        results: the keys that leave the network.
    """
    found, left = list[str](), _height(parts)
    last = last_readers(parts, results)
    for part in sorted(parts, key=_rows_of, reverse=True):
        saved = _saved(pieces(part, last))
        if left > _POINTS and part.label and saved > 0:
            left -= saved
            found.append(part.label)
    return found


def _saved(folded: Sequence[Sequence[Unit]]) -> int:
    """Return the points that a stage needs less when it is folded to these pieces."""
    lines = [min(len(piece), MANY_LINES) for piece in folded if len(piece) > 1]
    rows = sum(map(len, folded)) - len(folded)
    return rows * _ROW - sum(lines) * _LINE + _FRAME * (len(folded) == 1) if rows else 0


def _height(parts: Sequence[Stage]) -> int:
    """Return the points that stages need while all blocks are folded."""
    return sum(map(_rows_of, parts)) * _ROW + len(parts) * _FRAME + _AROUND


def _rows_of(part: Stage) -> int:
    return sum(1 for unit in part.units if not unit.side)


def deepest(group: Group) -> int:
    """Return how many levels of a block a page has room for: 1, 2 or 3, itself counted."""
    fitting = [n for n in (1, 2, 3) if _rows(group, n) * _ROW + _AROUND <= _POINTS]
    return max(fitting, default=1)


def _rows(group: Group, levels: int) -> int:
    """Return the rows of a block that is opened so many levels deep."""
    units = repeated(group.units, readers(group.units, [group.result]))
    inner = [_group(unit) if levels > 1 else None for unit in units]
    return 1 + sum(1 if block is None else _rows(block, levels - 1) for block in inner)


def _inner(group: Group) -> Group | None:
    """Return what stands for a block that holds nothing but blocks.

    It is the one with the most units, first of those that keep the size of the map.
    """
    inside = [unit for unit in group.units if isinstance(unit, Group)]
    if len(inside) < len(group.units):
        return None
    chosen = max(inside, key=lambda unit: (not block_words.shrinks(unit), len(unit.units)))
    return chosen if _columns(chosen) <= _COLUMNS else None


def _group(unit: Unit) -> Group | None:
    one = unit.first if isinstance(unit, Repeat) else unit
    return one if isinstance(one, Group) else None


def _is_again(unit: Unit) -> bool:
    group = _group(unit)
    return bool(group and group.shared and group.shared.again)


def _units(unit: Unit) -> Sequence[Unit]:
    group = _group(unit)
    return group.units if group else ()


def _columns(unit: Unit) -> int:
    group = _group(unit)
    assert group is not None
    graph = Graph(group.units, [group.result])
    merges = [inner for inner in group.units if is_merge(inner)]
    return max((len(merge.reads) for merge in merges), default=1) if graph.units else 1
