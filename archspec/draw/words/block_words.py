"""What blocks are called."""

from __future__ import annotations

from math import prod
from typing import Final

from archspec.draw.units.blocks import GONE
from archspec.draw.units.feature_maps import is_map, sides
from archspec.draw.units.repeats import Repeat
from archspec.draw.units.unit import Group, Layer, Unit, is_merge

_LONGEST: Final = 26
"""Characters of a block's name that are shown."""


def named(group: Group) -> str:
    """Return a block's title: its type, and from its name what the type does not say.

    `inception3a: Inception` is `Inception 3a`; a numbered child is just its type.
    """
    name = group.path.removeprefix(GONE).rpartition(".")[2]
    label = typed(group)
    if group.body.block is None:
        return label if name.isdigit() else cut(name)
    plain = name.replace("_", "").lower()
    if plain.startswith(label.lower()) and len(plain) > len(label):
        return cut(f"{label} {name.replace('_', '')[len(label) :]}")
    return label


def block(unit: Unit) -> str:
    """Return the title of a block: of several equal ones, what they all are."""
    if isinstance(unit, Repeat):
        assert isinstance(unit.first, Group)
        return typed(unit.first)
    assert isinstance(unit, Group)
    return " ".join(filter(None, (named(unit), shrinks(unit))))


def typed(group: Group) -> str:
    """Return what sort of block a block is; one without a type is called by what ends it."""
    if group.body.block is not None:
        return cut(group.body.label)
    last = next((unit for unit in group.units if unit.key == group.result), None)
    ending = last.leaf.label if isinstance(last, Layer) and is_merge(last) else ""
    return {"Add": "residual", "Cat": "branches", "Mul": "gate"}.get(ending, "block")


def cut(name: str) -> str:
    """Return a name no longer than what a frame or node has room for."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def short(label: str) -> str:
    """Return the capitals of a long block name: `SqueezeExcitation` is `SE`."""
    capitals = "".join(character for character in label if character.isupper())
    return capitals if len(label) > 12 and len(capitals) > 1 else label


def shrinks(unit: Unit) -> str:
    """Return `↓2` for a unit that halves its map, `↑2` for one that doubles it.

    Where a side stays as it is, that is told: `↓1×2×2`.
    """
    if not (is_map(unit.inputs[0]) and is_map(unit.output)):
        return ""
    before, after = sides(unit.inputs[0]), sides(unit.output)
    if len(before) != len(after) or before == after or {*after} == {1}:
        return ""
    factors = [round(max(pair) / min(pair)) for pair in zip(before, after, strict=True)]
    told = factors if len({*factors}) > 1 else factors[:1]
    sign = "↓" if prod(before) > prod(after) else "↑"
    return "" if max(factors) < 2 else f"{sign}{'×'.join(map(str, told))}"
