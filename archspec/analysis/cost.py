"""Learned parameters and MACs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

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
        unknown: uses of ops whose MACs nobody knows; `macs` is then what all others come to.
    """

    parameters: int = 0
    buffers: int = 0
    macs: int = 0
    unknown: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.parameters + other.parameters,
            self.buffers + other.buffers,
            self.macs + other.macs,
            self.unknown + other.unknown,
        )

    @property
    def macs_text(self) -> str:
        """The MACs as people read them: `≥ 1,200` where some are not known, `?` where none are."""
        if not self.unknown:
            return f"{self.macs:,}"
        return f"≥ {self.macs:,}" if self.macs else "?"


@lru_cache(maxsize=4)
def costs(network: Network) -> Mapping[str, Cost]:
    """Return the cost of every node by its path; that of the whole network has an empty path.

    >>> import archspec
    >>> costs(archspec.load("lenet").network)["classifier.0"]
    Cost(parameters=30840, buffers=0, macs=30720, unknown=0)
    """
    found: dict[str, Cost] = {}
    _cost(network.root, found)
    return found


def _cost(node: Node, found: dict[str, Cost], *, aside: bool = False, again: bool = False) -> Cost:
    """Fill in the costs of a node and of all below it.

    Args:
        node: the node.
        found: where costs go, by path.
        aside: it runs in training mode alone.
        again: its module, or one around it, is called again: what it learns counts at its first.
    """
    aside, again = aside or node.training_only, again or node.reuses is not None
    if isinstance(node, Leaf):
        cost = _leaf(node)
        cost = Cost(
            parameters=0 if again else cost.parameters,
            buffers=0 if again else cost.buffers,
            macs=0 if aside else cost.macs,
            unknown=0 if aside else cost.unknown,
        )
    else:
        assert isinstance(node, Body)
        children = (_cost(child, found, aside=aside, again=again) for child in node.nodes)
        cost = sum(children, Cost())
    found[node.path] = cost
    return cost


def _leaf(leaf: Leaf) -> Cost:
    tensors = leaf.op.tensors()
    macs = leaf.op.macs(leaf.inputs, leaf.output)
    return Cost(
        sum(tensor.size for tensor in tensors if tensor.learned),
        sum(tensor.size for tensor in tensors if not tensor.learned),
        (macs or 0) + leaf.op.macs_once(),
        int(macs is None),
    )


def cost(part: Network | Node) -> Cost:
    """Return the cost of a network or node."""
    return costs(part)[""] if isinstance(part, Network) else _cost(part, {})


def parameters(part: Network | Node) -> int:
    """Return the learned parameters of a network or node."""
    return cost(part).parameters


def macs(part: Network | Node) -> int:
    """Return the multiply-accumulates of a network or node, for one sample in eval mode.

    Where some are not known, these are all that are; `cost` tells.
    """
    return cost(part).macs


def training_parameters(network: Network) -> int:
    """Return the learned parameters of what is there in training mode alone."""
    return sum(costs(network)[name].parameters for name in network.side)
