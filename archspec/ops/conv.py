"""Convolutions, and convolutions transposed."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Final, Literal

from archspec.ops.arguments import Padding, Positive, PositivePair, pair
from archspec.ops.asks import Ask
from archspec.ops.base import Kind, Op, Tensor
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import Misfit, Shape, feature_map, shown
from archspec.ops.windowed import EVERYTHING, LONGEST, Axis, Phases, TooSmall, Window, axis, sizes

_GROUPS: Final = tuple(
    Ask(f"{name} % groups == 0", f"{{groups}} groups do not divide {name} {{{name}}}", "groups")
    for name in ("in_channels", "out_channels")
)


class Conv2d(Op):
    """2-d convolution: (in_channels, H, W) to (out_channels, H', W')."""

    torch: ClassVar[str] = "nn.Conv2d"
    kind: ClassVar[Kind] = Kind.CONV
    positional: ClassVar[int] = 2
    asks: ClassVar[tuple[Ask, ...]] = (
        *_GROUPS,
        Ask("padding != 'same' or stride == 1", "padding `same` needs a stride of 1", "padding"),
    )

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
        self.check_asks(*inputs)
        self._check_padding(height, width)
        if self.padding == "same":
            return (self.out_channels, height, width)
        return (self.out_channels, *sizes((height, width), self._axes()))

    def advice(self, field: str) -> str:
        """Return which padding keeps a size where the stride is 1."""
        half, odd = divmod(max(pair(self.kernel_size)), 2)
        usual = f"`padding: {half}`, half the kernel, is the usual one"
        return usual if odd and field == "padding" else ""

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight (out, in / groups, kh, kw) and, unless `bias` is false, bias (out,)."""
        shape = (self.out_channels, self.in_channels // self.groups, *pair(self.kernel_size))
        weight = Tensor("weight", shape)
        return (weight, Tensor("bias", (self.out_channels,))) if self.bias else (weight,)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Return one MAC per weight and output position."""
        return self.tensors()[0].size * int(output[1]) * int(output[2])

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, or a copy of it where that is padded before the convolution."""
        copy = self.scratch(inputs, output)
        mirrored = self.padding_mode in ("reflect", "replicate")
        return Saved(inputs=not copy or mirrored, inner=copy[0] if copy else Inner())

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the padded copy of what is read, where no kernel pads as it goes."""
        channels, height, width = feature_map(inputs[0])
        first, second = self._axes()
        if self.padding_mode != "zeros" and self.padding == "same":
            down, right = first.size - 1, second.size - 1
        elif self.padding_mode != "zeros":
            down, right = 2 * first.padding, 2 * second.padding
        else:  # a kernel pads alike on both sides; what is left over is padded before it
            same = self.padding == "same"
            down, right = (int(same and side.size % 2 == 0) for side in (first, second))
        whole = int(channels) * (height + down) * (width + right)
        # PyTorch copies for a mode of padding also where it pads by nothing.
        return (Inner(whole),) if down or right or self.padding_mode != "zeros" else ()

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

    def _check_padding(self, *sides: int) -> None:
        """Raise `TooSmall` where a map is padded with more of itself than there is."""
        spare = {"reflect": 1, "circular": 0}.get(self.padding_mode)
        for n, side in zip(sides, self._axes(), strict=True):
            padding = side.size // 2 if self.padding == "same" else side.padding
            if spare is not None and padding > n - spare:
                raise TooSmall(
                    f"`{self.padding_mode}` pads by {padding}, and {shown(sides)} holds"
                    f" {n - spare} at most to pad with",
                    "padding",
                )

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


class ConvTranspose2d(Op):
    """A 2-d convolution's own gradient as a map: it makes a map `stride` times as large."""

    torch: ClassVar[str] = "nn.ConvTranspose2d"
    kind: ClassVar[Kind] = Kind.CONV
    keeps: ClassVar[Saved | None] = Saved(inputs=True)
    positional: ClassVar[int] = 2
    asks: ClassVar[tuple[Ask, ...]] = (
        *_GROUPS,
        Ask(
            "output_padding < max(stride, dilation)",
            "{output_padding} is not below the stride, nor below the dilation",
            "output_padding",
        ),
    )

    in_channels: Positive
    out_channels: Positive
    kernel_size: PositivePair
    stride: PositivePair = 1
    padding: Padding = 0
    output_padding: Padding = 0
    groups: Positive = 1
    bias: bool = True
    dilation: PositivePair = 1

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the channels that arrive."""
        return {"in_channels": feature_map(shape)[0]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("in_channels",)

    def output(self, *inputs: Shape) -> Shape:
        """Return (out_channels, H', W'): `(n - 1) stride - 2 padding + window + output_padding`."""
        _, *sizes = feature_map(inputs[0])
        self.check_asks(*inputs)
        lengths = []
        for n, (kernel, stride, padding, dilation), more in zip(
            sizes, self._sides(), pair(self.output_padding), strict=True
        ):
            length = (n - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1 + more
            if length < 1:
                fact = f"padding {padding} leaves nothing of the map"
                raise Misfit(fact, "padding", is_empty=length == 0)
            lengths.append(length)
        return (self.out_channels, *lengths)

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight (in, out / groups, kh, kw) and, unless `bias` is false, bias (out,)."""
        shape = (self.in_channels, self.out_channels // self.groups, *pair(self.kernel_size))
        weight = Tensor("weight", shape)
        return (weight, Tensor("bias", (self.out_channels,))) if self.bias else (weight,)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Return one MAC per weight and input position."""
        return self.tensors()[0].size * int(inputs[0][1]) * int(inputs[0][2])

    def window(self, shape: Shape) -> Window:
        """Return which inputs reach an output; outputs a stride apart read alike."""
        if max(pair(self.stride)) > LONGEST:
            return EVERYTHING
        first, second = (_transposed(*side) for side in self._sides())
        return first, second

    def attributes(self) -> dict[str, Any]:
        """Return the arguments as attributes; PyTorch keeps all sizes as pairs."""
        names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
        return {**super().attributes(), **{name: pair(getattr(self, name)) for name in names}}

    def _sides(self) -> list[tuple[int, int, int, int]]:
        """Return kernel size, stride, padding and dilation along H and along W."""
        sizes = (self.kernel_size, self.stride, self.padding, self.dilation)
        return list(zip(*map(pair, sizes), strict=True))


def _transposed(kernel: int, stride: int, padding: int, dilation: int) -> Phases:
    """Return the reads of outputs: input i reaches output `stride i - padding + dilation tap`.

    The taps that lead from an output to whole inputs are `stride / gcd(stride, dilation)` apart.
    """
    common = math.gcd(stride, dilation)
    apart = stride // common
    reads: list[tuple[int, int] | None] = []
    for place in range(padding, padding + stride):
        first = place // common * pow(dilation // common, -1, apart) % apart
        if place % common or first >= kernel:
            reads.append(None)
            continue
        last = first + (kernel - 1 - first) // apart * apart
        near, far = ((place - dilation * tap) // stride for tap in (last, first))
        reads.append((near, far))
    return Phases(tuple(reads), 1)
