"""One picture in several themes: texts that differ in colours alone become one text and a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import TypeAlias

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b")

Palette: TypeAlias = dict[str, dict[str, str]]
"""By theme, the colour of each slot; a slot is written like a colour."""


def in_slots(themes: Mapping[str, Sequence[str]]) -> tuple[list[str], Palette]:
    """Return lines of DOT whose colours are slots, and what each slot is in each theme.

    Only a colour that is not the same in all themes gets a slot, so what looks like a colour in
    the words of a spec stays as it is.

    Args:
        themes: the same lines in each theme.

    Raises:
        ValueError: when the lines differ in more than colours.
    """
    texts = ["\n".join(lines) for lines in themes.values()]
    if len({_COLOUR.sub("", text) for text in texts}) > 1:
        raise ValueError("pictures in two themes differ in more than colours")
    unused = _unused("".join(texts).lower())
    slots: dict[tuple[str, ...], str] = {}

    def slot(colours: tuple[str, ...]) -> str:
        if len(set(colours)) == 1:
            return colours[0]
        if colours not in slots:
            slots[colours] = next(unused)
        return slots[colours]

    found = iter([slot(colours) for colours in zip(*map(_COLOUR.findall, texts), strict=True)])
    first = next(iter(themes.values()))
    lines = [_COLOUR.sub(lambda _: next(found), line) for line in first]
    table = {
        theme: {name: colours[index] for colours, name in slots.items()}
        for index, theme in enumerate(themes)
    }
    return lines, table


def _unused(text: str) -> Iterator[str]:
    """Yield colours that a text does not have."""
    return (colour for n in count(1) if (colour := f"#fe{n:04x}") not in text)
