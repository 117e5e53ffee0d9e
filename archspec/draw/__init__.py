"""Diagrams: a network becomes a scene, the scene becomes DOT, the DOT an image.

`fuse` joins layers and finds blocks, `repeats` finds equal neighbours, `stages` finds stem,
stages and head, `page` decides what to open, `compose` places it all in a scene, `dot` writes it
down, `engine` lays it out. Only `engine` needs Graphviz; `dot` is text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from archspec.draw.errors import DrawError
from archspec.draw.graphviz.engine import render
from archspec.draw.graphviz.layout_limit import MOST, load, nodes
from archspec.draw.graphviz.theme import theme_named
from archspec.draw.graphviz.tints import HEATS, heated, marked
from archspec.draw.graphviz.writer import Writer
from archspec.draw.picture.changes import Changes, changes
from archspec.draw.picture.compose import compose
from archspec.draw.scene import Scene
from archspec.draw.units.marks import Marks
from archspec.network import Network
from archspec.writing import check_length

FORMATS = ("svg", "png", "pdf", "dot", "html")
DIRECTIONS = ("TB", "LR")


def dot(
    network: Network,
    *,
    depth: int | None = None,
    focus: str | None = None,
    direction: str = "TB",
    theme: str = "light",
    heat: str | None = None,
    title: str | None = None,
    found: Changes | None = None,
) -> str:
    """Return a network as DOT text; the same network always gives the same text.

    Args:
        network: what to draw.
        depth: 0 folds every stage to one node, 1 every block, 2 opens the blocks, 3 the blocks in
            them, and so on; by default one typical block is open if the page has room for it.
        focus: path of a module to draw alone, between the names of what is around it; then `depth`
            counts from there.
        direction: `TB` from top to bottom, `LR` from left to right.
        theme: `light`, `dark` or `print`.
        heat: colours nodes by `params`, `macs` or `memory`, see `tints.heated`.
        title: what stands above the picture instead of the network's name.
        found: what differs from another network, from `changes`; then colours say nothing else. A
            node all of whose ops were added takes that colour, one of which only a part was is
            `changed`, what was removed stands beside it, the others are grey.

    Raises:
        DrawError: when there is no such direction, depth, module, theme, heat or mark.
        SpecError: when the text would be too long; code L207.
    """
    scene = _scene(network, depth, focus, direction, title, found=found)
    return _text(network, _writer(network, scene, theme, direction, heat, found))


def _text(network: Network, writer: Writer) -> str:
    return check_length(writer.text(), "the diagram", network.root.written.span)


def _writer(
    network: Network,
    scene: Scene,
    theme: str,
    direction: str,
    heat: str | None,
    found: Changes | None,
) -> Writer:
    """Return what writes a scene down in the colours that are asked for."""
    colours, tints = theme_named(theme), None
    if heat is not None and found is not None:
        raise DrawError("a picture is coloured by heat or by what differs, not by both")
    if heat is not None:
        scene, tints = heated(scene, network, heat, colours)
    if found is not None and found.marks:
        tints = marked(scene, Marks(found.marks), colours)
    return Writer(scene, colours, direction, tints)


def _scene(
    network: Network,
    depth: int | None,
    focus: str | None,
    direction: str,
    title: str | None,
    *,
    foldable: bool = False,
    found: Changes | None = None,
) -> Scene:
    if direction not in DIRECTIONS:
        raise DrawError(f"no direction `{direction}`; there are {', '.join(DIRECTIONS)}")
    if depth is not None and depth < 0:
        raise DrawError(f"a depth is 0 or more, not {depth}")
    if focus is not None and found is not None:
        raise DrawError("what differs is drawn of whole networks, not of a block")
    scene = compose(
        network, depth=depth, direction=direction, focus=focus, foldable=foldable, found=found
    )
    return scene if title is None else replace(scene, title=title)


def image(
    network: Network,
    format: str,
    *,
    depth: int | None = None,
    theme: str | None = None,
    focus: str | None = None,
    direction: str = "TB",
    heat: str | None = None,
    title: str | None = None,
    found: Changes | None = None,
    dpi: int = 130,
) -> bytes:
    """Return a network as a picture.

    Args:
        network: what to draw.
        format: `svg`, `png`, `pdf`, `dot` for the text that the others are made of, or `html` for
            a page in which blocks open and close.
        depth: as for `dot`; a page begins with it.
        theme: as for `dot`; a page goes with the reader's system unless one is named.
        focus: as for `dot`.
        direction: as for `dot`.
        heat: as for `dot`.
        title: as for `dot`.
        found: as for `dot`.
        dpi: pixels per inch of a PNG.

    Raises:
        DrawError: when there is no such format or no pixel per inch, when neither pygraphviz nor
            a Graphviz on the PATH works, or when there is too much to lay out.
    """
    if format not in FORMATS:
        raise DrawError(f"no format `{format}`; there are {', '.join(FORMATS)}")
    if dpi < 1:
        raise DrawError(f"a dpi is 1 or more, not {dpi}")
    scene = _scene(network, depth, focus, direction, title, foldable=format == "html", found=found)
    writer = partial(_writer, network, direction=direction, heat=heat, found=found)
    if format == "html":
        from archspec.draw.viewer import page  # noqa: PLC0415 - only for a page

        return page(network, scene, writer, theme)
    text = _text(network, writer(scene, theme or "light"))
    if format == "dot":
        return text.encode()
    other = partial(_scene, network, focus=focus, direction=direction, title=title, found=found)
    _check_load(scene, depth, other)
    return render(text, format, dpi)


def _check_load(scene: Scene, depth: int | None, other: Callable[..., Scene]) -> None:
    """Refuse a scene that is too much to lay out.

    Raises:
        DrawError: that says which depth is not too much.
    """
    if load(scene) <= MOST:
        return
    told = f"{nodes(scene):,} nodes and the edges between them are too much to lay out"
    for less in range(9 if depth is None else min(depth, 9) - 1, -1, -1):
        if load(fewer := other(depth=less)) <= MOST:
            raise DrawError(f"{told}; a depth of {less} has {nodes(fewer):,} nodes")
    raise DrawError(f"{told}; draw a block of it with a focus, or put its layers in blocks")


__all__ = [
    "DIRECTIONS",
    "FORMATS",
    "HEATS",
    "Changes",
    "DrawError",
    "changes",
    "dot",
    "image",
]
