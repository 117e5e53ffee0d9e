"""Edges: where they come from, how they look, where a shape is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from archspec.draw.scene import Beside, Edge, Role
from archspec.draw.units.feature_maps import sides
from archspec.draw.units.graph import Lane
from archspec.draw.words import figures
from archspec.ops import Shape

_SHOWING: Final = (Role.SPINE, Role.FLOW, Role.SKIP)
"""Edges that can show their shape: those on the straight line or on the way around it."""


@dataclass(frozen=True, slots=True)
class Tail:
    """Where edges come from.

    Attributes:
        node: key of the node.
        shown: the shape that who reads the picture knows here.
        fork: whether the node is a fork.
        role: how an edge that enters a frame without a fork looks; it is drawn to its end inside.
        lane: the same.
    """

    node: str
    shown: Shape
    fork: bool = False
    role: Role | None = None
    lane: Lane | None = None


Ends: TypeAlias = dict[str, Tail]
"""For each key that can be read: where its edges come from."""


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge whose head is not drawn yet."""

    tail: Tail
    role: Role
    shape: Shape
    lane: Lane | None = None

    @property
    def known(self) -> Shape:
        """The shape that who reads the picture knows at its end: some wires show none."""
        return self.shape if self.role in _SHOWING else self.tail.shown


class Wiring:
    """Collects the edges of a scene, and what stands side by side.

    Attributes:
        abreast_already: nodes that stand side by side at the top, and beside nothing further down.
    """

    def __init__(self) -> None:
        self.abreast_already: frozenset[str] = frozenset()
        self.edges: list[Edge] = []
        self.ranks: list[tuple[str, ...]] = []
        self._opened: dict[str, Tail] = {}

    def opens(self, folded: str, end: Tail) -> None:
        """Let every edge that leaves a folded block leave its end, too, for when it is open."""
        self._opened[folded] = end

    def ways(self, node: str) -> Iterator[str]:
        """Yield a node and, of a folded block, what is in its place while it is open."""
        yield node
        if node in self._opened:
            yield from self.ways(self._opened[node].node)

    def connect(self, tail: Tail, head: str, role: Role, shape: Shape, **more: object) -> None:
        """Add an edge; `more` as in `Edge`."""
        self._edge(tail, head, role, shape, more)
        if tail.node in self._opened:
            self.connect(self._opened[tail.node], head, role, shape, **more)

    def _edge(
        self, tail: Tail, head: str, role: Role, shape: Shape, more: Mapping[str, object]
    ) -> None:
        text = figures.shape(shape)
        self.edges.append(
            Edge(
                tail=tail.node,
                head=head,
                role=role,
                shape=text,
                label=text if _is_news(tail, role, shape) and not more.get("returns") else "",
                **more,  # type: ignore[arg-type]
            )
        )

    def plug(self, wire: Wire, head: str, **more: object) -> None:
        """Draw a wire to its head."""
        looks: dict[str, object] = {}
        if wire.lane is not None:
            looks = {"colour": wire.lane.colour, "share": wire.lane.share}
        if wire.tail.fork and wire.role is Role.SKIP:
            looks["leaves"] = Beside.RIGHT
        self.connect(wire.tail, head, wire.role, wire.shape, **looks | more)

    def abreast(self, *places: Iterable[str]) -> None:
        """Put nodes side by side, in this order from left to right, each one of several."""
        for keys in product(*places):
            if len(set(keys)) > 1:
                self.ranks.append(keys)


def _is_news(tail: Tail, role: Role, shape: Shape) -> bool:
    """Tell whether an edge shows its shape.

    How many channels there are stands in the nodes, so what is news is another size or another
    number of dimensions.
    """
    known = tail.shown
    changed = sides(shape) != sides(known) or len(shape) != len(known)
    return changed and role in _SHOWING
