"""The words in a picture: what layers, blocks and feature maps are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archspec.draw.scene import Band
from archspec.draw.units.blocks import GONE
from archspec.draw.units.feature_maps import dimension, sides
from archspec.draw.units.own_ops import is_own
from archspec.draw.units.repeats import Repeat
from archspec.draw.units.unit import Group, Layer, Shared, Unit, is_merge
from archspec.draw.words import attention, op_words
from archspec.draw.words.op_words import Words
from archspec.network import Leaf
from archspec.ops import Kind, Shape, is_builtin
from archspec.ops.merge import Cat
from archspec.ops.reshape import Narrow, place

_LONGEST: Final = 26
"""Characters of a block's name that are shown."""


def shape(sizes: Shape) -> str:
    """Return a shape as a picture shows it: `64 × 56 × 56`."""
    return " × ".join(str(int(n)) for n in sizes)


def amount(number: int) -> str:
    """Return a number with three or four figures and its unit: `21.80 M`."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("K", 10**3)):
        if number >= size:
            return f"{number / size:.2f} {unit}" if unit != "K" else f"{number / size:.1f} K"
    return str(number)


def share(part: float) -> str:
    """Return a share of a whole as a picture shows it: `27 %`."""
    return f"{part * 100:.0f} %" if part >= 0.005 else "< 1 %"


def layer(unit: Layer, twins: Sequence[Leaf] = ()) -> Words:
    """Return the title of a fused layer and what stands beside it.

    Args:
        unit: the layer.
        twins: its main op in each of several equal blocks, where they are drawn once.
    """
    title, detail = _words(unit, twins or (unit.leaf,))
    return title, ", ".join(filter(None, (detail, shared(unit.shared.get(unit.leaf.path), title))))


def shared(module: Shared | None, title: str) -> str:
    """Return that weights are another module's, or by which name others have these.

    Args:
        module: what is called more than once, if it is.
        title: what stands before, which may have the name already.
    """
    if module is None:
        return ""
    name = module.name.rpartition(".")[2]
    if module.again:
        return f"shares {module.name}"
    return "" if name.lower() in title.lower().split() else f"named {module.name}"


def shared_apart(unit: Layer, leaf: Leaf) -> str:
    """Return what the band of an op says of its weights, where its layer does not say it."""
    here, whole = unit.shared.get(leaf.path), unit.shared.get(unit.leaf.path)
    if here is None:
        return "its own" if whole and whole.again and leaf.op.tensors() else ""
    goes_along = whole and (whole.again, _module(whole)) == (here.again, _module(here))
    return "" if goes_along else shared(here, "")


def _module(module: Shared) -> str:
    """Return the module around a layer, or the layer that stands alone."""
    return module.name.rpartition(".")[0] or module.name


def _words(unit: Layer, twins: Sequence[Leaf]) -> Words:
    leaf = unit.leaf
    if unit.name:
        return cut(_spaced(unit.name)), ""
    if leaf.path in unit.own:
        return _joined(unit)
    if leaf.op.kind is Kind.REGULARISER:
        return op_words.words(leaf.op)[0], _chances(twins)
    if leaf.op.kind is Kind.ATTENTION and is_builtin(type(leaf.op)) and len(twins) == 1:
        shift = attention.shifted(twins)
        return attention.title(leaf.op), ", ".join(filter(None, (attention.heads(leaf.op), shift)))
    if is_own(leaf.op, Narrow):
        return op_words.words(leaf.op)[0], _stretch(leaf.op, unit.inputs[0])
    return op_words.words(leaf.op)


def band(leaves: Sequence[Leaf], own: Sequence[Leaf] = (), told: str = "") -> Band:
    """Return the band of an op; equal layers may differ in the probability of a dropout.

    Args:
        leaves: the op, in each of several equal layers where they are drawn once.
        own: the parameters that it joins.
        told: what there is to say of its weights.
    """
    words, kind, shows = _banded(leaves, own)
    return Band(", ".join(filter(None, (words, told))), kind, shows)


def _banded(leaves: Sequence[Leaf], own: Sequence[Leaf]) -> tuple[str, Kind, tuple[str, ...]]:
    first, shows = leaves[0].op, tuple(leaf.path for leaf in (*leaves, *own))
    if own:
        return f"{op_words.signed(first)} {_named(own)}", first.kind, shows
    title, detail = op_words.words(first)
    if first.kind is Kind.REGULARISER:
        detail = _chances(leaves)
    return f"{title} {detail}".rstrip(), first.kind, shows


def does_nothing(leaves: Sequence[Leaf]) -> bool:
    """Tell whether ops are dropouts that never drop anything."""
    return all(op_words.chance(leaf.op) == 0 for leaf in leaves)


def _chances(leaves: Sequence[Leaf]) -> str:
    chances = [p for leaf in leaves if (p := op_words.chance(leaf.op)) is not None]
    if not chances:
        return ""
    return "–".join(dict.fromkeys(f"{p:.2g}" for p in (min(chances), max(chances))))


def _joined(unit: Layer) -> Words:
    """Return the words for a merge with parameters, which names them."""
    kind, names = type(unit.leaf.op), _named(unit.own[unit.leaf.path])
    if kind is Cat or is_merge(unit):
        return op_words.words(unit.leaf.op)[0], f"and {names}" if is_merge(unit) else names
    return f"{op_words.signed(unit.leaf.op)} {names}", ""


def _named(own: Sequence[Leaf]) -> str:
    return cut(", ".join(_spaced(leaf.name) for leaf in own))


def _spaced(name: str) -> str:
    return name.replace("_", " ").strip()


def _stretch(op: Narrow, arriving: Shape) -> str:
    """Return which channels or positions are kept: `channels 0–57`."""
    index = place(arriving, op.dim)
    first = int(op.start) % int(arriving[index])
    return stretch(dimension(arriving, index), first, int(op.length))


def stretch(what: str, first: int, length: int) -> str:
    """Return so many of something from the first on: `channels 0–57`."""
    return f"{what} {first}" if length == 1 else f"{what}s {first}–{first + length - 1}"


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
    """Return `↓2` for a unit that halves its map, `↑2` for one that doubles it."""
    before, after = sides(unit.inputs[0]), sides(unit.output)
    if len(before) != 2 or len(after) != 2 or after in (before, (1, 1)):
        return ""
    factor = round(max(before[0], after[0]) / min(before[0], after[0]))
    return "" if factor < 2 else f"{'↓' if before[0] > after[0] else '↑'}{factor}"
