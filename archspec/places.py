"""Texts that were read, places in them, and how a place is shown to people.

Nothing here knows YAML or what can be wrong.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

_WIDTH: Final = 100
"""Columns of a quoted line that are shown around a place."""

Role: TypeAlias = Literal["error", "warning", "fact", "frame", "here", "there", "help"]
"""What a piece of a message is, which decides its colour."""

Paint: TypeAlias = Callable[[Role, str], str]
"""Puts colour around a piece of text; what is to be read stays the same."""

_COLOURS: Final[dict[Role, str]] = {
    "error": "1;31",
    "warning": "1;33",
    "fact": "1",
    "frame": "34",
    "here": "1;31",
    "there": "1;34",
    "help": "32",
}


def plain(role: Role, text: str) -> str:
    """Return the text as it is."""
    return text


def coloured(role: Role, text: str) -> str:
    """Return the text in the colour of its role, for a terminal."""
    return f"\x1b[{_COLOURS[role]}m{text}\x1b[0m" if text else ""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A text that was read, and the name by which the user knows it."""

    name: str
    text: str
    folder: str | None = None
    lines: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(self.text.splitlines()))

    def line(self, number: int) -> str:
        """Return line `number`, counted from 1; an empty string past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source; lines and columns count from 1, columns in code points."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{visible(self.source.name)}:{self.line}:{self.column}"

    def to(self, last: Span) -> Span:
        """Return the stretch from here to the end of another."""
        return replace(self, end_line=last.end_line, end_column=last.end_column)

    def seen_from(self, other: Span | None) -> str:
        """Return the line in words, with its file unless that is the other's."""
        if other is not None and other.source is self.source:
            return f"line {self.line}"
        return f"{visible(self.source.name)}:{self.line}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that is underlined, and what is said there."""

    span: Span
    text: str = ""
    here: bool = False

    def lines(self, gutter: int, paint: Paint, *, again: bool = False) -> Iterator[str]:
        """Yield the quoted line, unless it was just quoted, and the line that underlines it."""
        text = self.span.source.line(self.span.line)
        start = self.span.column - 1
        end = self.span.end_column - 1 if self.span.end_line == self.span.line else len(text)
        left = max(0, start - _WIDTH // 2) if len(text) > _WIDTH else 0
        stop = max(start + 1, min(end, left + _WIDTH))
        before = ("…" if left else "") + visible(text[left:start])
        marked = visible(text[start:stop])
        after = visible(text[stop : left + _WIDTH]) + ("…" if len(text) > left + _WIDTH else "")
        if not again or left or after.endswith("…"):
            number = paint("frame", f"{self.span.line:>{gutter}} |")
            yield f"{number} {before}{marked}{after}".rstrip()
        width = max(1, len(marked.rstrip()))
        line = ("^" if self.here else "-") * width + (f" {visible(self.text)}" if self.text else "")
        bar = paint("frame", f"{'':>{gutter}} |")
        yield f"{bar} {' ' * len(before)}{paint('here' if self.here else 'there', line)}"


def snippets(marks: Sequence[Mark], gutter: int, paint: Paint) -> Iterator[str]:
    """Yield the quotes of all marks, file by file; the file of the first mark comes first.

    Args:
        marks: what is underlined; the first is what it is all about.
        gutter: the width of the column of line numbers.
        paint: puts colour around the parts.
    """
    sources = dict.fromkeys(mark.span.source for mark in marks)
    bar = paint("frame", f"{'':>{gutter}} |")
    for index, source in enumerate(sources):
        own = [mark for mark in marks if mark.span.source is source]
        arrow = paint("frame", f"{'':>{gutter}}{':::' if index else '-->'}")
        if index:
            yield bar
        yield f"{arrow} {own[0].span}"
        yield bar
        last: int | None = None
        for mark in sorted(own, key=lambda mark: (mark.span.line, mark.span.column)):
            line = mark.span.line
            if last is not None and line > last + 1:
                yield paint("frame", f"{'…':>{gutter}} |")
            yield from mark.lines(gutter, paint, again=line == last)
            last = line


def visible(text: str) -> str:
    """Return text with control, bidirectional and other invisible characters spelt out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        if unicodedata.category(character)[0] not in "CZ" or character == " "
        else f"\\u{{{ord(character):04x}}}"
        for character in text
    )
