"""What would read the same and is not is told apart, by the first thing in which it differs.

Equal neighbours are one node already. Sizes of maps, which stand on the edges, set nothing apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from archspec.draw import opwords, wording
from archspec.draw.known import has_arguments_of
from archspec.draw.maps import channels
from archspec.draw.repeats import Repeat, structure
from archspec.draw.units import Group, Layer, Unit, is_merge
from archspec.network import Leaf, walk
from archspec.ops import Kind
from archspec.ops.linear import Linear


class Apart(NamedTuple):
    """What sets a node apart: how many channels arrive, and what else."""

    arriving: str = ""
    words: str = ""

    def on(self, detail: str) -> str:
        """Return what stands beside a title, with this."""
        through = f"{self.arriving} → {detail}" if self.arriving else detail
        return " · ".join(filter(None, (through, self.words)))


class _Feature(NamedTuple):
    value: Hashable
    told: Apart


def apart(units: Sequence[Unit], words: Callable[[Unit], Hashable]) -> Mapping[str, Apart]:
    """Return what is said more of some units, by their paths.

    Args:
        units: what stands in one row.
        words: what is said of each as it is.
    """
    classes: defaultdict[Hashable, list[Unit]] = defaultdict(list)
    for unit in units:
        one = unit.first if isinstance(unit, Repeat) else unit
        if isinstance(one, Group) or (isinstance(one, Layer) and not (is_merge(one) or one.name)):
            classes[words(unit)].append(one)
    found: dict[str, Apart] = {}
    for alike in classes.values():
        found |= _separated(alike)
    return found


def _separated(units: Sequence[Unit]) -> dict[str, Apart]:
    """Return what sets units of the same words apart; nothing for those that are the same."""
    same = [_what(unit) for unit in units]
    features = [dict(_features(unit)) for unit in units]
    chosen: list[tuple[_Feature, ...]] = [() for _ in units]
    for label in features[0]:
        nothing = _Feature(None, Apart())
        more = [
            (*told, mapping.get(label, nothing))
            for told, mapping in zip(chosen, features, strict=True)
        ]
        if _confused(more, same) < _confused(chosen, same):
            chosen = more
    return {
        unit.path: Apart(
            next((one.told.arriving for one in told if one.told.arriving), ""),
            ", ".join(one.told.words for one in told if one.told.words),
        )
        for unit, told in zip(units, chosen, strict=True)
        if told
    }


def _confused(told: Sequence[Sequence[_Feature]], same: Sequence[Hashable]) -> int:
    """Return how many units say the same as another one and are not the same."""
    values = [tuple(one.value for one in each) for each in told]
    return len({*zip(values, same, strict=True)}) - len({*values})


def _what(unit: Unit) -> Hashable:
    """Return what a unit computes, whatever the size of its map."""
    arriving = isinstance(unit, Group) or (isinstance(unit, Layer) and _is_of_channels(unit.leaf))
    return structure(unit, grown=True), channels(unit.inputs[0]) if arriving else None


def _features(unit: Unit) -> Iterator[tuple[Hashable, _Feature]]:
    """Yield what may set a unit apart, the most telling first."""
    before, after = channels(unit.inputs[0]), channels(unit.output)
    through = _Feature(before, Apart(arriving=str(before) if before != after else ""))
    if isinstance(unit, Layer):
        if _is_of_channels(unit.leaf):
            yield "channels", through
        leaves: Sequence[Leaf] = unit.leaves
    else:
        assert isinstance(unit, Group)
        name = _name(unit)
        named = _Feature(name, Apart(words=name))
        # A name that counts says less than what is counted.
        says = bool(name) and not any(map(str.isdigit, name))
        yield from [("name", named)] * says
        for key, value in _arguments(unit).items():
            yield (
                ("argument", key),
                _Feature(_plain(value), Apart(words=f"{key}={opwords.value(value)}")),
            )
        yield "channels", through
        yield from [("number", named)] * (not says)
        leaves = [node for node in walk(unit.body) if isinstance(node, Leaf)]
        yield "ops", _Feature(len(leaves), Apart(words=f"{len(leaves)} ops"))
    for number, leaf in enumerate(leaves):
        path = "" if leaf is leaves[0] and isinstance(unit, Layer) else f"{leaf.name}."
        for name in type(leaf.op).model_fields:
            if name not in leaf.op.inferred():
                value = getattr(leaf.op, name)
                told = Apart(words=f"{path}{name}={opwords.value(value)}")
                yield (number, name), _Feature(_plain(value), told)
    yield "path", _Feature(unit.path, Apart(words=wording.cut(unit.path)))


def _is_of_channels(leaf: Leaf) -> bool:
    """Tell whether an op is another one where other channels arrive, though it makes as many."""
    return leaf.op.kind is Kind.CONV or has_arguments_of(leaf.op, Linear)


def _arguments(group: Group) -> Mapping[str, Any]:
    """Return a block's arguments by name."""
    use = group.body.block
    names = [parameter.name for parameter in use.parameters] if use else []
    return {name: use.values[name] for name in names if use and name in use.values}


def _plain(value: Any) -> Hashable:
    return tuple(map(_plain, value)) if isinstance(value, (list, tuple)) else value


def _name(group: Group) -> str:
    """Return from a block's name what its title does not say; nothing for a number."""
    name = group.path.rpartition(".")[2]
    title = wording.block(group).lower()
    words = [word for word in name.split("_") if word.lower() not in title]
    return "" if name.isdigit() else wording.cut(" ".join(words))
