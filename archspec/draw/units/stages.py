"""Stem, stages and head, found from structure and never from names.

Where the spec groups its blocks (`layer1` to `layer4`), its groups are the stages. Elsewhere a
stage is what has the same spatial size. What stands before the first block is the stem, what
follows the last one the head. A pooling that ends in a smaller map closes the stage it stands in,
a strided block opens one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

from archspec.draw.units.feature_maps import is_map, sides
from archspec.draw.units.own_ops import is_own
from archspec.draw.units.unit import Group, Layer, Unit
from archspec.ops import Kind, Shape
from archspec.ops.pool import AdaptivePool

STEM, BODY, HEAD = "stem", "body", "head"

_NEW_SIZE: Final = 1.5
"""A map is of another stage when its sides differ by more than this factor."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Units in one frame; without a label they stand free."""

    label: str
    units: tuple[Unit, ...]


def stages(units: Sequence[Unit], others: Collection[str] = ()) -> tuple[Stage, ...]:
    """Return all units in stages, in the order they came in.

    Args:
        units: what is drawn.
        others: inputs beside the main one; what comes from them alone stands in no stage.
    """
    free = _reached(units, others)
    main = [unit for unit in units if not unit.side and unit.key not in free]
    first, last = _body(main)
    if last <= first:
        return (Stage("", tuple(units)),)
    parts = _by_place(main[first:last]) or _by_size(main[first:last])
    labelled = [("", [unit for unit in units if unit.key in free])] if free else []
    labelled += [(STEM, main[:first])] if first else []
    several = len(parts) > 1
    labelled += [(f"stage {n}" if several else BODY, part) for n, part in enumerate(parts, 1)]
    labelled += [(HEAD, main[last:])] if last < len(main) else []
    return tuple(Stage(label, _with_sides(part, units)) for label, part in labelled)


def _reached(units: Sequence[Unit], inputs: Collection[str]) -> set[str]:
    """Return the keys of units that read nothing but some inputs, and what comes from them."""
    found = set(inputs)
    for unit in units:
        if found.issuperset(unit.reads):
            found.add(unit.key)
    return found.difference(inputs)


def _body(units: Sequence[Unit]) -> tuple[int, int]:
    """Return where the stages begin and end.

    They begin with the first block, or with what stands before it in its group.
    """
    blocks = [index for index, unit in enumerate(units) if isinstance(unit, Group)]
    if blocks:
        first, groups = blocks[0], _groups(units)
        while first and groups and groups[0] in units[first - 1].places:
            first -= 1
        return first, blocks[-1] + 1
    maps = [index for index, unit in enumerate(units) if _is_plain_map(unit)]
    return 0, maps[-1] + 1 if maps else 0


def _is_plain_map(unit: Unit) -> bool:
    """Tell whether a layer works on a feature map, adaptive pooling not counted."""
    if not is_map(unit.output):
        return False
    return not (isinstance(unit, Layer) and is_own(unit.leaf.op, AdaptivePool))


def _groups(units: Sequence[Unit]) -> list[str]:
    """Return the spec's own groups of blocks, each with all that is its own around them.

    Nothing where it has fewer than two.
    """
    around = [unit.places for unit in units if isinstance(unit, Group) and unit.places]
    outer = {place for places in around for place in places[:-1]}
    innermost = dict.fromkeys(places for places in around if places[-1] not in outer)
    held = Counter(place for places in innermost for place in places)
    found = [next(place for place in places if held[place] == 1) for places in innermost]
    return found if len(found) > 1 else []


def _by_place(units: Sequence[Unit]) -> list[list[Unit]]:
    """Return units in the spec's own groups of blocks; nothing where it has none."""
    stages = _groups(units)
    if not stages:
        return []
    parts: list[list[Unit]] = [[]]
    current, between = "", False
    for unit in units:
        place = next((place for place in unit.places if place in stages), None)
        following = _next(stages, current)
        if place is not None:
            opens = place != current
        else:
            # Behind the last group, only a new size is a new stage.
            leads = following != current or _is_resized(unit)
            opens = leads and not (between or _closes(unit))
        between = place is None and (between or opens)
        if opens and parts[-1]:
            parts.append([])
        # What stands between two groups and opens a stage belongs to the one that follows.
        current = place if place is not None else current if not opens else following
        parts[-1].append(unit)
    return parts


def _next(stages: Sequence[str], current: str) -> str:
    """Return the group behind one, or the last; without one the first."""
    index = stages.index(current) + 1 if current else 0
    return stages[min(index, len(stages) - 1)]


def _is_resized(unit: Unit) -> bool:
    return _differ(_side(unit.inputs[0]), _side(unit.output))


def _differ(one: float, other: float) -> bool:
    return max(one, other) > _NEW_SIZE * min(one, other)


def _by_size(units: Sequence[Unit]) -> list[list[Unit]]:
    parts: list[list[Unit]] = [[]]
    side = 0.0
    for unit in units:
        here = _side(unit.output)
        closes = _closes(unit)
        if parts[-1] and side and not closes and _differ(here, side):
            parts.append([])
        parts[-1].append(unit)
        side = here
        if closes:
            parts.append([])
            side = 0.0
    return [part for part in parts if part]


def _side(shape: Shape) -> float:
    there = sides(shape) if is_map(shape) else ()
    return float(prod(there)) ** (1 / len(there)) if there else 1.0


def _closes(unit: Unit) -> bool:
    """Tell whether a unit ends in a pooling that makes its map smaller."""
    last = unit
    while isinstance(last, Group) and last.units:  # a block may be but a wire
        last = last.units[-1]
    pools = isinstance(last, Layer) and last.leaf.op.kind is Kind.POOL
    return pools and _side(unit.output) < _side(unit.inputs[0])


def _with_sides(part: Sequence[Unit], units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Return a stage's units with the training-only ones that read them."""
    found = {unit.key for unit in part}
    for unit in units:
        if unit.side and found.intersection(unit.reads):
            found.add(unit.key)
    return tuple(unit for unit in units if unit.key in found)
