"""Convolutions, and convolutions transposed."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Final, Literal

from archspec.ops.arguments import PaddingPerSide, PerSide, Positive
from archspec.ops.asks import Ask
from archspec.ops.base import Kind, Tensor
from archspec.ops.memory import Inner, Saved
from archspec.ops.ranked import Ranked
from archspec.ops.shape import Misfit, Shape, shown
from archspec.ops.windowed import EVERYTHING, LONGEST, Axis, Phases, TooSmall, Window, axis, sizes

_GROUPS: Final = tuple(
    Ask(f"{name} % groups == 0", f"{{groups}} groups do not divide {name} {{{name}}}", "groups")
    for name in ("in_channels", "out_channels")
)


class Conv(Ranked):
    """A convolution over maps of any rank."""

    kind: ClassVar[Kind] = Kind.CONV
    positional: ClassVar[int] = 2
    asks: ClassVar[tuple[Ask, ...]] = (
        *_GROUPS,
        Ask("padding != 'same' or stride == 1", "padding `same` needs a stride of 1", "padding"),
    )

    in_channels: Positive
    out_channels: Positive
    kernel_size: PerSide
    stride: PerSide = 1
    padding: PaddingPerSide | Literal["same", "valid"] = 0
    dilation: PerSide = 1
    groups: Positive = 1
    bias: bool = True
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros"

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the channels that arrive."""
        return {"in_channels": cls.read(shape)[0]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("in_channels",)

    def output(self, *inputs: Shape) -> Shape:
        """Return (out_channels, H', W'), or as many sides as arrive."""
        _, sides = self.read(inputs[0])
        self.check_asks(*inputs)
        self._check_padding(sides)
        if self.padding == "same":
            return (self.out_channels, *sides)
        return (self.out_channels, *sizes(sides, self._axes()))

    def advice(self, field: str) -> str:
        """Return which padding keeps a size where the stride is 1."""
        half, odd = divmod(max(self.each(self.kernel_size)), 2)
        usual = f"`padding: {half}`, half the kernel, is the usual one"
        return usual if odd and field == "padding" else ""

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight (out, in / groups, *kernel) and, unless `bias` is false, bias (out,)."""
        shape = (self.out_channels, self.in_channels // self.groups, *self.each(self.kernel_size))
        weight = Tensor("weight", shape)
        return (weight, Tensor("bias", (self.out_channels,))) if self.bias else (weight,)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Return one MAC per weight and output position."""
        return self.tensors()[0].size * math.prod(int(n) for n in output[1:])

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, or a copy of it where that is padded before the convolution."""
        copy = self.scratch(inputs, output)
        mirrored = self.padding_mode in ("reflect", "replicate")
        return Saved(inputs=not copy or mirrored, inner=copy[0] if copy else Inner())

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the padded copy of what is read, where no kernel pads as it goes."""
        channels, sides = self.read(inputs[0])
        axes, same = self._axes(), self.padding == "same"
        if self.padding_mode != "zeros":
            more = [side.size - 1 if same else 2 * side.padding for side in axes]
        else:  # a kernel pads alike on both sides; what is left over is padded before it
            more = [int(same and side.size % 2 == 0) for side in axes]
        whole = int(channels) * math.prod(n + by for n, by in zip(sides, more, strict=True))
        # PyTorch copies for a mode of padding also where it pads by nothing.
        return (Inner(whole),) if any(more) or self.padding_mode != "zeros" else ()

    def window(self, shape: Shape) -> Window:
        """Return the kernel's window."""
        return self._axes()

    def attributes(self) -> dict[str, Any]:
        """Return the arguments as attributes; PyTorch keeps the sizes of a kernel for each side."""
        names = ["kernel_size", "stride", "dilation"]
        if not isinstance(self.padding, str):
            names.append("padding")
        each = {name: self.each(getattr(self, name)) for name in names}
        return {**super().attributes(), **each}

    def _check_padding(self, sides: tuple[int, ...]) -> None:
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

    def _axes(self) -> tuple[Axis, ...]:
        kernel, stride, dilation = map(self.each, (self.kernel_size, self.stride, self.dilation))
        if self.padding == "same":
            padding = tuple(d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=True))
        else:
            padding = self.each(0 if isinstance(self.padding, str) else self.padding)
        return tuple(map(axis, kernel, stride, padding, dilation))


