"""Nodes taken together: by the spec's blocks, by op, or by the stages that a picture shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

from archspec import analysis
from archspec.analysis import ONE, Cost, Field, Setting
from archspec.network import Body, Leaf, Network, Node, walk
from archspec.ops import Shape

GROUPS: Final = ("block", "stage", "op")


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes of one kind, and what they come to.

    Attributes:
        count: how many nodes.
        span: from where to where a stage goes, in the spec's names.
        shape: output of the last one of a stage; None for groups whose nodes lie here and there.
        field: receptive field of the last one of a stage.
    """

    name: str
    count: int
    cost: Cost
    activations: int
    span: str = ""
    shape: Shape | None = None
    field: Field | None = None


def groups(network: Network, by: str, setting: Setting = ONE) -> list[Group]:
    """Return the groups of a network; together they hold every node once.

    Args:
        network: the network.
        by: `op`; `block`, the outermost of the spec's own blocks around a node; or `stage`, as in
            a picture: stem, stages and head. What is there in training mode alone is no part of
            any stage and has a row of its own.
        setting: the batch whose activations are counted.
    """
    costs, written = analysis.costs(network), analysis.written(network, setting)

    def together(name: str, nodes: Sequence[Node]) -> Group:
        cost = sum((costs[node.path] for node in nodes), Cost())
        return Group(name, len(nodes), cost, sum(written[node.path] for node in nodes))

    if by == "stage":
        fields = analysis.fields(network)
        return [
            replace(
                together(label, leaves),
                span=_span(network, leaves),
                shape=tuple(int(n) for n in last.output),
                field=fields[last.path],
            )
            for label, leaves, last in _stages(network)
        ]
    named: dict[str, list[Node]] = {}
    for name, node in _blocks(network.root) if by == "block" else _leaves(network):
        named.setdefault(name, []).append(node)
    found = [together(name, nodes) for name, nodes in named.items()]
    return sorted(found, key=lambda group: (-group.cost.macs, -group.cost.parameters))


def _leaves(network: Network) -> Iterator[tuple[str, Node]]:
    for leaf in network.leaves:
        yield leaf.label, leaf


def _blocks(body: Body) -> Iterator[tuple[str, Node]]:
    """Yield the outermost blocks, and the nodes that stand in none."""
    for node in body.steps:
        if isinstance(node, Leaf):
            yield "(no block)", node
        elif node.block is not None:
            yield node.label, node
        else:
            yield from _blocks(node)


def _stages(network: Network) -> Iterator[tuple[str, list[Leaf], Node]]:
    """Yield a label for each stage, what is in it, and the node of which its output is.

    What leaves nothing in a picture goes with what was before it.
    """
    from archspec.draw.picture.content import staged  # noqa: PLC0415 - no other table has stages

    found = [(label, list[Leaf](), nodes) for label, nodes in staged(network)]
    stage_of = {
        leaf.path: index for index, (*_, nodes) in enumerate(found) for leaf in _within(nodes)
    }
    here, aside = 0, dict[str, list[Leaf]]()
    for leaf in network.leaves:
        top = leaf.path.partition(".")[0]
        if top in network.side:
            aside.setdefault(top, []).append(leaf)
            continue
        here = stage_of.get(leaf.path, here)
        found[here][1].append(leaf)
    yield from ((label, leaves, nodes[-1]) for label, leaves, nodes in found)
    for node in network.root.steps:
        if node.name in aside:
            yield node.path, aside[node.name], node


def _within(nodes: Iterable[Leaf | Body]) -> Iterator[Leaf]:
    for node in nodes:
        inside = (node,) if isinstance(node, Leaf) else walk(node)
        yield from (leaf for leaf in inside if isinstance(leaf, Leaf))


def _span(network: Network, leaves: Sequence[Leaf]) -> str:
    """Return `features.0 … 3` for what goes from one child of a module to another, or its path."""
    paths = [leaf.path.split(".") for leaf in leaves]
    columns = takewhile(lambda names: len(set(names)) == 1, zip(*paths, strict=False))
    around = [names[0] for names in columns]
    path = ".".join(around)
    whole = sum(f"{leaf.path}.".startswith(f"{path}.") for leaf in network.leaves)
    if path and whole == len(leaves):
        return path
    first, last = (names[len(around)] for names in (paths[0], paths[-1]))
    ends = first if first == last else f"{first} … {last}"
    return f"{path}.{ends}".lstrip(".")
