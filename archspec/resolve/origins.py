"""Where a name has its value: what is written there, and which names that sees."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import NamedTuple

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
