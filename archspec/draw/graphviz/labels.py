"""The labels of nodes, frames and legend as HTML-like tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import starmap
from typing import Final

from archspec.draw.fonts import BAND, DETAIL, FRAME, NODE, TITLE
from archspec.draw.graphviz.markup import Label, bold, font, label, table, tag, text
from archspec.draw.graphviz.sizes import Sizes, shares
from archspec.draw.graphviz.theme import Paint, Theme
from archspec.draw.graphviz.tints import Tints
from archspec.draw.scene import (
    Band,
    Bar,
    Border,
    Box,
    Entry,
    Folded,
    Frame,
    Node,
    Scene,
    Segment,
    Terminal,
)
from archspec.ops import Kind

_BADGE: Final = 34
_HATCH: Final = 12
_MARKED: Final = 2
"""Points of a border that says something."""
_THIN: Final = 6
_THICK: Final = 20

# Graphviz writes a little above the middle of a cell.
_LOW_TITLE: Final[Mapping[str, str | float]] = {"CELLPADDING": 2, "HEIGHT": 20, "VALIGN": "BOTTOM"}
_LOW_BADGE: Final[Mapping[str, str | float]] = {"CELLPADDING": 0, "HEIGHT": 13, "VALIGN": "BOTTOM"}
_SPACE: Final = tag("TD", "", HEIGHT=3, CELLPADDING=0)


class Labels:
    """Writes labels in a theme; nodes that have a tint take its colours."""

    def __init__(self, theme: Theme, sizes: Sizes, tints: Tints | None = None) -> None:
        self.theme = theme
        self.sizes = sizes
        self.tints = tints

    def tint(self, node: Node) -> Paint | None:
        """Return what colours a node in the place of its kind."""
        return self.tints.paints.get(node.key) if self.tints else None

    def title(self, scene: Scene) -> Label:
        """Return the title with the network's figures under it."""
        facts = text("  ·  ".join(scene.facts))
        rows = [
            tag("TD", font(bold(scene.title), size=TITLE)),
            tag("TD", font(facts, size=FRAME, colour=self.theme.dim)),
        ]
        return label(table(rows, CELLPADDING=1))

    def legend(self, scene: Scene) -> Label:
        """Return the legend, row by row."""
        chips = [[self._chip(entry) for entry in row] for row in scene.legend]
        if self.tints is not None:
            lead = [Entry(self.tints.label)] if self.tints.label else []
            chips = [[*map(self._chip, lead), *starmap(_painted, self.tints.legend)]]
        rows = [table(["".join(row)], CELLSPACING=4) for row in chips if row]
        return label(table([tag("TD", row) for row in rows])) if rows else label(" ")

    def box(self, box: Box) -> Label:
        """Return a fused layer: bands, title, bands."""
        tint = self.tint(box)
        paint = tint or self.theme.kinds[box.kind]
        badge = self._badge(box.count)
        hatch = self._hatch(None if tint else box.kind, paint.fill)
        room = round(self.sizes.box(box)) - (_BADGE if badge else 0) - (_HATCH if hatch else 0)
        words = self._words(box.title, box.detail)
        title = tag("TD", words, BGCOLOR=paint.fill, WIDTH=room, **_LOW_TITLE)
        if badge:
            title += tag("TD", table([badge]), BGCOLOR=paint.fill, CELLPADDING=3, WIDTH=_BADGE)
        columns = 2 if badge else 1
        if hatch:
            title = hatch + title
            columns += 1
        note = font(text(box.note), size=DETAIL, colour=self.theme.dim)
        under = tag("TD", note, BGCOLOR=paint.fill, CELLPADDING=2, COLSPAN=columns) if note else ""
        above, below = (self._bands(bands, columns, tint) for bands in (box.above, box.below))
        content = [row for row in (above, title, under, below) if row]
        return label(table(content, BORDER=paint.width, COLOR=paint.border))

    def folded(self, node: Folded) -> Label:
        """Return a folded block: title and count, lines, and its branches as a thin bar."""
        title = tag("TD", self._words(node.title, node.detail))
        if node.count > 1:
            cells = title + tag("TD", "", WIDTH=6) + self._badge(node.count)
            title = tag("TD", table([cells], CELLPADDING=0))
        rows = [_SPACE, title]
        rows += [
            tag("TD", font(text(line), size=DETAIL, colour=self.theme.dim)) for line in node.lines
        ]
        if node.bar and self.tints is None:
            length = max(self.sizes.lines.get(node.line, 0) - 14, 90)
            rows.append(tag("TD", self._thin(node.bar, length)))
        return label(table(rows, CELLPADDING=1))

    def bar(self, bar: Bar) -> Label:
        """Return a concatenation, each segment with a port of its own."""
        cells = []
        across, tint = self.sizes.across, self.tint(bar)
        for index, (segment, size) in enumerate(
            zip(bar.segments, self.sizes.bar(bar), strict=True)
        ):
            ink = self.theme.ink if tint else self.theme.on_branch(segment.colour)
            words = font(bold(segment.text), size=FRAME, colour=ink)
            cells.append(
                tag(
                    "TD",
                    words,
                    PORT=f"b{index}",
                    BGCOLOR=tint.fill if tint else self.theme.branch(segment.colour),
                    WIDTH=_THICK if across else size,
                    HEIGHT=size if across else _THICK,
                    **self._rim(),
                )
            )
        rows = cells if across else ["".join(cells)]
        around: dict[str, str | float] = (
            {"BORDER": tint.width, "COLOR": tint.border} if tint else {}
        )
        return label(table(rows, CELLSPACING=1, CELLPADDING=0, **around))

    def terminal(self, node: Terminal) -> Label:
        """Return an input or output with its shape."""
        detail = font(text(node.detail), size=DETAIL, colour=self.theme.dim)
        return label(table([_SPACE, tag("TD", bold(node.title)), tag("TD", detail)], CELLPADDING=0))

    def frame(self, frame: Frame) -> Label:
        """Return a frame's label: what it is, and how often."""
        count = f" ×{frame.count}" if frame.count > 1 else ""
        words = bold(frame.label) + font(bold(count), colour=self.theme.ink)
        size = FRAME + (frame.border is Border.STAGE)
        return label(font(words, size=size, colour=self.theme.dim))

    def words(self, words: str, colour: str, *, italic: bool = False) -> Label:
        """Return plain text."""
        content = f"<I>{text(words)}</I>" if italic else text(words)
        return label(font(content, size=DETAIL, colour=colour))

    def beside(self, words: str, room: float) -> Label:
        """Return text that begins at the left edge of its room, whatever the font."""
        shown = font(text(words), size=DETAIL, colour=self.theme.dim)
        return label(table([tag("TD", shown, WIDTH=round(room), ALIGN="LEFT")], CELLPADDING=0))

    def above(self, words: str) -> Label:
        """Return text with room for an edge under it."""
        shown = font(text(words), size=DETAIL, colour=self.theme.dim)
        return label(table([tag("TD", shown), tag("TD", "", HEIGHT=DETAIL)]))

    def sign(self, words: str) -> Label:
        """Return the sign in a round merge."""
        return label(font(bold(words), size=NODE + 3, colour=self.theme.skip.border))

    def _chip(self, entry: Entry) -> str:
        if entry.colour is not None:
            return self._branch(entry.text, entry.colour)
        if entry.bar:
            cells = self._branch(entry.text, 0) + self._branch("by channels", 1)
            return tag("TD", table([cells]), CELLPADDING=0)
        if entry.kind is None and not entry.block:
            return tag("TD", font(text(entry.text), size=DETAIL, colour=self.theme.dim))
        kind = entry.kind
        paint = self.theme.block if kind is None else self.theme.kinds[kind]
        return self._hatch(kind) + _painted(entry.text, paint)

    def _branch(self, words: str, colour: int) -> str:
        """Return a chip in the colour of a branch."""
        shown = font(text(words), size=BAND, colour=self.theme.on_branch(colour))
        fill = self.theme.branch(colour)
        return tag("TD", shown, BGCOLOR=fill, CELLPADDING=3, **self._rim())

    def _hatch(self, kind: Kind | None, fill: str = "") -> str:
        """Return a cell with the pattern of a kind, where the theme has one."""
        if kind is None or kind not in self.theme.hatches:
            return ""
        colours = {"#": self.theme.ink, ".": self.theme.paper}
        rows = [
            "".join(tag("TD", "", BGCOLOR=colours[dot]) for dot in row)
            for row in self.theme.hatches[kind]
        ]
        return tag("TD", table(rows, CELLPADDING=1), BGCOLOR=fill)

    def _words(self, title: str, detail: str) -> str:
        gap = "  " if detail else ""
        return bold(title) + font(text(gap + detail), size=DETAIL, colour=self.theme.dim)

    def _badge(self, count: int) -> str:
        """Return the cell with the count of a repeat."""
        if count < 2:
            return ""
        words = font(bold(f" ×{count} "), size=DETAIL, colour=self.theme.badge.border)
        return tag("TD", words, STYLE="ROUNDED", BGCOLOR=self.theme.badge.fill, **_LOW_BADGE)

    def _bands(self, bands: Sequence[Band], columns: int, tint: Paint | None) -> str:
        if not bands:
            return ""
        cells = []
        for index, band in enumerate(bands):
            own = self.tints.bands.get(band.shows) if self.tints else None
            paint = own or tint or self.theme.kinds[band.kind]
            border = _edge(paint) if own != tint else {}
            # Blanks keep the words of neighbours apart.
            before, after = " " * (index > 0), " " * (index < len(bands) - 1)
            told = _written(before + band.text + after, paint)
            words = font(told, size=BAND, colour=self.theme.dim)
            cells.append(tag("TD", words, BGCOLOR=paint.fill, CELLPADDING=1, **border))
        return tag("TD", table(["".join(cells)]), COLSPAN=columns, CELLPADDING=0)

    def _rim(self) -> dict[str, str | float]:
        """Return the border of a branch, where the theme has one."""
        return {"BORDER": 1, "COLOR": self.theme.rim} if self.theme.rim else {}

    def _thin(self, bar: Sequence[Segment], length: float) -> str:
        cells = []
        for segment, size in zip(bar, shares(bar, length, 2), strict=True):
            fill = self.theme.branch(segment.colour)
            looks = {"HEIGHT": _THIN, "FIXEDSIZE": "TRUE", "BGCOLOR": fill, **self._rim()}
            cells.append(tag("TD", "", WIDTH=size, **looks))
        return table(["".join(cells)], CELLPADDING=0)


def _edge(paint: Paint) -> dict[str, str | float]:
    """Return the border of a cell that is set apart from those beside it."""
    if paint.width < _MARKED:
        return {}
    return {"BORDER": paint.width, "COLOR": paint.border}


def _written(words: str, paint: Paint) -> str:
    """Return words, struck through where a node would be dashed: dashed cells crash Graphviz."""
    return f"<S>{text(words)}</S>" if paint.stroke == "dashed" else text(words)


def _painted(words: str, paint: Paint) -> str:
    """Return a chip of the legend."""
    return tag(
        "TD",
        font(_written(words, paint), size=DETAIL),
        BGCOLOR=paint.fill,
        COLOR=paint.border,
        BORDER=paint.width,
        STYLE="ROUNDED",
        CELLPADDING=3,
    )
