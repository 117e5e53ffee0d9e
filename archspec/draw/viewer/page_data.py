"""The data of a page: lines of DOT, what opens and closes, what there is to know and to find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from archspec.draw.graphviz.writer import Writer
from archspec.draw.parts import flattened
from archspec.draw.scene import Frame, Part, Scene
from archspec.draw.viewer.node_index import Places
from archspec.draw.viewer.palette import Palette, in_slots
from archspec.errors import visible
from archspec.network import Network

THEMES: Final = ("light", "dark")
"""Those that a page can be switched between."""
_FONT: Final = "Helvetica"
"""The engine knows its letters' widths; of a list of fonts it would know none."""


def picture(
    network: Network, scene: Scene, writer: Callable[[Scene, str], Writer]
) -> tuple[dict[str, Any], Palette]:
    """Return what the viewer shows of a scene, as plain data, and the colours of its slots.

    `lines` are DOT, each with the parts it needs: it is part of the picture while all of them are.
    A part is, while every frame around it is open; what is `folds` to a frame while that is closed.

    Args:
        network: what is drawn.
        scene: its picture, composed to be foldable.
        writer: writes a scene in a theme.
    """
    # The page has the title in its own bar.
    bare = replace(scene, title="", facts=())
    writers = {name: writer(bare, name) for name in THEMES}
    for each in writers.values():
        # Above the picture, the legend can be seen before anyone scrolls.
        each.font, each.legend = _FONT, "t"
    written = {name: list(each.lines()) for name, each in writers.items()}
    texts, palette = in_slots({n: [line.text for line in lines] for n, lines in written.items()})
    needs = [line.needs for line in written[THEMES[0]]]
    names = writers[THEMES[0]].names
    parts = (*scene.parts, *scene.insets)
    data = {
        "title": visible(scene.title),
        "facts": scene.facts,
        "lines": list(zip(texts, needs, strict=True)),
        "parts": dict(_parts(parts, names, "")),
        "index": [
            (visible(path), visible(label), names[key])
            for path, label, key in Places(flattened(parts)).index(network)
        ],
    }
    return data, palette


def _parts(
    parts: Sequence[Part], names: Mapping[str, str], within: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each part with the frame around it that can be closed, if there is one."""
    for part in parts:
        name = names[part.key]
        if not isinstance(part, Frame):
            yield name, {"in": within, **_told(part)}
        elif part.folded is None:
            yield name, {"in": within, **_told(part)}
            yield from _parts(part.parts, names, within)
        else:
            folded = names[part.folded.key]
            yield folded, {"in": within, "folds": name, **_told(part.folded)}
            yield name, {"in": within, "opened": part.opened, "folded": folded, **_told(part)}
            yield from _parts(part.parts, names, name)


def _told(part: Part) -> dict[str, Any]:
    """Return what the card of a part says; nothing for what has none."""
    if part.about is None:
        return {"words": [visible(line) for line in part.tooltip]} if part.tooltip else {}
    ops = [(visible(path), visible(call)) for path, call in part.about.ops]
    told: dict[str, Any] = {"ops": ops, "figures": part.about.figures}
    if len(part.about.shows) > 1:
        told["turns"] = len(part.about.shows)
    return told
