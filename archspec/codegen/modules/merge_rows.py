"""Merges some of whose branches are not there in every use: what is there is joined one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from archspec.codegen.uses.children import Item, plain
from archspec.codegen.uses.common_formula import Differ, View
from archspec.network import Absent, Leaf
from archspec.spec import Use


def joins_branches(view: View) -> bool:
    """Tell whether a child is a merge of three branches or more, each with its own condition."""
    child = view.child
    if not isinstance(child, Leaf | Absent) or child.condition is not None:
        return False
    return isinstance(child.written, Use) and child.written.branches is not None


def one_by_one(items: Sequence[Item]) -> list[Item]:
    """Return entries where a merge of other branches in other uses is a row of merges.

    `left + right`, then `+ more` where that is there: each of the row has the condition of the
    branch that it joins.

    Raises:
        Differ: when what all begin with is not always there.
    """
    known = {item.name: item for item in items}
    found: list[Item] = []
    for item in items:
        reads = [_reads(view) for view in item.slot] if not item.value else []
        if len(item.slot) > 1 and reads and all(map(joins_branches, item.slot)):
            found += _row(item, reads, known) if len({*reads}) > 1 else [item]
        else:
            found.append(item)
    return found


def _reads(view: View) -> tuple[str, ...]:
    child = view.child
    if isinstance(child, Absent):
        return (child.written_stands_for,)
    return child.written_reads if isinstance(child, Leaf) else ()


def _row(item: Item, reads: Sequence[tuple[str, ...]], known: Mapping[str, Item]) -> Iterator[Item]:
    """Yield the merges of a row; the last has the name of the merge that they stand for."""
    read = {name for there in reads for name in there}
    order = tuple(name for name in known if name in read)
    always = [name for name in order if all(name in there for there in reads)]
    if item.condition or any(
        [name for name in order if name in there] != [*there] for there in reads
    ):
        raise Differ
    first = next((n for n, name in enumerate(order) if name not in always), len(order))
    if not first or any(known[name].condition is None for name in order if name not in always):
        raise Differ
    before = order[0]
    steps = [order[:first], *((name,) for name in order[first:])]
    for number, names in enumerate(steps):
        more = names[1:] if not number else names
        if not more:
            continue
        name = item.name if names is steps[-1] else f"{item.name}_{number}"
        yield _step(item, name, (before, *more), known)
        before = name


def _step(item: Item, name: str, reads: tuple[str, ...], known: Mapping[str, Item]) -> Item:
    """Return one merge of the row: of what the one before it has made, and of further branches."""
    leaf = next(view.child for view in item.slot if isinstance(view.child, Leaf))
    made = replace(leaf, name=name, reads=reads, written_reads=reads)
    branch = known.get(reads[-1])
    condition = branch.condition if branch is not None else None
    gone = Absent(name, condition, reads[0], reads[0], leaf.written)
    slot = tuple(
        replace(view, child=gone if condition and reads[-1] not in _reads(view) else made)
        for view in item.slot
    )
    flag = f"has_{plain(reads[-1])}" if condition else ""
    return replace(item, name=name, slot=slot, condition=condition, flag=flag, joins=True)
