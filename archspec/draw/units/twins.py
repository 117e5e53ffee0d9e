"""Ops of equal blocks that are drawn once: the picture shows the first, which stands for all."""

from __future__ import annotations

from archspec.draw.units.feature_maps import channels
from archspec.draw.units.leaves import layers_of, leaves_of, own_leaves
from archspec.draw.units.repeats import Repeat, first
from archspec.draw.units.unit import Unit
from archspec.network import Leaf


class Twins:
    """Remembers which op stands for which, as repeats are opened or folded."""

    def __init__(self) -> None:
        self._twins: dict[str, tuple[Leaf, ...]] = {}
        self._arriving: dict[str, str] = {}

    def compare(self, repeat: Repeat) -> None:
        """Remember what differs between the turns of a repeat that is opened."""
        turns = [layers_of(turn) for turn in repeat.turns]
        for layers in zip(*turns, strict=True):
            for leaves in zip(*map(own_leaves, layers), strict=True):
                # Each of them may itself stand for those of several blocks around this one.
                twins = (twin for leaf in leaves for twin in self.of(leaf))
                self._twins[leaves[0].path] = tuple(dict.fromkeys(twins))
        if repeat.growth:
            low, high = (channels(turn.inputs[0]) for turn in (repeat.turns[0], repeat.turns[-1]))
            self._arriving[first(repeat).units[-1].path] = f"{low} … {high}"

    def of(self, leaf: Leaf) -> tuple[Leaf, ...]:
        """Return an op in each of the equal blocks for which its own is drawn; itself is first."""
        return self._twins.get(leaf.path, (leaf,))

    def shown(self, unit: Unit) -> tuple[str, ...]:
        """Return the paths of all ops that a unit stands for."""
        return tuple(dict.fromkeys(twin.path for leaf in leaves_of(unit) for twin in self.of(leaf)))

    def arriving(self, merge: Unit) -> str:
        """Return how many channels the blocks of a series read that one merge stands for.

        It is empty where the merge ends no series: `64 … 224` else, from the first to the last.
        """
        return self._arriving.get(merge.path, "")
