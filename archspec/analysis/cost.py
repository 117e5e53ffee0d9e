"""Learned parameters and MACs."""

from __future__ import annotations

from dataclasses import dataclass

from archspec.network import Body, Leaf, Network, Node


@dataclass(frozen=True, slots=True)
class Cost:
    """What a node costs.

    Attributes:
        parameters: learned parameters; a module that is used twice counts once.
        buffers: elements of tensors that are kept but not learned.
        macs: multiply-accumulates of one sample in eval mode (1 MAC = 2 FLOPs). Convolutions and
            matrix products count, as in `torch.utils.flop_counter`. What runs in training mode
            alone counts nothing; a module that is used twice counts twice.
    """

    parameters: int = 0
    buffers: int = 0
    macs: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.parameters + other.parameters,
            self.buffers + other.buffers,
            self.macs + other.macs,
        )


def costs(network: Network) -> dict[str, Cost]:
    """Return the cost of every node by its path; that of the whole network has an empty path."""
    found: dict[str, Cost] = {}
    _cost(network.root, found)
    return found


def _cost(node: Node, found: dict[str, Cost]) -> Cost:
    if isinstance(node, Leaf):
        cost = _leaf(node)
    else:
        assert isinstance(node, Body)
        cost = sum((_cost(child, found) for child in node.nodes), Cost())
    if node.reuses is not None:
        cost = Cost(macs=cost.macs)
    if node.training_only:
        cost = Cost(cost.parameters, cost.buffers)
    found[node.path] = cost
    return cost


def _leaf(leaf: Leaf) -> Cost:
    tensors = leaf.op.tensors()
    return Cost(
        sum(tensor.size for tensor in tensors if tensor.learned),
        sum(tensor.size for tensor in tensors if not tensor.learned),
        leaf.op.macs(leaf.inputs, leaf.output) + leaf.op.macs_once(),
    )


def parameters(part: Network | Node) -> int:
    """Return the learned parameters of a network or node."""
    return _cost(_node(part), {}).parameters


def macs(part: Network | Node) -> int:
    """Return the multiply-accumulates of a network or node, for one sample in eval mode."""
    return _cost(_node(part), {}).macs


def _node(part: Network | Node) -> Node:
    return part.root if isinstance(part, Network) else part
