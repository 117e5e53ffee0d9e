"""A table as text for a terminal, and the words in which figures are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from archspec.analysis import Field

GAP: Final = 2
"""Spaces between two columns."""
_LEAST: Final = 12
"""Characters that a column keeps when it is cut."""
_WRAPPED: Final = 20
"""Characters that a column keeps when it goes on in further lines."""
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
        narrow: the column that is cut to fit.
        wrapped: the column that goes on in further lines to fit, before any is cut.
    """

    title: str
    head: tuple[str, ...]
    right: tuple[bool, ...]
    rows: list[tuple[str, ...]]
    totals: list[tuple[str, str]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    narrow: int = 0
    wrapped: int | None = None

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
    over = table.width() - width
    for column, least in ((table.wrapped, _WRAPPED), (table.narrow, _LEAST)):
        if column is not None:
            less = min(max(over, 0), max(widths[column] - least, 0))
            widths[column] -= less
            over -= less
    rule = "─" * (sum(widths) + GAP * (len(widths) - 1))
    lines = [_line(table.head, widths, table.right), rule]
    marks = table.marks or [""] * len(table.rows)
    for mark, row in zip(marks, table.rows, strict=True):
        found = [_line(part, widths, table.right) for part in _parts(row, table.wrapped, widths)]
        lines += [paint(mark, line) for line in found] if paint else found
    label = max((len(name) for name, _ in table.totals), default=0)
    below = [cut(f"{name:<{label}}  {words}", width) for name, words in table.totals]
    return "\n".join([*([*lines, rule] if table.rows else []), table.title, *below])


def _parts(
    row: tuple[str, ...], wrapped: int | None, widths: Sequence[int]
) -> Iterator[tuple[str, ...]]:
    """Yield a row as the lines that it takes."""
    if wrapped is None or len(row[wrapped]) <= widths[wrapped]:
        yield row
        return
    from textwrap import wrap  # noqa: PLC0415 - few tables have such rows

    # What an arrow joins stays on one line: `wrap` breaks at plain spaces alone.
    lines = wrap(row[wrapped].replace(" → ", "\xa0→\xa0"), widths[wrapped])
    first, *others = (line.replace("\xa0", " ") for line in lines)
    yield (*row[:wrapped], first, *row[wrapped + 1 :])
    for line in others:
        yield tuple(line if column == wrapped else "" for column in range(len(row)))


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = [
        cell.rjust(width) if is_right else cut(cell, width).ljust(width)
        for cell, width, is_right in zip(cells, widths, right, strict=True)
    ]
    return (" " * GAP).join(parts).rstrip()


def cut(text: str, width: int) -> str:
    """Return a text with its middle left out where it is longer than `width`."""
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def sizes(numbers: Sequence[int]) -> str:
    """Return a shape as `64×112×112`."""
    return "×".join(str(int(n)) for n in numbers)


def pair_text(pair: tuple[float, float] | None) -> str:
    """Return two numbers as one where they are equal; `global` for none."""
    if pair is None:
        return "global"
    first, second = (f"{n:g}" if isinstance(n, float) else str(n) for n in pair)
    first, second = first.replace("-", "−"), second.replace("-", "−")
    return first if first == second else f"{first}×{second}"


def field_text(size: tuple[int, int] | None) -> str:
    """Return a receptive field as people say it: `899 px`, `61×31 px`, `the whole input`."""
    return "the whole input" if size is None else f"{pair_text(size)} px"


def whole_field_text(field: Field) -> str:
    """Return a receptive field with stride and offset."""
    if field.size is None:
        return field_text(None)
    stride, offset = pair_text(field.stride), pair_text(field.offset)
    return f"{field_text(field.size)}, stride {stride}, offset {offset}"


def memory_text(size: int) -> str:
    """Return bytes in a unit that suits them: `40 B`, `784.0 KiB`, `3.1 MiB`."""
    if size < 1000:
        return f"{size} B"
    number, unit = size / 1024, "KiB"
    for larger in ("MiB", "GiB", "TiB"):
        if number < 1000:
            break
        number, unit = number / 1024, larger
    return f"{number:,.1f} {unit}"


def share_text(part: int, whole: int) -> str:
    """Return a part in percent of the whole."""
    return f"{100 * part / whole:.1f}%" if part and whole else NONE
