"""What a tooltip says of a node: path, op, shapes, parameters, MACs, receptive field."""

from __future__ import annotations

from archspec.analysis import Cost, Field, cost, fields
from archspec.draw import wording
from archspec.draw.repeats import Repeat
from archspec.draw.units import Group, Layer, Unit
from archspec.network import Network, Node


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

    def _layer(self, unit: Layer) -> tuple[str, ...]:
        leaves = (*unit.tensors, *unit.leaves)
        ops = tuple(f"{leaf.path}: {wording.call(leaf)}" for leaf in leaves)
        return (*ops, *self._sums(unit, leaves))

    def _sums(self, unit: Unit, nodes: tuple[Node, ...]) -> tuple[str, ...]:
        arrives = ", ".join(wording.shape(shape) for shape in unit.inputs)
        whole = sum(map(cost, nodes), Cost())
        return (
            f"{arrives} → {wording.shape(unit.output)}",
            f"{whole.parameters:,} params · {whole.macs_text} MACs",
            _pixels(self._fields.get(nodes[-1].path)),
        )


def _pixels(field: Field | None) -> str:
    size = field.size if field else None
    if size is None:
        return "receptive field: whole input"
    return f"receptive field {size[0]} × {size[1]} px"
