"""The units of one body while they are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from archspec.draw.picture.edges import Ends
from archspec.draw.scene import Part
from archspec.draw.units.graph import Graph
from archspec.draw.units.unit import Unit
from archspec.ops import Shape

Drawn: TypeAlias = dict[str, list[Part]]
"""The parts of each unit, by its key."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """The units of one body while they are drawn.

    Attributes:
        starts: the shapes that enter the body, by the key they are read by.
        ends: what can be read; a unit is added when it is drawn.
        level: 0 at the top, one more in each opened block.
        line: the straight line that runs through, or empty.
        silent: the paths of identities, by the key they read.
        beside: what stands beside a fork.
    """

    graph: Graph
    starts: Mapping[str, Shape]
    ends: Ends
    level: int
    line: str
    silent: Mapping[str, str] = field(default_factory=dict)
    drawn: Drawn = field(default_factory=dict)
    beside: dict[str, Sequence[str]] = field(default_factory=dict)

    def arriving(self, unit: Unit, index: int) -> Shape:
        """Return the shape in which a unit reads its operand number `index`.

        What was removed may have read another one than there is now.
        """
        if not unit.gone:
            return unit.inputs[index]
        read = self.graph.by_key.get(unit.reads[index])
        return self.starts[unit.reads[index]] if read is None else read.output

    def line_of(self, unit: Unit) -> str:
        """Return the straight line that a unit stands on, or nothing."""
        return self.line if unit.key in self.graph.spine else ""
