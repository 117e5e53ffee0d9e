"""Texts cut into the entries of their mappings and lists, each as its file spells it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from archspec.errors import Span, fail
from archspec.syntax import Listing, Mapping, Scalar, Tree

_DASHES: Final = re.compile(r"[-\s]*")
"""What can stand before the first key of a mapping that is an item of a list."""


@dataclass(frozen=True, slots=True)
class Part:
    """An entry of a mapping as its file spells it, moved to the left margin.

    Attributes:
        above: comments and empty lines above it.
        head: its first line, or all of it.
        remark: the comment beside that line.
        more: its other lines.
        inline: it stands within `{…}`.
    """

    head: str
    above: tuple[str, ...] = ()
    remark: str = ""
    more: tuple[str, ...] = ()
    inline: bool = False

    @property
    def lines(self) -> list[str]:
        """The part without what stands above it."""
        return [(self.head + self.remark).rstrip(), *self.more]

    @property
    def has_note(self) -> bool:
        """Tell whether a comment stands above it."""
        return any(self.above)


def parts(container: Mapping | Listing, before: int) -> list[Part]:
    """Return the entries of a mapping, or the items of a list, that begins after a line."""
    found: list[Part] = []
    if character(container.span) in ("{", "["):
        if isinstance(container, Mapping):
            return [_inline(key, value) for key, value in container.entries]
        return [_within(item) for item in container.items]
    column = container.span.column
    for key, value in _children(container):
        part, before = _block(key, value, before, column if key is None else key.span.column)
        found.append(part)
    return found


def _children(tree: Mapping | Listing) -> Iterable[tuple[Scalar | None, Tree]]:
    return tree.entries if isinstance(tree, Mapping) else ((None, item) for item in tree.items)


def _within(item: Tree) -> Part:
    """Return an item of `[…]`."""
    first, *more = cut(item.span)
    return Part(f"- {first}", more=tuple(f"  {line.strip()}" for line in more), inline=True)


def _inline(key: Scalar, value: Tree) -> Part:
    """Return an entry of `{…}`."""
    first, *more = cut(value.span)
    head = f"{cut(key.span)[0]}: {first}"
    return Part(head, more=tuple(f"  {line.strip()}" for line in more), inline=True)


def _block(key: Scalar | None, value: Tree, before: int, column: int) -> tuple[Part, int]:
    """Return an entry of a mapping or list in block form, and the number of its last line.

    Args:
        key: its key; None for an item of a list.
        value: its value.
        before: the number of the last line of the entry before it.
        column: of the key, or of the dash.
    """
    source, indent = value.span.source, column - 1
    start = _dash(value, before, indent) if key is None else key.span.line
    line = source.line(start)
    if not _DASHES.fullmatch(line[:indent]):
        raise fail("F108", "a key of the form `? key` cannot be moved", (key or value).span)
    last = max(_last(value, indent), start)
    text = [source.line(number) for number in range(start + 1, last + 1)]
    above = [source.line(number).strip() for number in range(before + 1, start)]
    end = len(line) if key is None else _end_of_head(key, value)
    if key is None and value.span.end_line == start:
        end = max(value.span.end_column - 1, indent + 1)
    return Part(
        line[indent:end].rstrip(),
        tuple(line for line in above if not line or line.startswith("#")),
        line[len(line[:end].rstrip()) :].rstrip(),
        tuple(line[min(indent, len(line) - len(line.lstrip())) :] for line in text),
    ), last


def _dash(item: Tree, before: int, indent: int) -> int:
    """Return the number of the line where the dash of an item stands."""
    source = item.span.source
    for number in range(before + 1, item.span.line):
        text = source.line(number)
        if text[indent : indent + 1] == "-" and _DASHES.fullmatch(text[:indent]):
            return number
    return item.span.line


def _end_of_head(key: Scalar, value: Tree) -> int:
    """Return where the first line of an entry ends, but for a comment; the whole line in doubt."""
    line = key.span.source.line(key.span.line)
    if value.span.line > key.span.line:
        return line.index(":", key.span.end_column - 1) + 1
    if value.span.end_line > value.span.line:
        return len(line)
    return value.span.end_column - 1


def _last(value: Tree, indent: int) -> int:
    """Return the number of the last line of the entry with this value and indentation."""
    source, last = value.span.source, _last_of(value)
    # The span of a block scalar reaches to what comes next; comments set deeper belong here too.
    for number in range(last + 1, len(source.lines) + 1):
        line = source.line(number)
        if line.strip():
            if len(line) - len(line.lstrip()) <= indent:
                break
            last = number
    return last


def _last_of(value: Tree) -> int:
    """Return the number of the line where a value ends; of a block scalar, where it begins."""
    first = character(value.span)
    if isinstance(value, Scalar):
        return value.span.line if first in ("|", ">") else value.span.end_line
    if first in ("{", "["):
        return value.span.end_line
    items = [item for _, item in value.entries] if isinstance(value, Mapping) else value.items
    return _last_of(items[-1])


def character(span: Span) -> str:
    """Return the character at which a span begins."""
    return span.source.line(span.line)[span.column - 1 : span.column]


def cut(span: Span) -> list[str]:
    """Return the lines of a span, cut where it begins and ends."""
    lines = [span.source.line(number) for number in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return lines
