"""Which layers follow one another so closely that they are one node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Final

from archspec.draw.units.blocks import LAYERS
from archspec.draw.units.own_ops import is_own
from archspec.draw.units.unit import Layer, Unit, is_merge, readers
from archspec.ops import Kind
from archspec.ops.merge import Cat
from archspec.ops.reshape import SpaceToDepth

_WEIGHED: Final = (Kind.CONV, Kind.LINEAR, Kind.ATTENTION)
_BEFORE: Final = (Kind.NORM, Kind.SCALE, Kind.ACTIVATION, Kind.REGULARISER)
_LEADING: Final = 8
"""Layers ahead of a convolution that may go with it."""
_AFTER: Final = (Kind.NORM, Kind.SCALE, Kind.ACTIVATION, Kind.REGULARISER, Kind.MERGE)
_TAKEN: Final[Mapping[Kind, tuple[Kind, ...]]] = {
    Kind.CONV: _AFTER,
    Kind.LINEAR: _AFTER,
    Kind.ATTENTION: _AFTER,
    Kind.NORM: (Kind.ACTIVATION, Kind.REGULARISER, Kind.MERGE),
    Kind.SCALE: (Kind.ACTIVATION, Kind.REGULARISER, Kind.MERGE),
    Kind.ACTIVATION: (Kind.REGULARISER,),
    Kind.POOL: (Kind.REGULARISER,),
    Kind.MERGE: (Kind.REGULARISER, Kind.MERGE),
}
"""What a layer takes along of what follows it; of merges, those with a parameter alone."""


def fused(pieces: list[Unit], results: list[str]) -> list[Unit]:
    """Return layers with what they take along, and groups as they are.

    What was removed has no part in how the others are joined: it is a band of the layer that it
    stood in, or stands behind what it read.
    """
    there = list(_chains([piece for piece in pieces if not piece.gone], results))
    apart: list[Unit] = []
    for removed in _chains([piece for piece in pieces if piece.gone], []):
        place = next((chain for chain in there if removed[0].reads[0] in _keys(chain)), None)
        if place and _are_bands(removed, place):
            at = _keys(place).index(removed[0].reads[0]) + 1
            place[at:at] = removed
        else:
            read = _last(place).key if place else removed[0].reads[0]
            unit = _joined(removed)
            apart.append(replace(unit, reads=(read,) * len(unit.reads)))
    units = [_joined(chain) for chain in there]
    for unit in apart:
        places = [place for place, other in enumerate(units, 1) if other.key == unit.reads[0]]
        units.insert(max(places, default=0), unit)
    return units


def _keys(chain: list[Unit]) -> list[str]:
    return [piece.key for piece in chain]


def _are_bands(removed: list[Unit], chain: list[Unit]) -> bool:
    """Tell whether what was removed stood in a layer, as its norm or activation."""
    was, there = (
        {piece.leaf.op.kind if isinstance(piece, Layer) else None for piece in pieces}
        for pieces in (removed, chain)
    )
    return was <= {*_BEFORE} and not there.isdisjoint(LAYERS)


def _joined(chain: list[Unit]) -> Unit:
    """Return one layer for several, read by the key of the last that is still there."""
    layers = [piece for piece in chain if isinstance(piece, Layer)]
    if len(layers) < 2:
        return chain[0]
    leaves = tuple(leaf for layer in layers for leaf in layer.leaves)
    main = next((i for i, leaf in enumerate(leaves) if leaf.op.kind in LAYERS), 0)
    last = _last(chain)
    return replace(
        layers[0],
        key=last.key,
        path=leaves[main].path,
        output=last.output,
        leaves=leaves,
        main=main,
        own={path: tensors for layer in layers for path, tensors in layer.own.items()},
        shared={path: shared for layer in layers for path, shared in layer.shared.items()},
    )


def _last(chain: list[Unit]) -> Unit:
    return [piece for piece in chain if piece.gone == chain[0].gone][-1]


def _chains(pieces: list[Unit], results: list[str]) -> Iterator[list[Unit]]:
    """Yield each group alone, each layer with what it takes along."""
    count = readers(pieces, results)
    after = {piece.reads[0]: piece for piece in pieces if len(piece.reads) == 1}
    merges = {piece.key for piece in pieces if is_merge(piece)}
    taken: set[str] = set()
    for piece in pieces:
        if piece.key in taken:
            continue
        if isinstance(piece, Layer):
            chain = _chain(piece, after, count, lone=piece.reads[0] in merges)
            taken.update(layer.key for layer in chain)
            yield [*chain]
        else:
            yield [piece]


def _chain(
    first: Layer, after: Mapping[str, Unit], count: Counter[str], *, lone: bool
) -> list[Layer]:
    """Return a layer and what it takes along.

    Norms and activations before a convolution go with it; a `lone` activation, the one that
    follows a merge, does not. So do squares that are made positions: it reads them as a
    convolution with a stride would.
    """
    chain = [first]
    if is_merge(first):
        return chain
    kind = first.leaf.op.kind
    leads = kind in (Kind.NORM, Kind.SCALE) or is_own(first.leaf.op, SpaceToDepth)
    if leads or (kind is Kind.ACTIVATION and not lone):
        chain = _leading(first, after, count)
        kind = chain[-1].leaf.op.kind
    for layer in _ahead(chain[-1], after, count):
        if layer.leaf.op.kind not in _TAKEN.get(kind, ()) or is_own(layer.leaf.op, Cat):
            break
        chain.append(layer)
    return chain


def _leading(first: Layer, after: Mapping[str, Unit], count: Counter[str]) -> list[Layer]:
    """Return the layers up to a convolution; just the first if something else comes before it."""
    chain = [first]
    for layer in islice(_ahead(first, after, count), _LEADING):
        chain.append(layer)
        if layer.leaf.op.kind in _WEIGHED:
            return chain
        if layer.leaf.op.kind not in _BEFORE:
            break
    return [first]


def _ahead(first: Layer, after: Mapping[str, Unit], count: Counter[str]) -> Iterator[Layer]:
    """Yield the layers that follow one another, each read by the next alone."""
    here: Unit = first
    while count[here.key] == 1:
        following = after.get(here.key)
        if not isinstance(following, Layer) or following.side != first.side:
            return
        yield following
        here = following
