"""Diagrams: a network becomes units, the units a scene, the scene DOT, the DOT an image.

`units` fuses layers, finds blocks, equal neighbours and stages; `words` says what each is called;
`picture` decides what is opened and places it all in a `scene`; `graphviz` writes that down and
lays it out; `viewer` makes a page of it. Only `graphviz.engine` needs Graphviz: DOT is text.

>>> import archspec
>>> text = dot(archspec.load("resnet34").network, depth=0)
>>> [stage for stage in ("stem", "stage 1", "stage 4", "head") if f"<B>{stage}</B>" in text]
['stem', 'stage 1', 'stage 4', 'head']
"""

from __future__ import annotations

from archspec.draw.errors import DrawError
from archspec.draw.graphviz.tints import HEATS
from archspec.draw.picture.changes import Changes, changes
from archspec.draw.view import DIRECTIONS, View
from archspec.network import Network

FORMATS = ("svg", "png", "pdf", "dot", "html")


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
    view = View(
        network, depth=depth, focus=focus, direction=direction, heat=heat, title=title, found=found
    )
    return view.text(view.scene(), theme)


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
    _check(format, dpi)
    view = View(
        network, depth=depth, focus=focus, direction=direction, heat=heat, title=title, found=found
    )
    if format == "html":
        return _page(view, theme)
    return view.image(format, theme or "light", dpi)


def _check(format: str, dpi: int) -> None:
    if format not in FORMATS:
        raise DrawError(f"no format `{format}`; there are {', '.join(FORMATS)}")
    if dpi < 1:
        raise DrawError(f"a dpi is 1 or more, not {dpi}")


def _page(view: View, theme: str | None) -> bytes:
    from archspec.draw.viewer import page  # noqa: PLC0415 - only for a page

    return page(view.network, view.scene(foldable=True), view.writer, theme)


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
