"""Units become nodes, and what they read becomes edges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from archspec.draw import wording
from archspec.draw.facts import Facts
from archspec.draw.fold import Folds, bar, first
from archspec.draw.fuse import Group, Layer, Unit, readers
from archspec.draw.paths import Lane, Paths, is_concat, is_merge
from archspec.draw.repeats import Repeat, repeated
from archspec.draw.scene import (
    Bar,
    Border,
    Box,
    Edge,
    Folded,
    Fork,
    Frame,
    Part,
    Role,
    Segment,
    Sign,
    Word,
)
from archspec.network import INPUT, Leaf, Network
from archspec.ops import Kind, Mul, Shape


@dataclass(frozen=True, slots=True)
class Tail:
    """Where edges come from.

    Attributes:
        node: key of the node.
        shown: the shape that who reads the picture knows here.
        fork: whether the node is a fork.
        role: how the edge into a frame without a fork is to look, as its inner end is drawn.
        lane: the same.
    """

    node: str
    shown: Shape
    fork: bool = False
    role: Role | None = None
    lane: Lane | None = None


Ends: TypeAlias = dict[str, Tail]
"""For each key that can be read: where its edges come from."""


@dataclass(frozen=True, slots=True)
class _Wire:
    """An edge whose head is not drawn yet."""

    tail: Tail
    role: Role
    shape: Shape
    lane: Lane | None = None


class Rows:
    """Draws the units of bodies; collects edges and ranks.

    Args:
        network: what is drawn.
        folds: the words for folded blocks.
        opened: tells whether a block at a level is opened.
    """

    def __init__(
        self, network: Network, folds: Folds, opened: Callable[[Group, int], bool]
    ) -> None:
        self.edges: list[Edge] = []
        self.ranks: list[tuple[str, ...]] = []
        self._facts = Facts(network)
        self._folds = folds
        self._opened = opened
        self._labels = {name: label for label, name in network.outputs}
        self._twins: dict[str, tuple[Leaf, ...]] = {}
        self._incoming: dict[str, str] = {}
        self._keys = 0

    def key(self) -> str:
        """Return the next key of a node."""
        self._keys += 1
        return f"n{self._keys}"

    def row(
        self, units: Sequence[Unit], results: Sequence[str], ends: Ends, *, level: int, spine: bool
    ) -> dict[str, list[Part]]:
        """Draw units.

        Args:
            units: in the order of execution.
            results: the keys that leave.
            ends: what can be read; the units are added.
            level: 0 at the top, one more in each opened block.
            spine: whether the straight line runs through.

        Returns:
            The parts of each unit by its key.
        """
        paths = Paths(units, results)
        count = readers((unit for unit in units if not unit.side), results)
        drawn: dict[str, list[Part]] = {}
        for unit in units:
            here = spine and unit.key in paths.spine
            wires = [
                self._wire(paths, unit, index, ends, spine=here) for index in range(len(unit.reads))
            ]
            if is_merge(unit):
                parts = self._merge(paths, unit, wires, ends, level=level, spine=here)
            else:
                parts = self._unit(unit, wires[0], ends, level=level, spine=here)
            if count[unit.key] > 1:
                parts.append(self._fork(unit.key, unit.output, ends, spine=here))
            drawn[unit.key] = parts
        return drawn

    def connect(self, tail: Tail, head: str, role: Role, shape: Shape, **more: object) -> None:
        """Add an edge; its shape is shown where it is news on a line of its own."""
        news = tuple(shape) != tuple(tail.shown)
        resized = news and tuple(shape[1:]) != tuple(tail.shown[1:])
        shown = (news and role in (Role.SPINE, Role.FLOW)) or (
            resized and role is Role.SKIP and not more.get("returns")
        )
        text = wording.shape(shape)
        self.edges.append(
            Edge(
                tail=tail.node,
                head=head,
                role=role,
                shape=text,
                label=text if shown else "",
                **more,  # type: ignore[arg-type]
            )
        )

    def _wire(self, paths: Paths, unit: Unit, index: int, ends: Ends, *, spine: bool) -> _Wire:
        tail, shape = ends[unit.reads[index]], unit.inputs[index]
        if unit.side:
            return _Wire(tail, Role.TRAINING, shape)
        if is_merge(unit):
            straight = not paths.is_parallel(unit) and paths.main(unit) == index
            lane = paths.lanes.get(unit.key) or paths.lane(unit, index)
            if straight and not is_concat(unit):
                return _Wire(tail, Role.SPINE if spine else Role.FLOW, shape)
            if straight:
                return _Wire(tail, Role.SPINE if spine else Role.FLOW, shape, lane)
            return _Wire(tail, _role(lane), shape, lane)
        lane = paths.lanes.get(unit.key)
        if lane is not None:
            return _Wire(tail, _role(lane), shape, lane)
        if tail.role is not None:
            return _Wire(tail, tail.role, shape, tail.lane)
        return _Wire(tail, Role.SPINE if spine else Role.FLOW, shape)

    def _plug(self, wire: _Wire, head: str, **more: object) -> None:
        """Draw a wire to its head."""
        lane = wire.lane
        looks: dict[str, object] = {}
        if lane is not None:
            looks = {"colour": lane.colour, "share": lane.share}
        beside = wire.tail.fork and wire.role is Role.SKIP
        self.connect(wire.tail, head, wire.role, wire.shape, beside=beside, **looks, **more)

    def _fork(self, key: str, shape: Shape, ends: Ends, *, spine: bool) -> Fork:
        """Let what was read by a key be read from a fork instead."""
        fork = Fork(key=self.key(), spine=spine)
        tail = ends[key]
        role = tail.role or (Role.SPINE if spine else Role.FLOW)
        self._plug(_Wire(tail, role, shape, tail.lane), fork.key, arrow=False)
        ends[key] = Tail(fork.key, shape, fork=True)
        return fork

    def _unit(self, unit: Unit, wire: _Wire, ends: Ends, *, level: int, spine: bool) -> list[Part]:
        inner = unit.first if isinstance(unit, Repeat) else unit
        if isinstance(inner, Group) and self._opened(inner, level) and not unit.side:
            return [self._open(unit, wire, ends, level=level, spine=spine)]
        node = (
            self._box(unit, inner, spine=spine)
            if isinstance(inner, Layer)
            else self._folded(unit, spine=spine)
        )
        self._plug(wire, node.key)
        ends[unit.key] = Tail(node.key, wire.shape)
        return [node]

    def _box(self, unit: Unit, layer: Layer, *, spine: bool) -> Box:
        title, detail = wording.layer(layer)
        bands = [wording.band(self._twins.get(leaf.path, (leaf,))) for leaf in layer.leaves]
        if unit.side:
            detail = f"{detail}, {self._training(unit)}".lstrip(", ")
        return Box(
            key=self.key(),
            path=layer.path,
            tooltip=self._facts.of(unit),
            spine=spine,
            kind=layer.leaf.op.kind,
            title=title,
            detail=detail,
            above=tuple(bands[: layer.main]),
            below=tuple(bands[layer.main + 1 :]),
            count=len(unit.turns) if isinstance(unit, Repeat) else 1,
            dashed=unit.side,
        )

    def _folded(self, unit: Unit, *, spine: bool) -> Folded:
        group = first(unit)
        lines = (self._training(unit),) if unit.side else self._folds.lines(unit)
        words = (wording.named(group), wording.shrinks(unit))
        if isinstance(unit, Repeat):
            words = (group.body.label, "")
        return Folded(
            key=self.key(),
            path=group.path,
            tooltip=self._facts.of(unit),
            spine=spine,
            title=" ".join(word for word in words if word),
            lines=lines,
            count=len(unit.turns) if isinstance(unit, Repeat) else 1,
            bar=() if unit.side else bar(unit),
            dashed=unit.side,
        )

    def _training(self, unit: Unit) -> str:
        label = self._labels.get(unit.key, "")
        return f"training only → {label}" if label else "training only"

    def _open(self, unit: Unit, wire: _Wire, ends: Ends, *, level: int, spine: bool) -> Frame:
        group = first(unit)
        if isinstance(unit, Repeat):
            self._compare(unit)
        inside = {INPUT: replace(wire.tail, role=wire.role, lane=wire.lane)}
        parts: list[Part] = []
        count = readers(group.units, [group.result])
        if count[INPUT] > 1:
            parts.append(self._fork(INPUT, wire.shape, inside, spine=spine))
        units = repeated(group.units, count)
        drawn = self.row(units, [group.result], inside, level=level + 1, spine=spine)
        parts += [part for inner in units for part in drawn[inner.key]]
        tail = inside[group.result]
        ends[unit.key] = Tail(tail.node, tail.shown)
        many = len(unit.turns) if isinstance(unit, Repeat) else 1
        growth = unit.growth if isinstance(unit, Repeat) else 0
        return Frame(
            key=f"block{self.key()}",
            border=Border.PLATE if many > 1 else Border.BLOCK,
            label=group.body.label if many > 1 else wording.named(group),
            count=many,
            note=f"+{growth} channels each" if growth else "",
            parts=tuple(parts),
            path=group.path,
            tooltip=self._facts.of(unit),
        )

    def _merge(
        self,
        paths: Paths,
        unit: Unit,
        wires: Sequence[_Wire],
        ends: Ends,
        *,
        level: int,
        spine: bool,
    ) -> list[Part]:
        assert isinstance(unit, Layer)
        node = self._bar(unit, wires, spine=spine) if is_concat(unit) else self._sign(unit, spine)
        parts: list[Part] = [node]
        parallel = paths.is_parallel(unit)
        source = paths.source(unit)
        main = None if parallel else paths.main(unit)
        for index, wire in enumerate(wires):
            end = wire
            if level and index != main and unit.reads[index] == source:
                word = Word(key=self.key(), path=self._identity(unit, index), text="identity")
                parts.append(word)
                self._plug(wire, word.key, arrow=False)
                end = replace(wire, tail=Tail(word.key, wire.shape))
            self._plug(
                end,
                node.key,
                returns=wire.role is Role.SKIP,
                segment=index if isinstance(node, Bar) else None,
            )
            beside = index != main and not parallel and main is not None
            if beside and not wires[main].tail.fork and end.tail.node != wires[main].tail.node:
                if not end.tail.fork:
                    self.ranks.append((wires[main].tail.node, end.tail.node))
        known = ends[source] if parallel else wires[main or 0].tail
        shown = known.shown if parallel else wires[main or 0].shape
        if parallel and spine:
            self.connect(known, node.key, Role.HIDDEN, known.shown)
        ends[unit.key] = Tail(node.key, shown)
        return parts

    def _identity(self, unit: Unit, index: int) -> str:
        return ""

    def _sign(self, unit: Layer, spine: bool) -> Sign | Box:
        if unit.leaf.op.kind is Kind.MERGE and unit.leaf.label in ("Add", "Mul"):
            text = "×" if isinstance(unit.leaf.op, Mul) else "+"
            return Sign(
                key=self.key(),
                path=unit.path,
                tooltip=self._facts.of(unit),
                spine=spine,
                text=text,
            )
        return self._box(unit, unit, spine=spine)

    def _bar(self, unit: Layer, wires: Sequence[_Wire], *, spine: bool) -> Bar:
        segments = tuple(
            Segment(
                self._incoming.get(unit.path, "")
                if not index and unit.path in self._incoming
                else str(int(wire.shape[0])),
                int(wire.shape[0]),
                wire.lane.colour if wire.lane else index,
            )
            for index, wire in enumerate(wires)
        )
        return Bar(
            key=self.key(),
            path=unit.path,
            tooltip=self._facts.of(unit),
            spine=spine,
            segments=segments,
            columns=len(wires),
        )

    def _compare(self, repeat: Repeat) -> None:
        """Remember what differs between the turns of a repeat that is opened."""
        turns = [_layers(turn) for turn in repeat.turns]
        for layers in zip(*turns, strict=True):
            for leaves in zip(*(layer.leaves for layer in layers), strict=True):
                self._twins[leaves[0].path] = leaves
        if repeat.growth:
            low, high = (int(turn.inputs[0][0]) for turn in (repeat.turns[0], repeat.turns[-1]))
            self._incoming[first(repeat).units[-1].path] = f"{low} … {high}"


def _role(lane: Lane) -> Role:
    return Role.SKIP if lane.colour is None else Role.BRANCH


def _layers(unit: Unit) -> list[Layer]:
    if isinstance(unit, Layer):
        return [unit]
    assert isinstance(unit, Group)
    return [layer for inner in unit.units for layer in _layers(inner)]
