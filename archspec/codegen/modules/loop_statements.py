"""The statements of a loop that lists a chain, and how those around it go together with them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from typing import Final

from archspec.codegen.python.trees import assign, dotted, replaced, same

_LEAVING: Final = ("out_channels", "leaving")
"""Names for what enters the next turn, where that is computed."""

_OFTEN: Final = 2
"""Readers from which on it has a name."""


def ahead(before: list[ast.stmt], more: list[ast.stmt]) -> list[ast.stmt]:
    """Return statements and those of a loop, where what enters it is computed but once.

    Args:
        before: the statements; where the first begins a list, what enters may be told ahead of it.
        more: those of the loop, of which the first may tell what enters.
    """
    first = more[0]
    value = first.value if isinstance(first, ast.Assign) else None
    if len(before) != 1 or not isinstance(value, ast.Call):
        return [*before, *more]
    assert isinstance(first, ast.Assign)
    shown = dotted(first.targets[0].id)  # type: ignore[attr-defined]
    begun = replaced(before[0], lambda n: shown if same(n, value) else None)
    return [*before, *more] if same(begun, before[0]) else [first, begun, *more[1:]]


def named_once(
    written: list[ast.stmt], told: Sequence[ast.stmt], taken: Collection[str]
) -> list[ast.stmt]:
    """Return a turn where channels that are computed for several readers have a name.

    Args:
        written: what it does.
        told: the statements in it that tell what enters what follows.
        taken: the names that mean something.
    """
    assigned = told[-1] if told else None
    value = assigned.value if isinstance(assigned, ast.Assign) else None
    name = next((name for name in _LEAVING if name not in taken), "")
    if not isinstance(value, ast.Call) or assigned not in written or not name:
        return written
    reads = sum(same(node, value) for part in written for node in ast.walk(part))
    if reads < _OFTEN:
        return written
    shown = dotted(name)
    parts = [replaced(part, lambda n: shown if same(n, value) else None) for part in written]
    return [assign(shown, value), *parts]


def without(written: Sequence[ast.stmt], told: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return statements without some, which may stand under an `if`."""
    for part in written:
        if isinstance(part, ast.If):
            part.body = [inner for inner in part.body if inner not in told]
    return [part for part in written if part not in told]
