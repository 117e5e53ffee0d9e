"""The nodes of the network that units stand for."""

from __future__ import annotations

from collections.abc import Iterator

from archspec.draw.units.bundles import Bundle
from archspec.draw.units.repeats import Repeat
from archspec.draw.units.unit import Group, Layer, Unit
from archspec.network import Body, Leaf, walk


def shown(unit: Unit) -> tuple[Leaf | Body, ...]:
    """Return the nodes of the network that a layer or block shows."""
    if isinstance(unit, Layer):
        return (*unit.tensors, *unit.leaves)
    assert isinstance(unit, Group)
    return (unit.body,)


def own_leaves(layer: Layer) -> tuple[Leaf, ...]:
    """Return the ops of a layer, and the parameters that they join."""
    return (*layer.tensors, *layer.leaves)


def leaves_of(unit: Unit) -> Iterator[Leaf]:
    """Yield all ops of a unit."""
    match unit:
        case Layer():
            yield from own_leaves(unit)
        case Group():
            yield from (node for node in walk(unit.body) if isinstance(node, Leaf))
        case Repeat(turns=units) | Bundle(units=units):
            for inner in units:
                yield from leaves_of(inner)


def layers_of(unit: Unit) -> list[Layer]:
    """Return the layers in a unit in the order of execution."""
    if isinstance(unit, Layer):
        return [unit]
    assert isinstance(unit, Group)
    return [layer for inner in unit.units for layer in layers_of(inner)]
