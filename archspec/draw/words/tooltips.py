"""What a tooltip says of a node: path, op, shapes, parameters, MACs, receptive field."""

from __future__ import annotations

from typing import Final

from archspec.analysis import Cost, Field, costs, fields
from archspec.draw.scene import About
from archspec.draw.units.blocks import GONE, is_gone
from archspec.draw.units.leaves import shown
from archspec.draw.units.repeats import Repeat
from archspec.draw.units.unit import Group, Layer, Unit
from archspec.draw.words import figures, op_words
from archspec.network import Body, Leaf, Network

_TRAINING: Final = "training only"
"""What runs in training alone has no MACs, since they are those of one sample in eval mode."""


class Tooltips:
    """Writes the tooltips of one network, and of what it lacks of the one `before` it."""

    def __init__(self, network: Network, before: Network | None = None) -> None:
        self._side = network.side
        self._fields, self._costs = dict(fields(network)), dict(costs(network))
        if before is not None:
            self._fields |= {f"{GONE}{path}": field for path, field in fields(before).items()}
            self._costs |= {f"{GONE}{path}": cost for path, cost in costs(before).items()}

    def of(self, unit: Unit) -> tuple[str, ...]:
        """Return the lines of a unit's tooltip."""
        if isinstance(unit, Repeat):
            first, *lines = self.of(unit.first)
            return (f"{first} (drawn once for {len(unit.turns)})", *lines)
        if isinstance(unit, Layer):
            return self._layer(unit)
        assert isinstance(unit, Group)
        return (f"{unit.path}: {unit.body.label}", *self._sums(unit, (unit.body,)))

    def about(self, unit: Unit) -> About:
        """Return what a unit's tooltip says as data; equal units are told of by the first."""
        turns = unit.turns if isinstance(unit, Repeat) else (unit,)
        nodes = shown(turns[0])
        pixels, parameters, macs = self._figures(turns[0], nodes)
        return About(
            ops=tuple((node.path, _call(node)) for node in nodes),
            figures=(
                ("shape", _shapes(turns[0])),
                ("parameters", parameters),
                ("MACs", macs),
                ("receptive field", pixels),
            ),
            shows=tuple(tuple(node.path for node in shown(turn)) for turn in turns),
        )

    def _layer(self, unit: Layer) -> tuple[str, ...]:
        leaves = shown(unit)
        ops = tuple(f"{leaf.path}: {_call(leaf)}" for leaf in leaves)
        return (*ops, *self._sums(unit, leaves))

    def _sums(self, unit: Unit, nodes: tuple[Leaf | Body, ...]) -> tuple[str, ...]:
        pixels, parameters, macs = self._figures(unit, nodes)
        costs = macs if macs == _TRAINING else f"{macs} MACs"
        return (
            _shapes(unit),
            f"{parameters} params · {costs}",
            f"receptive field{' ' if pixels[0].isdigit() else ': '}{pixels}",
        )

    def _figures(self, unit: Unit, nodes: tuple[Leaf | Body, ...]) -> tuple[str, str, str]:
        """Return the receptive field behind a unit, and parameters and MACs of what is there."""
        there = [node for node in nodes if unit.gone or not is_gone(node)]
        whole = sum((self._costs[node.path] for node in there), Cost())
        aside = there[-1].path.partition(".")[0] in self._side
        macs = _TRAINING if aside else whole.macs_text
        return _pixels(self._fields.get(there[-1].path)), f"{whole.parameters:,}", macs


def _call(node: Leaf | Body) -> str:
    return op_words.call(node) if isinstance(node, Leaf) else node.label


def _shapes(unit: Unit) -> str:
    arrives = ", ".join(figures.shape(shape) for shape in unit.inputs)
    return f"{arrives} → {figures.shape(unit.output)}"


def _pixels(field: Field | None) -> str:
    size = field.size if field else None
    return "whole input" if size is None else figures.pixels(size, apart=True)
