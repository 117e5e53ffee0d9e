"""What vars decide."""

from __future__ import annotations

from typing import NamedTuple

from archspec.errors import Span


class Decision(NamedTuple):
    """What a var decides beside arguments of layers, and where that is written."""

    what: str
    place: Span | None = None
