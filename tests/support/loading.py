"""Bundled specs as networks, each loaded once in a run: no test can change what is loaded."""

from __future__ import annotations

from functools import cache

import archspec


@cache
def bundled(name: str) -> archspec.Architecture:
    """Return a bundled network as its spec has it."""
    return archspec.load(name)
