"""What the table knows of each node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archspec import analysis
from archspec.analysis import ONE, Cost, Field, Setting
from archspec.network import Body, Leaf, Network, walk
from archspec.ops import Form, Shape


@dataclass(frozen=True, slots=True)
class Row:
    """One node of the table.

    Attributes:
        shape: output without the batch dimension.
        cost: parameters and MACs.
        field: its receptive field; None where no pixel matters, as for a learned tensor.
        activations: bytes of the activations that it makes in inference.
        is_module: it holds the rows below it, and its figures are their sum.
        is_shared: it learns, but its module, or one around it, was called before: what it learns
            counts there.
    """

    path: str
    op: str
    shape: Shape
    cost: Cost
    field: Field | None
    activations: int
    is_module: bool
    training_only: bool
    is_shared: bool

    @property
    def depth(self) -> int:
        """1 for what stands in the network itself."""
        return self.path.count(".") + 1


def rows(network: Network, setting: Setting = ONE) -> Iterator[Row]:
    """Yield a row per node in the order of execution, a module before its children."""
    fields, costs = analysis.fields(network), analysis.costs(network)
    written, again = analysis.written(network, setting), set[str]()
    for node in walk(network.root):
        if node.reuses is not None or node.path.rpartition(".")[0] in again:
            again.add(node.path)
        is_tensor = isinstance(node, Leaf) and node.op.form is Form.TENSOR
        yield Row(
            path=node.path,
            op=node.label,
            shape=tuple(int(n) for n in node.output),
            cost=costs[node.path],
            field=None if is_tensor else fields[node.path],
            activations=written[node.path],
            is_module=not isinstance(node, Leaf),
            training_only=node.path.partition(".")[0] in network.side,
            is_shared=node.path in again and _learns(node),
        )


def _learns(node: Leaf | Body) -> bool:
    if isinstance(node, Leaf):
        return any(tensor.learned for tensor in node.op.tensors())
    return any(map(_learns, node.nodes))
