"""A scene as DOT: layout and escaping, no choices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from archspec.draw.labels import Labels
from archspec.draw.legend import flattened
from archspec.draw.markup import Label, Looks, attributes
from archspec.draw.scene import (
    Bar,
    Beside,
    Border,
    Box,
    Edge,
    Folded,
    Fork,
    Frame,
    Gap,
    Mark,
    Node,
    Part,
    Role,
    Scene,
    Sign,
    Terminal,
    Word,
)
from archspec.draw.sizes import BETWEEN, DETAIL, NODE, TITLE, Sizes
from archspec.draw.svg import MARK, NO_PATH
from archspec.draw.theme import Paint, Theme
from archspec.draw.tints import Tints

_FONT: Final = "Helvetica,Arial,sans-serif"
_MARGIN: Final = 10
_POINTS: Final = 72
"""Points of an inch, the unit of DOT's widths."""

_UNSEEN: Final[Looks] = {"peripheries": 0, "margin": 2, "label": ""}

_WEIGHTS: Final = {
    Role.SPINE: 20,
    Role.HIDDEN: 1000,
    Role.FLOW: 5,
    Role.BRANCH: 1,
    Role.SKIP: 0,
    Role.TRAINING: 0,
    Role.INSET: 0,
}


def write(scene: Scene, theme: Theme, direction: str, tints: Tints | None = None) -> str:
    """Return a scene as DOT text; with tints, colours say nothing else."""
    return "\n".join(_Writer(scene, theme, direction, tints).lines()) + "\n"


