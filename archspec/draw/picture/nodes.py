"""Units become boxes, bars and signs, each with its words."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeAlias

from archspec.draw.picture.edges import Wire
from archspec.draw.scene import Band, Bar, Border, Box, Folded, Frame, Part, Segment, Sign
from archspec.draw.units.bundles import Bundle
from archspec.draw.units.feature_maps import channels
from archspec.draw.units.leaves import layers_of, leaves_of, own_leaves
from archspec.draw.units.own_ops import is_own
from archspec.draw.units.repeats import Repeat, first
from archspec.draw.units.unit import Layer, Unit, is_concat
from archspec.draw.words import attention, block_words, figures, layer_words
from archspec.draw.words.disambiguation import Distinction, distinctions
from archspec.draw.words.folded_words import Folds, bar, dilations, stage_lines
from archspec.draw.words.tooltips import Tooltips
from archspec.network import Leaf, Network
from archspec.ops.merge import Add, Mul

Words: TypeAlias = tuple[str, str, tuple[str, ...]]
"""Title, detail and lines of a folded block."""


class Nodes:
    """Makes the nodes of one network's scene.

    Args:
        network: what is drawn.
        folds: the words for folded blocks.
        before: the network that a picture of two compares it with.
    """

    def __init__(self, network: Network, folds: Folds, before: Network | None = None) -> None:
        self._tooltips = Tooltips(network, before)
        self._folds = folds
        self._labels = {name: label for label, name in network.outputs}
        self._twins: dict[str, tuple[Leaf, ...]] = {}
        self._distinctions: Mapping[str, Distinction] = {}
        self._incoming: dict[str, str] = {}
        self._keys = 0

    def key(self) -> str:
        """Return a key that no other node has."""
        self._keys += 1
        return f"n{self._keys}"

    def tell_apart(self, rows: Iterable[Sequence[Unit]]) -> None:
        """Remember what is said more of units in a picture that would read the same and are not."""
        self._distinctions = distinctions([*rows], self._said)

    def _said(self, unit: Unit) -> Hashable:
        """Return all that is said of a layer or a folded block alone."""
        one = unit.first if isinstance(unit, Repeat) else unit
        if not isinstance(one, Layer):
            return self._words(unit)
        bands = self._bands(one, [leaf for leaf in one.leaves if leaf is not one.leaf])
        return layer_words.layer(one), tuple(band.text for band in bands)

    def node(self, unit: Unit, line: str) -> Box | Folded:
        """Return the one node of a layer or a folded block."""
        one = unit.first if isinstance(unit, Repeat) else unit
        if isinstance(unit, Bundle):
            # The shape of a map stands here: on a short edge it would push the stages apart.
            shape = (figures.shape(unit.output),) if len(unit.output) > 1 else ()
            lines = (*stage_lines(unit.units, unit.lines, self._distinctions), *shape)
            return Folded(
                key=self.key(),
                line=line,
                title=unit.title,
                lines=lines,
                tooltip=tuple(filter(None, (unit.title, *lines))),
                shows=self._shows(unit),
            )
        if unit.side:
            return self._aside(unit)
        return self._box(unit, one, line) if isinstance(one, Layer) else self.folded(unit, line)

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
            shows=self._shows(unit),
            line=line,
            text="×" if isinstance(unit.leaf.op, Mul) else "+",
        )

    def frame(self, unit: Unit, parts: Sequence[Part]) -> Frame:
        """Return the frame of an opened block; a plate if it is repeated."""
        group = first(unit)
        many = len(unit.turns) if isinstance(unit, Repeat) else 1
        label = block_words.typed(group) if many > 1 else block_words.named(group)
        if group.shared is not None:
            told = layer_words.shared(group.shared, label)
            # Of a block that was called before, more would meet the spine.
            label = told if group.shared.again else ", ".join(filter(None, (label, told)))
        label = ", ".join(
            filter(None, (label, self._distinctions.get(group.path, Distinction()).words))
        )
        return Frame(
            key=self.key(),
            about=self._tooltips.about(unit),
            border=Border.PLATE if many > 1 else Border.BLOCK,
            label=f"{label}, {self._why(unit)}" if unit.side else label,
            count=many,
            parts=tuple(parts),
            path=group.path,
            tooltip=self._tooltips.of(unit),
            aside=unit.side,
        )

    def compare(self, repeat: Repeat) -> None:
        """Remember what differs between the turns of a repeat that is opened."""
        turns = [layers_of(turn) for turn in repeat.turns]
        for layers in zip(*turns, strict=True):
            for leaves in zip(*map(own_leaves, layers), strict=True):
                # Each of them may itself stand for those of several blocks around this one.
                twins = (twin for leaf in leaves for twin in self._twins_of(leaf))
                self._twins[leaves[0].path] = tuple(dict.fromkeys(twins))
        if repeat.growth:
            low, high = (channels(turn.inputs[0]) for turn in (repeat.turns[0], repeat.turns[-1]))
            self._incoming[first(repeat).units[-1].path] = f"{low} … {high}"

    def _box(self, unit: Unit, layer: Layer, line: str) -> Box:
        if isinstance(unit, Repeat):
            self.compare(unit)
        title, detail = layer_words.layer(layer, self._twins_of(layer.leaf))
        detail = self._distinctions.get(layer.path, Distinction()).on(detail)
        above, below = layer.leaves[: layer.main], layer.leaves[layer.main + 1 :]
        return Box(
            key=self.key(),
            about=self._tooltips.about(unit),
            path=layer.path,
            tooltip=self._tooltips.of(unit),
            shows=self._shows(unit),
            line=line,
            kind=layer.leaf.op.kind,
            title=title,
            detail=detail,
            note=self._note(layer),
            above=self._bands(layer, above),
            below=self._bands(layer, below),
            count=len(unit.turns) if isinstance(unit, Repeat) else 1,
        )

    def _bands(self, layer: Layer, leaves: Sequence[Leaf]) -> tuple[Band, ...]:
        """Return what a layer takes along; ops that are one node for all have no bands."""
        shown = [] if layer.name else [(leaf, self._twins_of(leaf)) for leaf in leaves]
        return tuple(
            layer_words.band(
                twins, layer.own.get(leaf.path, ()), layer_words.shared_apart(layer, leaf)
            )
            for leaf, twins in shown
            if not layer_words.does_nothing(twins)
        )

    def _note(self, layer: Layer) -> str:
        """Return how windows shift from block to block, where several are drawn once."""
        twins = self._twins_of(layer.leaf)
        return attention.shifted(twins) if len(twins) > 1 else ""

    def _twins_of(self, leaf: Leaf) -> tuple[Leaf, ...]:
        """Return an op in each of the equal blocks that are drawn once."""
        return self._twins.get(leaf.path, (leaf,))

    def _shows(self, unit: Unit) -> tuple[str, ...]:
        twins = (twin.path for leaf in leaves_of(unit) for twin in self._twins_of(leaf))
        return tuple(dict.fromkeys(twins))

    def _aside(self, unit: Unit) -> Folded:
        """Return what is there in training alone, or no more: a layer or a block, folded."""
        one = unit.first if isinstance(unit, Repeat) else unit
        if isinstance(one, Layer):
            title, detail = layer_words.layer(one)
        else:
            title = block_words.named(first(one))
            detail = layer_words.shared(first(one).shared, title)
        return Folded(
            key=self.key(),
            about=self._tooltips.about(unit),
            path=unit.path,
            tooltip=self._tooltips.of(unit),
            shows=self._shows(unit),
            title=title,
            detail=detail,
            lines=(self._why(unit),),
            count=len(unit.turns) if isinstance(unit, Repeat) else 1,
            dashed=True,
        )

    def _why(self, unit: Unit) -> str:
        """Return why a unit stands beside the line."""
        label = self._labels.get(unit.key, "")
        if unit.gone:
            return "removed"
        return f"training only → {label}" if label else "training only"

    def _words(self, unit: Unit) -> Words:
        """Return what a block says when it is folded, wherever it stands: title, detail, lines."""
        group, detail = first(unit), ""
        lines = self._folds.lines(unit, self._twins)
        title = block_words.block(unit)
        told = layer_words.shared(group.shared, title)
        if bar(unit) and not (isinstance(unit, Repeat) and unit.growth):
            # The bar says where the channels come from; how many there are is enough.
            detail, lines = str(channels(unit.output)), (*filter(None, [dilations(group)]),)
        if told:
            lines = (*lines, told)
        return title, detail, lines

    def folded(self, unit: Unit, line: str) -> Folded:
        """Return the one node of a block."""
        if unit.side:
            return self._aside(unit)
        title, detail, lines = self._words(unit)
        detail = self._distinctions.get(first(unit).path, Distinction()).on(detail)
        return Folded(
            key=self.key(),
            about=self._tooltips.about(unit),
            path=first(unit).path,
            tooltip=self._tooltips.of(unit),
            shows=self._shows(unit),
            line=line,
            title=title,
            detail=detail,
            lines=lines,
            count=len(unit.turns) if isinstance(unit, Repeat) else 1,
            bar=bar(unit),
        )

    def _bar(self, unit: Layer, wires: Sequence[Wire], line: str, order: Sequence[int]) -> Bar:
        counts = [channels(wire.shape) for wire in wires]
        segments = []
        for index in order:
            words = str(counts[index])
            if index == 0 and unit.path in self._incoming:
                words = self._incoming[unit.path]
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
            shows=self._shows(unit),
            line=line,
            segments=tuple(segments),
        )
