"""The first gate: which names of a network may become source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archspec.network import INPUT, Body, Loop, Network, walk
from archspec.schema import names


def admit(network: Network) -> None:
    """Look at every name of a network that can become part of source.

    The schema has refused bad ones at their places in the file; this asks again.

    Raises:
        ValueError: for a name that is no plain identifier or belongs to someone else.
    """
    for name in (network.name, *_blocks(network)):
        _admit(name, names.problem(name, network.ops))
    for name in (*network.vars, *network.inputs, *(label for label, _ in network.outputs)):
        _admit(name, "" if name in (INPUT, "") else names.problem(name, network.ops))
    for body in _bodies(network):
        for name in _variables(body):
            _admit(name, names.problem(name, network.ops))
        for node in body.nodes:
            numbered = re.fullmatch("0|[1-9][0-9]*", node.name, re.ASCII)
            _admit(node.name, "" if numbered else names.child_problem(node.name, network.ops))


def _admit(name: str, trouble: str) -> None:
    if trouble:
        raise ValueError(f"no name for source, {name!r}: {trouble}")


def _bodies(network: Network) -> Iterator[Body]:
    yield network.root
    yield from (node for node in walk(network.root) if isinstance(node, Body))


def _blocks(network: Network) -> set[str]:
    return {body.block.name for body in _bodies(network) if body.block is not None}


def _variables(body: Body) -> Iterator[str]:
    """Return parameters of the block, and variables of the loops; sizes have names of our own."""
    if body.block is not None:
        yield from (parameter.name for parameter in body.block.parameters)
    loops = [child for child in body.children if isinstance(child, Loop)]
    while loops:
        loop = loops.pop()
        for turn in loop.turns:
            yield from (name for name in turn.values if name != "index")
            loops += [child for child in turn.children if isinstance(child, Loop)]
