"""What a text of YAML is to all that reads it: mappings, lists, scalars, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from archspec.places import Span
from archspec.scalars import Plain


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value; `quoted` tells `"64"` from `64`."""

    value: Plain
    span: Span
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, in the order of the file."""

    items: tuple[Tree, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping, in the order of the file; its keys are scalars."""

    entries: tuple[tuple[Scalar, Tree], ...]
    span: Span

    def get(self, key: str) -> Tree | None:
        """Return the value of a key, or None."""
        return next((value for name, value in self.entries if name.value == key), None)

    def key(self, key: str) -> Scalar | None:
        """Return the key itself, with its place, or None."""
        return next((name for name, _ in self.entries if name.value == key), None)


Tree: TypeAlias = Scalar | Listing | Mapping
