"""What random specs choose from: ops, names, parameters of blocks and their kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from random_marks import Body, Flow, Scope

ACTIVATIONS: Final = ("ReLU", "SiLU", "Tanh", "GELU", "Hardswish", "ReLU6")
NORMS: Final = ("BatchNorm2d", "Identity", "LayerNorm2d")
# Names that emitted source, or a careless emitter, might want for something else.
NAMES: Final = (
    *("conv", "conv1", "bn", "norm", "act", "relu", "layers", "block", "stem", "mix", "downsample"),
    *("y", "out", "logits", "name", "module", "i", "j", "c", "Branch", "branch", "cat", "Out", "X"),
    *("out-a", "block-two", "has_mix", "has_cat", "has_out"),
)
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "channels": ("channels", "width", "growth", "hidden"),
    "stride": ("stride", "step"),
    "kernel": ("kernel_size", "k"),
    "flag": ("project", "use_norm", "activated", "wide"),
    "act": ("act", "activation"),
    "norm": ("norm_layer",),
    "count": ("depth", "times"),
    "chance": ("drop", "p"),
    "list": ("widths", "sizes"),
    "groups": ("groups",),
}
DEFAULTED: Final = ("stride", "kernel", "flag", "act", "norm", "chance", "groups", "count")


@dataclass
class Block:
    """A block of the spec: its parameters by kind, and the marks that leave it."""

    name: str
    parameters: dict[str, str]
    defaults: dict[str, Any]
    body: Body
    out: Flow


def leaving(
    block: Block, arguments: dict[str, Any], flow: Flow, scope: Scope, unknown: Callable[[], str]
) -> Flow:
    """Return what leaves a use of a block, in the marks of its caller."""

    def outside(inner: str) -> str:
        if inner.isdigit():
            return inner
        if str(block.defaults.get(inner)).startswith("=") and inner not in arguments:
            return unknown()
        if inner in block.parameters:
            return scope.mark(arguments.get(inner, block.defaults.get(inner)))
        return unknown()

    channels = flow.channels if block.out.channels == "in_channels" else outside(block.out.channels)
    size = flow.size
    for stride in block.out.size.split(",")[1:]:
        outer = outside(stride)
        size = size if outer == "1" else f"{size},{outer}"
    if not block.out.size.startswith("size"):
        size = unknown()
    return Flow("", channels, size)
