"""Units become boxes, bars and signs."""

from __future__ import annotations

from collections.abc import Sequence

from archspec.draw.picture.edges import Wire
from archspec.draw.scene import Bar, Border, Box, Folded, Frame, Part, Segment, Sign
from archspec.draw.units.bundles import Bundle
from archspec.draw.units.feature_maps import channels
from archspec.draw.units.own_ops import is_own
from archspec.draw.units.repeats import Repeat, first
from archspec.draw.units.twins import Twins
from archspec.draw.units.unit import Layer, Unit, is_concat
from archspec.draw.words import layer_words
from archspec.draw.words.folded_words import Folds, bar
from archspec.draw.words.node_words import NodeWords
from archspec.draw.words.tooltips import Tooltips
from archspec.network import Network
from archspec.ops.merge import Add, Mul


class Nodes:
    """Makes the nodes of one network's scene.

    Args:
        network: what is drawn.
        folds: the words for folded blocks.
        before: the network that a picture of two compares it with.

    Attributes:
        twins: which ops are drawn once for several.
        words: what the nodes say.
    """

    def __init__(self, network: Network, folds: Folds, before: Network | None = None) -> None:
        self.twins = Twins()
        self.words = NodeWords(network, folds, self.twins)
        self._tooltips = Tooltips(network, before)
        self._keys = 0

    def key(self) -> str:
        """Return a key that no other node has."""
        self._keys += 1
        return f"n{self._keys}"

    def node(self, unit: Unit, line: str) -> Box | Folded:
        """Return the one node of a layer or a folded block."""
        if isinstance(unit, Bundle):
            return self._stage(unit, line)
        one = unit.first if isinstance(unit, Repeat) else unit
        if isinstance(one, Layer) and not unit.side:
            return self._box(unit, one, line)
        return self.folded(unit, line)

    def merge(
        self, unit: Layer, wires: Sequence[Wire], line: str, order: Sequence[int]
    ) -> Bar | Sign | Box:
        """Return the node of a merge; a bar has its operands in an order, from left to right."""
        if is_concat(unit):
            return self._bar(unit, wires, line, order)
        if unit.own or not is_own(unit.leaf.op, (Add, Mul)):
            return self._box(unit, unit, line)
        return Sign(
            key=self.key(),
            about=self._tooltips.about(unit),
            path=unit.path,
            tooltip=self._tooltips.of(unit),
            shows=self.twins.shown(unit),
            line=line,
            text="×" if isinstance(unit.leaf.op, Mul) else "+",
        )

    def frame(self, unit: Unit, parts: Sequence[Part]) -> Frame:
        """Return the frame of an opened block; a plate if it is repeated."""
        many = _count(unit)
        return Frame(
            key=self.key(),
            about=self._tooltips.about(unit),
            border=Border.PLATE if many > 1 else Border.BLOCK,
            label=self.words.frame(unit),
            count=many,
            parts=tuple(parts),
            path=first(unit).path,
            tooltip=self._tooltips.of(unit),
            aside=unit.side,
        )

    def folded(self, unit: Unit, line: str) -> Folded:
        """Return the one node of a block."""
        if unit.side:
            return self._aside(unit)
        title, detail, lines = self.words.folded(unit)
        return Folded(
            key=self.key(),
            about=self._tooltips.about(unit),
            path=first(unit).path,
            tooltip=self._tooltips.of(unit),
            shows=self.twins.shown(unit),
            line=line,
            title=title,
            detail=detail,
            lines=lines,
            count=_count(unit),
            bar=bar(unit),
        )

    def _stage(self, stage: Bundle, line: str) -> Folded:
        lines = self.words.stage(stage)
        return Folded(
            key=self.key(),
            line=line,
            title=stage.title,
            lines=lines,
            tooltip=tuple(filter(None, (stage.title, *lines))),
            shows=self.twins.shown(stage),
        )

    def _aside(self, unit: Unit) -> Folded:
        """Return what is there in training alone, or no more: a layer or a block, folded."""
        title, detail = self.words.aside(unit)
        return Folded(
            key=self.key(),
            about=self._tooltips.about(unit),
            path=unit.path,
            tooltip=self._tooltips.of(unit),
            shows=self.twins.shown(unit),
            title=title,
            detail=detail,
            lines=(self.words.why(unit),),
            count=_count(unit),
            dashed=True,
        )

    def _box(self, unit: Unit, layer: Layer, line: str) -> Box:
        if isinstance(unit, Repeat):
            self.twins.compare(unit)
        title, detail = self.words.layer(layer)
        return Box(
            key=self.key(),
            about=self._tooltips.about(unit),
            path=layer.path,
            tooltip=self._tooltips.of(unit),
            shows=self.twins.shown(unit),
            line=line,
            kind=layer.leaf.op.kind,
            title=title,
            detail=detail,
            note=self.words.note(layer),
            above=self.words.bands(layer, layer.leaves[: layer.main]),
            below=self.words.bands(layer, layer.leaves[layer.main + 1 :]),
            count=_count(unit),
        )

    def _bar(self, unit: Layer, wires: Sequence[Wire], line: str, order: Sequence[int]) -> Bar:
        counts = [channels(wire.shape) for wire in wires]
        segments = []
        for index in order:
            words = str(counts[index])
            if index == 0 and self.twins.arriving(unit):
                words = self.twins.arriving(unit)
            elif sorted(order) != order:
                # Where they do not stand in their order, which channels they become is news.
                words = layer_words.stretch("channel", sum(counts[:index]), counts[index])
            lane = wires[index].lane
            colour = lane.colour if lane else None
            segments.append(Segment(words, counts[index], index if colour is None else colour))
        return Bar(
            key=self.key(),
            about=self._tooltips.about(unit),
            path=unit.path,
            tooltip=self._tooltips.of(unit),
            shows=self.twins.shown(unit),
            line=line,
            segments=tuple(segments),
        )


def _count(unit: Unit) -> int:
    """Return how many equal units one is drawn for."""
    return len(unit.turns) if isinstance(unit, Repeat) else 1
