"""What an op asks of its arguments together, in the language of formulas.

It stands here once for all who refuse: the op, by its numbers, and the constructor of emitted
source, by the names that these numbers come from. What a single argument may be stands in its type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from archspec import expressions
from archspec.expressions import Formula, Value


@dataclass(frozen=True, slots=True)
class Ask:
    """A test of arguments and of sizes that arrive.

    Attributes:
        test: what must hold, of their names; of pairs, for height and for width.
        told: what is wrong where it does not, with names in braces.
        field: the argument to blame.
    """

    test: str
    told: str
    field: str

    @property
    def formula(self) -> Formula:
        """The test as a tree."""
        return _parsed(self.test)

    def refused(self, values: Mapping[str, Any]) -> str | None:
        """Return what is wrong with some values; None where nothing is."""
        for row in rows({n: _plain(values[n]) for n in expressions.names(self.formula)}):
            if not _holds(self.test, tuple(row.items())):
                known = {name: _plain(value) for name, value in values.items()}
                return self.told.format(**{name: _shown(v) for name, v in {**known, **row}.items()})
        return None


def rows(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield values for one side after the other, where some of them are pairs; else as they are."""
    sides = {len(value) for value in values.values() if isinstance(value, tuple)}
    for side in range(*sides) if sides else (0,):
        yield {
            name: value[side] if isinstance(value, tuple) else value
            for name, value in values.items()
        }


@cache
def _parsed(test: str) -> Formula:
    return expressions.parse(test)


@lru_cache(maxsize=4096)
def _holds(test: str, values: tuple[tuple[str, Value], ...]) -> bool:
    """Tell whether a test holds; its steps are none of those that a spec may take."""
    with expressions.computing():
        return bool(expressions.evaluate(_parsed(test), dict(values)))


def _shown(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _plain(value: Any) -> Any:
    """Return a value whose numbers do not remember their formulas."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
