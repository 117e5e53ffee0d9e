"""Diagrams: a network becomes a scene, the scene becomes DOT, the DOT an image.

`fuse` joins layers and finds blocks, `repeats` finds equal neighbours, `stages` finds stem,
stages and head, `page` decides what to open, `compose` places it all in a scene, `dot` writes it
down, `engine` lays it out. Only `engine` needs Graphviz; `dot` is text.
"""

from __future__ import annotations

from typing import Final

from archspec.draw.compose import compose
from archspec.draw.dot import Writer, write
from archspec.draw.engine import DrawError, render
from archspec.draw.legend import flattened
from archspec.draw.scene import Scene
from archspec.draw.theme import theme_named
from archspec.network import Network

FORMATS = ("svg", "png", "pdf", "dot", "html")
DIRECTIONS = ("TB", "LR")
NODES: Final = 1000
"""Nodes that Graphviz is asked to lay out; it takes about a second for so many."""


def dot(
    network: Network, *, depth: int | None = None, direction: str = "TB", theme: str = "light"
) -> str:
    """Return a network as DOT text; the same network always gives the same text.

    Args:
        network: what to draw.
        depth: 0 folds every stage to one node, 1 every block, 2 opens the blocks, 3 the blocks in
            them, and so on; by default one typical block is open if the page has room for it.
        direction: `TB` from top to bottom, `LR` from left to right.
        theme: `light`, `dark` or `print`.

    Raises:
        DrawError: when there is no such direction, depth or theme.
    """
    colours = theme_named(theme)
    return write(_scene(network, depth, direction), colours, direction)


def _scene(network: Network, depth: int | None, direction: str, *, foldable: bool = False) -> Scene:
    if direction not in DIRECTIONS:
        raise DrawError(f"no direction `{direction}`; there are {', '.join(DIRECTIONS)}")
    if depth is not None and depth < 0:
        raise DrawError(f"a depth is 0 or more, not {depth}")
    return compose(network, depth=depth, direction=direction, foldable=foldable)


def image(
    network: Network,
    format: str,
    *,
    depth: int | None = None,
    direction: str = "TB",
    theme: str | None = None,
    dpi: int = 130,
) -> bytes:
    """Return a network as a picture.

    Args:
        network: what to draw.
        format: `svg`, `png`, `pdf`, `dot` for the text that the others are made of, or `html` for
            a page in which blocks open and close.
        depth: as for `dot`; a page begins with it.
        direction: as for `dot`.
        theme: as for `dot`; a page goes with the reader's system unless one is named.
        dpi: pixels per inch of a PNG.

    Raises:
        DrawError: when there is no such format, when Graphviz is neither on the PATH nor installed
            with pygraphviz, or when there are more nodes than anyone could look at.
    """
    if format not in FORMATS:
        raise DrawError(f"no format `{format}`; there are {', '.join(FORMATS)}")
    colours = theme_named(theme or "light")
    if format == "html":
        return _page(network, _scene(network, depth, direction, foldable=True), direction, theme)
    scene = _scene(network, depth, direction)
    text = write(scene, colours, direction)
    if format == "dot":
        return text.encode()
    nodes = sum(1 for _ in flattened(scene.parts))
    if nodes > NODES:
        raise DrawError(
            f"{nodes:,} nodes; at most {NODES:,} are laid out, a smaller depth has fewer"
        )
    return render(text, format, dpi)


def _page(network: Network, scene: Scene, direction: str, theme: str | None) -> bytes:
    from archspec.draw.viewer import page  # noqa: PLC0415 - only for a page

    def writer(scene: Scene, theme: str) -> Writer:
        return Writer(scene, theme_named(theme), direction)

    return page(network, scene, writer, theme)


__all__ = ["DIRECTIONS", "FORMATS", "NODES", "DrawError", "dot", "image"]
