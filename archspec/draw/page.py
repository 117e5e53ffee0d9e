"""What fits a page: which block, if any, is opened when nobody says how deep to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archspec.draw.fuse import Group, Unit
from archspec.draw.paths import Paths, is_merge
from archspec.draw.repeats import Repeat
from archspec.draw.stages import Stage

_POINTS: Final = 1440
"""Height of a page: 2600 pixels at 130 dpi."""
_ROW: Final = 50
_FRAME: Final = 42
_AROUND: Final = 200
"""Points of a row, of a frame's label and margins, and of title, legend, input and output."""
_COLUMNS: Final = 3


@dataclass(frozen=True, slots=True)
class Typical:
    """The block that stands for the others; `apart` where the line has no room to open it."""

    unit: Unit
    group: Group
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
    every = [unit for part in blocks for unit in part]
    chosen = plates[0] if plates else max(every, key=lambda unit: len(_units(unit)))
    rows = sum(map(len, staged)) + len(_units(chosen))
    height = rows * _ROW + (len(parts) + 1) * _FRAME + _AROUND
    group = _group(chosen)
    if group is None or _columns(chosen) > _COLUMNS:
        return None
    return Typical(chosen, group, apart=height > _POINTS)


def _group(unit: Unit) -> Group | None:
    one = unit.first if isinstance(unit, Repeat) else unit
    return one if isinstance(one, Group) else None


def _units(unit: Unit) -> Sequence[Unit]:
    group = _group(unit)
    return group.units if group else ()


def _columns(unit: Unit) -> int:
    group = _group(unit)
    assert group is not None
    paths = Paths(group.units, [group.result])
    merges = [inner for inner in group.units if is_merge(inner)]
    return max((len(merge.reads) for merge in merges), default=1) if paths.units else 1
