"""A picture to walk around in: one HTML file that needs no network, no server and no Graphviz.

The file holds the DOT of `draw.dot` line by line, with every block both opened and folded, and a
Graphviz for browsers that lays out the lines which belong together. `page_data` makes
the data, `viewer.js` shows it.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Final

from archspec.draw.errors import DrawError
from archspec.draw.graphviz.layout_limit import MOST, load, nodes
from archspec.draw.graphviz.svg import MARK
from archspec.draw.graphviz.theme import theme_named
from archspec.draw.graphviz.writer import Writer
from archspec.draw.scene import Scene
from archspec.draw.viewer.page_data import THEMES, picture
from archspec.draw.viewer.palette import Palette
from archspec.network import Network
from archspec.ops import Kind

_ENGINE: Final = "viz-global.js.gz"
_UNSAFE: Final = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
"""What HTML or JavaScript could read as the end of the data."""


def page(
    network: Network, scene: Scene, writer: Callable[[Scene, str], Writer], theme: str | None
) -> bytes:
    """Return a network as an HTML file.

    Args:
        network: what is drawn.
        scene: its picture, composed to be foldable.
        writer: writes a scene in a theme.
        theme: `light`, `dark`, or None to go with the reader's system.

    Raises:
        DrawError: when the theme is another one, or no page could lay out what is there while all
            blocks are closed.
    """
    if load(scene) > MOST:
        raise DrawError(
            f"{nodes(scene):,} nodes beside one another and the edges between them are too much "
            "for a page; draw a block of it with a focus, or put its layers in blocks"
        )
    if theme not in (None, *THEMES):
        raise DrawError(f"a page is {' or '.join(THEMES)}; the theme `{theme}` is for paper")
    data, palette = picture(network, scene, writer)
    script, engine = _read("viewer.js"), gzip.decompress(_bytes(_ENGINE)).decode()
    style = _read("viewer.css") + _rules(palette)
    return (
        Template(_read("page.html"))
        .substitute(
            mark=MARK,
            policy=_policy([script, engine], style),
            title=html.escape(scene.title),
            theme=theme or "auto",
            style=style,
            data=_json(data),
            engine=base64.b64encode(_bytes(_ENGINE)).decode(),
            script=script,
        )
        .encode()
    )


def _policy(scripts: list[str], style: str) -> str:
    """Return what the page may do: run these scripts and the engine, and nothing else."""
    allowed = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {allowed} 'wasm-unsafe-eval'; "
        f"style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(data: Mapping[str, Any]) -> str:
    """Return data as JSON that is safe within a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_UNSAFE)


def _rules(palette: Palette) -> str:
    """Return CSS that paints the slots of a picture."""
    light, dark = (
        "".join(f"--{slot[1:]}:{colour};" for slot, colour in palette[theme].items()) + _bar(theme)
        for theme in THEMES
    )
    slots = "".join(
        f'#picture [{name}="{slot}"]{{{name}:var(--{slot[1:]})}}\n'
        for slot in palette["light"]
        for name in ("fill", "stroke")
    )
    return f'[data-theme="light"]{{{light}}}\n[data-theme="dark"]{{{dark}}}\n{slots}'


def _bar(name: str) -> str:
    """Return the colours of what is around the picture."""
    theme = theme_named(name)
    accent = theme.kinds[Kind.CONV].border
    return (
        f"--paper:{theme.paper};--ink:{theme.ink};--dim:{theme.dim};"
        f"--panel:{theme.stage.fill};--edge:{theme.stage.border};--accent:{accent}"
    )


def _read(name: str) -> str:
    return _bytes(name).decode()


@cache
def _bytes(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()


__all__ = ["page"]
