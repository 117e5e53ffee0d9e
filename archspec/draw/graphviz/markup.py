"""Text in DOT: quoted attributes and HTML-like labels.

Nothing from a spec reaches DOT but through `quoted` and `text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from archspec.errors import visible

_ENTITIES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
    "\\": "&#92;",
    "]": "&#93;",  # alone in a label, Graphviz 2.43 takes it for the end of a CDATA section
}


def text(words: str) -> str:
    """Return text for an HTML-like label: no markup, no escapes, no invisible characters."""
    return "".join(_ENTITIES.get(character, character) for character in visible(words))


def quoted(value: str | float | tuple[str, ...]) -> str:
    r"""Return a quoted attribute value; several lines are joined by DOT's `\n`.

    Graphviz reads entities in attributes and backslashes (`\N` is a node's name), so both are
    spelt out.
    """
    if isinstance(value, (int, float)):
        return f'"{value:g}"'
    lines = [value] if isinstance(value, str) else list(value)
    return '"' + "\\n".join(text(line) for line in lines) + '"'


class Label(str):
    """An HTML-like label, all text in it escaped already."""

    __slots__ = ()


Looks: TypeAlias = Mapping[str, str | float | tuple[str, ...]]
"""Attributes of a node, edge or graph."""


def attributes(looks: Looks) -> str:
    """Return attributes in brackets."""
    parts = [
        f"{name}={value if isinstance(value, Label) else quoted(value)}"
        for name, value in looks.items()
    ]
    return f"[{' '.join(parts)}]"


def label(content: str) -> Label:
    """Return markup as a label."""
    return Label(f"<{content}>")


def font(content: str, *, size: float | None = None, colour: str = "") -> str:
    """Return markup in a size and colour; nothing for nothing."""
    if not content:
        return ""
    looks = {"POINT-SIZE": f"{size:g}" if size else "", "COLOR": colour}
    return tag("FONT", content, **looks)


def bold(words: str) -> str:
    """Return escaped text in bold."""
    return f"<B>{text(words)}</B>" if words else ""


def tag(name: str, content: str, **looks: str | float) -> str:
    """Return an element; looks without a value are left out."""
    given = "".join(
        f' {key.replace("_", "-")}="{value}"' for key, value in looks.items() if value != ""
    )
    return f"<{name}{given}>{content}</{name}>"


def table(rows: Iterable[str], **looks: str | float) -> str:
    """Return a table without lines unless `looks` say otherwise."""
    plain: dict[str, str | float] = {"BORDER": 0, "CELLBORDER": 0, "CELLSPACING": 0}
    return tag("TABLE", "".join(f"<TR>{row}</TR>" for row in rows), **plain | looks)
