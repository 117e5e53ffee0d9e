"""The ops, one class each. To add one: a class in one of the files here, a line in `OPS`."""

from __future__ import annotations

from typing import Final

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
from archspec.ops.attention import (
    CosineWindowAttention,
    MultiheadAttention,
    RelativeAttention,
    WindowAttention,
)
from archspec.ops.base import (
    EVERYTHING,
    Argument,
    Axis,
    Call,
    ChannelsLast,
    Everything,
    Form,
    Inner,
    Invocation,
    Kind,
    Misfit,
    Op,
    Phases,
    Saved,
    Shape,
    Tensor,
    Window,
    shown,
    sized,
)
from archspec.ops.conv import Conv2d, ConvTranspose2d
from archspec.ops.linear import Linear
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
from archspec.ops.tensor import Parameter

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

BY_NAME: Final[dict[str, type[Op]]] = {op.__name__: op for op in OPS}

__all__ = [
    "BY_NAME",
    "EVERYTHING",
    "OPS",
    "Argument",
    "Axis",
    "Call",
    "ChannelsLast",
    "Everything",
    "Form",
    "Inner",
    "Invocation",
    "Kind",
    "Misfit",
    "Op",
    "Phases",
    "Saved",
    "Shape",
    "Tensor",
    "Window",
    "shown",
    "sized",
]
