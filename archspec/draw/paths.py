"""Which units stand on the straight line, and which belong to a branch beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from archspec.draw.fuse import Layer, Unit
from archspec.ops import Cat, Mul


@dataclass(frozen=True, slots=True)
class Lane:
    """The way of one operand to a merge: a skip, or branch number `colour` of a concatenation."""

    merge: str
    colour: int | None
    share: float = 0.0


@dataclass(frozen=True)
class Paths:
    """The units of one body as a graph.

    Args:
        units: in the order of execution, equal ones already one.
        results: the keys that leave the body; the first is the main one.
    """

    units: Sequence[Unit]
    results: Sequence[str]
    _ancestors: dict[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def by_key(self) -> dict[str, Unit]:
        """The units by what they are read by."""
        return {unit.key: unit for unit in self.units}

    @cached_property
    def _order(self) -> dict[str, int]:
        return {unit.key: index for index, unit in enumerate(self.units)}

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
            if not is_merge(unit):
                continue
            source = self.source(unit)
            for index, key in enumerate(unit.reads):
                lane = self.lane(unit, index)
                while key in self.by_key and key != source and key not in self.spine:
                    lane = found.setdefault(key, lane)
                    key = self.before(self.by_key[key])
        return found

    def lane(self, merge: Unit, index: int) -> Lane:
        """Return the lane by which a merge reads one of its operands."""
        if not is_concat(merge):
            return Lane(merge.key, None)
        total = sum(int(shape[0]) for shape in merge.inputs)
        return Lane(merge.key, index, int(merge.inputs[index][0]) / total)

    def before(self, unit: Unit) -> str:
        """Return what comes before a unit on the straight line."""
        if not is_merge(unit):
            return unit.reads[0]
        return self.source(unit) if self.is_parallel(unit) else unit.reads[self.main(unit)]

    def is_parallel(self, merge: Unit) -> bool:
        """Tell whether a concatenation joins branches that all do something."""
        return is_concat(merge) and self.source(merge) not in (*merge.reads, "")

    def main(self, merge: Unit) -> int:
        """Return which operand the straight line comes from: the longest way to the merge.

        A factor per channel only scales the other operand of a product, which is the main one.
        """
        source = self.source(merge)
        whole = [index for index, shape in enumerate(merge.inputs) if shape == merge.output]
        if _is_product(merge) and len(whole) == 1:
            return whole[0]
        return max(
            range(len(merge.reads)), key=lambda i: (self._length(merge.reads[i], source), -i)
        )

    def source(self, merge: Unit) -> str:
        """Return the last thing that all operands of a merge come from; empty if there is none."""
        shared = frozenset.intersection(*(self._all_before(key) for key in merge.reads))
        return max(shared, key=lambda key: self._order.get(key, -1), default="")

    def _length(self, key: str, source: str) -> int:
        unit = self.by_key.get(key)
        if unit is None or key == source:
            return 0
        return 1 + max(self._length(read, source) for read in unit.reads)

    def _all_before(self, key: str) -> frozenset[str]:
        if key not in self._ancestors:
            unit = self.by_key.get(key)
            above = [self._all_before(read) for read in unit.reads] if unit else []
            self._ancestors[key] = frozenset({key}).union(*above)
        return self._ancestors[key]


def is_merge(unit: Unit) -> bool:
    """Tell whether a unit is an op that joins several feature maps."""
    return isinstance(unit, Layer) and unit.is_merge


def is_concat(unit: Unit) -> bool:
    """Tell whether a unit puts channels beside channels."""
    return isinstance(unit, Layer) and isinstance(unit.leaf.op, Cat) and int(unit.leaf.op.dim) == 1


def _is_product(unit: Unit) -> bool:
    return isinstance(unit, Layer) and isinstance(unit.leaf.op, Mul)
