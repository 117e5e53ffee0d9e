"""From the tree to what a picture shows of it: fused layers and blocks.

Modules that only group their children (branches, `layer1`, a convolution with its norm) are
looked through; ops that only move elements leave no node; a convolution takes the norm, the
activation and the dropout that follow it along, and a factor or summand that is learned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from archspec.draw.units.blocks import SILENT, holds_blocks, is_gone, rearranges, seen_through
from archspec.draw.units.fusion import fused
from archspec.draw.units.own_ops import is_own
from archspec.draw.units.repeats import alike
from archspec.draw.units.unit import Chart, Group, Layer, Unit
from archspec.draw.units.weight_sharing import shared
from archspec.network import Body, Leaf, Network, walk
from archspec.ops import Form
from archspec.ops.activation import Identity


def chart(network: Network) -> Chart:
    """Return the units of a network; the results of its outputs are kept apart."""
    starts = {name: name for name in network.inputs}
    reader = _Reader(network.root, root=True)
    names = reader.read(network.root, "", starts, ())
    kept = [names[name] for _, name in network.outputs]
    return Chart(tuple(fused(reader.pieces, kept)), names, reader.silent)


def inside(body: Body) -> Chart:
    """Return the units in a module that is no block: groups of blocks in it are stages."""
    reader = _Reader(body, root=True)
    names = reader.read(body, "", own_names(body), ())
    return Chart(tuple(fused(reader.pieces, [names[body.result]])), names, reader.silent)


def block(body: Body) -> Group:
    """Return a block as the only unit, that reads what enters it under the names it has there."""
    return replace(_group(body, body.name, body.entries, ()), side=False)


def own_names(body: Body) -> dict[str, str]:
    """Return what enters a body by its own names, as it is read where the body is drawn alone."""
    return {name: name for name in body.entries}


class _Reader:
    """Walks a body and what can be looked through in it, and collects pieces to fuse."""

    def __init__(self, body: Body, *, root: bool) -> None:
        self.root = root
        self.shared = shared(body)
        self.pieces: list[Unit] = []
        self.silent: dict[str, str] = {}

    def read(
        self, body: Body, place: str, arriving: Mapping[str, str], places: tuple[str, ...]
    ) -> Mapping[str, str]:
        """Collect the pieces of a body; return what its children's names stand for."""
        names = dict(arriving)
        own: dict[str, Leaf] = {}
        equal = set(_equal_neighbours(body)) if self.root else set()
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
            elif node.name not in equal and seen_through(node, root=self.root):
                starts = dict(zip(node.entries, reads, strict=True))
                below = self.read(node, f"{key}.", starts, (*places, key))
                names[node.name] = below[node.result]
            else:
                names[node.name] = key
                group = _group(node, key, reads, places)
                self.pieces.append(replace(group, shared=self.shared.get(node.path)))
        return names

    def _leaf(
        self,
        leaf: Leaf,
        key: str,
        reads: tuple[str, ...],
        places: tuple[str, ...],
        own: Mapping[str, Leaf],
    ) -> str:
        if is_own(leaf.op, Identity):
            self.silent.setdefault(reads[0], leaf.path)
        if is_own(leaf.op, SILENT):
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
                shared={leaf.path: self.shared[leaf.path]} if leaf.path in self.shared else {},
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
    reader = _Reader(body, root=False)
    names = reader.read(body, "", own_names(body), ())
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
        units=tuple(fused(reader.pieces, [result])),
        result=result,
        silent=reader.silent,
    )


def _equal_neighbours(body: Body) -> Iterator[str]:
    """Yield the children that hold blocks and equal a neighbour: they are blocks to draw once."""
    for before, node in pairwise(body.steps):
        if not isinstance(before, Body) or not isinstance(node, Body):
            continue
        if before.label != node.label or node.reads != (before.name,) or not holds_blocks(node):
            continue
        one, other = (alike(_group(child, child.name, child.reads, ())) for child in (before, node))
        if one == other:
            yield from (before.name, node.name)
