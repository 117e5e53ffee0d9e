"""The legend: the kinds that the picture uses, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from archspec.draw.scene import Bar, Box, Entry, Folded, Frame, Part, Sign
from archspec.ops import Kind

_ORDER: Final = (
    (Kind.CONV, "Conv"),
    (Kind.NORM, "Norm"),
    (Kind.ACTIVATION, "Activation"),
    (Kind.POOL, "Pool"),
    (Kind.LINEAR, "Linear"),
    (Kind.ATTENTION, "Attention"),
    (Kind.REGULARISER, "Dropout"),
    (Kind.SHAPE, "Shape"),
)
_SIGNS: Final = {"+": "Add", "×": "Multiply"}


def legend(parts: Sequence[Part]) -> tuple[tuple[Entry, ...], ...]:
    """Return the rows of the legend of a picture."""
    nodes = list(flattened(parts))
    boxes = [node for node in nodes if isinstance(node, Box)]
    kinds = {box.kind for box in boxes}
    kinds |= {band.kind for box in boxes for band in (*box.above, *box.below)}
    row = [Entry(text, kind) for kind, text in _ORDER if kind in kinds]
    merges = [_SIGNS[node.text] for node in nodes if isinstance(node, Sign)]
    merges += ["Concat" for node in nodes if isinstance(node, Bar)]
    if merges:
        row.append(Entry(" / ".join(dict.fromkeys(merges)), Kind.MERGE))
    if any(isinstance(node, Folded) for node in nodes):
        row.append(Entry("Block (folded)"))
    return (tuple(row),)


def flattened(parts: Sequence[Part]) -> Iterator[Part]:
    """Yield parts and those within frames, a frame before what it holds."""
    for part in parts:
        yield part
        if isinstance(part, Frame):
            yield from flattened(part.parts)
