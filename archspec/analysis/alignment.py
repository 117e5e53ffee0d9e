"""Which node of one body is which of another.

Children of a mapping are told by their names. Those of a list have numbers that mean nothing once
one is put in between, so there the best alignment is sought, as between two versions of a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from archspec.network import INPUT, Body, Leaf, Network
from archspec.traced import untraced

_LARGEST: Final = 1_000_000
"""Pairs of children of two lists that are compared; longer lists are compared place by place."""

Child: TypeAlias = Leaf | Body
Pair: TypeAlias = tuple[Child | None, Child | None]


def inputs(before: Network, after: Network) -> dict[str, str]:
    """Return which input of one network is which of another."""
    return {INPUT: next(iter(after.inputs))} | entries(before.root, after.root)


def entries(before: Body, after: Body) -> dict[str, str]:
    """Return which input of one body is which of another, by name; others go by their order."""
    same = {name: name for name in before.entries if name in after.entries}
    gone = [name for name in before.entries if name not in same]
    new = [name for name in after.entries if name not in same]
    return same | dict(zip(gone, new, strict=False))


def pairs(before: Body, after: Body) -> list[Pair]:
    """Return the children of two bodies, those that are the same in pairs, in order."""
    first, second = before.steps, after.steps
    if before.numbered and after.numbered:
        match = _aligned(first, second)
    else:
        places = {node.name: place for place, node in enumerate(first)}
        match = {j: places[node.name] for j, node in enumerate(second) if node.name in places}
    return _merged(first, second, match)


def _merged(
    first: Sequence[Child], second: Sequence[Child], match: Mapping[int, int]
) -> list[Pair]:
    """Return pairs in the order of the second; what it lacks stands behind what it stood behind."""
    kept = set(match.values())
    behind: dict[int, list[Pair]] = {}
    last = -1
    for i, node in enumerate(first):
        if i in kept:
            last = i
        else:
            behind.setdefault(last, []).append((node, None))
    pairs = behind.get(-1, [])
    for j, node in enumerate(second):
        place = match.get(j)
        pairs.append((None if place is None else first[place], node))
        if place is not None:
            pairs += behind.get(place, [])
    return pairs


def _aligned(first: Sequence[Child], second: Sequence[Child]) -> dict[int, int]:
    """Return which child of the second list is which of the first, by the best alignment."""
    if len(first) * len(second) > _LARGEST:
        return {i: i for i in range(min(len(first), len(second)))}
    ones, others = [*map(_Print, first)], [*map(_Print, second)]
    # best[i][j]: how well the first i children of one and the first j of the other can go together.
    best = [[0] * (len(others) + 1) for _ in range(len(ones) + 1)]
    for i, one in enumerate(ones):
        for j, other in enumerate(others):
            together = best[i][j] + one.likeness(other)
            best[i + 1][j + 1] = max(together, best[i][j + 1], best[i + 1][j])
    match: dict[int, int] = {}
    i, j = len(ones), len(others)
    while i and j:
        if best[i][j] == best[i][j - 1]:
            j -= 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            i, j = i - 1, j - 1
            match[j] = i
    return match


class _Print:
    """What tells one child of a list from another."""

    def __init__(self, node: Child) -> None:
        self._label = node.label
        self._shape = tuple(int(n) for n in node.output)
        self._content = _content(node)
        self._is_leaf = isinstance(node, Leaf)

    def likeness(self, other: _Print) -> int:
        """Return how much speaks for these two being the same; at least 1."""
        if self._content == other._content:
            return 8 if self._shape == other._shape else 7
        if self._label == other._label:
            return 4 if self._shape == other._shape else 3
        return 1 if self._is_leaf == other._is_leaf else 0


def _content(node: Child) -> tuple[Any, ...]:
    """Return what a node holds, without the names and shapes that depend on what is around it."""
    if isinstance(node, Body):
        return (node.label, *map(_content, node.nodes))
    inferred = node.op.inferred()
    return (node.label, *(item for item in values(node).items() if item[0] not in inferred))


def values(leaf: Leaf) -> dict[str, Any]:
    """Return the arguments of a node by name, as plain values."""
    return {name: untraced(getattr(leaf.op, name)) for name in type(leaf.op).model_fields}


class Reads:
    """What nodes of two bodies read, in the names of the second, as far as both have it."""

    def __init__(self, before: Body, after: Body, same: Mapping[str, str]) -> None:
        self._same = same
        self._kept = frozenset(same.values())
        self._before = {node.name: node for node in before.nodes}
        self._after = {node.name: node for node in after.nodes}

    def of(self, before: Child, after: Child) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what a node reads in both, which is the same where it reads the same of both.

        There a node that only one has stands for what it reads; but what is told is what is read.
        """
        was = dict.fromkeys(self._through(before.reads, self._before, self._same))
        now = dict.fromkeys(
            self._through(after.reads, self._after, {name: name for name in self._kept})
        )
        if (*was,) == (*now,):
            return (*was,), (*now,)
        read = dict.fromkeys(self._same.get(name, name) for name in before.reads)
        if (*read,) != (*dict.fromkeys(after.reads),):
            was, now = read, dict.fromkeys(after.reads)
        return (*was,), (*now,)

    def called(self, before: Child) -> str | None:
        """Return whose module a node calls again, in the names of the second."""
        return before.reuses and self._same.get(before.reuses, before.reuses)

    def _through(
        self, reads: Iterable[str], nodes: Mapping[str, Child], names: Mapping[str, str]
    ) -> Iterator[str]:
        for name in reads:
            if name in names or name not in nodes:  # an input that only one has
                yield names.get(name, name)
            else:
                yield from self._through(nodes[name].reads, nodes, names)
