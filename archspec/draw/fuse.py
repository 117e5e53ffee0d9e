"""From the tree to what a picture shows of it: fused layers and blocks.

Modules that only group their children (branches, `layer1`, a convolution with its norm) are
looked through; ops that only move elements leave no node; a convolution takes the norm, the
activation and the dropout that follow it along, and a factor or summand that is learned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice, pairwise
from typing import Final

from archspec.draw.looking import (
    LAYERS,
    SILENT,
    holds_blocks,
    is_gone,
    rearranges,
    seen_through,
)
from archspec.draw.repeats import alike
from archspec.draw.units import Chart, Group, Layer, Unit, is_merge, readers
from archspec.network import INPUT, Body, Leaf, Network, walk
from archspec.ops import Form, Kind
from archspec.ops.activation import Identity
from archspec.ops.merge import Cat
from archspec.ops.reshape import SpaceToDepth

_WEIGHED: Final = (Kind.CONV, Kind.LINEAR, Kind.ATTENTION)
_BEFORE: Final = (Kind.NORM, Kind.ACTIVATION, Kind.REGULARISER)
_LEADING: Final = 8
"""Layers ahead of a convolution that may go with it."""
_AFTER: Final = (Kind.NORM, Kind.ACTIVATION, Kind.REGULARISER, Kind.MERGE)
_TAKEN: Final[Mapping[Kind, tuple[Kind, ...]]] = {
    Kind.CONV: _AFTER,
    Kind.LINEAR: _AFTER,
    Kind.ATTENTION: _AFTER,
    Kind.NORM: (Kind.ACTIVATION, Kind.REGULARISER, Kind.MERGE),
    Kind.ACTIVATION: (Kind.REGULARISER,),
    Kind.POOL: (Kind.REGULARISER,),
    Kind.MERGE: (Kind.REGULARISER, Kind.MERGE),
}
"""What a layer takes along of what follows it; of merges, those with a parameter alone."""


def chart(network: Network) -> Chart:
    """Return the units of a network; the results of its outputs are kept apart."""
    starts = {name: name for name in network.inputs}
    reader = _Reader(root=True)
    names = reader.read(network.root, "", starts, ())
    kept = [names[name] for _, name in network.outputs]
    return Chart(tuple(_fused(reader.pieces, kept)), names, reader.silent)


def inside(body: Body) -> Chart:
    """Return the units in a module that is no block: groups of blocks in it are stages."""
    reader = _Reader(root=True)
    names = reader.read(body, "", {INPUT: INPUT}, ())
    return Chart(tuple(_fused(reader.pieces, [names[body.result]])), names, reader.silent)


def block(body: Body) -> Group:
    """Return a block as the only unit, that reads `input`."""
    return replace(_group(body, body.name, (INPUT,), ()), side=False)


class _Reader:
    """Walks a body and what can be looked through in it, and collects pieces to fuse."""

    def __init__(self, *, root: bool) -> None:
        self.root = root
        self.pieces: list[Unit] = []
        self.silent: dict[str, str] = {}

    def read(
        self, body: Body, place: str, starts: Mapping[str, str], places: tuple[str, ...]
    ) -> Mapping[str, str]:
        """Collect the pieces of a body; return what its children's names stand for."""
        names = dict(starts)
        own: dict[str, Leaf] = {}
        twins = set(_twins(body)) if self.root else set()
        for node in body.steps:
            key = f"{place}{node.name}"
            reads = tuple(names[name] for name in node.reads if name not in own)
            if isinstance(node, Leaf) and node.op.form is Form.TENSOR:
                own[node.name] = node
            elif isinstance(node, Leaf):
                tensors = {name: own[name] for name in node.reads if name in own}
                names[node.name] = self._leaf(node, key, reads, places, tensors)
            elif rearranges(node):
                names[node.name] = key
                self.pieces.append(_rearranged(node, key, reads, places))
            elif node.name not in twins and seen_through(node, root=self.root):
                below = self.read(node, f"{key}.", {INPUT: reads[0]}, (*places, key))
                names[node.name] = below[node.result]
            else:
                names[node.name] = key
                self.pieces.append(_group(node, key, reads, places))
        return names

    def _leaf(
        self,
        leaf: Leaf,
        key: str,
        reads: tuple[str, ...],
        places: tuple[str, ...],
        own: Mapping[str, Leaf],
    ) -> str:
        if isinstance(leaf.op, Identity):
            self.silent.setdefault(reads[0], leaf.path)
        if isinstance(leaf.op, SILENT):
            return reads[0]
        arriving = zip(leaf.reads, leaf.inputs, strict=True)
        self.pieces.append(
            Layer(
                key=key,
                path=leaf.path,
                reads=reads,
                inputs=tuple(shape for name, shape in arriving if name not in own),
                output=leaf.output,
                side=leaf.training_only,
                gone=is_gone(leaf),
                places=places,
                leaves=(leaf,),
                own={leaf.path: tuple(own.values())} if own else {},
            )
        )
        return key


