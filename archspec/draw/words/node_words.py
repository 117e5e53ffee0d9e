"""What each node and frame of one picture says, in the light of all others in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeAlias

from archspec.draw.scene import Band
from archspec.draw.units.bundles import Bundle
from archspec.draw.units.feature_maps import channels
from archspec.draw.units.repeats import Repeat, first
from archspec.draw.units.twins import Twins
from archspec.draw.units.unit import Layer, Unit
from archspec.draw.words import attention, block_words, figures, layer_words
from archspec.draw.words.disambiguation import Distinction, distinctions
from archspec.draw.words.folded_words import Folds, bar, dilations, stage_lines
from archspec.draw.words.op_words import Words
from archspec.network import Leaf, Network

BlockWords: TypeAlias = tuple[str, str, tuple[str, ...]]
"""Title, detail and lines of a folded block."""


class NodeWords:
    """Finds the words of nodes.

    Args:
        network: what is drawn.
        folds: the words for folded blocks.
        twins: which ops are drawn once for several.
    """

    def __init__(self, network: Network, folds: Folds, twins: Twins) -> None:
        self._labels = {name: label for label, name in network.outputs}
        self._folds = folds
        self._twins = twins
        self._distinctions: Mapping[str, Distinction] = {}

    def tell_apart(self, rows: Iterable[Sequence[Unit]]) -> None:
        """Remember what is said more of units in a picture that would read the same and are not."""
        self._distinctions = distinctions([*rows], self._said)

    def layer(self, layer: Layer) -> Words:
        """Return the title of a layer and what stands beside it."""
        title, detail = layer_words.layer(layer, self._twins.of(layer.leaf))
        return title, self._distinction(layer).on(detail)

    def note(self, layer: Layer) -> str:
        """Return how windows shift from block to block, where several are drawn once."""
        twins = self._twins.of(layer.leaf)
        return attention.shifted(twins) if len(twins) > 1 else ""

    def bands(self, layer: Layer, leaves: Sequence[Leaf]) -> tuple[Band, ...]:
        """Return what a layer takes along; ops that are one node for all have no bands."""
        shown = [] if layer.name else [(leaf, self._twins.of(leaf)) for leaf in leaves]
        return tuple(
            layer_words.band(
                twins, layer.own.get(leaf.path, ()), layer_words.shared_apart(layer, leaf)
            )
            for leaf, twins in shown
            if not layer_words.does_nothing(twins)
        )

    def folded(self, unit: Unit) -> BlockWords:
        """Return the title of a folded block, what stands beside it, and the lines under it."""
        title, detail, lines = self._block(unit)
        return title, self._distinction(first(unit)).on(detail), lines

    def stage(self, stage: Bundle) -> tuple[str, ...]:
        """Return the lines of a folded stage."""
        # The shape of a map stands here: on a short edge it would push the stages apart.
        shape = (figures.shape(stage.output),) if len(stage.output) > 1 else ()
        return (*stage_lines(stage.units, stage.lines, self._distinctions), *shape)

    def frame(self, unit: Unit) -> str:
        """Return the label of the frame of an opened block."""
        group = first(unit)
        many = isinstance(unit, Repeat) and len(unit.turns) > 1
        label = block_words.typed(group) if many else block_words.named(group)
        if group.shared is not None:
            told = layer_words.shared(group.shared, label)
            # Of a block that was called before, more would meet the spine.
            label = told if group.shared.again else ", ".join(filter(None, (label, told)))
        label = ", ".join(filter(None, (label, self._distinction(group).words)))
        return f"{label}, {self.why(unit)}" if unit.side else label

    def aside(self, unit: Unit) -> Words:
        """Return the title and the detail of what stands beside the straight line."""
        one = unit.first if isinstance(unit, Repeat) else unit
        if isinstance(one, Layer):
            return layer_words.layer(one)
        title = block_words.named(first(one))
        return title, layer_words.shared(first(one).shared, title)

    def why(self, unit: Unit) -> str:
        """Return why a unit stands beside the line."""
        label = self._labels.get(unit.key, "")
        if unit.gone:
            return "removed"
        return f"training only → {label}" if label else "training only"

    def _distinction(self, unit: Unit) -> Distinction:
        return self._distinctions.get(unit.path, Distinction())

    def _said(self, unit: Unit) -> Hashable:
        """Return all that is said of a layer or a folded block alone."""
        one = unit.first if isinstance(unit, Repeat) else unit
        if not isinstance(one, Layer):
            return self._block(unit)
        bands = self.bands(one, [leaf for leaf in one.leaves if leaf is not one.leaf])
        return layer_words.layer(one), tuple(band.text for band in bands)

    def _block(self, unit: Unit) -> BlockWords:
        """Return what a block says when it is folded, wherever it stands."""
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
