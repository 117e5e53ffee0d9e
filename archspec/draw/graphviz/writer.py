"""A scene as DOT: layout and escaping, no choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from archspec.draw.fonts import DETAIL, NODE, TITLE
from archspec.draw.graphviz.edges import Edges
from archspec.draw.graphviz.labels import Labels
from archspec.draw.graphviz.markup import Label, Looks, attributes
from archspec.draw.graphviz.sizes import BETWEEN, Sizes
from archspec.draw.graphviz.svg import MARK, NO_PATH
from archspec.draw.graphviz.theme import Paint, Theme
from archspec.draw.graphviz.tints import Tints
from archspec.draw.parts import firsts
from archspec.draw.scene import (
    Bar,
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

_FONT: Final = "Helvetica,Arial,sans-serif"
_MARGIN: Final = 8
_POINTS: Final = 72
"""Points of an inch, the unit of DOT's widths."""

_UNSEEN: Final[Looks] = {"peripheries": 0, "margin": 2, "label": ""}


class Line(NamedTuple):
    """A line of DOT, and the nodes and frames without which it has no place in the picture."""

    text: str
    needs: tuple[str, ...] = ()


class Writer:
    """One scene in one theme and direction.

    Attributes:
        font: the name of the font of all text.
        legend: where the legend stands, `b` below the picture or `t` above it.
        names: the DOT names of the parts by their keys, once the lines are written.
    """

    def __init__(
        self, scene: Scene, theme: Theme, direction: str, tints: Tints | None = None
    ) -> None:
        self.scene, self.font, self.legend = scene, _FONT, "b"
        self.theme = theme.neutral() if tints else theme
        self.across = direction == "LR"
        self.labels = Labels(self.theme, Sizes(scene, across=self.across), tints)
        self.names: dict[str, str] = {}
        self.ids: set[str] = set()
        self.edges = Edges(scene, self.labels)
        self.skipped = {edge.tail for edge in scene.edges if edge.role is Role.SKIP}

    def text(self) -> str:
        """Return the file."""
        return "".join(f"{line.text}\n" for line in self.lines())

    def lines(self) -> Iterator[Line]:
        """Yield the lines of the file."""
        yield from map(Line, self._head())
        first, *parts = self.scene.parts
        yield from self._parts([first])
        away = {"margin": _MARGIN} if self.scene.insets else {}
        looks = attributes({**_UNSEEN, **away, **self._id("")})
        yield Line(f"subgraph cluster_line {{\ngraph {looks};")
        yield from self._parts(parts)
        yield Line("}")
        for index, part in enumerate(self.scene.insets):
            looks = attributes({**_UNSEEN, **self._id("")})
            yield Line(f"subgraph cluster_beside{index} {{\ngraph {looks};")
            yield from self._parts([part])
            yield Line("}")
        yield Line("}")
        yield from self._right_of(self.names[first.key])
        yield from map(self._edge, self.scene.edges)
        yield from map(self._rank, self.scene.ranks)
        yield Line("}")

    def _right_of(self, first: str) -> Iterator[Line]:
        """Keep what stands beside the rest to its right.

        Of clusters side by side, Graphviz puts one version's first to the right and another's to
        the left. But edges to them from a node to the right of all that comes first would cross
        those of the straight line, were they not to the right, too.
        """
        if not self.scene.insets:
            return
        yield Line('beside [shape="point" width="0.01" style="invis" label=""];')
        yield Line(f"{{rank=same; {first} -> beside [style=invis]}}", (first,))
        for name in (self.names[key] for part in self.scene.insets for key in firsts([part])):
            yield Line(f"beside -> {name} [style=invis weight=0];", (name,))

    def _head(self) -> Iterator[str]:
        yield f"// {MARK}"
        yield "digraph network {"
        yield from self._defaults()
        # A cluster around it all has the legend for its label; the title is the graph's.
        yield "subgraph cluster_page {"
        yield f"graph {attributes(self._page())};"

    def _defaults(self) -> Iterator[str]:
        theme = self.theme
        graph: Looks = {
            "bgcolor": theme.paper,
            "rankdir": "LR" if self.across else "TB",
            "splines": "spline",
            "nodesep": round(BETWEEN / _POINTS, 2),
            "ranksep": 0.3 if self.across else 0.26,
            "pad": 0.16,
            "compound": "true",
            "newrank": "true",
            "fontname": self.font,
            "fontcolor": theme.ink,
            "fontsize": TITLE,
            "labelloc": "t",
            "label": self.labels.title(self.scene),
            "tooltip": self.scene.title,
        }
        node: Looks = {"fontname": self.font, "fontsize": NODE, "fontcolor": theme.ink}
        edge: Looks = {
            "fontname": self.font,
            "fontsize": DETAIL,
            "fontcolor": theme.dim,
            "color": theme.line,
        }
        yield f"graph {attributes(graph)};"
        yield f"node {attributes({**node, 'shape': 'plain', 'penwidth': 1.2})};"
        yield f"edge {attributes({**edge, 'penwidth': 1.2, 'arrowsize': 0.6})};"

    def _page(self) -> Looks:
        legend = self.labels.legend(self.scene)
        return {
            **_UNSEEN,
            **self._id(""),
            "labelloc": self.legend,
            "labeljust": "c",
            "label": legend,
        }

    def _parts(self, parts: Sequence[Part]) -> Iterator[Line]:
        for part in parts:
            number = len(self.names)
            if isinstance(part, Frame):
                self.names[part.key] = name = f"cluster_{number}"
                looks = attributes({**self._frame(part), **self._id(part.path)})
                yield Line(f"subgraph {name} {{\ngraph {looks};", (name,))
                yield from self._parts(part.parts)
                yield Line("}", (name,))
                yield from self._parts(() if part.folded is None else (part.folded,))
            else:
                self.names[part.key] = name = f"n{number}"
                looks = attributes({**self._node(part), **self._shared(part)})
                yield Line(f"{name} {looks};", (name,))

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
                skip = node.colour is None
                colour = self.theme.skip.border if skip else self.theme.lane(node.colour or 0)
                return {"label": self.labels.words(node.text, colour, italic=True)}
            case Mark():
                return {"label": self.labels.words(node.text, self.theme.dim)}
            case Fork():
                colour = self.theme.skip.border if node.key in self.skipped else self.theme.line
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

    def _rank(self, keys: tuple[str, ...]) -> Line:
        """Return nodes side by side; edges that are not seen keep their order."""
        names = tuple(self.names[key] for key in keys)
        return Line(f"{{rank=same; {' -> '.join(names)} [style=invis minlen=0]}}", names)

    def _edge(self, edge: Edge) -> Line:
        tail, head = self.names[edge.tail], self.names[edge.head]
        into = {"lhead": self.names[edge.into]} if edge.into else {}
        looks = attributes({**self.edges.looks(edge), **into, **self._id("")})
        return Line(f"{tail} -> {head}{self.edges.port(edge)} {looks};", (tail, head))


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
        "margin": "0.1,0.01",
        "height": 0.3,
        "width": round(width / _POINTS, 3),
    }
