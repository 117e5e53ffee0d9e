"""The words for single ops: a title, and the arguments that matter beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from archspec.draw.units.own_ops import has_arguments_of
from archspec.draw.words import attention
from archspec.network import Leaf
from archspec.ops import Op, is_builtin
from archspec.ops.attention import MultiheadAttention
from archspec.ops.conv import Conv2d, ConvTranspose2d
from archspec.ops.linear import Linear
from archspec.ops.merge import Add, Cat, MatMul, Mul
from archspec.ops.norm import LocalResponseNorm
from archspec.ops.pool import AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d
from archspec.ops.regulariser import Dropout, StochasticDepth
from archspec.ops.resample import Upsample
from archspec.ops.reshape import Flatten, Narrow, SpaceToDepth
from archspec.ops.scale import Scale
from archspec.ops.window_attention import RelativeAttention, WindowAttention

Words = tuple[str, str]
"""A title and the detail beside it."""


def words(op: Op) -> Words:
    """Return the title of an op and its detail."""
    for kind, words in _WORDS.items():
        if has_arguments_of(op, kind):
            title, detail = words(op)
            # An op of a plugin may derive from one of these; it goes by its own name.
            return title if is_builtin(type(op)) else bare(op), detail
    return bare(op), ""


def chance(op: Op) -> float | None:
    """Return with what probability an op drops; None of a plugin's, whose `p` may be anything."""
    p = getattr(op, "p", None) if is_builtin(type(op)) else None
    return float(p) if isinstance(p, (int, float)) else None


def signed(op: Op) -> str:
    """Return what stands before the parameters that an op joins."""
    return _SIGNS.get(type(op)) or f"{bare(op)} with"


def _conv(op: Any) -> Words:
    depthwise = op.groups == op.in_channels == op.out_channels and op.groups > 1
    detail = [str(int(op.out_channels))]
    if pair(op.stride) != (1, 1):
        detail.append(f"stride {size(op.stride, short=True)}")
    if pair(op.dilation) != (1, 1):
        detail.append(f"dilation {size(op.dilation, short=True)}")
    if op.groups > 1 and not depthwise:
        detail.append(f"{int(op.groups)} groups")
    title = "DWConv" if depthwise else "Conv"
    return f"{title} {size(op.kernel_size)}", ", ".join(detail)


def _transposed(op: Any) -> Words:
    title, detail = _conv(op)
    return title.replace("Conv", "ConvTranspose"), detail


def _upsample(op: Any) -> Words:
    if op.scale_factor is None:
        return "Upsample", f"to {size(op.size)}, {op.mode}"
    factors = op.scale_factor if isinstance(op.scale_factor, tuple) else (op.scale_factor,)
    return "Upsample", f"×{'×'.join(f'{float(factor):g}' for factor in factors)}, {op.mode}"


def _pool(op: Any) -> Words:
    stride = op.kernel_size if op.stride is None else op.stride
    detail = f"stride {size(stride, short=True)}"
    if (dilation := size(getattr(op, "dilation", 1), short=True)) != "1":
        detail += f", dilation {dilation}"
    return f"{bare(op)} {size(op.kernel_size)}", detail


def _attention(op: Any) -> Words:
    return attention.title(op), attention.heads(op)


def _adaptive(op: Any) -> Words:
    mean = "Avg" if isinstance(op, AdaptiveAvgPool2d) else "Max"
    if op.output_size in (1, (1, 1)):
        return f"Global{mean}Pool", ""
    size = op.output_size if isinstance(op.output_size, tuple) else (op.output_size,) * 2
    sides = " × ".join("·" if n is None else str(int(n)) for n in size)
    return f"Adaptive{mean}Pool", f"to {sides}"


def bare(op: Op) -> str:
    """Return the name of an op without its dimensions."""
    return re.sub(r"[123]d$", "", type(op).__name__)


def pair(value: Any) -> tuple[int, int]:
    """Return both sizes of an argument that may be one number for both."""
    return (int(value[0]), int(value[1])) if isinstance(value, tuple) else (int(value), int(value))


def size(value: Any, *, short: bool = False) -> str:
    """Return both sizes of an argument: `3×3`; `short` where one number says both."""
    first, second = pair(value)
    return str(first) if short and first == second else f"{first}×{second}"


_WORDS: Final[Mapping[type[Op] | tuple[type[Op], ...], Callable[[Any], Words]]] = {
    Conv2d: _conv,
    ConvTranspose2d: _transposed,
    Upsample: _upsample,
    Linear: lambda op: ("Linear", str(int(op.out_features))),
    (AdaptiveAvgPool2d, AdaptiveMaxPool2d): _adaptive,
    (MaxPool2d, AvgPool2d): _pool,
    (MultiheadAttention, WindowAttention, RelativeAttention): _attention,
    LocalResponseNorm: lambda op: ("LRN", str(int(op.size))),
    StochasticDepth: lambda op: ("StochasticDepth", f"{op.p:.3g}"),
    Dropout: lambda op: (bare(op), f"{op.p:.3g}"),
    Scale: lambda op: ("Scale", f"{op.factor:.3g}"),
    Cat: lambda op: ("Concat", ""),
    Flatten: lambda op: ("Flatten", ""),
    Narrow: lambda op: ("Slice", ""),
    SpaceToDepth: lambda op: ("SpaceToDepth", f"↓{int(op.block_size)}"),
}
_SIGNS: Final[Mapping[type[Op], str]] = {Add: "+", Mul: "×", MatMul: "@", Cat: "Concat"}


def call(leaf: Leaf) -> str:
    """Return an op with the arguments it has: `Conv2d(64, 64, kernel_size=3)`."""
    arguments = [
        f"{argument.name}={value(argument.value)}" if argument.keyword else value(argument.value)
        for argument in leaf.op.call().arguments
    ]
    return f"{leaf.label}({', '.join(arguments)})"


def value(argument: Any) -> str:
    """Return the value of an argument as Python has it."""
    if isinstance(argument, (tuple, list)):
        return f"({', '.join(map(value, argument))})"
    whole = isinstance(argument, int) and not isinstance(argument, bool)
    return str(int(argument)) if whole else str(argument)
