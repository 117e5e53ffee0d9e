"""The heights and widths that a network's module takes as it stands, said for all of them."""

from __future__ import annotations

from collections.abc import Mapping

from archspec.analysis.reach import Reach
from archspec.analysis.sizes import Along, Size, Sizes
from archspec.analysis.stepwise import IDENTITY, Stepwise
from archspec.analysis.verdicts import GOOD, UNSURE
from archspec.network import Network, Side, Sides
from archspec.ops import Shape


def sides(network: Network, *, training: bool = True) -> Sides | None:
    """Return the heights and widths that a network's module takes without any change to it.

    Args:
        network: the network.
        training: whether in training mode, in which there may be further layers.

    Returns:
        None where no input is a map, or the inputs ask for different sizes.
    """
    maps = {name: shape for name, shape in network.inputs.items() if len(shape) == 3}
    if not maps:
        return None
    alone = _passed(network, {name: name for name in maps}, training=training)
    rules = [_sides(alone, name) for name in maps]
    if alone.is_apart and all(rule == rules[0] for rule in rules):
        return rules[0]
    if len(maps) == 1 or len({tuple(map(int, shape[1:])) for shape in maps.values()}) > 1:
        return rules[0] if len(maps) == 1 else None
    return _sides(_passed(network, dict.fromkeys(maps, ""), training=training), "", shared=True)


def _passed(network: Network, axes: Mapping[str, str], *, training: bool) -> Reach:
    """Return a pass whose maps have the sides that are named: inputs of one name share them."""
    reach = Reach()
    given = {
        name: entering(shape, {1: f"{axes[name]}.H", 2: f"{axes[name]}.W"} if name in axes else {})
        for name, shape in network.inputs.items()
    }
    reach.through(network.root, given, training=training)
    return reach


def entering(shape: Shape, axes: Mapping[int, str]) -> Sizes:
    """Return a shape that enters, some of whose sizes may be any."""
    sizes: list[Size] = [int(n) for n in shape]
    for index, axis in axes.items():
        sizes[index] = Along(axis, IDENTITY)
    return tuple(sizes)


def _sides(reach: Reach, name: str, *, shared: bool = False) -> Sides:
    if not reach.is_apart:
        return Sides(None, None, raises=reach.raises, shared=shared)
    height, width = (side(reach.verdicts.get(f"{name}.{letter}")) for letter in "HW")
    found = [verdict for verdict in reach.verdicts.values() if UNSURE in verdict.values]
    return Sides(height, width, raises=not found, shared=shared)


def side(verdict: Stepwise | None) -> Side | None:
    """Return the rule of the values that are good; None where there is none, or few of them."""
    if verdict is None:
        return Side()
    good = {n for n, found in enumerate(verdict.values, start=1) if found == GOOD}
    step = verdict.step
    remainders = {n % step for n in good if n >= verdict.settled}
    if not remainders:
        return None
    least = min(good)
    ruled = {n for n in range(least, len(verdict.values) + 1) if n % step in remainders}
    return Side(least, step, tuple(sorted(remainders))) if ruled == good else None
