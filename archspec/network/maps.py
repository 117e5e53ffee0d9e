"""Which inputs of a network are maps: signals, feature maps and volumes."""

from __future__ import annotations

from collections.abc import Mapping

from archspec.network.nodes import INPUT, Body, Leaf
from archspec.ops import ChannelsLast, Shape
from archspec.ops.ranked import Ranked
from archspec.ops.reshape import Permute

_Names = frozenset[str]


def maps(root: Body, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
    """Return the inputs that are maps with their channels first, by name.

    Two sizes may be a signal (C, L) or a sequence (T, C): they are a signal where an op of signals
    reads them, or what is made of them and still lies as they do.
    """
    flat = {name for name, shape in inputs.items() if len(shape) == len("CL")}
    signals: set[str] = set()
    if flat:
        _look(root, {name: frozenset((name,)) & flat for name in inputs}, signals)
    whole = {name for name, shape in inputs.items() if len(shape) in (len("CHW"), len("CDHW"))}
    return {name: shape for name, shape in inputs.items() if name in whole | signals}


def _look(body: Body, given: Mapping[str, _Names], signals: set[str]) -> _Names:
    """Go through a body, and return which inputs its result is made of."""
    made = dict(given)
    for node in body.steps:
        read = frozenset[str]().union(*(made.get(name, ()) for name in node.reads))
        if isinstance(node, Body):
            made[node.name] = _look(node, {INPUT: read}, signals)
            continue
        if isinstance(node, Leaf) and isinstance(node.op, Ranked) and node.op.rank == 1:
            signals |= read
        lies = len(node.output) == len("CL") and not isinstance(node.output, ChannelsLast)
        made[node.name] = read if lies and not isinstance(node.op, Permute) else frozenset()
    return made.get(body.result, frozenset())


__all__ = ["maps"]
