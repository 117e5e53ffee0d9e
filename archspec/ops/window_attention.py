"""Attention within windows, whose positions a learned bias tells apart."""

from __future__ import annotations

from typing import ClassVar

from archspec.ops.arguments import Integer, Positive, Probability
from archspec.ops.asks import Ask
from archspec.ops.attention import HEADS, attention_macs, linears, owned, without_result
from archspec.ops.base import Kind, Op, Tensor
from archspec.ops.linear import Linear
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import Misfit, Shape, channels_last, shown
from archspec.ops.windowed import EVERYTHING, Axis, Window


class WindowAttention(Op):
    """Attention within square windows of (H, W, C), as in Swin (Liu et al., 2021).

    The map is padded to whole windows. With `shift_size` windows lie as far down and to the right,
    around the edges, where there are several.
    """

    torch: ClassVar[str] = "parts.WindowAttention"
    keeps_shape: ClassVar[bool] = True
    kind: ClassVar[Kind] = Kind.ATTENTION
    positional: ClassVar[int] = 2
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "0 <= shift_size < window_size",
            "a shift of {shift_size} is not within a window of {window_size}",
            "shift_size",
        ),
        HEADS,
    )

    embed_dim: Positive
    num_heads: Positive
    window_size: Positive
    shift_size: Integer = 0
    dropout: Probability = 0.0
    attention_dropout: Probability = 0.0

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the channels that arrive."""
        return {"embed_dim": channels_last(shape)[2]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("embed_dim",)

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives; the heads must divide the channels."""
        self.check_asks(*inputs)
        return inputs[0]

    def modules(self) -> tuple[tuple[str, Op], ...]:
        """Return the linear maps."""
        size = self.embed_dim
        return linears(("qkv", size, 3 * size), ("proj", size, size))

    def tensors(self) -> tuple[Tensor, ...]:
        """Return a table of a bias per head and offset, its index, and the linear maps."""
        offsets, positions = (2 * self.window_size - 1) ** 2, self.window_size**2
        return (
            Tensor("relative_position_bias_table", (offsets, self.num_heads)),
            Tensor("relative_position_index", (positions**2,), learned=False, counts=True),
            *owned(self.modules()),
        )

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Return the MACs of the linear maps and of both products, on the padded map."""
        positions = self._positions(inputs[0])
        return attention_macs(positions, int(self.window_size) ** 2, int(self.embed_dim))

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return the operands of all four products, and the weights of the positions.

        A single head is read as it lies, within queries, keys and values side by side.
        """
        whole, scores, _ = self._sizes(inputs[0])
        maps = (6 if self.num_heads == 1 else 5) + bool(self.dropout)
        return Saved(inner=Inner(maps * whole + (3 if self.attention_dropout else 1) * scores))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return what lives at the product and at the sums of scores."""
        return without_result(self._moments(inputs[0]), output)

    def _moments(self, shape: Shape) -> list[Inner]:
        whole, scores, bias = self._sizes(shape)
        copies = 2 if self.num_heads == 1 else 3
        moments = [
            Inner((4 + copies) * whole + scores, once=bias),
            Inner(4 * whole + 2 * scores, once=bias if self.num_heads == 1 else 2 * bias),
        ]
        if any(self._shifted(shape)):
            mask = self._positions(shape) * int(self.window_size) ** 2
            moments.append(Inner(4 * whole + 2 * scores, once=bias + mask))
        return moments

    def _shifted(self, shape: Shape) -> tuple[bool, bool]:
        height, width, _ = channels_last(shape)
        shift, size = self.shift_size > 0, int(self.window_size)
        return shift and height > size, shift and width > size

    def _positions(self, shape: Shape) -> int:
        """Return the positions of the padded map."""
        height, width, _ = channels_last(shape)
        size = int(self.window_size)
        return -(-height // size) * size * (-(-width // size) * size)

    def _sizes(self, shape: Shape) -> tuple[int, int, int]:
        """Return the elements of a padded map, of all scores, and of the bias of a window."""
        positions, heads = self._positions(shape), int(self.num_heads)
        neighbours = int(self.window_size) ** 2
        whole = positions * int(self.embed_dim)
        return whole, positions * neighbours * heads, neighbours**2 * heads

    def window(self, shape: Shape) -> Window:
        """Return how far a window may reach from a position of it."""
        reach = int(self.window_size) - 1
        return Axis(2 * reach + 1, 1, reach), Axis(2 * reach + 1, 1, reach)


class CosineWindowAttention(WindowAttention):
    """Window attention that compares by angle, as in Swin v2 (Liu et al., 2022).

    Biases come from a small network of the offset, so that other window sizes can take them over.
    """

    torch: ClassVar[str] = "parts.CosineWindowAttention"
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask("window_size >= 2", "a window of one position has no offsets", "window_size"),
        *WindowAttention.asks,
    )

    def modules(self) -> tuple[tuple[str, Op], ...]:
        """Return the linear maps, also those of the network of the offset."""
        last = Linear(in_features=512, out_features=self.num_heads, bias=False)
        return (*super().modules(), *linears(("cpb_mlp.0", 2, 512)), ("cpb_mlp.2", last))

    def tensors(self) -> tuple[Tensor, ...]:
        """Return a scale per head, the offsets, their index, and the linear maps."""
        side = 2 * self.window_size - 1
        return (
            Tensor("logit_scale", (self.num_heads, 1, 1)),
            Tensor("relative_coords_table", (1, side, side, 2), learned=False),
            Tensor("relative_position_index", (self.window_size**4,), learned=False, counts=True),
            *owned(self.modules()),
        )

    def macs_once(self) -> int:
        """Return the MACs of the network of the offset."""
        offsets = (2 * int(self.window_size) - 1) ** 2
        return offsets * (2 * 512 + 512 * int(self.num_heads))

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what window attention keeps, and what normalising and scaling add."""
        whole, scores, bias = self._sizes(inputs[0])
        heads = int(self.num_heads)
        maps = (7 if heads == 1 else 8) + bool(self.dropout)
        lengths = 4 * self._positions(inputs[0]) * heads
        weights = (4 if self.attention_dropout else 2) * scores
        offsets = (2 * int(self.window_size) - 1) ** 2
        return Saved(
            inner=Inner(maps * whole + weights + lengths, once=offsets * 512 + bias + heads)
        )

    def _moments(self, shape: Shape) -> list[Inner]:
        whole, scores, bias = self._sizes(shape)
        copies = 2 if self.num_heads == 1 else 4
        offsets = (2 * int(self.window_size) - 1) ** 2
        return [
            *super()._moments(shape)[1:],
            Inner(4 * whole, once=offsets * (512 + int(self.num_heads))),
            Inner((4 + copies) * whole + scores, once=bias),
            Inner(5 * whole + 2 * scores, once=bias + int(self.num_heads)),
        ]


