"""Diagrams: a network becomes a scene, the scene becomes DOT, the DOT an image.

`fuse` joins layers and finds blocks, `repeats` finds equal neighbours, `stages` finds stem,
stages and head, `page` decides what to open, `compose` places it all in a scene, `dot` writes it
down, `engine` lays it out. Only `engine` needs Graphviz; `dot` is text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from archspec.draw.compose import compose
from archspec.draw.dot import write
from archspec.draw.engine import DrawError, render
from archspec.draw.legend import flattened
from archspec.draw.scene import Scene
from archspec.draw.theme import theme_named
from archspec.draw.tints import marked
from archspec.network import Network

FORMATS = ("svg", "png", "pdf", "dot")
DIRECTIONS = ("TB", "LR")
NODES: Final = 1000
"""Nodes that Graphviz is asked to lay out; it takes about a second for so many."""


def dot(
    network: Network,
    *,
    depth: int | None = None,
    direction: str = "TB",
    theme: str = "light",
    marks: Mapping[str, str] | None = None,
) -> str:
    """Return a network as DOT text; the same network always gives the same text.

    Args:
        network: what to draw.
        depth: 0 folds every stage to one node, 1 every block, 2 opens the blocks, 3 the blocks in
            them, and so on; by default one typical block is open if the page has room for it.
        direction: `TB` from top to bottom, `LR` from left to right.
        theme: `light`, `dark` or `print`.
        marks: `added`, `removed` or `changed` by the path of an op, or of a module for all that is
            in it. With marks, colours say nothing else: a node all of whose ops have one mark
            takes its colour, one of which only a part is marked is `changed`, the others are grey.

    Raises:
        DrawError: when there is no such direction, depth, theme or mark.
    """
    scene = _scene(network, depth, direction)
    return _written(scene, theme, direction, marks)


def _written(scene: Scene, theme: str, direction: str, marks: Mapping[str, str] | None) -> str:
    colours = theme_named(theme)
    tints = None if marks is None else marked(scene, marks, colours)
    return write(scene, colours, direction, tints)


def _scene(network: Network, depth: int | None, direction: str) -> Scene:
    if direction not in DIRECTIONS:
        raise DrawError(f"no direction `{direction}`; there are {', '.join(DIRECTIONS)}")
    if depth is not None and depth < 0:
        raise DrawError(f"a depth is 0 or more, not {depth}")
    return compose(network, depth=depth, direction=direction)


def image(
    network: Network,
    format: str,
    *,
    depth: int | None = None,
    direction: str = "TB",
    theme: str = "light",
    marks: Mapping[str, str] | None = None,
    dpi: int = 130,
) -> bytes:
    """Return a network as a picture.

    Args:
        network: what to draw.
        format: `svg`, `png`, `pdf`, or `dot` for the text that the others are made of.
        depth: as for `dot`.
        direction: as for `dot`.
        theme: as for `dot`.
        marks: as for `dot`.
        dpi: pixels per inch of a PNG.

    Raises:
        DrawError: when there is no such format, when Graphviz is neither on the PATH nor installed
            with pygraphviz, or when there are more nodes than anyone could look at.
    """
    if format not in FORMATS:
        raise DrawError(f"no format `{format}`; there are {', '.join(FORMATS)}")
    scene = _scene(network, depth, direction)
    text = _written(scene, theme, direction, marks)
    if format == "dot":
        return text.encode()
    nodes = sum(1 for _ in flattened(scene.parts))
    if nodes > NODES:
        raise DrawError(
            f"{nodes:,} nodes; at most {NODES:,} are laid out, a smaller depth has fewer"
        )
    return render(text, format, dpi)


__all__ = ["DIRECTIONS", "FORMATS", "NODES", "DrawError", "dot", "image"]
