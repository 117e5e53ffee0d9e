"""What holds of every picture: its edges are the network's, and its boxes are what they say.

The network is read here by a few lines of its own, which know nothing of how pictures are made.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from looks import composed

from archspec.draw.scene import (
    Box,
    Folded,
    Fork,
    Frame,
    Gap,
    Mark,
    Part,
    Role,
    Scene,
    Terminal,
    Word,
)
from archspec.draw.words import figures
from archspec.network import Body, Network
from archspec.ops import Form
from archspec.ops.activation import Identity
from archspec.ops.reshape import Flatten, Permute, Unflatten

SILENT = (Flatten, Permute, Unflatten, Identity)
"""Ops that compute nothing: what reads them reads what they read."""
UNSEEN = (Role.HIDDEN, Role.INSET)
LOOKS: Final[list[dict[str, Any]]] = [
    *[{"depth": d, "direction": "TB"} for d in (None, 0, 1, 2, 9)],
    *[{"depth": d, "direction": "LR"} for d in (None, 0, 2)],
    {"depth": 1, "direction": "TB", "foldable": True},
]


class Read(NamedTuple):
    """An op or output, the op or input that it reads, and the shapes on the way.

    There are several where something between the two only moves elements.
    """

    source: str
    reader: str
    shapes: tuple[str, ...]


class Value(NamedTuple):
    source: str
    shapes: tuple[str, ...]


def reads(network: Network) -> set[Read]:
    """Return all that is read in a network; an output reads by its label."""
    found: set[Read] = set()
    starts = {name: Value(f"<{name}", (figures.shape(s),)) for name, s in network.inputs.items()}
    names = _reads(network.root, starts, found)
    for label, name in network.outputs:
        if name not in network.side:
            found.add(Read(names[name].source, f">{label}", names[name].shapes))
    return found


def _reads(body: Body, starts: dict[str, Value], found: set[Read]) -> dict[str, Value]:
    names = dict(starts)
    for node in body.steps:
        values = [names[name] for name in node.reads if name in names]
        if isinstance(node, Body):
            inner = _reads(node, dict(zip(node.entries, values, strict=True)), found)
            names[node.name] = inner[node.result]
        elif node.op.form is Form.TENSOR:
            continue
        elif type(node.op) in SILENT:
            shape = figures.shape(node.output)
            names[node.name] = Value(values[0].source, (*values[0].shapes, shape))
        else:
            found |= {Read(value.source, node.path, value.shapes) for value in values}
            names[node.name] = Value(node.path, (figures.shape(node.output),))
    return names


class Drawn:
    """The edges of a scene between nodes that stand for something, and what these stand for."""

    def __init__(self, scene: Scene, network: Network) -> None:
        self.silent = {leaf.path for leaf in network.leaves if type(leaf.op) in SILENT}
        self.reads = reads(network)
        self.nodes: dict[str, Part] = {}
        self.turns: dict[str, list[tuple[tuple[str, ...], ...]]] = {}
        self.times: dict[str, int] = {}
        self._collect((*scene.parts, *scene.insets), [])
        self.into: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.ends: set[str] = set()
        for edge in scene.edges:
            assert edge.label in ("", edge.shape)
            if edge.role not in UNSEEN:
                self.into[edge.head].append((edge.tail, edge.shape))
                self.ends.add(edge.head)
        # What a picture calls an input or output is the name, but for a single one.
        one_in = len(network.inputs) == 1
        kept = [label for label, name in network.outputs if name not in network.side]
        self.names = {f"<{n}": "Input" if one_in else n for n in network.inputs}
        self.names |= {f">{n}": "Output" if len(kept) == 1 else n for n in kept}

    def _collect(self, parts: tuple[Part, ...], around: list[Frame]) -> None:
        for part in parts:
            if not isinstance(part, Frame):
                self.nodes[part.key] = part
                plates = [frame.about.shows for frame in around if frame.about]
                self.turns[part.key] = [shows for shows in plates if len(shows) > 1]
                self.times[part.key] = 1
                for shows in plates:
                    self.times[part.key] *= len(shows)
            else:
                if part.folded is not None:
                    self._collect((part.folded,), around)
                self._collect(part.parts, [*around, part])

    def is_passed(self, key: str) -> bool:
        """Tell whether a node only passes on what it gets: a fork, a word, what moves elements."""
        node = self.nodes[key]
        if isinstance(node, (Box, Folded)):
            # A block may hold nothing: what it is called with is what it gives.
            return self.silent.issuperset(node.shows)
        return isinstance(node, (Fork, Word, Gap, Mark))

    def edges(self) -> Iterator[tuple[frozenset[str], str, str]]:
        """Yield where what enters each node comes from, the node, and the shape that arrives.

        There may be several: a block that gives what it gets gives one of all that it reads.
        """
        for head in [*self.into]:
            if not self.is_passed(head):
                for tail, shape in self.into[head]:
                    if sources := self._sources(tail):
                        yield frozenset(sources), head, shape

    def _sources(self, key: str) -> set[str]:
        node = self.nodes[key]
        gives_what_it_gets = isinstance(node, Folded) and not self.is_read(key)
        if not (gives_what_it_gets or self.is_passed(key)):
            return {key}
        return {source for tail, _ in self.into[key] for source in self._sources(tail)}

    def is_read(self, key: str) -> bool:
        """Tell whether anyone reads what a node makes; a block may give just what it gets."""
        shown = self.shows(key)
        return any(r.source in shown and r.reader not in shown for r in self.reads)

    def shows(self, key: str) -> set[str]:
        """Return the ops that a node stands for; an input or output by its name."""
        node = self.nodes[key]
        if isinstance(node, Terminal):
            sign = ">" if key in self.ends else "<"
            return {n for n, title in self.names.items() if n[0] == sign and title == node.title}
        return {*node.shows}

    def are_of_two_turns(self, one: str, other: str, read: Read) -> bool:
        """Tell whether what is drawn once reads what the turn before it made."""
        both = [shows for shows in self.turns[one] if shows in self.turns[other]]
        for shows in both:
            turns = [
                next((n for n, paths in enumerate(shows) if _is_in(op, paths)), None)
                for op in (read.source, read.reader)
            ]
            if turns[0] != turns[1] or None in turns:  # of equal blocks around, the first is told
                return True
        return False


def _is_in(op: str, paths: tuple[str, ...]) -> bool:
    return any(op == path or op.startswith(f"{path}.") for path in paths)


def all_wrong(drawn: Network) -> list[str]:
    """Return what any picture of a network says that is not so."""
    scenes = [(look, composed(drawn, **look)) for look in LOOKS]
    return [f"{look}: {wrong}" for look, scene in scenes for wrong in broken(scene, drawn)]


def broken(scene: Scene, network: Network) -> list[str]:
    """Return where a picture says of edges what is not so.

    1. An edge leaves the box that makes what it carries, in the shape that it says, and enters the
       box that holds who reads it.
    2. All that is read by another box is drawn.
    3. What leaves a box is one feature map, unless it stands for several of equal blocks.
    """
    drawn = Drawn(scene, network)
    true = drawn.reads
    found: list[str] = []
    holders: dict[str, set[str]] = defaultdict(set)
    for key in drawn.nodes:
        for op in drawn.shows(key):
            holders[op].add(key)
    edges = set(drawn.edges())
    for tails, head, shape in sorted(edges, key=lambda edge: (sorted(edge[0]), *edge[1:])):
        shown = set[str]().union(*map(drawn.shows, tails))
        there = [
            read
            for read in true
            if shape in read.shapes and read.source in shown and read.reader in drawn.shows(head)
        ]
        if not there:
            named = " or ".join(_said(drawn, tail) for tail in sorted(tails))
            found.append(f"nothing {shape} goes from {named} to {_said(drawn, head)}")
    pairs = {(tail, head) for tails, head, _ in edges for tail in tails}
    for read in sorted(true):
        sources, heads = holders[read.source], holders[read.reader]
        if not any(
            tail == head or (tail, head) in pairs or drawn.are_of_two_turns(tail, head, read)
            for tail in sources
            for head in heads
        ):
            found.append(f"{read} is not drawn")
    for key in drawn.nodes:
        shown = drawn.shows(key)
        out = {read.source for read in true if read.source in shown and read.reader not in shown}
        if len(out) > drawn.times[key]:
            found.append(f"{_said(drawn, key)} has several ways out: {sorted(out)}")
    return found


def _said(drawn: Drawn, key: str) -> str:
    node = drawn.nodes[key]
    title, ops = getattr(node, "title", type(node).__name__), ", ".join(sorted(drawn.shows(key)))
    return f"{title!r} ({ops[:60]})"
