"""Attention: positions that read one another, weighed by how alike they are."""

from __future__ import annotations

import math
from typing import ClassVar, Final, Literal

from archspec.ops.arguments import Positive, Probability
from archspec.ops.asks import Ask
from archspec.ops.base import Invocation, Kind, Op, Tensor
from archspec.ops.linear import Linear
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import ChannelsLast, Misfit, Shape, shown
from archspec.ops.windowed import EVERYTHING, Window


def attention_macs(positions: int, neighbours: int, channels: int) -> int:
    """Return the MACs of attention in which each position reads as many neighbours.

    Four linear maps of all channels, the products of queries and keys, and of weights and values.
    """
    return 4 * positions * channels * channels + 2 * positions * neighbours * channels


def linears(*sizes: tuple[str, int, int]) -> tuple[tuple[str, Op], ...]:
    """Return linear maps, each of a name and its numbers of features in and out."""
    return tuple(
        (name, Linear(in_features=first, out_features=second)) for name, first, second in sizes
    )


def owned(modules: tuple[tuple[str, Op], ...]) -> tuple[Tensor, ...]:
    """Return the tensors of inner modules under their names in the state dict."""
    return tuple(
        tensor._replace(name=f"{name}.{tensor.name}")
        for name, op in modules
        for tensor in op.tensors()
    )


HEADS: Final = Ask(
    "embed_dim % num_heads == 0",
    "{num_heads} heads do not divide {embed_dim} channels",
    "num_heads",
)


class MultiheadAttention(Op):
    """Self-attention over a sequence (T, C) (Vaswani et al., 2017)."""

    torch: ClassVar[str] = "nn.MultiheadAttention"
    keeps_shape: ClassVar[bool] = True
    kind: ClassVar[Kind] = Kind.ATTENTION
    positional: ClassVar[int] = 2
    named: ClassVar[tuple[str, ...]] = ("batch_first",)
    explicit: ClassVar[tuple[str, ...]] = ("batch_first",)
    asks: ClassVar[tuple[Ask, ...]] = (HEADS,)
    invocation: ClassVar[Invocation | None] = Invocation(3, (("need_weights", False),), 0)

    embed_dim: Positive
    num_heads: Positive
    dropout: Probability = 0.0
    bias: bool = True
    batch_first: Literal[True] = True

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the features of a position."""
        if len(shape) != 2:
            raise Misfit(
                f"reads a sequence (T, C), but {shown(shape)} arrives",
                help="`{Flatten: 2}` and `{Permute: [0, 2, 1]}` make one of a feature map",
            )
        return {"embed_dim": shape[-1]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("embed_dim",)

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives; the heads must divide the features."""
        self.check_asks(*inputs)
        return ChannelsLast(inputs[0])

    def modules(self) -> tuple[tuple[str, Op], ...]:
        """Return the map of all heads' results."""
        out = Linear(in_features=self.embed_dim, out_features=self.embed_dim, bias=self.bias)
        return (("out_proj", out),)

    def tensors(self) -> tuple[Tensor, ...]:
        """Return queries', keys' and values' weights (3 C, C) in one, then those of `out_proj`."""
        width = 3 * self.embed_dim
        weight = Tensor("in_proj_weight", (width, self.embed_dim))
        bias = (Tensor("in_proj_bias", (width,)),) if self.bias else ()
        return (weight, *bias, *owned(self.modules()))

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Return the MACs of the linear maps and of both products."""
        length, channels = (int(n) for n in inputs[0])
        return attention_macs(length, length, channels)

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is kept around the fused product, or around its parts with `dropout`.

        Fused, these are the operands of both linear maps, queries, keys and values, and a number
        per head and position; with `dropout` copies of all of them, and three scores per pair.
        """
        length, channels = (int(n) for n in inputs[0])
        whole, heads = length * channels, int(self.num_heads)
        if self.dropout:
            return Saved(inner=Inner(7 * whole + 3 * heads * length * length))
        return Saved(inner=Inner(5 * whole + heads * length))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return queries, keys and values twice, once as the linear map leaves them."""
        length, channels = (int(n) for n in inputs[0])
        return (Inner(5 * length * channels),)

    def window(self, shape: Shape) -> Window:
        """Return everything."""
        return EVERYTHING


def without_result(moments: list[Inner], output: Shape) -> tuple[Inner, ...]:
    """Return moments without the result, which counts by itself."""
    result = math.prod(int(n) for n in output)
    return tuple(inner._replace(elements=inner.elements - result) for inner in moments)
