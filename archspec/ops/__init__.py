"""The ops, one class each. To add one: a class in one of the files here, a line in `OPS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from archspec.ops.activation import (
    GELU,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    LogSigmoid,
    Mish,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softplus,
    Softshrink,
    Softsign,
    Tanh,
    Tanhshrink,
    Threshold,
)
from archspec.ops.arguments import Integer, Padding, Positive, PositivePair, Probability, pair
from archspec.ops.asks import Ask
from archspec.ops.attention import MultiheadAttention
from archspec.ops.base import Argument, Call, Form, Invocation, Kind, Op, Tensor
from archspec.ops.batch_norm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)
from archspec.ops.conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from archspec.ops.leaky import CELU, ELU, SELU, LeakyReLU, PReLU, RReLU
from archspec.ops.linear import Linear
from archspec.ops.memory import Inner, Saved
from archspec.ops.merge import Add, Cat, MatMul, Mul
from archspec.ops.norm import GroupNorm, LayerNorm, LayerNorm2d, LocalResponseNorm, RMSNorm
from archspec.ops.pad import (
    CircularPad1d,
    CircularPad2d,
    CircularPad3d,
    ConstantPad1d,
    ConstantPad2d,
    ConstantPad3d,
    ReflectionPad1d,
    ReflectionPad2d,
    ReflectionPad3d,
    ReplicationPad1d,
    ReplicationPad2d,
    ReplicationPad3d,
    ZeroPad1d,
    ZeroPad2d,
    ZeroPad3d,
)
from archspec.ops.pool import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)
from archspec.ops.reduce import Amax, Mean, Roll
from archspec.ops.regulariser import (
    AlphaDropout,
    Dropout,
    Dropout1d,
    Dropout2d,
    Dropout3d,
    FeatureAlphaDropout,
    StochasticDepth,
)
from archspec.ops.resample import PixelShuffle, PixelUnshuffle, Upsample
from archspec.ops.reshape import ChannelShuffle, Flatten, Narrow, Permute, SpaceToDepth, Unflatten
from archspec.ops.scale import Scale
from archspec.ops.shape import (
    ChannelsLast,
    Misfit,
    Shape,
    channels_last,
    feature_map,
    grid,
    named_channels,
    naming,
    shown,
    sized,
    spatial,
)
from archspec.ops.softmax import GLU, LogSoftmax, Softmax, Softmax2d, Softmin
from archspec.ops.tensor import Parameter
from archspec.ops.window_attention import CosineWindowAttention, RelativeAttention, WindowAttention
from archspec.ops.windowed import EVERYTHING, Axis, Everything, Phases, Window, axis, sizes

OPS: Final[tuple[type[Op], ...]] = (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    Linear,
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    GroupNorm,
    LayerNorm,
    LayerNorm2d,
    RMSNorm,
    LocalResponseNorm,
    ReLU,
    ReLU6,
    LeakyReLU,
    PReLU,
    ELU,
    CELU,
    SELU,
    RReLU,
    Hardtanh,
    Threshold,
    Hardshrink,
    Softshrink,
    GELU,
    SiLU,
    Mish,
    Hardswish,
    Hardsigmoid,
    Sigmoid,
    Tanh,
    LogSigmoid,
    Softsign,
    Tanhshrink,
    Softplus,
    Softmax,
    Softmin,
    LogSoftmax,
    Softmax2d,
    GLU,
    Identity,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    Dropout,
    Dropout1d,
    Dropout2d,
    Dropout3d,
    AlphaDropout,
    FeatureAlphaDropout,
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
    ZeroPad1d,
    ZeroPad2d,
    ZeroPad3d,
    ConstantPad1d,
    ConstantPad2d,
    ConstantPad3d,
    ReflectionPad1d,
    ReflectionPad2d,
    ReflectionPad3d,
    ReplicationPad1d,
    ReplicationPad2d,
    ReplicationPad3d,
    CircularPad1d,
    CircularPad2d,
    CircularPad3d,
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
    "grid",
    "is_builtin",
    "named_channels",
    "naming",
    "pair",
    "shown",
    "sized",
    "sizes",
    "spatial",
]
