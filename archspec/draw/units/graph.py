"""The units of one body as a graph: what stands on the straight line, and what on a branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

from archspec.draw.scene import PASSED
from archspec.draw.units.feature_maps import channels
from archspec.draw.units.own_ops import is_own
from archspec.draw.units.unit import Layer, Unit, is_concat, joins
from archspec.ops.merge import Mul


@dataclass(frozen=True, slots=True)
class Lane:
    """The way of one operand to a merge: a branch of a concatenation has a colour, a skip none."""

    colour: int | None
    share: float = 0.0


@dataclass(frozen=True)
class Graph:
    """The units of one body as a graph.

    Args:
        units: in the order of execution, equal ones already one.
        results: the keys that leave the body; the first is the main one.
        others: what is read from outside and is not the start of the straight line.
    """

    units: Sequence[Unit]
    results: Sequence[str]
    others: Sequence[str] = ()

    @cached_property
    def by_key(self) -> dict[str, Unit]:
        """The units by what they are read by."""
        return {unit.key: unit for unit in self.units}

    @cached_property
    def spine(self) -> frozenset[str]:
        """Keys of the units on the way from the main result back to the start."""
        found = set()
        key = self.results[0] if self.results else ""
        while key in self.by_key:
            found.add(key)
            key = self.before(self.by_key[key])
        return frozenset(found)

    @cached_property
    def lanes(self) -> dict[str, Lane]:
        """The lane of each unit that stands beside the spine; the outer merge decides."""
        found: dict[str, Lane] = {}
        for unit in reversed(self.units):
            if not joins(unit):
                continue
            source = self.source(unit)
            for index, key in enumerate(unit.reads):
                lane, here = found.get(unit.key) or self.lane(unit, index), key
                while here in self.by_key and here != source and here not in self.spine:
                    lane = found.setdefault(here, lane)
                    here = self.before(self.by_key[here])
        return found

    def lane(self, merge: Unit, index: int) -> Lane:
        """Return the lane by which a merge reads one of its operands."""
        if not is_concat(merge):
            return Lane(None)
        total = sum(map(channels, merge.inputs))
        passed = merge.reads[index] == self.source(merge)
        return Lane(PASSED if passed else index, channels(merge.inputs[index]) / total)

    def before(self, unit: Unit) -> str:
        """Return what comes before a unit on the straight line."""
        if not joins(unit):
            return unit.reads[0]
        return self.source(unit) if self.is_parallel(unit) else unit.reads[self.main(unit)]

    def is_parallel(self, merge: Unit) -> bool:
        """Tell whether a concatenation joins branches that go side by side from one source."""
        if not is_concat(merge) or self.source(merge) in (*merge.reads, ""):
            return False
        pairs = permutations(merge.reads, 2)
        return not any(key in self._behind(merge, other) for key, other in pairs)

    def main(self, merge: Unit) -> int:
        """Return which operand the straight line comes from: the longest way to the merge.

        A factor per channel only scales the other operand of a product, which is the main one.
        """
        whole = [index for index, shape in enumerate(merge.inputs) if shape == merge.output]
        if _is_product(merge) and len(whole) == 1:
            return whole[0]
        return max(range(len(merge.reads)), key=lambda i: (self._far(merge.reads[i]), -i))

    def _behind(self, merge: Unit, key: str) -> set[str]:
        """Return what lies between the source of a merge and one of its operands."""
        source, found, left = self.source(merge), set[str](), [key]
        while left:
            unit = self.by_key.get(left.pop())
            fresh = set(unit.reads) - found - {source} if unit else set()
            found |= fresh
            left += sorted(fresh)
        return found

    def source(self, merge: Unit) -> str:
        """Return the last thing that all ways to a merge go through; empty if there is none."""
        return self._gates[merge.key]

    def through(self, key: str) -> frozenset[str]:
        """Return what all ways to a unit go through, itself too."""
        found = set[str]()
        while key in self.by_key:
            found.add(key)
            key = self._gates[key]
        return frozenset(found)

    def _far(self, key: str) -> int:
        """Return the length of the longest way to a unit; what is read from outside is at 0."""
        return self._lengths.get(key, 0)

    @cached_property
    def _lengths(self) -> dict[str, int]:
        # However long, a way that begins elsewhere is shorter than one from the start.
        found = dict.fromkeys(self.others, -len(self.units) - 1)
        for unit in self.units:
            found[unit.key] = 1 + max(found.get(key, 0) for key in unit.reads)
        return found

    @cached_property
    def _gates(self) -> dict[str, str]:
        """What dominates each unit: the nearest thing that every way to it goes through."""
        found: dict[str, str] = {}
        depths = {"": 0}
        for unit in self.units:
            keys = [key for key in unit.reads if depths.setdefault(key, 1)]
            gate = keys[0]
            for key in keys[1:]:
                gate = _meeting(gate, key, found, depths)
            found[unit.key] = gate
            depths[unit.key] = depths[gate] + 1
        return found


def _meeting(one: str, other: str, gates: dict[str, str], depths: dict[str, int]) -> str:
    """Return where two ways up the tree of gates meet."""
    while one != other:
        if depths[one] < depths[other]:
            one, other = other, one
        one = gates.get(one, "")
    return one


def _is_product(unit: Unit) -> bool:
    return isinstance(unit, Layer) and is_own(unit.leaf.op, Mul)
