"""Words on ops, such as `added`, and on what stands for several of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any, Final

from archspec.draw.units.leaves import leaves_of
from archspec.draw.units.unit import Unit

PARTLY: Final = "changed"
"""The word for what only some ops of which have a mark, or whose marks differ."""


class Marks:
    """Finds marks.

    Args:
        words: a word by the path of an op, or of a module for all that is in it.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def of(self, path: str) -> str:
        """Return the mark of a path, or of the nearest module around it."""
        around = list(accumulate(path.split("."), lambda module, name: f"{module}.{name}"))
        return next((self._words[m] for m in reversed(around) if m in self._words), "")

    def word(self, paths: Iterable[str]) -> str:
        """Return the one mark of all of several ops."""
        found = {self.of(path) for path in paths}
        if len(found) < 2:
            return found.pop() if found else ""
        return PARTLY

    def pattern(self, unit: Unit) -> tuple[Any, ...]:
        """Return the marks of all ops in a unit: equal units with other marks are not the same."""
        return tuple(self.of(leaf.path) for leaf in leaves_of(unit)) if self._words else ()
