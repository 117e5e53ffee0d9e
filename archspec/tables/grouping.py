"""Nodes taken together: by the spec's blocks, by op, or by the size of the map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from archspec import analysis
from archspec.analysis import ONE, Cost, Field, Setting
from archspec.network import Body, Leaf, Network, Node
from archspec.ops import ChannelsLast, Form, Shape

GROUPS: Final = ("block", "stage", "op")


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes of one kind, and what they come to.

    Attributes:
        count: how many nodes.
        shape: output of the last one of a stage; None for groups whose nodes lie here and there.
        field: receptive field of the last one of a stage.
    """

    name: str
    count: int
    cost: Cost
    activations: int
    shape: Shape | None = None
    field: Field | None = None


def groups(network: Network, by: str, setting: Setting = ONE) -> list[Group]:
    """Return the groups of a network; together they hold every node once.

    Args:
        network: the network.
        by: `op`; `block`, the outermost of the spec's own blocks around a node; or `stage`, what
            follows one another with maps of one size, where blocks are taken whole. What is there
            in training mode alone is no part of any stage and has a row of its own.
        setting: the batch whose activations are counted.
    """
    costs, written = analysis.costs(network), analysis.written(network, setting)

    def together(name: str, nodes: list[Node]) -> Group:
        cost = sum((costs[node.path] for node in nodes), Cost())
        return Group(name, len(nodes), cost, sum(written[node.path] for node in nodes))

    if by == "stage":
        fields = analysis.fields(network)
        return [
            _stage(together(_span(nodes), nodes), nodes[-1], fields[nodes[-1].path])
            for nodes in _stages(network)
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


def _stage(group: Group, last: Node, field: Field) -> Group:
    shape = tuple(int(n) for n in last.output)
    return Group(group.name, group.count, group.cost, group.activations, shape, field)


def _stages(network: Network) -> Iterator[list[Node]]:
    """Yield runs of nodes whose results are maps of one size."""
    units = list(_units(network.root))
    found: list[list[Node]] = []
    size: Shape | None = None
    for unit in units:
        if unit.training_only:
            continue
        # A tensor of a module's own is no map; it stands with what follows or was before.
        is_tensor = isinstance(unit, Leaf) and unit.op.form is Form.TENSOR
        here = size if is_tensor else _size(unit.output)
        if not found or (size is not None and here != size):
            found.append([])
        found[-1].append(unit)
        size = here
    yield from found
    for unit in units:
        if unit.training_only:
            yield [unit]


def _units(body: Body) -> Iterator[Node]:
    """Yield the nodes below a body; lists that change the size of maps are opened."""
    for node in body.steps:
        is_list = isinstance(node, Body) and node.is_chain and node.block is None
        if isinstance(node, Body) and is_list and not node.training_only and _changes(node):
            yield from _units(node)
        else:
            yield node


def _changes(body: Body) -> bool:
    """Tell whether maps of several sizes come out of the nodes of a list."""
    return len({_size(unit.output) for unit in _units(body)}) > 1


def _size(shape: Shape) -> Shape:
    """Return height and width of a feature map, as the size of a stage."""
    if len(shape) != 3:
        return ()
    sizes = shape[:2] if isinstance(shape, ChannelsLast) else shape[1:]
    return () if sizes == (1, 1) else tuple(int(n) for n in sizes)


def _span(nodes: list[Node]) -> str:
    """Return `features.0 … 3` of a run, or its only node's path."""
    first, last = nodes[0].path, nodes[-1].path
    around = first.rpartition(".")[0]
    if around and last.startswith(f"{around}."):
        last = last.removeprefix(f"{around}.")
    return first if len(nodes) == 1 else f"{first} … {last}"
