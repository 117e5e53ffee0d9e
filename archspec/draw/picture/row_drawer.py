"""Units in a row become parts of the scene, and what they read becomes edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archspec.draw.parts import firsts
from archspec.draw.picture.edges import Ends, Tail, Wire, Wiring
from archspec.draw.picture.merges import Merges
from archspec.draw.picture.nodes import Nodes
from archspec.draw.picture.opening import Opening
from archspec.draw.picture.row import Drawn, Row
from archspec.draw.scene import Beside, Fork, Frame, Mark, Part, Role
from archspec.draw.units.bundles import Bundle
from archspec.draw.units.graph import Graph, Lane
from archspec.draw.units.repeats import Repeat, first
from archspec.draw.units.unit import Group, Layer, Unit, is_concat, is_merge, joins, readers
from archspec.draw.words import figures
from archspec.ops import Shape


class RowDrawer:
    """Draws rows of units.

    Args:
        nodes: makes the nodes.
        wiring: collects the edges.
        opening: which blocks are opened.
        across: the picture runs from left to right.

    Attributes:
        aside: what stands beside the line, outside of all frames.
    """

    def __init__(
        self,
        nodes: Nodes,
        wiring: Wiring,
        opening: Opening,
        *,
        across: bool = False,
    ) -> None:
        self.nodes = nodes
        self.wiring = wiring
        self._opening = opening
        self._merges = Merges(nodes, wiring, across=across)
        self.aside: list[Part] = []

    def draw(self, row: Row) -> Drawn:
        """Draw the units of a row; return their parts."""
        units = row.graph.units
        count = readers(units, row.graph.results)
        for unit in units:
            line = row.line_of(unit)
            wires = [self._wire(row, unit, index) for index in range(len(unit.reads))]
            if isinstance(unit, Layer) and is_merge(unit):
                parts = self._merges.draw(row, unit, wires)
            else:
                parts = [self._part(row, unit, wires)]
            if unit.side:
                self._place(row, unit, wires[0].tail.node, parts[0])
            if count[unit.key] > 1 and not unit.side:
                lane = row.graph.lanes.get(unit.key)
                if lane is not None:
                    end = row.ends[unit.key]
                    row.ends[unit.key] = replace(end, role=_role(lane), lane=lane)
                parts.append(self.fork(unit.key, unit.output, row.ends, line))
            row.drawn[unit.key] = [] if unit.side else parts
            self.aside += parts if unit.side else []
        return row.drawn

    def inset(self, unit: Unit, folded: str) -> None:
        """Draw a block once more, opened, beside the node that stands for it."""
        starts = self._starts(unit)
        end = Mark(key=self.nodes.key(), line="inset", text=figures.shape(first(unit).output))
        wires = [
            Wire(Tail(start.key, shape), Role.SPINE if start.line else Role.SKIP, shape)
            for start, shape in zip(starts, unit.inputs, strict=True)
        ]
        row = Row(graph=Graph([unit], [unit.key]), starts={}, ends={}, level=0, line="inset")
        frame = self._open(row, unit, wires)
        self.wiring.connect(
            replace(row.ends[unit.key], shown=first(unit).output),
            end.key,
            Role.SPINE,
            first(unit).output,
        )
        self.wiring.connect(
            Tail(folded, unit.inputs[0]), starts[0].key, Role.INSET, unit.inputs[0], into=frame.key
        )
        self.wiring.abreast((folded,), *((start.key,) for start in starts))
        self.aside.append(replace(frame, parts=(*starts, *frame.parts, end), path=""))

    def _starts(self, unit: Unit) -> list[Mark]:
        """Return where the maps enter a block that is drawn by itself; several have names."""
        names = first(unit).body.entries
        told = [f"{name} " if len(names) > 1 else "" for name in names]
        return [
            Mark(
                key=self.nodes.key(),
                line="" if place else "inset",
                text=f"{told[place]}{figures.shape(shape)}",
            )
            for place, shape in enumerate(unit.inputs)
        ]

    def _wire(self, row: Row, unit: Unit, index: int) -> Wire:
        """Return the edge by which a unit reads its operand number `index`."""
        graph = row.graph
        tail, shape = row.ends[unit.reads[index]], row.arriving(unit, index)
        straight = Role.SPINE if row.line_of(unit) else Role.FLOW
        if unit.side:
            return Wire(tail, Role.ASIDE, shape)
        lane = graph.lanes.get(unit.key)
        if joins(unit):
            main = not graph.is_parallel(unit) and graph.main(unit) == index
            lane = lane or graph.lane(unit, index)
            if main and not is_concat(unit):
                return Wire(tail, straight, shape)
        if lane is not None:
            return Wire(tail, _role(lane), shape, lane)
        return Wire(tail, tail.role or straight, shape, tail.lane)

    def fork(self, key: str, shape: Shape, ends: Ends, line: str) -> Fork:
        """Let what was read by a key be read from a fork instead."""
        fork = Fork(key=self.nodes.key(), line=line)
        tail = ends[key]
        role = tail.role or (Role.SPINE if line else Role.FLOW)
        wire = Wire(tail, role, shape, tail.lane)
        self.wiring.plug(wire, fork.key, arrow=False)
        ends[key] = Tail(fork.key, wire.known, fork=True)
        return fork

    def _part(self, row: Row, unit: Unit, wires: Sequence[Wire]) -> Part:
        inner = unit.first if isinstance(unit, Repeat) else unit
        if isinstance(inner, Group) and inner.units and not unit.gone:
            opened = self._opening.opened(inner, row.level)
            if self._opening.foldable:
                return self._both(row, unit, wires, opened=opened)
            if opened:
                return self._open(row, unit, wires)
        node = self.nodes.node(unit, row.line_of(unit))
        wire = self._plug(row, unit, wires, node.key)
        known = unit.output if isinstance(unit, Bundle) else wire.known
        row.ends[unit.key] = Tail(node.key, known)
        return node

    def _plug(self, row: Row, unit: Unit, wires: Sequence[Wire], node: str) -> Wire:
        """Lead all that a unit reads to its node; return the wire on the straight line."""
        main = row.graph.main(unit) if joins(unit) else 0
        self.wiring.plug(wires[main], node)
        for place, other in enumerate(wires):
            if place != main and not unit.gone:
                self.wiring.plug(replace(other, role=Role.SKIP), node, returns=Beside.RIGHT)
        return wires[main]

    def _place(self, row: Row, unit: Unit, read: str, part: Part) -> None:
        """Put what stands beside the line beside what it reads, or under what already does."""
        before = row.graph.by_key.get(unit.reads[0])
        if before is not None and before.side:
            return
        here = tuple(firsts([part]))
        if read in row.beside:
            for key in row.beside[read]:
                self.wiring.connect(Tail(key, unit.output), here[0], Role.HIDDEN, unit.output)
        else:
            self.wiring.abreast((read,), here)
        row.beside[read] = here

    def _both(self, row: Row, unit: Unit, wires: Sequence[Wire], *, opened: bool) -> Frame:
        """Draw a block opened and folded; edges lead to both and come from both."""
        folded = self.nodes.folded(unit, row.line_of(unit))
        frame = self._open(row, unit, wires)
        wire = self._plug(row, unit, wires, folded.key)
        self.wiring.opens(folded.key, row.ends[unit.key])
        row.ends[unit.key] = Tail(folded.key, wire.known)
        return replace(frame, folded=folded, opened=opened)

    def _open(self, row: Row, unit: Unit, wires: Sequence[Wire]) -> Frame:
        group, line = first(unit), row.line_of(unit)
        if isinstance(unit, Repeat):
            self.nodes.twins.compare(unit)
        names = group.body.entries
        entering = dict(zip(names, wires, strict=True))
        ends = {
            name: replace(wire.tail, role=wire.role, lane=wire.lane)
            for name, wire in entering.items()
        }
        parts: list[Part] = []
        count = readers(group.units, [group.result])
        main = names[row.graph.main(unit) if joins(unit) else 0]
        for name, wire in entering.items():
            if count[name] > 1:
                fork = self.fork(name, wire.shape, ends, line if name == main else "")
                parts.append(fork)
        units = self._opening.inside(group)
        others = [name for name in names if name != main]
        inside = Row(
            graph=Graph(units, [group.result], others),
            starts={name: wire.shape for name, wire in entering.items()},
            ends=ends,
            level=row.level + 1,
            line=line,
            silent=group.silent,
        )
        drawn = self.draw(inside)
        parts += [part for inner in units for part in drawn[inner.key]]
        row.ends[unit.key] = replace(ends[group.result], role=None, lane=None, fork=False)
        return self.nodes.frame(unit, parts)


def _role(lane: Lane) -> Role:
    return Role.SKIP if lane.colour is None else Role.BRANCH
