"""Matrix products."""

from __future__ import annotations

import math
from typing import ClassVar

from archspec.ops.arguments import Positive
from archspec.ops.base import Kind, Op, Tensor
from archspec.ops.memory import Saved
from archspec.ops.shape import ChannelsLast, Misfit, Shape, shown, sized
from archspec.ops.windowed import Window


class Linear(Op):
    """Affine map of the last dimension: (…, in_features) to (…, out_features)."""

    torch: ClassVar[str] = "nn.Linear"
    kind: ClassVar[Kind] = Kind.LINEAR
    keeps: ClassVar[Saved | None] = Saved(inputs=True)
    positional: ClassVar[int] = 2

    in_features: Positive
    out_features: Positive
    bias: bool = True

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the features that arrive."""
        if len(shape) == 3 and not isinstance(shape, ChannelsLast):
            raise Misfit(
                f"reads features, but a feature map {shown(shape)} arrives",
                help="put a `Flatten` before it, or `{Permute: [0, 2, 3, 1]}` for its channels",
            )
        return {"in_features": shape[-1]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("in_features",)

    def output(self, *inputs: Shape) -> Shape:
        """Return (…, out_features)."""
        return sized(inputs[0], (*inputs[0][:-1], self.out_features))

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight (out, in) and, unless `bias` is false, bias (out,)."""
        weight = Tensor("weight", (self.out_features, self.in_features))
        return (weight, Tensor("bias", (self.out_features,))) if self.bias else (weight,)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Return one MAC per weight and row."""
        return self.tensors()[0].size * math.prod(int(n) for n in output[:-1])

    def window(self, shape: Shape) -> Window:
        """Return None: what mixes positions is the `Flatten` before it."""
        return None
