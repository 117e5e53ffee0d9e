"""Merges as nodes: the edges to their operands, and where the branches before them stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from archspec.draw.parts import firsts
from archspec.draw.picture.edges import Tail, Wire, Wiring
from archspec.draw.picture.nodes import Nodes
from archspec.draw.picture.row import Row
from archspec.draw.scene import Bar, Beside, Gap, Part, Role, Word
from archspec.draw.units.unit import Layer, Unit, is_concat


class Merges:
    """Draws merges.

    Args:
        nodes: makes the nodes.
        wiring: collects the edges.
        across: the picture runs from left to right.
    """

    def __init__(self, nodes: Nodes, wiring: Wiring, *, across: bool) -> None:
        self.nodes = nodes
        self.wiring = wiring
        self._across = across

    def draw(self, row: Row, unit: Layer, wires: Sequence[Wire]) -> list[Part]:
        """Draw a merge; an operand that comes straight from the fork gets a word on its way."""
        graph = row.graph
        parallel = graph.is_parallel(unit)
        main = 0 if parallel else graph.main(unit)
        afar = [] if parallel else self._afar(row, unit, wires)
        order = [i for i in range(len(wires)) if i not in afar] + afar
        node = self.nodes.merge(unit, wires, row.line_of(unit), order)
        parts: list[Part] = [node]
        for index, wire in enumerate(wires):
            end = wire
            beside = not parallel and index != main
            if beside and row.level and unit.reads[index] == graph.source(unit):
                word = self._word(row, unit, wire, left=is_concat(unit) and index < main)
                parts.append(word)
                end = replace(wire, tail=Tail(word.key, wire.shape))
            self.wiring.plug(
                end,
                node.key,
                returns=Beside.RIGHT if wire.role is Role.SKIP else None,
                segment=order.index(index) if isinstance(node, Bar) else None,
                **({"leaves": Beside.RIGHT} if index in afar else {}),
            )
            tails = {wires[main].tail.node, end.tail.node}
            forks = end.tail.fork or wires[main].tail.fork
            if beside and not forks and tails.isdisjoint(self.wiring.abreast_already):
                pair = [self.wiring.ways(way.tail.node) for way in (wires[main], end)]
                left = is_concat(unit) and index < main
                self.wiring.abreast(*(reversed(pair) if left else pair))
        if parallel:
            parts += self._columns(row, unit, node.key)
            row.ends[unit.key] = replace(row.ends[graph.source(unit)], node=node.key, fork=False)
        else:
            if is_concat(unit) and row.line_of(unit):
                # The visible edges end at the segments; this one keeps the line straight.
                self.wiring.connect(wires[main].tail, node.key, Role.HIDDEN, wires[main].shape)
            row.ends[unit.key] = Tail(node.key, wires[main].known)
        return parts

    def _afar(self, row: Row, unit: Unit, wires: Sequence[Wire]) -> list[int]:
        """Return the operands of a concatenation that come from a fork, round the right side."""
        if not is_concat(unit) or self._across:
            # In a strip they come over the line, and what stands first stands above the others.
            return []
        source, main = row.graph.source(unit), row.graph.main(unit)
        return [
            index
            for index, wire in enumerate(wires)
            if index != main and wire.tail.fork and not (row.level and unit.reads[index] == source)
        ]

    def _word(self, row: Row, unit: Unit, wire: Wire, *, left: bool) -> Word:
        word = Word(
            key=self.nodes.key(),
            path=row.silent.get(row.graph.source(unit), ""),
            text="identity",
            colour=wire.lane.colour if wire.lane else None,
            beside=Beside.LEFT if left else Beside.RIGHT,
        )
        self.wiring.plug(wire, word.key, arrow=False, leaves=word.beside)
        return word

    def _columns(self, row: Row, merge: Unit, bar: str) -> Iterator[Part]:
        """Put the branches of a concatenation side by side, around the straight line.

        The line runs on unseen: between the branches, or through the middle one.
        """
        heads = [self._heads(row, merge, key) for key in merge.reads]
        source = row.ends[row.graph.source(merge)]
        line, middle = row.line_of(merge), len(heads) // 2
        if line and all(heads):
            starts, end = heads[middle], row.ends[merge.reads[middle]].node
            if len(heads) % 2 == 0:
                gap = Gap(key=self.nodes.key(), line=line)
                heads.insert(middle, (gap.key,))
                starts, end = (gap.key,), gap.key
                yield gap
            for start in starts:
                self.wiring.connect(source, start, Role.HIDDEN, source.shown)
            self.wiring.connect(Tail(end, source.shown), bar, Role.HIDDEN, source.shown)
        self.wiring.abreast(*filter(None, heads))

    def _heads(self, row: Row, merge: Unit, key: str) -> Sequence[str]:
        """Return the first node of the branch that ends in a key.

        There is one for each way in which blocks at its beginning are drawn.
        """
        source = row.graph.source(merge)
        unit = row.graph.by_key[key]
        while (before := row.graph.before(unit)) != source and before in row.graph.by_key:
            unit = row.graph.by_key[before]
        return tuple(firsts(row.drawn[unit.key]))
