"""A table as text for a terminal, and the words in which figures are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from archspec.analysis import Field

_GAP: Final = 2
_LEAST: Final = 12
NONE: Final = "–"
"""What stands where there is nothing."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of words, ready to be set in any form.

    Attributes:
        title: what it is about.
        head: a word for each column; the first column is the one that is cut to fit.
        right: whether a column is set to the right, as numbers are.
        rows: the cells.
        totals: what stands below, as pairs of a label and words.
        marks: a word for each row by which a form may colour it, or nothing.
    """

    title: str
    head: tuple[str, ...]
    right: tuple[bool, ...]
    rows: list[tuple[str, ...]]
    totals: list[tuple[str, str]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    def widths(self) -> list[int]:
        """Return the characters that each column needs."""
        return [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]

    def width(self) -> int:
        """Return the characters that a line needs."""
        widths = self.widths()
        return sum(widths) + _GAP * (len(widths) - 1)


def text(table: Table, width: int = 100) -> str:
    """Return a table as lines of at most `width` characters, but for numbers that need more."""
    widths = table.widths()
    over = table.width() - width
    widths[0] = max(widths[0] - max(over, 0), min(widths[0], _LEAST))
    rule = "─" * (sum(widths) + _GAP * (len(widths) - 1))
    lines = [_line(table.head, widths, table.right), rule]
    lines += [_line(row, widths, table.right) for row in table.rows]
    label = max((len(name) for name, _ in table.totals), default=0)
    below = [f"{name:<{label}}  {words}" for name, words in table.totals]
    return "\n".join([*lines, rule, table.title, *below])


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = [
        cell.rjust(width) if is_right else cut(cell, width).ljust(width)
        for cell, width, is_right in zip(cells, widths, right, strict=True)
    ]
    return (" " * _GAP).join(parts).rstrip()


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
    first, second = (f"{n:g}".replace("-", "−") for n in pair)
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
