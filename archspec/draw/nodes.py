"""Units become boxes, bars and signs, each with its words."""

from __future__ import annotations

from collections.abc import Sequence

from archspec.draw import wording
from archspec.draw.facts import Facts
from archspec.draw.fold import Folds, bar, first, stage_lines
from archspec.draw.fuse import Group, Layer, Unit
from archspec.draw.paths import is_concat
from archspec.draw.repeats import Repeat
from archspec.draw.scene import Bar, Border, Box, Folded, Frame, Part, Segment, Sign
from archspec.draw.stages import Bundle
from archspec.draw.wires import Wire
from archspec.network import Leaf, Network
from archspec.ops.merge import Add, Mul


class Nodes:
    """Makes the nodes of one network's scene.

    Args:
        network: what is drawn.
        folds: the words for folded blocks.
    """

    def __init__(self, network: Network, folds: Folds) -> None:
        self._facts = Facts(network)
        self._folds = folds
        self._labels = {name: label for label, name in network.outputs}
        self._twins: dict[str, tuple[Leaf, ...]] = {}
        self._incoming: dict[str, str] = {}
        self._keys = 0

    def key(self) -> str:
        """Return a key that no other node has."""
        self._keys += 1
        return f"n{self._keys}"

    def node(self, unit: Unit, line: str) -> Box | Folded:
        """Return the one node of a layer or a folded block."""
        one = unit.first if isinstance(unit, Repeat) else unit
        if isinstance(unit, Bundle):
            lines = stage_lines(unit.units)
            return Folded(
                key=self.key(), line=line, title=unit.path, lines=lines, tooltip=(unit.path, *lines)
            )
        if unit.side:
            return self._aside(unit)
        return self._box(unit, one, line) if isinstance(one, Layer) else self._folded(unit, line)

    def merge(self, unit: Layer, wires: Sequence[Wire], line: str) -> Bar | Sign | Box:
        """Return the node of a merge."""
        if is_concat(unit):
            return self._bar(unit, wires, line)
        if not isinstance(unit.leaf.op, (Add, Mul)):
            return self._box(unit, unit, line)
        return Sign(
            key=self.key(),
            path=unit.path,
            tooltip=self._facts.of(unit),
            line=line,
            text="×" if isinstance(unit.leaf.op, Mul) else "+",
        )

    def frame(self, unit: Unit, parts: Sequence[Part]) -> Frame:
        """Return the frame of an opened block; a plate if it is repeated."""
        group = first(unit)
        many = len(unit.turns) if isinstance(unit, Repeat) else 1
        return Frame(
            key=self.key(),
            border=Border.PLATE if many > 1 else Border.BLOCK,
            label=wording.typed(group) if many > 1 else wording.named(group),
            count=many,
            parts=tuple(parts),
            path=group.path,
            tooltip=self._facts.of(unit),
        )

    def compare(self, repeat: Repeat) -> None:
        """Remember what differs between the turns of a repeat that is opened."""
        turns = [_layers(turn) for turn in repeat.turns]
        for layers in zip(*turns, strict=True):
            for leaves in zip(*(layer.leaves for layer in layers), strict=True):
                self._twins[leaves[0].path] = leaves
        if repeat.growth:
            low, high = (int(turn.inputs[0][0]) for turn in (repeat.turns[0], repeat.turns[-1]))
            self._incoming[first(repeat).units[-1].path] = f"{low} … {high}"

    def _box(self, unit: Unit, layer: Layer, line: str) -> Box:
        title, detail = wording.layer(layer)
        bands = [wording.band(self._twins.get(leaf.path, (leaf,))) for leaf in layer.leaves]
        return Box(
            key=self.key(),
            path=layer.path,
            tooltip=self._facts.of(unit),
            line=line,
            kind=layer.leaf.op.kind,
            title=title,
            detail=detail,
            above=tuple(bands[: layer.main]),
            below=tuple(bands[layer.main + 1 :]),
            count=len(unit.turns) if isinstance(unit, Repeat) else 1,
        )

    def _aside(self, unit: Unit) -> Folded:
        """Return what is there in training alone: a layer or a block, always folded."""
        if isinstance(unit, Layer):
            title, detail = wording.layer(unit)
        else:
            title, detail = wording.typed(first(unit)), ""
        label = self._labels.get(unit.key, "")
        return Folded(
            key=self.key(),
            path=unit.path,
            tooltip=self._facts.of(unit),
            title=title,
            detail=detail,
            lines=(f"training only → {label}" if label else "training only",),
            dashed=True,
        )

    def _folded(self, unit: Unit, line: str) -> Folded:
        group = first(unit)
        segments, lines = bar(unit), self._folds.lines(unit)
        detail = ""
        if segments and not (isinstance(unit, Repeat) and unit.growth):
            # The bar says where the channels come from; how many there are is enough.
            detail, lines = str(int(unit.output[0])), ()
        words = (wording.named(group), wording.shrinks(unit))
        if isinstance(unit, Repeat):
            words = (wording.typed(group), "")
        return Folded(
            key=self.key(),
            path=group.path,
            tooltip=self._facts.of(unit),
            line=line,
            title=" ".join(word for word in words if word),
            detail=detail,
            lines=lines,
            count=len(unit.turns) if isinstance(unit, Repeat) else 1,
            bar=segments,
        )

    def _bar(self, unit: Layer, wires: Sequence[Wire], line: str) -> Bar:
        segments = []
        for index, wire in enumerate(wires):
            channels = int(wire.shape[0])
            known = self._incoming.get(unit.path) if index == 0 else None
            colour = wire.lane.colour if wire.lane else None
            segments.append(
                Segment(known or str(channels), channels, index if colour is None else colour)
            )
        return Bar(
            key=self.key(),
            path=unit.path,
            tooltip=self._facts.of(unit),
            line=line,
            segments=tuple(segments),
        )


def _layers(unit: Unit) -> list[Layer]:
    if isinstance(unit, Layer):
        return [unit]
    assert isinstance(unit, Group)
    return [layer for inner in unit.units for layer in _layers(inner)]
