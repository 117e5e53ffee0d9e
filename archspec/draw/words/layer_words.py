"""What fused layers are called, and the bands of what goes with them."""

from __future__ import annotations

from collections.abc import Sequence

from archspec.draw.scene import Band
from archspec.draw.units.feature_maps import dimension
from archspec.draw.units.own_ops import is_own
from archspec.draw.units.unit import Layer, Shared, is_merge
from archspec.draw.words import attention, block_words, op_words
from archspec.draw.words.op_words import Words
from archspec.network import Leaf
from archspec.ops import Kind, Shape, is_builtin
from archspec.ops.merge import Cat
from archspec.ops.reshape import Narrow
from archspec.ops.shape import place


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
        return block_words.cut(_spaced(unit.name)), ""
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
    return block_words.cut(", ".join(_spaced(leaf.name) for leaf in own))


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