def _rearranged(body: Body, key: str, reads: tuple[str, ...], places: tuple[str, ...]) -> Layer:
    return Layer(
        key=key,
        path=body.path,
        reads=reads,
        inputs=body.inputs,
        output=body.output,
        side=body.training_only,
        gone=is_gone(body),
        places=places,
        leaves=tuple(node for node in walk(body) if isinstance(node, Leaf)),
        name=body.block.name if body.block else body.name,
    )


def _group(body: Body, key: str, reads: tuple[str, ...], places: tuple[str, ...]) -> Group:
    reader = _Reader(root=False)
    names = reader.read(body, "", {INPUT: INPUT}, ())
    result = names[body.result]
    return Group(
        key=key,
        path=body.path,
        reads=reads,
        inputs=body.inputs,
        output=body.output,
        side=body.training_only,
        gone=is_gone(body),
        places=places,
        body=body,
        units=tuple(_fused(reader.pieces, [result])),
        result=result,
        silent=reader.silent,
    )


def _twins(body: Body) -> Iterator[str]:
    """Yield the children that hold blocks and equal a neighbour: they are blocks to draw once."""
    for before, node in pairwise(body.steps):
        if not isinstance(before, Body) or not isinstance(node, Body):
            continue
        if before.label != node.label or node.reads != (before.name,) or not holds_blocks(node):
            continue
        one, other = (alike(_group(child, child.name, child.reads, ())) for child in (before, node))
        if one == other:
            yield from (before.name, node.name)


def _fused(pieces: list[Unit], results: list[str]) -> list[Unit]:
    """Return layers with what they take along, and groups as they are.

    What was removed has no part in how the others are joined: it is a band of the layer that it
    stood in, or stands behind what it read.
    """
    chains = list(_chains([piece for piece in pieces if not piece.gone], results))
    apart: list[Unit] = []
    for removed in _chains([piece for piece in pieces if piece.gone], []):
        place = next((chain for chain in chains if removed[0].reads[0] in _keys(chain)), None)
        if place and _are_bands(removed, place):
            at = _keys(place).index(removed[0].reads[0]) + 1
            place[at:at] = removed
        else:
            read = _last(place).key if place else removed[0].reads[0]
            apart.append(replace(_joined(removed), reads=(read,)))
    units = [_joined(chain) for chain in chains]
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
    leads = kind is Kind.NORM or isinstance(first.leaf.op, SpaceToDepth)
    if leads or (kind is Kind.ACTIVATION and not lone):
        chain = _leading(first, after, count)
        kind = chain[-1].leaf.op.kind
    for layer in _ahead(chain[-1], after, count):
        if layer.leaf.op.kind not in _TAKEN.get(kind, ()) or isinstance(layer.leaf.op, Cat):
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
    )


def _last(chain: list[Unit]) -> Unit:
    return [piece for piece in chain if piece.gone == chain[0].gone][-1]
