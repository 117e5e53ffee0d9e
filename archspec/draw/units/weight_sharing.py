"""Modules that are called more than once: their weights are the same in each place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from archspec.draw.units.blocks import is_one_layer
from archspec.draw.units.unit import Shared
from archspec.network import Body, Leaf, walk
from archspec.ops import Form


class _Call(NamedTuple):
    """A call of a module with weights: its place in the body, and that of the first call of it."""

    node: Leaf | Body
    place: str
    first: str


def shared(body: Body) -> Mapping[str, Shared]:
    """Return what is called more than once in a body, and what was before, by path.

    It has the name of the first call within the body; layers of a module of one layer have that of
    the module. What shares no weights is left out.
    """
    if all(node.reuses is None for node in walk(body)):
        return {}
    calls = list(_calls(body, "", "", {}))
    firsts = {call.first for call in calls if call.first != call.place}
    single = {call.place for call in calls if _is_single(call.node)} & firsts
    found: dict[str, Shared] = {}
    for call in calls:
        if call.first in firsts:
            names = call.first.split(".")
            around = (".".join(names[:end]) for end in range(1, len(names)))
            name = next((module for module in around if module in single), call.first)
            found[call.node.path] = Shared(name, again=call.first != call.place)
    return found


def _is_single(node: Leaf | Body) -> bool:
    return isinstance(node, Body) and is_one_layer(node)


def _calls(body: Body, place: str, again: str, firsts: dict[str, str]) -> Iterator[_Call]:
    """Yield the calls in a body and below it.

    Args:
        body: where to look.
        place: what stands before the names of its children.
        again: what stands before those of the first call of it, when this is another.
        firsts: collects the first call by the place of each.
    """
    for node in body.steps:
        here, first = f"{place}{node.name}", f"{again or place}{node.reuses or node.name}"
        firsts[here] = first = firsts.get(first, first)
        if _has_weights(node, body):
            yield _Call(node, here, first)
        if isinstance(node, Body):
            yield from _calls(node, f"{here}.", f"{first}." if first != here else "", firsts)


def _has_weights(node: Leaf | Body, around: Body) -> bool:
    if isinstance(node, Body):
        return any(_has_weights(child, node) for child in node.nodes)
    owns = node.op.form is Form.TENSOR or not around.own.isdisjoint(node.reads)
    return owns or bool(node.op.tensors())