class Conv1d(Conv):
    """1-d convolution: (in_channels, L) to (out_channels, L')."""

    torch: ClassVar[str] = "nn.Conv1d"
    rank: ClassVar[int] = 1


class Conv2d(Conv):
    """2-d convolution: (in_channels, H, W) to (out_channels, H', W')."""

    torch: ClassVar[str] = "nn.Conv2d"
    rank: ClassVar[int] = 2


class Conv3d(Conv):
    """3-d convolution: (in_channels, D, H, W) to (out_channels, D', H', W')."""

    torch: ClassVar[str] = "nn.Conv3d"
    rank: ClassVar[int] = 3


class ConvTranspose(Ranked):
    """A convolution's own gradient as a map: it makes a map `stride` times as large."""

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
    kernel_size: PerSide
    stride: PerSide = 1
    padding: PaddingPerSide = 0
    output_padding: PaddingPerSide = 0
    groups: Positive = 1
    bias: bool = True
    dilation: PerSide = 1

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the channels that arrive."""
        return {"in_channels": cls.read(shape)[0]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("in_channels",)

    def output(self, *inputs: Shape) -> Shape:
        """Return (out_channels, H', W'): `(n - 1) stride - 2 padding + window + output_padding`."""
        _, sides = self.read(inputs[0])
        self.check_asks(*inputs)
        lengths = []
        for n, (kernel, stride, padding, dilation), more in zip(
            sides, self._sides(), self.each(self.output_padding), strict=True
        ):
            length = (n - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1 + more
            if length < 1:
                fact = f"padding {padding} leaves nothing of the map"
                raise Misfit(fact, "padding", is_empty=length == 0)
            lengths.append(length)
        return (self.out_channels, *lengths)

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight (in, out / groups, *kernel) and, unless `bias` is false, bias (out,)."""
        shape = (self.in_channels, self.out_channels // self.groups, *self.each(self.kernel_size))
        weight = Tensor("weight", shape)
        return (weight, Tensor("bias", (self.out_channels,))) if self.bias else (weight,)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Return one MAC per weight and input position."""
        return self.tensors()[0].size * math.prod(int(n) for n in inputs[0][1:])

    def window(self, shape: Shape) -> Window:
        """Return which inputs reach an output; outputs a stride apart read alike."""
        if max(self.each(self.stride)) > LONGEST:
            return EVERYTHING
        return tuple(_transposed(*side) for side in self._sides())

    def attributes(self) -> dict[str, Any]:
        """Return the arguments as attributes; PyTorch keeps all sizes for each side."""
        names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
        return {**super().attributes(), **{name: self.each(getattr(self, name)) for name in names}}

    def _sides(self) -> list[tuple[int, int, int, int]]:
        """Return kernel size, stride, padding and dilation along each side."""
        given = map(self.each, (self.kernel_size, self.stride, self.padding, self.dilation))
        return list(zip(*given, strict=True))


class ConvTranspose1d(ConvTranspose):
    """A 1-d convolution's own gradient as a map: it makes a signal `stride` times as long."""

    torch: ClassVar[str] = "nn.ConvTranspose1d"
    rank: ClassVar[int] = 1


class ConvTranspose2d(ConvTranspose):
    """A 2-d convolution's own gradient as a map: it makes a map `stride` times as large."""

    torch: ClassVar[str] = "nn.ConvTranspose2d"
    rank: ClassVar[int] = 2


class ConvTranspose3d(ConvTranspose):
    """A 3-d convolution's own gradient as a map: it makes a volume `stride` times as large."""

    torch: ClassVar[str] = "nn.ConvTranspose3d"
    rank: ClassVar[int] = 3


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