class RelativeAttention(Op):
    """Attention within each of G groups of P positions, (G, P, C), as in MaxViT (Tu et al., 2022).

    A group is a square of positions: P is a square number. A bias is learned for each head and
    each offset of two positions.
    """

    torch: ClassVar[str] = "parts.RelativeAttention"
    keeps_shape: ClassVar[bool] = True
    kind: ClassVar[Kind] = Kind.ATTENTION
    positional: ClassVar[int] = 3
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "embed_dim % head_dim == 0",
            "heads of {head_dim} do not divide {embed_dim} channels",
            "head_dim",
        ),
    )

    embed_dim: Positive
    window_size: Positive
    head_dim: Positive

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the channels and the side of a group."""
        side = round(int(shape[-2]) ** 0.5) if len(shape) == 3 else 0
        if len(shape) != 3 or side * side != shape[-2]:
            raise Misfit(f"reads groups (G, P, C) with P a square, but {shown(shape)} arrives")
        return {"embed_dim": shape[-1], "window_size": side}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("embed_dim", "window_size")

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives; whole heads must make up the channels."""
        self.check_asks(*inputs)
        return inputs[0]

    def modules(self) -> tuple[tuple[str, Op], ...]:
        """Return the linear maps."""
        size = self.embed_dim
        return linears(("to_qkv", size, 3 * size), ("merge", size, size))

    def tensors(self) -> tuple[Tensor, ...]:
        """Return a table of a bias per offset and head, its index, and the linear maps."""
        offsets, positions = (2 * self.window_size - 1) ** 2, self.window_size**2
        return (
            Tensor("relative_position_bias_table", (offsets, self.embed_dim // self.head_dim)),
            Tensor("relative_position_index", (positions, positions), learned=False, counts=True),
            *owned(self.modules()),
        )

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Return the MACs of the linear maps and of both products."""
        groups, positions, channels = (int(n) for n in inputs[0])
        return attention_macs(groups * positions, positions, channels)

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, the other operands of all products, and the weights."""
        whole, scores, _ = self._sizes(inputs[0])
        maps = 5 if self.head_dim == self.embed_dim else 4
        return Saved(inputs=True, inner=Inner(maps * whole + scores))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return what lives at both products and at the sum of scores."""
        whole, scores, bias = self._sizes(inputs[0])
        copies = 2 if self.head_dim == self.embed_dim else 3
        moments = [
            Inner((3 + copies) * whole + scores),
            Inner(3 * whole + 2 * scores, once=bias if copies == 2 else 2 * bias),
            Inner((2 + copies) * whole + 2 * scores, once=bias),
        ]
        return without_result(moments, output)

    def _sizes(self, shape: Shape) -> tuple[int, int, int]:
        """Return the elements of the map, of all scores, and of the bias of a group."""
        groups, positions, channels = (int(n) for n in shape)
        heads = channels // int(self.head_dim)
        bias = positions * positions * heads
        return groups * positions * channels, groups * bias, bias

    def window(self, shape: Shape) -> Window:
        """Return everything."""
        return EVERYTHING
