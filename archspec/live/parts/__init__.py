"""Modules that `torch.nn` lacks, one file each.

A file stands for itself: it imports torch alone, so that codegen can copy its class into the
source it emits. One text, two readings.
"""

from archspec.live.parts.narrow import Narrow
from archspec.live.parts.stochastic_depth import StochasticDepth

__all__ = ["Narrow", "StochasticDepth"]
