"""How much room things take, as far as it must be known before they are laid out; in points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archspec.draw.fonts import DETAIL, FRAME, NODE, width
from archspec.draw.parts import flattened
from archspec.draw.scene import Bar, Beside, Box, Folded, Frame, Gap, Part, Scene, Segment, Word
from archspec.ops import Kind

BETWEEN: Final = 23.0
"""Between nodes side by side."""

_LESSER: Final = (Kind.ACTIVATION, Kind.SHAPE)
"""Kinds whose nodes are only as wide as their words, where nothing goes with them."""

_HELVETICA: Final = 0.87
"""Width of a text in Helvetica by that in the widest font."""

_NARROWEST: Final = 140.0
_WIDEST: Final = 204.0
_BRANCH: Final = 96.0
_SMALL: Final = 64.0
_SEGMENT: Final = 24
_ARC: Final = 60.0
"""Beside the boxes in a frame with a skip, where its label has more room."""


class Sizes:
    """The widths of one scene; `across` for a strip from left to right."""

    def __init__(self, scene: Scene, *, across: bool) -> None:
        nodes = list(flattened((*scene.parts, *scene.insets)))
        beside = [node for node in nodes if isinstance(node, Box) and not node.line]
        self.across = across
        self.lines = {
            "main": 0.0 if across else _line(scene.parts),
            "inset": 0.0 if across else _line(scene.insets),
        }
        keys = {node.key for node in beside}
        labels = [edge.label for edge in scene.edges if edge.label and edge.head in keys]
        room = [2 * width(label, DETAIL) for label in labels]
        self.branch = 0.0 if across else max([_BRANCH, *room, *map(_words, beside)])

    def box(self, box: Box) -> float:
        """Return the least width of a box."""
        if self.across or (box.kind in _LESSER and not box.below):
            return _SMALL
        return self.lines.get(box.line, self.branch)

    def words(self, words: str) -> float:
        """Return the most that a detail takes."""
        return width(words, DETAIL)

    def fits(self, frame: Frame) -> bool:
        """Tell whether a frame's label ends before the straight line, from the left corner."""
        parts = list(flattened(frame.parts))
        if any(isinstance(part, Gap) for part in parts):
            return True
        sides = set(map(_side, parts))
        if self.across or Beside.LEFT in sides or Beside.RIGHT not in sides:
            return True
        if not any(map(_is_on_line, parts)):
            return True
        line = next((part.line for part in parts if isinstance(part, Box) and part.line), "main")
        return _label(frame) <= self.lines[line] / 2

    def bar(self, bar: Bar) -> list[int]:
        """Return the lengths of a bar's segments; it is as long as its branches are wide."""
        columns = len(bar.segments)
        many = columns if columns > 2 else 0
        length = max(
            self.lines.get(bar.line, 0),
            many * self.branch + (many + (many + 1) % 2 - 1) * BETWEEN,
            90,
        )
        longest = max(width(segment.text, FRAME) for segment in bar.segments)
        return shares(bar.segments, length, max(_SEGMENT, round(longest)))


def shares(segments: Sequence[Segment], length: float, least: int) -> list[int]:
    """Return lengths that are proportional to the channels and add up to a length."""
    total = sum(segment.channels for segment in segments) or 1
    if length <= least * len(segments):
        return [least] * len(segments)
    exact = [max(float(least), length * segment.channels / total) for segment in segments]
    # What the short ones were given in addition, the others give up.
    spare = sum(exact) - length
    room = sum(size - least for size in exact) or 1
    return [round(size - spare * (size - least) / room) for size in exact]


def _line(parts: Sequence[Part]) -> float:
    """Return one width for all nodes on the straight line: it has room for labels of frames."""
    wanted = [_NARROWEST]
    for part in flattened(parts):
        if isinstance(part, Frame):
            if not any(map(_is_on_line, flattened(part.parts))):
                continue
            beside = any(map(_side, flattened(part.parts)))
            wanted.append(2 * (_label(part) - (_ARC if beside else 0)))
        elif isinstance(part, (Box, Folded)) and part.line:
            wanted.append(_words(part))
    return min(_WIDEST, max(wanted))


def _words(node: Box | Folded) -> float:
    """Return the width of a node's text; what is not bold is narrower.

    It is that in Helvetica: in a wider font, a node with many words is as wide as it must be.
    """
    row = width(node.title, NODE) + 0.9 * width(node.detail, DETAIL)
    lines = node.lines if isinstance(node, Folded) else ()
    return 16 + _HELVETICA * max([row, *(0.9 * width(line, DETAIL) for line in lines)])


def _label(frame: Frame) -> float:
    count = f" ×{frame.count}" if frame.count > 1 else ""
    return width(frame.label + count, FRAME)


def _is_on_line(part: Part) -> bool:
    return not isinstance(part, Frame) and bool(part.line)


def _side(part: object) -> Beside | None:
    """Return on which side of the straight line something stands."""
    if isinstance(part, Word):
        return part.beside
    if isinstance(part, (Box, Folded)) and not part.line:
        return Beside.RIGHT
    return None
