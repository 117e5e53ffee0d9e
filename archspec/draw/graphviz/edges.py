"""How edges look and run: their ports, their weight, and where their labels stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import atan2, degrees, hypot
from typing import Final

from archspec.draw.graphviz.labels import Labels
from archspec.draw.graphviz.markup import Looks
from archspec.draw.parts import flattened
from archspec.draw.scene import Bar, Beside, Edge, Folded, Fork, Frame, Part, Role, Scene, Terminal

_WEIGHTS: Final = {
    Role.SPINE: 20,
    Role.HIDDEN: 1000,
    Role.FLOW: 5,
    Role.BRANCH: 1,
    Role.SKIP: 0,
    Role.ASIDE: 0,
    Role.INSET: 0,
}

_STYLES: Final[dict[Role, Looks]] = {
    Role.ASIDE: {"style": "dashed"},
    Role.INSET: {"style": "dotted", "arrowhead": "none"},
    Role.HIDDEN: {"style": "invis"},
}

_DISTANCE: Final = 10
"""Points of a `labeldistance`."""

_ASIDE: Final = 6
_UP: Final = 7
"""Points from the end of an edge to the corner of its label and to its middle line."""


class Edges:
    """Writes down the edges of one scene."""

    def __init__(self, scene: Scene, labels: Labels) -> None:
        parts = (*scene.parts, *scene.insets)
        self.labels = labels
        self.theme = labels.theme
        self.across = labels.sizes.across
        self.nodes = {part.key: part for part in flattened(parts)}
        self.around = dict(_around(parts, frozenset()))
        self.wide = set(self._wide(scene.edges))

    def looks(self, edge: Edge) -> Looks:
        """Return the attributes of an edge."""
        looks: dict[str, str | float | tuple[str, ...]] = {"weight": self._weight(edge)}
        looks |= _STYLES.get(edge.role, {})
        if edge.role is Role.SKIP:
            looks |= {"color": self.theme.skip.border, "penwidth": 1.4}
        if edge.colour is not None:
            looks |= {
                "color": self.theme.lane(edge.colour),
                "style": self.theme.stroke(edge.colour),
                "penwidth": round(1 + 3 * edge.share, 2),
            }
        if edge.label:
            looks |= self._told(edge)
        if self._is_long(edge):
            looks["minlen"] = 2
        if not edge.arrow:
            looks["arrowhead"] = "none"
        looks["edgetooltip"] = looks["labeltooltip"] = looks["headtooltip"] = edge.shape or " "
        return {**looks, **self._ports(edge)}

    def port(self, edge: Edge) -> str:
        """Return what follows the name of the node at which an edge ends."""
        return "" if edge.segment is None else f":b{edge.segment}:{'w' if self.across else 'n'}"

    def _told(self, edge: Edge) -> Looks:
        """Return the label of an edge: right of the end of one that runs down, above one across.

        At an end it takes no rank of its own, as it would in the middle. But of an edge that comes
        from aside, the end is where others are.
        """
        words = edge.label
        if self.across:
            return {"label": self.labels.above(words)}
        room = self.labels.sizes.words(words)
        if not self._is_straight(edge):
            return {"label": self.labels.beside(words, room)}
        right = _ASIDE + room / 2
        return {
            "headlabel": self.labels.beside(words, room),
            "labelangle": -round(degrees(atan2(right, _UP)), 1),
            "labeldistance": round(hypot(right, _UP) / _DISTANCE, 2),
        }

    def _is_straight(self, edge: Edge) -> bool:
        """Tell whether an edge runs down: along a straight line, or within a branch."""
        tail, head = self.nodes[edge.tail], self.nodes[edge.head]
        lines = {getattr(node, "line", "") for node in (tail, head)}
        return len(lines) == 1 and (
            lines != {""} or self.around[edge.tail] == self.around[edge.head]
        )

    def _is_long(self, edge: Edge) -> bool:
        """Tell whether an edge needs room.

        It does to swing to a segment that does not lie below its branch, and for a label between a
        frame that it leaves and its head.
        """
        before, after = self.around[edge.tail], self.around[edge.head]
        leaves = bool(edge.label) and after < before and self._is_straight(edge) and not self.across
        return leaves or (edge.head in self.wide and edge.role is Role.BRANCH)

    def _wide(self, edges: Iterable[Edge]) -> Iterator[str]:
        """Yield the bars of many segments, and those that are read from far off."""
        for edge in edges:
            bar = self.nodes[edge.head]
            afar = isinstance(self.nodes[edge.tail], Fork)
            if isinstance(bar, Bar) and (afar or len(bar.segments) > 2):
                yield edge.head

    def _weight(self, edge: Edge) -> int:
        """Return how straight an edge should be.

        Within a branch more than it pays to make a frame narrow, which Graphviz weighs with 128.
        """
        ends = (self.nodes[edge.tail], self.nodes[edge.head])
        inside = edge.role is Role.BRANCH and not any(isinstance(n, (Fork, Bar)) for n in ends)
        return 500 if inside else _WEIGHTS[edge.role]

    def _ports(self, edge: Edge) -> Looks:
        """Return the sides at which an edge leaves and arrives, where they matter."""
        before, after, beside = ("w", "e", "s") if self.across else ("n", "s", "e")
        into_bar = isinstance(self.nodes[edge.head], Bar)
        found: dict[str, str] = {}
        if self.across and isinstance(self.nodes[edge.head], Folded):
            # Between stages, Graphviz finds a side above or below the line that is free.
            return found
        if edge.role is Role.ASIDE:
            return self._aside(edge)
        if edge.leaves:
            left = edge.leaves is Beside.LEFT and not self.across
            found = {"tailport": "w" if left else beside}
            found |= {} if into_bar else {"headport": before}
        if edge.returns and not into_bar:
            found = {"tailport": after} | found | {"headport": beside}
        if edge.role is Role.BRANCH and not found:
            found = {"tailport": after} if into_bar else {"headport": before}
        return found

    def _aside(self, edge: Edge) -> Looks:
        """Return the ports of an edge to what stands beside the line, or goes on there."""
        goes_out = isinstance(self.nodes[edge.tail], (Fork, Terminal))
        if self.across:
            # Above the line or under it, as Graphviz finds room.
            return {} if goes_out else {"tailport": "e", "headport": "w"}
        ports = "ew" if goes_out else "sn"
        return {"tailport": ports[0], "headport": ports[1]}


def _around(parts: Iterable[Part], frames: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield for each node the frames around it."""
    for part in parts:
        if isinstance(part, Frame):
            if part.folded is not None:
                yield part.folded.key, frames
            yield from _around(part.parts, frames | {part.key})
        else:
            yield part.key, frames
