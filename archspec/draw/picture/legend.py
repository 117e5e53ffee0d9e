"""The legend: the kinds that the picture uses, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archspec.draw.parts import flattened
from archspec.draw.scene import Bar, Box, Entry, Folded, Part, Sign
from archspec.ops import Kind

_ORDER: Final = (
    (Kind.CONV, "Conv"),
    (Kind.NORM, "Norm"),
    (Kind.SCALE, "Scale"),
    (Kind.ACTIVATION, "Activation"),
    (Kind.POOL, "Pool"),
    (Kind.LINEAR, "Linear"),
    (Kind.ATTENTION, "Attention"),
    (Kind.REGULARISER, "Dropout"),
    (Kind.SHAPE, "Shape"),
)
_COLOURS: Final = 6
"""Branches that have colours of their own."""

_SIGNS: Final = {"+": "Add", "×": "Multiply"}


def legend(parts: Sequence[Part], branches: Sequence[str]) -> tuple[tuple[Entry, ...], ...]:
    """Return the rows of the legend of a picture.

    Args:
        parts: what is in it.
        branches: what each branch of its concatenations does, if that is always the same.
    """
    nodes = list(flattened(parts))
    bars = [isinstance(node, Bar) for node in nodes if isinstance(node, Bar) or _has_bar(node)]
    named = bool(branches) and len(branches) <= _COLOURS
    explained = named and not any(bars)
    row = [*_kinds(nodes), *([Entry("Concat", bar=True)] if bars and not explained else [])]
    # One chip sets nothing apart.
    rows = [tuple(row)] if len(row) > 1 else []
    if named and not all(bars):
        chips = [Entry(text, colour=index) for index, text in enumerate(branches)]
        rows.append((Entry("branches"), *chips))
    return tuple(rows)


def _has_bar(node: Part) -> bool:
    return isinstance(node, Folded) and bool(node.bar)


def _kinds(nodes: Sequence[Part]) -> tuple[Entry, ...]:
    """Return a chip for each kind of op, for what joins maps, and for folded blocks."""
    boxes = [node for node in nodes if isinstance(node, Box)]
    kinds = {box.kind for box in boxes}
    kinds |= {band.kind for box in boxes for band in (*box.above, *box.below)}
    row = [Entry(text, kind) for kind, text in _ORDER if kind in kinds]
    texts = [node.text for node in nodes if isinstance(node, Sign)]
    texts += [box.title for box in boxes if box.kind is Kind.MERGE]
    texts += [band.text for box in boxes for band in box.below if band.kind is Kind.MERGE]
    merges = [_SIGNS.get(text.partition(" ")[0], text.partition(" ")[0]) for text in texts]
    if merges:
        row.append(Entry(" / ".join(dict.fromkeys(merges)), Kind.MERGE))
    if any(isinstance(node, Folded) for node in nodes):
        row.append(Entry("Block (folded)", block=True))
    return tuple(row)
