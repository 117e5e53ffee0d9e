"""Normalisation."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator

from archspec.ops.arguments import Epsilon, Number, Positive
from archspec.ops.asks import Ask
from archspec.ops.base import Kind, Op, Tensor
from archspec.ops.memory import Inner, Saved
from archspec.ops.shape import ChannelsLast, Misfit, Shape, feature_map, shown


class GroupNorm(Op):
    """Normalisation over groups of channels of (C, …)."""

    torch: ClassVar[str] = "nn.GroupNorm"
    keeps_shape: ClassVar[bool] = True
    kind: ClassVar[Kind] = Kind.NORM
    positional: ClassVar[int] = 2
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "num_channels % num_groups == 0",
            "{num_groups} groups do not divide {num_channels} channels",
            "num_groups",
        ),
    )

    num_groups: Positive
    num_channels: Positive
    eps: Epsilon = 1e-5
    affine: bool = True

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the channels that arrive."""
        return {"num_channels": shape[0]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("num_channels",)

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives."""
        self.check_asks(*inputs)
        return inputs[0]

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight and bias (C,) if affine."""
        size = (self.num_channels,)
        return (Tensor("weight", size), Tensor("bias", size)) if self.affine else ()

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, and the mean and deviation of each group."""
        return Saved(inputs=True, inner=Inner(2 * int(self.num_groups)))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the mean and deviation of each group."""
        return (Inner(2 * int(self.num_groups)),)


def _checked_sizes(value: Any) -> int | tuple[int, ...]:
    sizes = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in sizes):
        raise ValueError("an integer of at least 1, or a list of them, is needed")
    return value  # type: ignore[no-any-return]


class OverLast(Op):
    """What normalises the last dimensions of what arrives."""

    keeps_shape: ClassVar[bool] = True
    kind: ClassVar[Kind] = Kind.NORM
    positional: ClassVar[int] = 1
    variadic: ClassVar[str | None] = "normalized_shape"

    normalized_shape: Annotated[
        int | tuple[int, ...],
        PlainValidator(_checked_sizes),
    ]

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the last size that arrives."""
        return {"normalized_shape": shape[-1]}

    @classmethod
    def inferred(cls) -> tuple[str, ...]:
        """Return the names of the arguments that `infer` gives."""
        return ("normalized_shape",)

    @classmethod
    def arriving(cls, name: str, stated: Any, shape: Shape) -> Any:
        """Return the last size that arrives, or as many of the last sizes as are stated."""
        if isinstance(stated, tuple) and stated:
            return tuple(shape[-len(stated) :])
        return super().arriving(name, stated, shape)

    @classmethod
    def for_first(cls, shape: Shape) -> str:
        """Return how the channels of a map (C, H, W), or the first of two sizes, are reached."""
        if len(shape) == 3 and not isinstance(shape, ChannelsLast):
            return (
                "for the channels write `LayerNorm2d`, or put `{Permute: [0, 2, 3, 1]}` before it"
            )
        return super().for_first(shape)

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives."""
        if inputs[0][-len(self._sizes()) :] != self._sizes():
            raise Misfit(
                f"normalises the last sizes {shown(self._sizes())}, but {shown(inputs[0])} arrives",
                "normalized_shape",
            )
        # What normalises the last size of two takes it for the channels.
        of_last = len(inputs[0]) == len("TC") and len(self._sizes()) == 1
        return ChannelsLast(inputs[0]) if of_last else inputs[0]

    def _sizes(self) -> Shape:
        shape = self.normalized_shape
        return shape if isinstance(shape, tuple) else (shape,)


class LayerNorm(OverLast):
    """Normalisation over the last dimensions; by default over the last one alone."""

    torch: ClassVar[str] = "nn.LayerNorm"

    eps: Epsilon = 1e-5
    elementwise_affine: bool = True
    bias: bool = True

    def tensors(self) -> tuple[Tensor, ...]:
        """Return weight and bias of the normalised shape."""
        if not self.elementwise_affine:
            return ()
        weight = Tensor("weight", self._sizes())
        return (weight, Tensor("bias", self._sizes())) if self.bias else (weight,)

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, and the mean and deviation of each position."""
        return Saved(inputs=True, inner=self.scratch(inputs, output)[0])

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the mean and deviation of each position."""
        whole, each = (math.prod(int(n) for n in sizes) for sizes in (output, self._sizes()))
        return (Inner(2 * (whole // each)),)


class RMSNorm(OverLast):
    """Division by the root of the mean square over the last dimensions; nothing is subtracted."""

    torch: ClassVar[str] = "nn.RMSNorm"

    eps: Epsilon | None = None
    elementwise_affine: bool = True

    def tensors(self) -> tuple[Tensor, ...]:
        """Return the weight, of the normalised shape."""
        return (Tensor("weight", self._sizes()),) if self.elementwise_affine else ()

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, a root for each position and, before a weight, the quotient."""
        whole, each = (math.prod(int(n) for n in sizes) for sizes in (output, self._sizes()))
        quotient = whole if self.elementwise_affine else 0
        return Saved(inputs=True, inner=Inner(whole // each + quotient))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return mean square and root of each position, then the roots and the quotient."""
        whole, each = (math.prod(int(n) for n in sizes) for sizes in (output, self._sizes()))
        quotient = (Inner(whole // each + whole),) if self.elementwise_affine else ()
        return (Inner(2 * (whole // each)), *quotient)


class LayerNorm2d(LayerNorm):
    """Normalisation over the channels of each position of (C, H, W)."""

    torch: ClassVar[str] = "parts.LayerNorm2d"

    @classmethod
    def infer(cls, shape: Shape) -> dict[str, int]:
        """Return the channels that arrive."""
        return {"normalized_shape": feature_map(shape)[0]}

    @classmethod
    def arriving(cls, name: str, stated: Any, shape: Shape) -> Any:
        """Return the channels that arrive, as a list where they are stated so."""
        channels = feature_map(shape)[0]
        return (channels,) if isinstance(stated, tuple) else channels

    def output(self, *inputs: Shape) -> Shape:
        """Return the shape that arrives."""
        return inputs[0]


class LocalResponseNorm(Op):
    """Normalisation across neighbouring channels (AlexNet's paper, section 3.3)."""

    torch: ClassVar[str] = "nn.LocalResponseNorm"
    kind: ClassVar[Kind] = Kind.NORM
    positional: ClassVar[int] = 1

    size: Positive
    alpha: Number = 1e-4
    beta: Number = 0.75
    k: Number = 1.0

    def saved(self, inputs: tuple[Shape, ...], output: Shape) -> Saved | None:
        """Return what is read, its squares padded, their sums, and the power of these."""
        channels, *sizes = (int(n) for n in output)
        return Saved(
            inputs=True,
            inner=Inner((3 * channels + int(self.size) - 1) * math.prod(sizes)),
        )

    def scratch(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Inner, ...]:
        """Return the steps from the squares to what the map is divided by that live at once."""
        channels, *sizes = (int(n) for n in output)
        return (Inner(max(2 * channels, channels + int(self.size) - 1) * math.prod(sizes)),)
