"""Convolutions."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from archspec.ops.base import (
    Axis,
    Kind,
    Misfit,
    Op,
    Padding,
    Positive,
    PositivePair,
    Shape,
    Tensor,
    Window,
    feature_map,
    pair,
)
from archspec.ops.windowed import axis, sizes


class Conv2d(Op):
    """2-d convolution: (in_channels, H, W) to (out_channels, H', W')."""

    torch: ClassVar[str] = "nn.Conv2d"
    kind: ClassVar[Kind] = Kind.CONV
    positional: ClassVar[int] = 2

    in_channels: Positive
    out_channels: Positive
    kernel_size: PositivePair
    stride: PositivePair = 1
    padding: Padding | Literal["same", "valid"] = 0
    dilation: PositivePair = 1
    groups: Positive = 1
    bias: bool = True
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros"

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the channels that arrive."""
        return {"in_channels": feature_map(shape)[0]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("in_channels",)

    def output(self, *inputs: Shape) -> Shape:
        """Return (out_channels, H', W')."""
        _, height, width = feature_map(inputs[0])
        for name in ("in_channels", "out_channels"):
            if getattr(self, name) % self.groups:
                channels = int(getattr(self, name))
                raise Misfit(f"{int(self.groups)} groups do not divide {name} {channels}", "groups")
        if self.padding == "same":
            if pair(self.stride) != (1, 1):
                raise Misfit("padding `same` needs a stride of 1", "padding")
            return (self.out_channels, height, width)
        return (self.out_channels, *sizes((height, width), self._axes()))

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight (out, in / groups, kh, kw) and, unless `bias` is false, bias (out,)."""
        shape = (self.out_channels, self.in_channels // self.groups, *pair(self.kernel_size))
        weight = Tensor("weight", shape)
        return (weight, Tensor("bias", (self.out_channels,))) if self.bias else (weight,)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Return one MAC per weight and output position."""
        return self.tensors()[0].size * int(output[1]) * int(output[2])

    def window(self, shape: Shape) -> Window:
        """Return the kernel's window."""
        return self._axes()

    def attributes(self) -> dict[str, Any]:
        """Return the arguments as attributes; PyTorch keeps the sizes of a kernel as pairs."""
        sizes = {name: getattr(self, name) for name in ("kernel_size", "stride", "dilation")}
        if not isinstance(self.padding, str):
            sizes["padding"] = self.padding
        pairs = {name: pair(size) for name, size in sizes.items()}
        return {**super().attributes(), **pairs}

    def _axes(self) -> tuple[Axis, Axis]:
        kernel, stride, dilation = pair(self.kernel_size), pair(self.stride), pair(self.dilation)
        if self.padding == "same":
            padding = tuple(d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=True))
        else:
            padding = (0, 0) if isinstance(self.padding, str) else pair(self.padding)
        first, second = (
            axis(*values) for values in zip(kernel, stride, padding, dilation, strict=True)
        )
        return first, second
