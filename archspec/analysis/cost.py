"""Learned parameters and MACs."""

from __future__ import annotations

from archspec.network import Body, Leaf, Network, Node


def parameters(node: Network | Node) -> int:
    """Return the learned parameters of a network or node; a module used twice counts once."""
    return _elements(node, learned=True)


def buffers(node: Network | Node) -> int:
    """Return the elements of the tensors that are kept but not learned."""
    return _elements(node, learned=False)


def _elements(node: Network | Node, *, learned: bool) -> int:
    if isinstance(node, Network):
        return _elements(node.root, learned=learned)
    if node.reuses is not None:
        return 0
    if isinstance(node, Leaf):
        return sum(tensor.size for tensor in node.op.tensors() if tensor.learned is learned)
    assert isinstance(node, Body)
    return sum(_elements(child, learned=learned) for child in node.nodes)


def macs(node: Network | Node) -> int:
    """Return the multiply-accumulates of one sample in eval mode (1 MAC = 2 FLOPs).

    Convolutions and matrix products are counted, as `torch.utils.flop_counter` does. What runs in
    training mode alone counts nothing; a module used twice counts twice.
    """
    if isinstance(node, Network):
        return macs(node.root)
    if node.training_only:
        return 0
    if isinstance(node, Leaf):
        return node.op.macs(node.inputs, node.output)
    assert isinstance(node, Body)
    return sum(macs(child) for child in node.nodes)
