"""A picture as it is laid out: where its texts, frames and lines are, by its own engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

from archspec.draw.graphviz.engine import render

Point = tuple[float, float]


@dataclass(frozen=True)
class Rectangle:
    """In points, y upwards; `name` says what it is in a message."""

    name: str
    left: float
    bottom: float
    right: float
    top: float

    def within(self, other: Rectangle) -> bool:
        across = other.left <= self.left and self.right <= other.right
        return across and other.bottom <= self.bottom and self.top <= other.top

    def meets(self, other: Rectangle) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top

    def holds(self, point: Point) -> bool:
        return self.left < point[0] < self.right and self.bottom < point[1] < self.top


class Layout:
    """The layout of a text in DOT, in the picture's own engine."""

    def __init__(self, dot: str) -> None:
        self.graph: dict[str, Any] = json.loads(render(dot, "json", 72))
        self.objects: list[dict[str, Any]] = self.graph.get("objects", [])
        self.edges: list[dict[str, Any]] = self.graph.get("edges", [])

    @cached_property
    def texts(self) -> list[Rectangle]:
        """All words, a little smaller than they are."""
        return [text for part in (self.graph, *self.objects, *self.edges) for text in _texts(part)]

    @cached_property
    def nodes(self) -> list[Rectangle]:
        """The nodes that can be seen."""
        return [
            Rectangle(part["name"], x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            for part in self.objects
            if "pos" in part and part.get("style") != "invis"
            for x, y in [map(float, part["pos"].split(","))]
            for width, height in [(72 * float(part["width"]), 72 * float(part["height"]))]
        ]

    def on(self, line: str) -> list[Point]:
        """The middles of the nodes on a straight line."""
        places = (part["pos"].split(",") for part in self.objects if part.get("group") == line)
        return [(float(x), float(y)) for x, y in places]

    @cached_property
    def frames(self) -> list[Rectangle]:
        """The frames that can be seen."""
        return [
            Rectangle(part["name"], *map(float, part["bb"].split(",")))
            for part in self.objects
            if "bb" in part and part.get("peripheries") != "0"
        ]

    @cached_property
    def lines(self) -> list[tuple[str, list[Point]]]:
        """Points on each edge that can be seen."""
        names = {part["_gvid"]: part["name"] for part in self.objects}
        return [
            (f"{names[edge['tail']]} -> {names[edge['head']]}", list(_points(edge)))
            for edge in self.edges
            if edge.get("style") != "invis"
        ]

    def overlaps(self) -> list[tuple[str, str]]:
        """Texts that lie on one another."""
        pairs = combinations(self.texts, 2)
        return [(one.name, other.name) for one, other in pairs if one.meets(other)]

    def torn(self) -> list[tuple[str, str]]:
        """Texts through which the border of a frame runs."""
        return [
            (text.name, frame.name)
            for text in self.texts
            for frame in self.frames
            if text.meets(frame) and not text.within(frame)
        ]

    def struck(self) -> list[tuple[str, str]]:
        """Texts through which an edge runs."""
        return [
            (text.name, line)
            for text in self.texts
            for line, points in self.lines
            if any(map(text.holds, points))
        ]

    def strayed(self) -> list[str]:
        """Labels of edges that another edge, with another tooltip, is nearer to than their own."""
        lines = [
            (edge.get("edgetooltip", ""), list(_points(edge)), [*_texts(edge)])
            for edge in self.edges
            if edge.get("style") != "invis"
        ]
        return [
            text.name
            for said, own, texts in lines
            for text in texts
            if any(
                _away(text, points) < _away(text, own) - 1
                for other, points, _ in lines
                if other != said
            )
        ]


def _away(text: Rectangle, points: list[Point]) -> float:
    """Return how far a text is from a line."""
    return min(
        (
            max(text.left - x, x - text.right, 0) + max(text.bottom - y, y - text.top, 0)
            for x, y in points
        ),
        default=0.0,
    )


def _texts(part: dict[str, Any]) -> Iterator[Rectangle]:
    size = 0.0
    for key in ("_ldraw_", "_hldraw_", "_tldraw_"):
        for op in part.get(key, ()):
            if op["op"] == "F":
                size = op["size"]
            if op["op"] == "T" and op["text"].strip():
                x, y = op["pt"]
                left = x - op["width"] * {"l": 0, "c": 0.5, "r": 1}[op["align"]]
                yield Rectangle(op["text"], left + 1, y, left + op["width"] - 1, y + 0.7 * size)


def _points(edge: dict[str, Any]) -> Iterator[Point]:
    for op in edge.get("_draw_", ()):
        if op["op"] in "bB":
            points = op["points"]
            for i in range(0, len(points) - 1, 3):
                yield from (_bezier(points[i : i + 4], step / 20) for step in range(21))


def _bezier(points: list[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    x, y = (sum(w * p[axis] for w, p in zip(weights, points, strict=True)) for axis in (0, 1))
    return x, y