class _Writer:
    """One scene in one theme and direction."""

    def __init__(self, scene: Scene, theme: Theme, direction: str, tints: Tints | None) -> None:
        self.scene, self.theme = scene, theme.neutral() if tints else theme
        self.across = direction == "LR"
        self.labels = Labels(self.theme, Sizes(scene, across=self.across), tints)
        self.names: dict[str, str] = {}
        self.ids: set[str] = set()
        self.nodes = {part.key: part for part in flattened((*scene.parts, *scene.insets))}

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file."""
        yield f"// {MARK}"
        yield "digraph network {"
        yield from self._defaults()
        # A cluster around it all has the legend for its label; the title is the graph's.
        yield "subgraph cluster_page {"
        yield f"graph {attributes(self._page())};"
        # Only side by side with one cluster that holds all the rest, an inset stays to its right.
        yield "subgraph cluster_line {"
        away = {"margin": BETWEEN} if self.scene.insets else {}
        yield f"graph {attributes({**_UNSEEN, **away, **self._id('')})};"
        yield from self._parts(self.scene.parts)
        yield "}"
        yield from self._parts(self.scene.insets)
        yield "}"
        yield from map(self._edge, self.scene.edges)
        yield from map(self._rank, self.scene.ranks)
        yield "}"

    def _defaults(self) -> Iterator[str]:
        theme = self.theme
        graph: Looks = {
            "bgcolor": theme.paper,
            "rankdir": "LR" if self.across else "TB",
            "splines": "spline",
            "nodesep": round(BETWEEN / _POINTS, 2),
            "ranksep": 0.3 if self.across else 0.22,
            "pad": 0.25,
            "compound": "true",
            "newrank": "true",
            "fontname": _FONT,
            "fontcolor": theme.ink,
            "fontsize": TITLE,
            "labelloc": "t",
            "label": self.labels.title(self.scene),
            "tooltip": self.scene.title,
        }
        node: Looks = {"fontname": _FONT, "fontsize": NODE, "fontcolor": theme.ink}
        edge: Looks = {
            "fontname": _FONT,
            "fontsize": DETAIL,
            "fontcolor": theme.dim,
            "color": theme.line,
        }
        yield f"graph {attributes(graph)};"
        yield f"node {attributes({**node, 'shape': 'plain', 'penwidth': 1.2})};"
        yield f"edge {attributes({**edge, 'penwidth': 1.2, 'arrowsize': 0.6})};"

    def _page(self) -> Looks:
        legend = self.labels.legend(self.scene)
        return {**_UNSEEN, **self._id(""), "labelloc": "b", "labeljust": "c", "label": legend}

    def _parts(self, parts: Iterable[Part]) -> Iterator[str]:
        for part in parts:
            number = len(self.names)
            if isinstance(part, Frame):
                self.names[part.key] = f"cluster_{number}"
                yield f"subgraph cluster_{number} {{"
                yield f"graph {attributes({**self._frame(part), **self._id(part.path)})};"
                yield from self._parts(part.parts)
                yield "}"
            else:
                self.names[part.key] = f"n{number}"
                yield f"n{number} {attributes({**self._node(part), **self._shared(part)})};"

    def _shared(self, node: Node) -> Looks:
        """Return what every node has: the straight line, the tooltip and the id."""
        line = {"group": node.line} if node.line else {}
        return {**line, "tooltip": node.tooltip or " ", **self._id(node.path)}

    def _id(self, path: str) -> Looks:
        """Return the path as an id, or one that no path can be; no two are the same."""
        if not path or path in self.ids:
            path = f"{NO_PATH}{len(self.ids)}"
        self.ids.add(path)
        return {"id": path}

    def _frame(self, frame: Frame) -> Looks:
        stage = frame.border is Border.STAGE
        paint = self.theme.stage if stage else self.theme.plate
        return {
            "label": self.labels.frame(frame),
            "labelloc": "t",
            "labeljust": "l" if self.labels.sizes.fits(frame) else "r",
            "style": "rounded,filled" if stage else "rounded,filled,dashed",
            "fillcolor": paint.fill,
            "color": paint.border,
            "peripheries": 1,
            "margin": _MARGIN,
            "tooltip": frame.tooltip or frame.label,
        }

    def _node(self, node: Part) -> Looks:
        match node:
            case Box():
                return {"label": self.labels.box(node)}
            case Bar():
                return {"label": self.labels.bar(node)}
            case Word():
                return {"label": self.labels.words(node.text, self._lane(node.colour), italic=True)}
            case Mark():
                return {"label": self.labels.words(node.text, self.theme.dim)}
            case Fork():
                colour = self.theme.skip.border
                return {"shape": "point", "width": 0.055, "color": colour, "label": ""}
            case Gap():
                return {"shape": "point", "width": 0.01, "style": "invis", "label": ""}
            case Terminal():
                return _rounded(self.labels.terminal(node), self.theme.terminal)
            case Folded():
                width = self.labels.sizes.lines.get(node.line, 0.0)
                paint = self.labels.tint(node) or self.theme.block
                rounded = _rounded(self.labels.folded(node), paint, width)
                return {**rounded, "style": "rounded,filled,dashed"} if node.dashed else rounded
            case Sign():
                return self._sign(node)
        raise AssertionError(node)

    def _sign(self, node: Sign) -> Looks:
        paint = self.labels.tint(node) or self.theme.skip
        return {
            "label": self.labels.sign(node.text),
            "shape": "circle",
            "style": "filled",
            "fixedsize": "true",
            "width": 0.28,
            "fillcolor": paint.fill,
            "color": paint.border,
            "penwidth": _pen(paint),
        }

    def _lane(self, colour: int | None) -> str:
        return self.theme.skip.border if colour is None else self.theme.branch(colour)

    def _rank(self, keys: tuple[str, ...]) -> str:
        """Return nodes side by side; edges that are not seen keep their order."""
        names = [self.names[key] for key in keys]
        return f"{{rank=same; {' -> '.join(names)} [style=invis minlen=0]}}"

    def _edge(self, edge: Edge) -> str:
        looks: dict[str, str | float | tuple[str, ...]] = {"weight": self._weight(edge)}
        match edge.role:
            case Role.SKIP:
                looks |= {"color": self.theme.skip.border, "penwidth": 1.4}
            case Role.TRAINING:
                looks["style"] = "dashed"
            case Role.INSET:
                looks |= {"style": "dotted", "arrowhead": "none"}
            case Role.HIDDEN:
                looks["style"] = "invis"
        if edge.colour is not None:
            looks |= {"color": self._lane(edge.colour), "penwidth": round(1 + 3 * edge.share, 2)}
        if edge.label:
            looks["label"] = self.labels.beside(edge.label)
        if isinstance(self.nodes[edge.head], Bar) and edge.role is Role.BRANCH:
            # Room to swing to a segment that does not lie below its branch.
            looks["minlen"] = 2
        if not edge.arrow:
            looks["arrowhead"] = "none"
        if edge.into:
            looks["lhead"] = self.names[edge.into]
        looks["edgetooltip"] = looks["labeltooltip"] = edge.shape or " "
        ends = f"{self.names[edge.tail]} -> {self._head(edge)}"
        return f"{ends} {attributes({**looks, **self._ports(edge), **self._id('')})};"

    def _weight(self, edge: Edge) -> int:
        """Return how straight an edge should be.

        Within a branch more than it pays to make a frame narrow, which Graphviz weighs with 128.
        """
        ends = (self.nodes[edge.tail], self.nodes[edge.head])
        inside = edge.role is Role.BRANCH and not any(isinstance(n, (Fork, Bar)) for n in ends)
        return 500 if inside else _WEIGHTS[edge.role]

    def _head(self, edge: Edge) -> str:
        name = self.names[edge.head]
        if edge.segment is None:
            return name
        return f"{name}:b{edge.segment}:{'w' if self.across else 'n'}"

    def _ports(self, edge: Edge) -> Looks:
        """Return the sides at which an edge leaves and arrives, where they matter."""
        before, after, beside = ("w", "e", "s") if self.across else ("n", "s", "e")
        into_bar = isinstance(self.nodes[edge.head], Bar)
        found: dict[str, str] = {}
        if edge.leaves:
            left = edge.leaves is Beside.LEFT and not self.across
            found = {"tailport": "w" if left else beside, "headport": before}
        if edge.returns and not into_bar:
            found = {"tailport": after} | found | {"headport": beside}
        if edge.role is Role.BRANCH and not found:
            found = {"tailport": after} if into_bar else {"headport": before}
        return found


def _pen(paint: Paint) -> float:
    return paint.width + 0.2


def _rounded(content: Label, paint: Paint, width: float = 0.0) -> Looks:
    return {
        "label": content,
        "shape": "box",
        "style": "rounded,filled,dashed" if paint.stroke == "dashed" else "rounded,filled",
        "fillcolor": paint.fill,
        "color": paint.border,
        "penwidth": _pen(paint),
        "margin": "0.1,0.03",
        "height": 0.3,
        "width": round(width / _POINTS, 3),
    }
