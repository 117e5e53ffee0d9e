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
from archspec.ops.conv import Conv, ConvTranspose
from archspec.ops.linear import Linear
from archspec.ops.merge import Add, Cat, MatMul, Mul
from archspec.ops.norm import LocalResponseNorm
from archspec.ops.pad import ConstantPad
from archspec.ops.pool import AdaptiveAvgPool, AdaptivePool, Pool
from archspec.ops.regulariser import Dropout, StochasticDepth
from archspec.ops.resample import Upsample
from archspec.ops.reshape import Flatten, Narrow, SpaceToDepth
from archspec.ops.scale import Scale
from archspec.ops.window_attention import RelativeAttention, WindowAttention
from archspec.ops.windowed import times

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
    if {*op.each(op.stride)} != {1}:
        detail.append(f"stride {short(op.stride)}")
    if {*op.each(op.dilation)} != {1}:
        detail.append(f"dilation {short(op.dilation)}")
    if op.groups > 1 and not depthwise:
        detail.append(f"{int(op.groups)} groups")
    title = "DWConv" if depthwise else "Conv"
    return f"{title} {times(op.each(op.kernel_size))}", ", ".join(detail)


def _transposed(op: Any) -> Words:
    title, detail = _conv(op)
    return title.replace("Conv", "ConvTranspose"), detail


def _upsample(op: Any) -> Words:
    if op.scale_factor is None:
        return "Upsample", f"to {short(op.size)}, {op.mode}"
    factors = op.scale_factor if isinstance(op.scale_factor, tuple) else (op.scale_factor,)
    return "Upsample", f"×{'×'.join(f'{float(factor):g}' for factor in factors)}, {op.mode}"


def _pool(op: Any) -> Words:
    stride = op.kernel_size if op.stride is None else op.stride
    detail = f"stride {short(stride)}"
    if (dilation := short(getattr(op, "dilation", 1))) != "1":
        detail += f", dilation {dilation}"
    return f"{bare(op)} {times(op.each(op.kernel_size))}", detail


def _attention(op: Any) -> Words:
    return attention.title(op), attention.heads(op)


def _adaptive(op: Any) -> Words:
    mean = "Avg" if isinstance(op, AdaptiveAvgPool) else "Max"
    size = op.output_size if isinstance(op.output_size, tuple) else (op.output_size,) * op.rank
    if {*size} == {1}:
        return f"Global{mean}Pool", ""
    sides = " × ".join("·" if n is None else str(int(n)) for n in size)
    return f"Adaptive{mean}Pool", f"to {sides}"


def bare(op: Op) -> str:
    """Return the name of an op without its dimensions."""
    return re.sub(r"[123]d$", "", type(op).__name__)


def short(value: Any) -> str:
    """Return an argument for each side: `2×1`; one number where that says it for all."""
    given = value if isinstance(value, tuple) else (value,)
    return times(given) if len({*given}) > 1 else str(int(given[0]))


_WORDS: Final[Mapping[type[Op] | tuple[type[Op], ...], Callable[[Any], Words]]] = {
    Conv: _conv,
    ConvTranspose: _transposed,
    Upsample: _upsample,
    Linear: lambda op: ("Linear", str(int(op.out_features))),
    AdaptivePool: _adaptive,
    Pool: _pool,
    ConstantPad: lambda op: ("Pad", f"with {op.value:g}"),
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
