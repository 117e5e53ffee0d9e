"""Where in a picture each node of the network is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from archspec.draw.scene import Frame, Node
from archspec.network import Network, walk

Place: TypeAlias = tuple[str, str]
"""Key of a part, and the path under which it shows something."""


class Places:
    """Finds the part that shows a path.

    Args:
        parts: all of the picture, a frame before what it holds.
    """

    def __init__(self, parts: Iterable[Node | Frame]) -> None:
        self._places: dict[str, Place] = {}
        for part in parts:
            turns = part.about.shows if part.about else ()
            for turn in turns:
                for path, drawn in zip(turn, turns[0], strict=True):
                    self._places.setdefault(path, (part.key, drawn))

    def index(self, network: Network) -> list[tuple[str, str, str]]:
        """Return path, type and key of the part for every node, in the order of execution.

        What leaves no node, such as a flattening, is where the node before it is.
        """
        nodes = [node for node in walk(network.root) if node.path]
        paths = [node.path for node in nodes]
        found: list[tuple[str, str, str]] = []
        before = next(iter(self._places.values()))[0] if self._places else ""
        for node in nodes:
            before = self._find(node.path, paths) or before
            found.append((node.path, node.label, before))
        return found if before else []

    def _find(self, path: str, paths: Sequence[str]) -> str:
        """Return what shows a node: of a module without a frame, what shows its first child."""
        here = self._drawn(path)
        if here in self._places:
            return self._places[here][0]
        inside = (self._drawn(other) for other in paths if other.startswith(f"{path}."))
        child = next((other for other in inside if other in self._places), "")
        return self._places[child][0] if child else self._around(here)

    def _drawn(self, path: str) -> str:
        """Return a path as it is drawn: in the first of the equal blocks around it."""
        around = [path, *_above(path)]
        for place in reversed(around):
            drawn = self._places.get(place, ("", place))[1]
            if drawn != place:
                return self._drawn(drawn + path[len(place) :])
        return path

    def _around(self, path: str) -> str:
        """Return what shows the nearest block around something that leaves no node."""
        return next((self._places[place][0] for place in _above(path) if place in self._places), "")


def _above(path: str) -> list[str]:
    names = path.split(".")
    return [".".join(names[:end]) for end in range(len(names) - 1, 0, -1)]
