"""A table as text for a terminal, and the words in which figures are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from archspec.analysis import Field

NARROWEST: Final = 60
"""Characters that a table takes for granted."""
GAP: Final = 2
"""Spaces between two columns."""
_LEAST: Final = (20, 12)
"""Characters that a column keeps as long as others are longer, and whatever happens."""
_SMALLEST: Final = 0.1
"""Percent below which a share is not told more exactly."""
NONE: Final = "–"
"""What stands where there is nothing."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of words, ready to be set in any form.

    Attributes:
        title: what it is about.
        head: a word for each column.
        right: whether a column is set to the right, as numbers are.
        rows: the cells.
        totals: what stands below, as pairs of a label and words.
        marks: a word for each row by which a form may colour it, or nothing.
        narrow: the columns that are cut to fit, the widest most.
        wrapped: the columns that go on in further lines to fit, before any is cut.
    """

    title: str
    head: tuple[str, ...]
    right: tuple[bool, ...]
    rows: list[tuple[str, ...]]
    totals: list[tuple[str, str]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    narrow: tuple[int, ...] = (0,)
    wrapped: tuple[int, ...] = ()

    def widths(self) -> list[int]:
        """Return the characters that each column needs."""
        return [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]

    def width(self) -> int:
        """Return the characters that a line needs."""
        widths = self.widths()
        return sum(widths) + GAP * (len(widths) - 1)


Paint: TypeAlias = Callable[[str, str], str]
"""Puts colour around a line, by its mark."""


def text(table: Table, width: int = 100, paint: Paint | None = None) -> str:
    """Return a table as lines of at most `width` characters, but for numbers that need more."""
    widths = table.widths()
    for least in _LEAST:
        for columns in (table.wrapped, table.narrow):
            _shrink(widths, columns, least, width - GAP * (len(widths) - 1))
    rule = "─" * (sum(widths) + GAP * (len(widths) - 1))
    lines = [_line(table.head, widths, table.right), rule]
    marks = table.marks or [""] * len(table.rows)
    for mark, row in zip(marks, table.rows, strict=True):
        found = [_line(part, widths, table.right) for part in _parts(row, table.wrapped, widths)]
        lines += [paint(mark, line) for line in found] if paint else found
    label = max((len(name) for name, _ in table.totals), default=0) + GAP
    below = [
        f"{name if not index else '':<{label}}{line}"
        for name, words in table.totals
        for index, line in enumerate(_broken(words, max(width - label, _LEAST[0])))
    ]
    title = _broken(table.title, width)
    return "\n".join([*([*lines, rule] if table.rows else []), *title, *below])


def _shrink(widths: list[int], columns: Sequence[int], least: int, room: int) -> None:
    """Make the widest of some columns narrower, as long as all together need more than the room."""
    while sum(widths) > room:
        widest = max(columns, key=widths.__getitem__, default=None)
        if widest is None or widths[widest] <= least:
            return
        widths[widest] -= 1


def _parts(
    row: tuple[str, ...], wrapped: Sequence[int], widths: Sequence[int]
) -> Iterator[tuple[str, ...]]:
    """Yield a row as the lines that it takes."""
    cells = [
        _broken(cell, widths[column]) if column in wrapped else [cell]
        for column, cell in enumerate(row)
    ]
    for index in range(max(map(len, cells))):
        yield tuple(lines[index] if index < len(lines) else "" for lines in cells)


def _broken(words: str, width: int) -> list[str]:
    """Return words in lines; what an arrow joins stays on one, if one has the room.

    A word that is longer than a line is cut.
    """
    if len(words) <= width:
        return [words]
    from textwrap import wrap  # noqa: PLC0415 - few tables have such words

    def joined(match: re.Match[str]) -> str:
        # `wrap` breaks at plain spaces alone.
        whole = match[0].replace(" → ", "\xa0→\xa0")
        return whole if len(whole) <= width else whole.replace("→\xa0", "→ ")

    short = " ".join(cut(word, width) for word in words.split(" "))
    kept = re.sub(r"\S+ → \S+", joined, short)
    return [line.replace("\xa0", " ") for line in wrap(kept, width, break_on_hyphens=False)]


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = [
        cell.rjust(width) if is_right else cut(cell, width).ljust(width)
        for cell, width, is_right in zip(cells, widths, right, strict=True)
    ]
    return (" " * GAP).join(parts).rstrip()


def cut(text: str, width: int) -> str:
    """Return a text with its middle left out where it is longer than `width`.

    Of a path, the last names are left whole if they fit: they tell it from its neighbours.
    """
    if len(text) <= width:
        return text
    tails = (len(text) - dot for dot, character in enumerate(text) if character == ".")
    tail = next((tail for tail in tails if tail < width), width // 2)
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"


def sizes(numbers: Sequence[int]) -> str:
    """Return a shape as `64×112×112`."""
    return "×".join(str(int(n)) for n in numbers)


def pair_text(sides: Sequence[float] | None) -> str:
    """Return a number for each side as one where they are equal; `global` for none."""
    if sides is None:
        return "global"
    told = [(f"{n:g}" if isinstance(n, float) else str(n)).replace("-", "−") for n in sides]
    return told[0] if len({*told}) == 1 else "×".join(told)


def field_text(size: tuple[int, ...] | None) -> str:
    """Return a receptive field as people say it: `899 px`, `61×31 px`, `the whole input`.

    Of anything but an image it is told in positions.
    """
    if size is None:
        return "the whole input"
    return f"{pair_text(size)} {'px' if len(size) == len('HW') else 'positions'}"


def whole_field_text(field: Field) -> str:
    """Return a receptive field with stride and offset."""
    if field.size is None:
        return field_text(None)
    stride, offset = pair_text(field.stride), pair_text(field.offset)
    return f"{field_text(field.size)}, stride {stride}, offset {offset}"


def memory_text(size: int) -> str:
    """Return bytes in a unit that suits them, a power of 1000: `40 B`, `784.0 KB`, `3.1 MB`."""
    if size < 1000:
        return f"{size} B"
    number, unit = size / 1000, "KB"
    for larger in ("MB", "GB", "TB"):
        if number < 1000:
            break
        number, unit = number / 1000, larger
    return f"{number:,.1f} {unit}"


def share_text(part: int, whole: int) -> str:
    """Return a part in percent of the whole."""
    if not (part and whole):
        return NONE
    share = 100 * part / whole
    return f"{share:.1f}%" if abs(share) >= _SMALLEST else f"< {_SMALLEST}%"
