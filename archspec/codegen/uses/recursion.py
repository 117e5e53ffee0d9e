"""Blocks that stand within themselves."""

from __future__ import annotations

from collections.abc import Iterator

from archspec.network import Body, walk


def within(body: Body) -> Iterator[Body]:
    """Yield the further uses of a body's block within it."""
    assert body.block is not None
    for node in walk(body):
        block = node.block if isinstance(node, Body) and node.reuses is None else None
        if isinstance(node, Body) and block is not None and block.name == body.block.name:
            yield node


def depth(body: Body) -> int:
    """Return how many uses of a body's block stand within one another below it."""
    return max((1 + depth(inner) for inner in within(body)), default=0)
