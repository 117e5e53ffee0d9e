"""Matrix products."""

from __future__ import annotations

import math
from typing import ClassVar, Final

from archspec.ops.arguments import Positive
from archspec.ops.base import Kind, Op, Tensor
from archspec.ops.memory import Saved
from archspec.ops.shape import ChannelsLast, Misfit, Shape, shown, spatial
from archspec.ops.windowed import EVERYTHING, Window

_MAPS: Final = {3: ("feature map", [0, 2, 3, 1]), 4: ("volume", [0, 2, 3, 4, 1])}


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
        if 2 < len(shape) <= 4 and not isinstance(shape, ChannelsLast):
            what, dims = _MAPS[len(shape)]
            raise Misfit(
                f"reads features, but a {what} {shown(shape)} arrives",
                help=f"put a `Flatten` before it, or `{{Permute: {dims}}}` for its channels",
            )
        return {"in_features": shape[-1]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("in_features",)

    def output(self, *inputs: Shape) -> Shape:
        """Return (…, out_features)."""
        sizes = (*inputs[0][:-1], self.out_features)
        return ChannelsLast(sizes) if len(sizes) > 1 else sizes

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight (out, in) and, unless `bias` is false, bias (out,)."""
        weight = Tensor("weight", (self.out_features, self.in_features))
        return (weight, Tensor("bias", (self.out_features,))) if self.bias else (weight,)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Return one MAC per weight and row."""
        return self.tensors()[0].size * math.prod(int(n) for n in output[:-1])

    def window(self, shape: Shape) -> Window:
        """Return everything where the last dimension is a side; none where it is the channels."""
        return EVERYTHING if len(shape) - 1 in spatial(shape) and shape[-1] > 1 else None
