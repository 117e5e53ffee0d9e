"""What a tooltip says of a node: path, op, shapes, parameters, MACs, receptive field."""

from __future__ import annotations

from archspec.analysis import Cost, Field, cost, fields
from archspec.draw import wording
from archspec.draw.repeats import Repeat
from archspec.draw.scene import About
from archspec.draw.units import Group, Layer, Unit, shown
from archspec.network import Body, Leaf, Network, Node


class Facts:
    """Writes the tooltips of one network."""

    def __init__(self, network: Network) -> None:
        self._fields = fields(network)

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
        field = self._fields.get(nodes[-1].path)
        whole = sum(map(cost, nodes), Cost())
        return About(
            ops=tuple((node.path, _call(node)) for node in nodes),
            figures=(
                ("shape", _shapes(turns[0])),
                ("parameters", f"{whole.parameters:,}"),
                ("MACs", whole.macs_text),
                ("receptive field", _pixels(field)),
            ),
            shows=tuple(tuple(node.path for node in shown(turn)) for turn in turns),
        )

    def _layer(self, unit: Layer) -> tuple[str, ...]:
        leaves = shown(unit)
        ops = tuple(f"{leaf.path}: {_call(leaf)}" for leaf in leaves)
        return (*ops, *self._sums(unit, leaves))

    def _sums(self, unit: Unit, nodes: tuple[Node, ...]) -> tuple[str, ...]:
        pixels = _pixels(self._fields.get(nodes[-1].path))
        whole = sum(map(cost, nodes), Cost())
        return (
            _shapes(unit),
            f"{whole.parameters:,} params · {whole.macs_text} MACs",
            f"receptive field{' ' if pixels[0].isdigit() else ': '}{pixels}",
        )


def _call(node: Leaf | Body) -> str:
    return wording.call(node) if isinstance(node, Leaf) else node.label


def _shapes(unit: Unit) -> str:
    arrives = ", ".join(wording.shape(shape) for shape in unit.inputs)
    return f"{arrives} → {wording.shape(unit.output)}"


def _pixels(field: Field | None) -> str:
    size = field.size if field else None
    return "whole input" if size is None else f"{size[0]} × {size[1]} px"
