"""Two networks in one picture: the second, and beside it what it lacks of the first.

What was removed becomes a child of the second network's tree, read by nobody. Its path has a sign
before it, as in the table, so that it is not taken for a node of the second that has its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from archspec.analysis import costs
from archspec.analysis.alignment import Child, entries, inputs, pairs
from archspec.analysis.difference import Comparison
from archspec.draw.units.blocks import GONE
from archspec.draw.words import figures
from archspec.network import Body, Leaf, Network


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a picture of two networks shows.

    Attributes:
        title: how the user knows the two.
        facts: figures of the second, and by how much they differ.
        before: the first.
        after: the second.
        both: the second, with what was removed.
        marks: `added`, `removed` or `changed` by the path of an op, or of a module for all in it.
    """

    title: str
    facts: tuple[str, ...]
    before: Network
    after: Network
    both: Network
    marks: Mapping[str, str]


def changes(comparison: Comparison, names: tuple[str, str], *, everything: bool = False) -> Changes:
    """Return what there is to draw of two networks.

    Args:
        comparison: what differs.
        names: how the user knows them.
        everything: mark also nodes that differ only since other shapes arrive.
    """
    before, after = comparison.before, comparison.after
    return Changes(
        title=" → ".join(names),
        facts=tuple(_facts(comparison)),
        before=before,
        after=after,
        both=replace(after, root=_united(before.root, after.root, inputs(before, after))),
        marks=_marks(comparison, everything=everything),
    )


def _facts(comparison: Comparison) -> Iterator[str]:
    was, now = costs(comparison.before)[""], costs(comparison.after)[""]
    bound = "≥ " if now.unknown else ""
    yield f"{figures.amount(now.parameters)} params{_grown(now.parameters - was.parameters)}"
    yield f"{bound}{figures.amount(now.macs)} MACs{_grown(now.macs - was.macs)}"
    yield from comparison.facts
    if comparison.is_equal:
        yield "no difference"


def _grown(by: int) -> str:
    return f" ({'+' if by > 0 else '−'}{figures.amount(abs(by))})" if by else ""


def _marks(comparison: Comparison, *, everything: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for difference in comparison.differences:
        if difference.after is not None and (everything or not difference.follows):
            found[difference.after.path] = difference.change
        elif difference.before is not None and difference.after is None:
            found[f"{GONE}{difference.before.path}"] = difference.change
    # A module that is changed in itself is marked by its children, which say where.
    modules = {path.rpartition(".")[0] for path in found}
    return {path: word for path, word in found.items() if path not in modules}


def _united(before: Body, after: Body, arriving: Mapping[str, str]) -> Body:
    """Return a body with what it lacks of another one, each behind what it read."""
    found = pairs(before, after)
    names = {**arriving}
    names |= {one.name: other.name if other else f"{GONE}{one.name}" for one, other in found if one}
    there = {other.name: one for one, other in found if other}
    children: list[Child] = []
    for node in after.nodes:
        was = there[node.name]
        if isinstance(was, Body) and isinstance(node, Body):
            children.append(_united(was, node, entries(was, node)))
        else:
            children.append(node)
    places = {node.name: node.place for node in children}
    for node in before.steps:
        if names[node.name] not in places:
            children.append(_removed(node, before, names, places))
            places[children[-1].name] = children[-1].place
    return replace(after, children=tuple(children))


def _removed(
    node: Child, around: Body, names: Mapping[str, str], places: Mapping[str, int]
) -> Child:
    """Return a node as one beside the line, which reads the first map that it did, and no other."""
    maps = zip(node.reads, node.inputs, strict=True)
    first = (around.entries[0], around.inputs[0])
    first = next((one for one in maps if one[0] not in around.own), first)
    read, shape = names[first[0]], first[1]
    count = len(node.entries) if isinstance(node, Body) else 1
    return replace(
        _renamed(node),
        name=names[node.name],
        reads=(read,) * count,
        inputs=(shape,) * count,
        training_only=True,
        reuses=None,
        place=places.get(read, -1),
    )


def _renamed(node: Child) -> Child:
    """Return a node and all in it with paths that no other node has."""
    path = f"{GONE}{node.path}"
    if isinstance(node, Leaf):
        return replace(node, path=path)
    return replace(node, path=path, children=tuple(map(_renamed, node.nodes)))
