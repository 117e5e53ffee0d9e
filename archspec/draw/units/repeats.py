"""Equal neighbours are drawn once.

Two units are the same when their structure, their shapes and all arguments of their ops are
equal. Only the probability of a dropout may differ, which the picture then shows as a range, and
the shift of windows, of which it says how it alternates. A series is what a dense block is made of:
the same layers, to which a constant number of channels is added each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from archspec.draw.units.blocks import MOVES
from archspec.draw.units.feature_maps import channels, sides
from archspec.draw.units.own_ops import is_own
from archspec.draw.units.unit import Group, Layer, Unit, is_concat
from archspec.network import Leaf, walk
from archspec.ops import Form, Kind, Shape
from archspec.ops.shape import ChannelsLast
from archspec.ops.window_attention import WindowAttention


@dataclass(frozen=True, kw_only=True)
class Repeat(Unit):
    """Equal units in a row; `growth` is the channels that each turn of a series adds."""

    turns: tuple[Unit, ...]
    growth: int = 0

    @property
    def first(self) -> Unit:
        """The one that is drawn."""
        return self.turns[0]


def first(unit: Unit) -> Group:
    """Return the block of a unit that is one, or that repeats one."""
    group = unit.first if isinstance(unit, Repeat) else unit
    assert isinstance(group, Group)
    return group


Told: TypeAlias = Callable[[Unit], Any]
"""What else must be the same in units that are drawn once, such as their colours."""


def _nothing(_: Unit) -> None:
    """Let units be drawn once whatever else sets them apart."""


def repeated(units: Sequence[Unit], count: Counter[str], told: Told = _nothing) -> tuple[Unit, ...]:
    """Return units in which those that are equal and follow one another are one.

    Args:
        units: in the order of execution.
        count: how often each is read, from `unit.readers`.
        told: what else they must have in common.
    """
    found: list[Unit] = []
    for run in _runs(units, count, told):
        found.append(run[0] if len(run) == 1 else _repeat(run))
    return tuple(found)


def _runs(units: Sequence[Unit], count: Counter[str], told: Told) -> Iterator[list[Unit]]:
    run: list[Unit] = []
    for unit in units:
        follows = run and _follows(run[-1], unit, count) and told(run[-1]) == told(unit)
        if run and not (follows and _continues(run, unit)):
            yield run
            run = []
        run.append(unit)
    if run:
        yield run


def _follows(before: Unit, unit: Unit, count: Counter[str]) -> bool:
    return unit.reads == (before.key,) and count[before.key] == 1 and unit.side == before.side


def _continues(run: list[Unit], unit: Unit) -> bool:
    # A series never has equal turns: what arrives has grown. So a run is one or the other.
    return alike(run[-1]) == alike(unit) or _is_series(run[-1], unit)


def _repeat(run: list[Unit]) -> Repeat:
    first, last = run[0], run[-1]
    return Repeat(
        key=last.key,
        path=first.path,
        reads=first.reads,
        inputs=first.inputs,
        output=last.output,
        side=first.side,
        gone=first.gone,
        places=first.places,
        turns=tuple(run),
        growth=_growth(first) if alike(first) != alike(run[1]) else 0,
    )


def alike(unit: Unit) -> tuple[Any, ...]:
    """Return what two units that are the same have in common."""
    return structure(unit, grown=False)


def _is_series(before: Unit, unit: Unit) -> bool:
    return (
        _growth(before) > 0
        and _growth(before) == _growth(unit)
        and structure(before, grown=True) == structure(unit, grown=True)
    )


def _growth(unit: Unit) -> int:
    """Return the channels that a unit adds to what it reads by concatenation."""
    if not isinstance(unit, Group) or not unit.units:
        return 0
    if sides(unit.inputs[0]) != sides(unit.output):
        return 0
    last = unit.units[-1]
    if not (is_concat(last) and unit.body.entries[0] in last.reads):
        return 0
    return channels(unit.output) - channels(unit.inputs[0])


def structure(unit: Unit, *, grown: bool) -> tuple[Any, ...]:
    """Return what a unit is made of; of one that has `grown`, without what arrives in it."""
    shapes = () if grown else (_plain(unit.output), *map(_plain, unit.inputs))
    if isinstance(unit, Layer):
        leaves = (*unit.leaves, *unit.tensors)
        shared = tuple(unit.shared.get(leaf.path) for leaf in leaves)
        ops = tuple(_op(leaf, grown=grown) for leaf in leaves)
        return ("layer", unit.name, *shapes, shared, *ops)
    assert isinstance(unit, Group)
    places = {name: -1 - index for index, name in enumerate(unit.body.entries)}
    places |= {inner.key: index for index, inner in enumerate(unit.units)}
    wires = tuple(tuple(places.get(key, -1) for key in inner.reads) for inner in unit.units)
    parts = tuple(structure(inner, grown=grown) for inner in unit.units)
    # What leaves no node still sets blocks apart.
    moves = [node for node in walk(unit.body) if isinstance(node, Leaf)]
    parts += tuple(_op(leaf, grown=grown) for leaf in moves if is_own(leaf.op, MOVES))
    return (
        "group",
        unit.body.label,
        unit.shared,
        *shapes,
        wires,
        places.get(unit.result, -1),
        *parts,
    )


def _op(leaf: Leaf, *, grown: bool) -> tuple[Any, ...]:
    left_out = set(leaf.op.inferred()) if grown else set()
    if leaf.op.kind is Kind.REGULARISER:
        left_out.add("p")
    if is_own(leaf.op, WindowAttention):
        left_out.add("shift_size")
    if grown and leaf.op.form is Form.TENSOR:
        left_out.add("shape")
    fields = type(leaf.op).model_fields
    arguments = tuple((name, getattr(leaf.op, name)) for name in fields if name not in left_out)
    return (leaf.label, arguments)


def _plain(shape: Shape) -> tuple[int | bool, ...]:
    return isinstance(shape, ChannelsLast), *map(int, shape)
