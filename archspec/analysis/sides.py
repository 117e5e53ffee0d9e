"""The sides of maps that a network's module takes as it stands, said for all values of them."""

from __future__ import annotations

from collections.abc import Mapping

from archspec.analysis.reach import Reach
from archspec.analysis.sizes import Along, Size, Sizes
from archspec.analysis.stepwise import IDENTITY, Stepwise
from archspec.analysis.verdicts import GOOD, UNSURE
from archspec.network import Network, Side, Sides
from archspec.ops import Shape
from archspec.ops.shape import LETTERS


def sides(network: Network, *, training: bool = True) -> Sides | None:
    """Return the sides of maps that a network's module takes without any change to it.

    Args:
        network: the network.
        training: whether in training mode, in which there may be further layers.

    Returns:
        None where no input is a map, or the inputs ask for different sizes.
    """
    maps = network.maps
    if not maps:
        return None
    alone = _passed(network, {name: name for name in maps}, training=training)
    rules = [_sides(alone, name, shape) for name, shape in maps.items()]
    if alone.is_apart and all(rule == rules[0] for rule in rules):
        return rules[0]
    if len(maps) == 1 or len({tuple(map(int, shape[1:])) for shape in maps.values()}) > 1:
        return rules[0] if len(maps) == 1 else None
    common = _passed(network, dict.fromkeys(maps, ""), training=training)
    return _sides(common, "", next(iter(maps.values())), shared=True)


def _passed(network: Network, axes: Mapping[str, str], *, training: bool) -> Reach:
    """Return a pass whose maps have the sides that are named: inputs of one name share them."""
    reach = Reach()
    given = {
        name: entering(shape, _axes(axes[name], shape) if name in axes else {})
        for name, shape in network.inputs.items()
    }
    reach.through(network.root, given, training=training)
    return reach


def _axes(name: str, shape: Shape) -> dict[int, str]:
    """Return names for the sides of a map, by their places."""
    letters = LETTERS[len(shape) - 1]
    return {place: f"{name}.{letter}" for place, letter in enumerate(letters, start=1)}


def entering(shape: Shape, axes: Mapping[int, str]) -> Sizes:
    """Return a shape that enters, some of whose sizes may be any."""
    sizes: list[Size] = [int(n) for n in shape]
    for index, axis in axes.items():
        sizes[index] = Along(axis, IDENTITY)
    return tuple(sizes)


def _sides(reach: Reach, name: str, shape: Shape, *, shared: bool = False) -> Sides:
    axes = _axes(name, shape).values()
    if not reach.is_apart:
        return Sides((None,) * len(axes), raises=reach.raises, shared=shared)
    each = tuple(side(reach.verdicts.get(axis)) for axis in axes)
    found = [verdict for verdict in reach.verdicts.values() if UNSURE in verdict.values]
    return Sides(each, raises=not found, shared=shared)


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
