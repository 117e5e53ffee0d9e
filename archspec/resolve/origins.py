"""Where a name has its value: what is written there, and which names that sees."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import NamedTuple, Protocol

from archspec.errors import Span
from archspec.expressions import Value
from archspec.spec import Given


class Origin(NamedTuple):
    """What is written, and where.

    Attributes:
        given: what is written.
        values: the names in reach there.
        var: the var whose value it is, which sees those above it alone; empty for anything else.
    """

    given: Given
    values: Mapping[str, Value]
    var: str = ""

    @property
    def span(self) -> Span:
        """The place."""
        return self.given.span

    def reach(self) -> set[str]:
        """Return the names that an expression sees there."""
        return {*takewhile(lambda name: name != self.var, self.values)}


class Known(Protocol):
    """The names in reach somewhere, as messages ask for them; a scope is one."""

    @property
    def values(self) -> Mapping[str, Value]:
        """The values of all names."""

    @property
    def origins(self) -> Mapping[str, Origin]:
        """Where names have their values, those of which it is known."""

    def written(self, given: Given) -> Origin:
        """Return where the value of what is written was written: that of a name, further out."""
