"""What a picture is asked to show of a network, and how: the arguments of `dot` and `image`."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace

from archspec.draw.errors import DrawError
from archspec.draw.graphviz.engine import render
from archspec.draw.graphviz.layout_limit import check_load
from archspec.draw.graphviz.theme import theme_named
from archspec.draw.graphviz.tints import heated, marked
from archspec.draw.graphviz.writer import Writer
from archspec.draw.picture.changes import Changes
from archspec.draw.picture.compose import compose
from archspec.draw.scene import Scene
from archspec.draw.units.marks import Marks
from archspec.network import Network
from archspec.writing import check_length

DIRECTIONS = ("TB", "LR")


@dataclass(frozen=True)
class View:
    """A network, and how it is looked at; the attributes as for `draw.dot`."""

    network: Network
    _: KW_ONLY
    depth: int | None = None
    focus: str | None = None
    direction: str = "TB"
    heat: str | None = None
    title: str | None = None
    found: Changes | None = None

    def scene(self, *, foldable: bool = False) -> Scene:
        """Return what is in the picture; a `foldable` one holds every block opened and folded.

        Raises:
            DrawError: when there is no such direction, depth or module.
        """
        if self.direction not in DIRECTIONS:
            raise DrawError(f"no direction `{self.direction}`; there are {', '.join(DIRECTIONS)}")
        if self.depth is not None and self.depth < 0:
            raise DrawError(f"a depth is 0 or more, not {self.depth}")
        if self.focus is not None and self.found is not None:
            raise DrawError("what differs is drawn of whole networks, not of a block")
        scene = compose(
            self.network,
            depth=self.depth,
            direction=self.direction,
            focus=self.focus,
            foldable=foldable,
            found=self.found,
        )
        return scene if self.title is None else replace(scene, title=self.title)

    def writer(self, scene: Scene, theme: str) -> Writer:
        """Return what writes a scene down in the colours that are asked for.

        Raises:
            DrawError: when there is no such theme, heat or mark.
        """
        colours, tints = theme_named(theme), None
        if self.heat is not None and self.found is not None:
            raise DrawError("a picture is coloured by heat or by what differs, not by both")
        if self.heat is not None:
            scene, tints = heated(scene, self.network, self.heat, colours)
        if self.found is not None and self.found.marks:
            tints = marked(scene, Marks(self.found.marks), colours)
        return Writer(scene, colours, self.direction, tints)

    def text(self, scene: Scene, theme: str) -> str:
        """Return a scene as DOT.

        Raises:
            DrawError: as for `writer`.
            SpecError: when the text would be too long; code L207.
        """
        whole = self.writer(scene, theme).text()
        return check_length(whole, "the diagram", self.network.root.written.span)

    def image(self, format: str, theme: str, dpi: int) -> bytes:
        """Return the picture as `dot`, `svg`, `png` or `pdf`.

        Raises:
            DrawError: as for `scene` and `writer`; when no Graphviz works, or there is too much to
                lay out.
            SpecError: as for `text`.
        """
        scene = self.scene()
        text = self.text(scene, theme)
        if format == "dot":
            return text.encode()
        check_load(scene, self.depth, lambda depth: replace(self, depth=depth).scene())
        return render(text, format, dpi)
