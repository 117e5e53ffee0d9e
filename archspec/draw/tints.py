"""Nodes coloured by something else than their kind: by what they cost, or by a word on each path.

A node of the scene stands for several ops: a layer with its norm, a folded block, equal blocks
that are drawn once. So what is known of ops by their paths is gathered per node here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from archspec.draw.engine import DrawError
from archspec.draw.legend import flattened
from archspec.draw.scene import Bar, Box, Folded, Scene, Sign
from archspec.draw.theme import Paint, Theme

PARTLY = "changed"
"""The mark of a node of which only some ops are marked, or of which they differ."""


@dataclass(frozen=True, slots=True)
class Tints:
    """Colours of nodes, in the place of those of their kinds.

    Attributes:
        paints: by the key of a node; one that is left out has no colour.
        legend: what the colours mean; it stands in the place of the legend of kinds.
        label: what stands before the legend.
    """

    paints: Mapping[str, Paint]
    legend: tuple[tuple[str, Paint], ...]
    label: str = ""


def marked(scene: Scene, marks: Mapping[str, str], theme: Theme) -> Tints:
    """Return the colours of nodes by words such as `added`, `removed` and `changed`.

    Args:
        scene: what is drawn.
        marks: a word by the path of an op, or of a module for all that is in it.
        theme: its table `marks` has the words and their colours.

    Raises:
        DrawError: for a word that the theme has no colour for.
    """
    for word in marks.values():
        if word not in theme.marks:
            raise DrawError(f"no mark `{word}`; there are {', '.join(theme.marks)}")
    words = {node.key: _word(node.shows, marks) for node in _tintable(scene)}
    legend = tuple((word, paint) for word, paint in theme.marks.items() if word in words.values())
    return Tints({key: theme.marks[word] for key, word in words.items() if word}, legend)


def _word(shown: tuple[str, ...], marks: Mapping[str, str]) -> str:
    found = {_mark(path, marks) for path in shown}
    if len(found) < 2:
        return found.pop() if found else ""
    return PARTLY


def _mark(path: str, marks: Mapping[str, str]) -> str:
    """Return the mark of a path, or of the nearest module around it."""
    around = list(accumulate(path.split("."), lambda module, name: f"{module}.{name}"))
    return next((marks[module] for module in reversed(around) if module in marks), "")


def _tintable(scene: Scene) -> Iterator[Box | Folded | Bar | Sign]:
    for part in flattened((*scene.parts, *scene.insets)):
        if isinstance(part, (Box, Folded, Bar, Sign)):
            yield part
