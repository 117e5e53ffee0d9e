"""How much there is to lay out: a scene that would take minutes is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from archspec.draw.errors import DrawError
from archspec.draw.parts import closed
from archspec.draw.scene import Scene

MOST: Final = 7000
"""What is laid out at once, as `viewer.js` has it: about ten seconds of Graphviz's time."""


def load(scene: Scene) -> int:
    """Return how many nodes there are, and levels that edges pass on their way.

    Graphviz puts a node where an edge passes a level, so both cost the same. What can be folded is.
    """
    levels = dict.fromkeys(closed((*scene.parts, *scene.insets)), 0)
    edges = [edge for edge in scene.edges if edge.tail in levels and edge.head in levels]
    for edge in edges:
        levels[edge.head] = max(levels[edge.head], levels[edge.tail] + 1)
    passed = (levels[edge.head] - levels[edge.tail] - 1 for edge in edges)
    return len(levels) + sum(max(0, number) for number in passed)


def nodes(scene: Scene) -> int:
    """Return how many nodes there are while all that can be folded is."""
    return sum(1 for _ in closed((*scene.parts, *scene.insets)))


def check_load(scene: Scene, depth: int | None, other: Callable[[int], Scene]) -> None:
    """Refuse a scene that is too much to lay out.

    Args:
        scene: what is drawn.
        depth: how many levels of blocks are opened in it.
        other: draws the same with fewer.

    Raises:
        DrawError: that says which depth is not too much.
    """
    if load(scene) <= MOST:
        return
    told = f"{nodes(scene):,} nodes and the edges between them are too much to lay out"
    for less in range(9 if depth is None else min(depth, 9) - 1, -1, -1):
        if load(fewer := other(less)) <= MOST:
            raise DrawError(f"{told}; a depth of {less} has {nodes(fewer):,} nodes")
    raise DrawError(f"{told}; draw a block of it with a focus, or put its layers in blocks")
