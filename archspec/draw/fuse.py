"""From the tree to what a picture shows of it: fused layers and blocks.

Modules that only group their children (branches, `layer1`, a convolution with its norm) are
looked through; ops that only move elements leave no node; a convolution takes the norm, the
activation and the dropout that follow it along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from archspec.network import INPUT, Body, Leaf, Network, walk
from archspec.ops import Kind, Shape
from archspec.ops.activation import Identity
from archspec.ops.reshape import Flatten

_SILENT: Final = (Flatten, Identity)
_LAYERS: Final = (Kind.CONV, Kind.LINEAR, Kind.POOL, Kind.ATTENTION)
_WEIGHED: Final = (Kind.CONV, Kind.LINEAR)
_BEFORE: Final = (Kind.NORM, Kind.ACTIVATION, Kind.REGULARISER)
_TAKEN: Final[Mapping[Kind, tuple[Kind, ...]]] = {
    Kind.CONV: (Kind.NORM, Kind.ACTIVATION, Kind.REGULARISER),
    Kind.LINEAR: (Kind.NORM, Kind.ACTIVATION, Kind.REGULARISER),
    Kind.NORM: (Kind.ACTIVATION, Kind.REGULARISER),
    Kind.ACTIVATION: (Kind.REGULARISER,),
    Kind.POOL: (Kind.REGULARISER,),
}
"""What a layer takes along of what follows it."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One thing to draw.

    Attributes:
        key: what siblings read it by.
        reads: keys of siblings, or `input`.
        inputs: the shapes that arrive.
        side: in training mode alone.
        places: the grouping modules around it, from the outside in.
    """

    key: str
    path: str
    reads: tuple[str, ...]
    inputs: tuple[Shape, ...]
    output: Shape
    side: bool = False
    places: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Layer(Unit):
    """Ops drawn as one node; `leaves[main]` gives it its name."""

    leaves: tuple[Leaf, ...]
    main: int = 0

    @property
    def leaf(self) -> Leaf:
        """The op that gives the layer its name."""
        return self.leaves[self.main]

    @property
    def is_merge(self) -> bool:
        """Tell whether it joins several feature maps."""
        return self.leaf.op.kind is Kind.MERGE


@dataclass(frozen=True, kw_only=True)
class Group(Unit):
    """A block: folded to one node or opened to its units; `silent` are its identities."""

    body: Body
    units: tuple[Unit, ...]
    result: str
    silent: Mapping[str, str]


@dataclass(frozen=True)
class Chart:
    """The units of a body, in the order of execution.

    Attributes:
        names: what each child's name stands for: a key, or `input`.
        silent: the paths of identities by the keys they read.
    """

    units: tuple[Unit, ...]
    names: Mapping[str, str]
    silent: Mapping[str, str]


def chart(network: Network) -> Chart:
    """Return the units of a network; the results of its outputs are kept apart."""
    starts = {name: name for name in network.inputs}
    reader = _Reader(root=True)
    names = reader.read(network.root, "", starts, ())
    kept = [names[name] for _, name in network.outputs]
    return Chart(tuple(_fused(reader.pieces, kept)), names, reader.silent)


def readers(units: Iterable[Unit], results: Iterable[str] = ()) -> Counter[str]:
    """Count by key who reads a unit; a result is read from outside."""
    return Counter([*results, *(key for unit in units for key in unit.reads)])


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
        for node in body.steps:
            key = f"{place}{node.name}"
            reads = tuple(names[name] for name in node.reads)
            if isinstance(node, Leaf):
                names[node.name] = self._leaf(node, key, reads, places)
            elif self._seen_through(node):
                inner = places if node.block and not _is_stage(node) else (*places, key)
                below = self.read(node, f"{key}.", {INPUT: reads[0]}, inner)
                names[node.name] = below[node.result]
            else:
                names[node.name] = key
                self.pieces.append(_group(node, key, reads, places))
        return names

    def _leaf(self, leaf: Leaf, key: str, reads: tuple[str, ...], places: tuple[str, ...]) -> str:
        if isinstance(leaf.op, _SILENT):
            self.silent.setdefault(reads[0], leaf.path)
            return reads[0]
        self.pieces.append(
            Layer(
                key=key,
                path=leaf.path,
                reads=reads,
                inputs=leaf.inputs,
                output=leaf.output,
                side=leaf.training_only,
                places=places,
                leaves=(leaf,),
            )
        )
        return key

    def _seen_through(self, body: Body) -> bool:
        if body.training_only:
            return False
        if self.root and _is_stage(body):
            return True
        if _is_one_layer(body):
            return True
        # Without a name of its own, a residual is a block only where blocks stand in a row.
        return body.block is None and not (self.root and _merges(body))


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
        places=places,
        body=body,
        units=tuple(_fused(reader.pieces, [result])),
        result=result,
        silent=reader.silent,
    )


def _is_one_layer(body: Body) -> bool:
    leaves = [node for node in walk(body) if isinstance(node, Leaf)]
    kinds = Counter(leaf.op.kind for leaf in leaves)
    return not kinds[Kind.MERGE] and sum(kinds[kind] for kind in _LAYERS) <= 1


def _merges(body: Body) -> bool:
    return any(isinstance(node, Leaf) and node.op.kind is Kind.MERGE for node in body.nodes)


def _is_stage(body: Body) -> bool:
    """Tell whether a module is nothing but blocks one after the other."""
    blocks = [node for node in body.nodes if isinstance(node, Body) and not _is_one_layer(node)]
    return len(blocks) > 1 and len(blocks) == len(body.nodes)


def _fused(pieces: list[Unit], results: list[str]) -> Iterator[Unit]:
    """Yield layers with what they take along, and groups as they are."""
    count = readers(pieces, results)
    after = {piece.reads[0]: piece for piece in pieces if len(piece.reads) == 1}
    merges = {piece.key for piece in pieces if isinstance(piece, Layer) and piece.is_merge}
    taken: set[str] = set()
    for piece in pieces:
        if piece.key in taken:
            continue
        if isinstance(piece, Layer):
            chain = _chain(piece, after, count, lone=piece.reads[0] in merges)
            taken.update(layer.key for layer in chain)
            yield _joined(chain)
        else:
            yield piece


def _chain(
    first: Layer, after: Mapping[str, Unit], count: Counter[str], *, lone: bool
) -> list[Layer]:
    """Return a layer and what it takes along.

    Norms and activations before a convolution go with it; a `lone` activation, the one that
    follows a merge, does not.
    """
    chain = [first]
    kind = first.leaf.op.kind
    if kind is Kind.NORM or (kind is Kind.ACTIVATION and not lone):
        chain = _leading(first, after, count)
        kind = chain[-1].leaf.op.kind
    for layer in _ahead(chain[-1], after, count):
        if layer.leaf.op.kind not in _TAKEN.get(kind, ()):
            break
        chain.append(layer)
    return chain


def _leading(first: Layer, after: Mapping[str, Unit], count: Counter[str]) -> list[Layer]:
    """Return the layers up to a convolution; just the first if something else comes before it."""
    chain = [first]
    for layer in _ahead(first, after, count):
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


def _joined(chain: list[Layer]) -> Layer:
    """Return one layer for several, read by the key of the last."""
    leaves = tuple(layer.leaf for layer in chain)
    main = next((i for i, leaf in enumerate(leaves) if leaf.op.kind in _LAYERS), 0)
    return replace(
        chain[0],
        key=chain[-1].key,
        path=leaves[main].path,
        output=leaves[-1].output,
        leaves=leaves,
        main=main,
    )
