"""What would read the same and is not is told apart, by the first thing in which it differs.

Equal neighbours are one node already. Sizes of maps, which stand on the edges, set nothing apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from archspec.draw.units.feature_maps import channels
from archspec.draw.units.own_ops import has_arguments_of
from archspec.draw.units.repeats import Repeat, structure
from archspec.draw.units.unit import Group, Layer, Unit
from archspec.draw.words import block_words, op_words
from archspec.network import Leaf, walk
from archspec.ops import Form, Kind
from archspec.ops.linear import Linear

_ARRIVING: Final = ("channels",)
"""Features of what arrives and not of what a unit is."""
_PATH: Final[Hashable] = "path"


class Distinction(NamedTuple):
    """What sets a node apart: how many channels arrive, and what else."""

    arriving: str = ""
    words: str = ""

    def on(self, detail: str) -> str:
        """Return what stands beside a title, with this."""
        through = f"{self.arriving} → {detail}" if self.arriving else detail
        return " · ".join(filter(None, (through, self.words)))


class _Feature(NamedTuple):
    value: Hashable
    told: Distinction


class _Seen(NamedTuple):
    """A unit, what is said of it, what it computes, and what it would where others arrive."""

    unit: Unit
    said: Hashable
    here: Hashable
    anywhere: Hashable


def distinctions(
    rows: Sequence[Sequence[Unit]], words: Callable[[Unit], Hashable]
) -> Mapping[str, Distinction]:
    """Return what is said more of some units, by their paths.

    What reads the same in one row is the same, and so are the channels that arrive. What reads the
    same in one picture is the same but for these, which stand where they come from.

    Args:
        rows: what stands in each row of a picture.
        words: what is said of each unit as it is.
    """
    seen = [[_seen(unit, words(unit)) for unit in row] for row in rows]
    labels: defaultdict[Hashable, set[Hashable]] = defaultdict(set)
    for alike in (alike for row in seen for alike in _classes(row)):
        found = _separating(alike, [one.here for one in alike], ())
        for one in alike:
            # What is the same is told of in the same way wherever it stands.
            labels[one.said, one.here].update(found)
    every = [one for row in seen for one in row]
    for alike in _classes(every):
        found = _separating(alike, [one.anywhere for one in alike], _ARRIVING)
        for one in alike:
            labels[one.said, one.here].update(found)
    told = ((one.unit, labels[one.said, one.here]) for one in every)
    return {unit.path: _told(unit, chosen) for unit, chosen in told if chosen}


def _seen(unit: Unit, said: Hashable) -> _Seen:
    one = unit.first if isinstance(unit, Repeat) else unit
    if isinstance(one, Layer):
        # What never drops anything is not there.
        there = [leaf for leaf in one.leaves if op_words.chance(leaf.op) != 0 or leaf is one.leaf]
        one = replace(one, leaves=tuple(there), main=there.index(one.leaf))
    arriving = isinstance(one, Group) or (isinstance(one, Layer) and _is_of_channels(one.leaf))
    anywhere = (structure(one, grown=True), tuple(map(_pattern, _tensors(one))))
    here = (*anywhere, channels(one.inputs[0]) if arriving else None)
    return _Seen(one, said, here, anywhere)


def _classes(seen: Iterable[_Seen]) -> Iterable[list[_Seen]]:
    """Return units of which the same is said."""
    found: defaultdict[Hashable, list[_Seen]] = defaultdict(list)
    for one in seen:
        found[one.said].append(one)
    return found.values()


def _separating(
    alike: Sequence[_Seen], same: Sequence[Hashable], without: Collection[Hashable]
) -> list[Hashable]:
    """Return the labels of the features that set apart what is not the same, the first that do."""
    if len({*same}) == 1:
        return []
    features = [dict(_features(one.unit)) for one in alike]
    chosen: list[tuple[Hashable, ...]] = [() for _ in alike]
    found = []
    # One of them may have more ops than the others.
    labels = dict.fromkeys(label for each in features for label in each if label not in without)
    # A path says less than anything else.
    for label in sorted(labels, key=lambda label: label == _PATH):
        values = (each[label].value if label in each else None for each in features)
        more = [(*before, value) for before, value in zip(chosen, values, strict=True)]
        if _confused(more, same) < _confused(chosen, same):
            chosen = more
            found.append(label)
    return found


def _confused(values: Sequence[Hashable], same: Sequence[Hashable]) -> int:
    """Return how many units say the same as another one and are not the same."""
    return len({*zip(values, same, strict=True)}) - len({*values})


def _told(unit: Unit, labels: Collection[Hashable]) -> Distinction:
    """Return what some features of a unit say."""
    told = [feature.told for label, feature in _features(unit) if label in labels]
    return Distinction(
        next((one.arriving for one in told if one.arriving), ""),
        ", ".join(one.words for one in told if one.words),
    )


def _tensors(unit: Unit) -> tuple[Leaf, ...]:
    """Return the parameters of a unit's own."""
    if isinstance(unit, Layer):
        return unit.tensors
    assert isinstance(unit, Group)
    leaves = (node for node in walk(unit.body) if isinstance(node, Leaf))
    return tuple(leaf for leaf in leaves if leaf.op.form is Form.TENSOR)


def _pattern(leaf: Leaf) -> tuple[bool, ...]:
    """Return in which dimensions a parameter is one number for all."""
    return tuple(int(n) == 1 for n in leaf.output)


def _features(unit: Unit) -> Iterator[tuple[Hashable, _Feature]]:
    """Yield what may set a unit apart, the most telling first."""
    before, after = channels(unit.inputs[0]), channels(unit.output)
    through = _Feature(before, Distinction(arriving=str(before) if before != after else ""))
    if isinstance(unit, Layer):
        if _is_of_channels(unit.leaf):
            yield "channels", through
        leaves: Sequence[Leaf] = (*unit.leaves, *unit.tensors)
    else:
        assert isinstance(unit, Group)
        name = _name(unit)
        named = _Feature(name, Distinction(words=name))
        # A name that counts says less than what is counted.
        says = bool(name) and not any(map(str.isdigit, name))
        yield from [("name", named)] * says
        for key, value in _arguments(unit).items():
            yield (
                ("argument", key),
                _Feature(_plain(value), Distinction(words=f"{key}={op_words.value(value)}")),
            )
        yield "channels", through
        yield from [("number", named)] * (not says)
        leaves = [node for node in walk(unit.body) if isinstance(node, Leaf)]
        yield "ops", _Feature(len(leaves), Distinction(words=f"{len(leaves)} ops"))
    for number, leaf in enumerate(leaves):
        first = leaf is leaves[0] and isinstance(unit, Layer)
        path = "" if first or leaf.name.isdigit() else f"{leaf.name}."
        yield (number, ""), _Feature(leaf.label, Distinction(words=f"{path}{leaf.label}"))
        for name in type(leaf.op).model_fields:
            if name not in leaf.op.inferred():
                value = getattr(leaf.op, name)
                told = Distinction(words=f"{path}{name}={op_words.value(value)}")
                is_shape = leaf.op.form is Form.TENSOR and name == "shape"
                yield (number, name), _Feature(_pattern(leaf) if is_shape else _plain(value), told)
    yield _PATH, _Feature(unit.path, Distinction(words=block_words.cut(unit.path)))


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
    title = block_words.block(group).lower()
    words = [word for word in name.split("_") if word.lower() not in title]
    return "" if name.isdigit() else block_words.cut(" ".join(words))
