"""Ops over the last dimension of what has its channels first, as after a `Permute` forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from archspec.errors import Diagnostic
from archspec.network import Body, Leaf, Network
from archspec.ops import BY_NAME, Kind, Op, Shape, shown
from archspec.ops.shape import ChannelsLast
from archspec.resolve.positions import bound
from archspec.spec import Use

_KEEPING: Final = (Kind.NORM, Kind.SCALE, Kind.ACTIVATION, Kind.REGULARISER, Kind.MERGE)
"""What leaves each element where it was, if the shape is the same."""

_RANK: Final = 3


@dataclass(frozen=True, slots=True)
class _Maker:
    """What made a tensor: the op, and what had made that which it reads; an input has neither."""

    op: Op | None
    before: _Maker | None = None

    def is_map(self) -> bool:
        """Tell whether it gives a map with its channels first, when it gives three sizes."""
        return self.op is None or self.op.kind in (Kind.CONV, Kind.POOL)

    def is_flat_map(self) -> bool:
        """Tell whether it gives the positions of such a map in a row, behind the channels."""
        joins = self.op is not None and type(self.op) is BY_NAME["Flatten"]
        return joins and self.before is not None and self.before.is_map()


_Found = Iterator[Diagnostic]


def layouts(network: Network) -> _Found:
    """Yield a warning for each op that takes other sizes for the channels; codes W145 and W146."""
    found: list[Diagnostic] = []
    _look(network.root, dict.fromkeys(network.inputs, _Maker(None)), found)
    yield from found


def _look(body: Body, made: Mapping[str, _Maker], found: list[Diagnostic]) -> _Maker:
    """Go through a body, and return what its result is made by."""
    makers = dict(made)
    for node in body.steps:
        read = [makers[name] for name in node.reads]
        first = read[0] if read else _Maker(None)
        if isinstance(node, Body):
            makers[node.name] = _look(node, dict(zip(node.entries, read, strict=True)), found)
            continue
        if not _states_its_size(node):
            found += _over_width(node, first)
            found += _over_positions(node, first)
        keeps = node.op.kind in _KEEPING and node.inputs[:1] == (node.output,)
        makers[node.name] = first if keeps and read else _Maker(node.op, first)
    return makers[body.result]


def _over_width(leaf: Leaf, maker: _Maker) -> _Found:
    """Yield a warning where `LayerNorm` normalises the rows of a map, and nobody said so."""
    if leaf.label == "LayerNorm" and _is_first(leaf.inputs[0], _RANK) and maker.is_map():
        channels, _, width = (int(n) for n in leaf.inputs[0])
        message = f"`LayerNorm` normalises the last size, the width {width}, not the channels"
        stated = f"`{{LayerNorm: {width}}}`"
        help = f"for the {channels} channels write `LayerNorm2d`; for the width {stated}"
        yield Diagnostic("W145", message, leaf.written.span, path=leaf.path, help=help)


def _over_positions(leaf: Leaf, maker: _Maker) -> _Found:
    """Yield a warning where the channels of a flattened map are the sequence."""
    reads = leaf.label == "LayerNorm" or leaf.op.kind is Kind.ATTENTION
    if reads and _is_first(leaf.inputs[0], _RANK - 1) and maker.is_flat_map():
        message = f"{shown(leaf.inputs[0])}: the channels are the sequence here"
        help = "`{Permute: [0, 2, 1]}` first makes the positions the sequence"
        yield Diagnostic("W146", message, leaf.written.span, path=leaf.path, help=help)


def _states_its_size(leaf: Leaf) -> bool:
    """Tell whether a size that would be inferred is written: whoever states it means it."""
    if not isinstance(leaf.written, Use):
        return False
    return not set(leaf.op.inferred()).isdisjoint(bound(type(leaf.op), leaf.written))


def _is_first(shape: Shape, rank: int) -> bool:
    return len(shape) == rank and not isinstance(shape, ChannelsLast)


__all__ = ["layouts"]
