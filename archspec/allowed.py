"""What a var may be: one of some choices, or a number within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import TypeGuard

from archspec.expressions import Value, shown_value

WORDS = ("choices", "min", "max")
"""The keys that say it, in their order."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a var may be; of one that is a list, what each of its entries may be.

    Attributes:
        choices: the values that it may have; any, where there are none.
        min: its least value; None where there is none.
        max: its greatest.
    """

    choices: tuple[Value, ...] = ()
    min: int | float | None = None
    max: int | float | None = None

    def __bool__(self) -> bool:
        return self != Allowed()

    def __str__(self) -> str:
        if self.choices:
            *others, last = map(shown_value, self.choices)
            return f"{', '.join(others)} or {last}" if others else last
        if self.max is None:
            return f"at least {shown_value(self.min)}"
        if self.min is None:
            return f"at most {shown_value(self.max)}"
        return f"from {shown_value(self.min)} to {shown_value(self.max)}"

    def refused(self, value: Value) -> Iterator[Value]:
        """Yield the value, or the entries of a list, that may not be there."""
        for entry in entries(value):
            if not (self._is_chosen(entry) if self.choices else self._is_within(entry)):
                yield entry

    def _is_chosen(self, entry: Value) -> bool:
        # Python holds 1, 1.0 and True to be equal.
        return any(
            entry == choice and isinstance(entry, bool) == isinstance(choice, bool)
            for choice in self.choices
        )

    def _is_within(self, entry: Value) -> bool:
        least = -inf if self.min is None else self.min
        most = inf if self.max is None else self.max
        return self == Allowed() or (is_number(entry) and least <= entry <= most)


def entries(value: Value) -> Iterator[Value]:
    """Yield a value, or what a list holds at any depth."""
    if isinstance(value, tuple):
        for item in value:
            yield from entries(item)
    else:
        yield value


def is_number(value: Value) -> TypeGuard[int | float]:
    """Tell whether a value is a number; `true` is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
