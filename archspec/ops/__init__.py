"""The ops, one class each. To add one: a class in one of the files here, a line in `OPS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from archspec.ops.activation import (
    ELU,
    GELU,
    Hardsigmoid,
    Hardswish,
    Identity,
    LeakyReLU,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from archspec.ops.arguments import Integer, Padding, Positive, PositivePair, Probability, pair
from archspec.ops.asks import Ask
from archspec.ops.attention import MultiheadAttention
from archspec.ops.base import Argument, Call, Form, Invocation, Kind, Op, Tensor
from archspec.ops.conv import Conv2d, ConvTranspose2d
from archspec.ops.linear import Linear
from archspec.ops.memory import Inner, Saved
from archspec.ops.merge import Add, Cat, MatMul, Mul
from archspec.ops.norm import (
    BatchNorm2d,
    GroupNorm,
    InstanceNorm2d,
    LayerNorm,
    LayerNorm2d,
    LocalResponseNorm,
)
from archspec.ops.pad import ReflectionPad2d, ZeroPad2d
from archspec.ops.pool import AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d
from archspec.ops.reduce import Amax, Mean, Roll
from archspec.ops.regulariser import Dropout, Dropout2d, StochasticDepth
from archspec.ops.resample import PixelShuffle, PixelUnshuffle, Upsample
from archspec.ops.reshape import ChannelShuffle, Flatten, Narrow, Permute, SpaceToDepth, Unflatten
from archspec.ops.scale import Scale
from archspec.ops.shape import (
    ChannelsLast,
    Misfit,
    Shape,
    channels_last,
    feature_map,
    named_channels,
    shown,
    sized,
)
from archspec.ops.tensor import Parameter
from archspec.ops.window_attention import CosineWindowAttention, RelativeAttention, WindowAttention
from archspec.ops.windowed import EVERYTHING, Axis, Everything, Phases, Window, axis, sizes

OPS: Final[tuple[type[Op], ...]] = (
    Conv2d,
    ConvTranspose2d,
    Linear,
    BatchNorm2d,
    InstanceNorm2d,
    GroupNorm,
    LayerNorm,
    LayerNorm2d,
    LocalResponseNorm,
    ReLU,
    ReLU6,
    LeakyReLU,
    PReLU,
    ELU,
    GELU,
    SiLU,
    Mish,
    Hardswish,
    Hardsigmoid,
    Sigmoid,
    Tanh,
    Softplus,
    Softmax,
    Identity,
    MaxPool2d,
    AvgPool2d,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    Dropout,
    Dropout2d,
    StochasticDepth,
    Scale,
    MultiheadAttention,
    WindowAttention,
    CosineWindowAttention,
    RelativeAttention,
    Flatten,
    Unflatten,
    Permute,
    Narrow,
    ChannelShuffle,
    SpaceToDepth,
    Upsample,
    PixelShuffle,
    PixelUnshuffle,
    ZeroPad2d,
    ReflectionPad2d,
    Roll,
    Mean,
    Amax,
    Parameter,
    Add,
    Mul,
    MatMul,
    Cat,
)

Ops: TypeAlias = Mapping[str, type[Op]]
"""The ops that a spec may use, by name."""

BY_NAME: Final[Ops] = {op.__name__: op for op in OPS}
"""Those of archspec itself; a plugin adds others, for the one spec that is loaded with it."""


def is_builtin(kind: type[Op]) -> bool:
    """Tell whether an op is archspec's own, and not a plugin's."""
    return BY_NAME.get(kind.__name__) is kind


__all__ = [
    "BY_NAME",
    "EVERYTHING",
    "OPS",
    "Argument",
    "Ask",
    "Axis",
    "Call",
    "ChannelsLast",
    "Everything",
    "Form",
    "Inner",
    "Integer",
    "Invocation",
    "Kind",
    "Misfit",
    "Op",
    "Ops",
    "Padding",
    "Phases",
    "Positive",
    "PositivePair",
    "Probability",
    "Saved",
    "Shape",
    "Tensor",
    "Window",
    "axis",
    "channels_last",
    "feature_map",
    "is_builtin",
    "named_channels",
    "pair",
    "shown",
    "sized",
    "sizes",
]
