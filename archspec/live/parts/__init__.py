"""Modules that `torch.nn` lacks, one file each.

A file stands for itself: it imports torch alone, so that codegen can copy its class into the
source it emits. One text, two readings.
"""

from archspec.live.parts.amax import Amax
from archspec.live.parts.cosine_window_attention import CosineWindowAttention
from archspec.live.parts.layer_norm2d import LayerNorm2d
from archspec.live.parts.mean import Mean
from archspec.live.parts.narrow import Narrow
from archspec.live.parts.permute import Permute
from archspec.live.parts.relative_attention import RelativeAttention
from archspec.live.parts.roll import Roll
from archspec.live.parts.scale import Scale
from archspec.live.parts.space_to_depth import SpaceToDepth
from archspec.live.parts.stochastic_depth import StochasticDepth
from archspec.live.parts.window_attention import WindowAttention

__all__ = [
    "Amax",
    "CosineWindowAttention",
    "LayerNorm2d",
    "Mean",
    "Narrow",
    "Permute",
    "RelativeAttention",
    "Roll",
    "Scale",
    "SpaceToDepth",
    "StochasticDepth",
    "WindowAttention",
]
