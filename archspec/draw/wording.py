"""The words in a picture: what layers, blocks and feature maps are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from archspec.draw import attention
from archspec.draw.looking import GONE
from archspec.draw.maps import dimension, sides
from archspec.draw.scene import Band
from archspec.draw.units import Group, Layer, Unit, is_merge
from archspec.network import Leaf
from archspec.ops import Kind, Op, Shape, is_builtin
from archspec.ops.attention import MultiheadAttention
from archspec.ops.conv import Conv2d, ConvTranspose2d
from archspec.ops.linear import Linear
from archspec.ops.merge import Add, Cat, MatMul, Mul
from archspec.ops.norm import LocalResponseNorm
from archspec.ops.pool import AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d
from archspec.ops.regulariser import Dropout, StochasticDepth
from archspec.ops.resample import Upsample
from archspec.ops.reshape import Flatten, Narrow, SpaceToDepth, place
from archspec.ops.scale import Scale
from archspec.ops.window_attention import RelativeAttention, WindowAttention

_LONGEST: Final = 26
"""Characters of a block's name that are shown."""

Words = tuple[str, str]
"""A title and the detail beside it."""


def shape(sizes: Shape) -> str:
    """Return a shape as a picture shows it: `64 × 56 × 56`."""
    return " × ".join(str(int(n)) for n in sizes)


def amount(number: int) -> str:
    """Return a number with three or four figures and its unit: `21.80 M`."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("K", 10**3)):
        if number >= size:
            return f"{number / size:.2f} {unit}" if unit != "K" else f"{number / size:.1f} K"
    return str(number)


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `3rd`, `4th` and so on."""
    last = 0 if number // 10 % 10 == 1 else number % 10
    return f"{number}{('th', 'st', 'nd', 'rd')[last] if last < 4 else 'th'}"


def share(part: float) -> str:
    """Return a share of a whole as a picture shows it: `27 %`."""
    return f"{part * 100:.0f} %" if part >= 0.005 else "< 1 %"


def layer(unit: Layer, twins: Sequence[Leaf] = ()) -> Words:
    """Return the title of a fused layer and what stands beside it.

    Args:
        unit: the layer.
        twins: its main op in each of several equal blocks, where they are drawn once.
    """
    title, detail = _words(unit, twins or (unit.leaf,))
    if unit.leaf.reuses is not None and unit.leaf.op.tensors():
        detail = f"{detail}, shares {unit.leaf.reuses}".lstrip(", ")
    return title, detail


def _words(unit: Layer, twins: Sequence[Leaf]) -> Words:
    leaf = unit.leaf
    if unit.name:
        return cut(_spaced(unit.name)), ""
    if leaf.path in unit.own:
        return _joined(unit)
    if leaf.op.kind is Kind.REGULARISER:
        return op(leaf.op)[0], _chances(twins)
    if leaf.op.kind is Kind.ATTENTION and is_builtin(type(leaf.op)) and len(twins) == 1:
        shift = attention.shifted(twins)
        return attention.title(leaf.op), ", ".join(filter(None, (attention.heads(leaf.op), shift)))
    if isinstance(leaf.op, Narrow):
        return op(leaf.op)[0], _stretch(leaf.op, unit.inputs[0])
    return op(leaf.op)


def op(op: Op) -> Words:
    """Return the title of an op and its detail."""
    for kind, words in _WORDS.items():
        if isinstance(op, kind):
            title, detail = words(op)
            # An op of a plugin may derive from one of these; it goes by its own name.
            return title if is_builtin(type(op)) else _bare(op), detail
    return _bare(op), ""


def band(leaves: Sequence[Leaf], own: Sequence[Leaf] = ()) -> Band:
    """Return the band of an op; equal layers may differ in the probability of a dropout.

    Args:
        leaves: the op, in each of several equal layers where they are drawn once.
        own: the parameters that it joins.
    """
    first, shows = leaves[0].op, tuple(leaf.path for leaf in (*leaves, *own))
    if own:
        return Band(f"{_SIGNS[type(first)]} {_named(own)}", first.kind, shows)
    title, detail = op(first)
    if first.kind is Kind.REGULARISER:
        detail = _chances(leaves)
    return Band(f"{title} {detail}".rstrip(), first.kind, shows)


def does_nothing(leaves: Sequence[Leaf]) -> bool:
    """Tell whether ops are dropouts that never drop anything."""
    return all(getattr(leaf.op, "p", None) == 0 for leaf in leaves)


def _chances(leaves: Sequence[Leaf]) -> str:
    chances = [p for leaf in leaves if isinstance(p := getattr(leaf.op, "p", None), float)]
    if not chances:
        return ""
    return "–".join(dict.fromkeys(f"{p:.2g}" for p in (min(chances), max(chances))))


def _joined(unit: Layer) -> Words:
    """Return the words for a merge with parameters, which names them."""
    kind, names = type(unit.leaf.op), _named(unit.own[unit.leaf.path])
    if kind is Cat or is_merge(unit):
        return op(unit.leaf.op)[0], f"and {names}" if is_merge(unit) else names
    return f"{_SIGNS[kind]} {names}", ""


def _named(own: Sequence[Leaf]) -> str:
    return cut(", ".join(_spaced(leaf.name) for leaf in own))


def _spaced(name: str) -> str:
    return name.replace("_", " ").strip()


def _stretch(op: Narrow, arriving: Shape) -> str:
    """Return which channels or positions are kept: `channels 0–57`."""
    index = place(arriving, op.dim)
    first = int(op.start) % int(arriving[index])
    last = first + int(op.length) - 1
    what = dimension(arriving, index)
    return f"{what} {first}" if first == last else f"{what}s {first}–{last}"


def named(group: Group) -> str:
    """Return a block's title: its type, and from its name what the type does not say.

    `inception3a: Inception` is `Inception 3a`; a numbered child is just its type.
    """
    name = group.path.removeprefix(GONE).rpartition(".")[2]
    label = typed(group)
    if group.body.block is None:
        return label if name.isdigit() else cut(name)
    plain = name.replace("_", "").lower()
    if plain.startswith(label.lower()) and len(plain) > len(label):
        return cut(f"{label} {name.replace('_', '')[len(label) :]}")
    return label


def typed(group: Group) -> str:
    """Return what sort of block a block is; one without a type is called by what ends it."""
    if group.body.block is not None:
        return cut(group.body.label)
    last = next((unit for unit in group.units if unit.key == group.result), None)
    ending = last.leaf.label if isinstance(last, Layer) and is_merge(last) else ""
    return {"Add": "residual", "Cat": "branches", "Mul": "gate"}.get(ending, "block")


def cut(name: str) -> str:
    """Return a name no longer than what a frame or node has room for."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def short(label: str) -> str:
    """Return the capitals of a long block name: `SqueezeExcitation` is `SE`."""
    capitals = "".join(character for character in label if character.isupper())
    return capitals if len(label) > 12 and len(capitals) > 1 else label


def shrinks(unit: Unit) -> str:
    """Return `↓2` for a unit that halves its map, `↑2` for one that doubles it."""
    before, after = sides(unit.inputs[0]), sides(unit.output)
    if len(before) != 2 or len(after) != 2 or after in (before, (1, 1)):
        return ""
    factor = round(max(before[0], after[0]) / min(before[0], after[0]))
    return "" if factor < 2 else f"{'↓' if before[0] > after[0] else '↑'}{factor}"


def _conv(op: Any) -> Words:
    depthwise = op.groups == op.in_channels == op.out_channels and op.groups > 1
    detail = [str(int(op.out_channels))]
    if pair(op.stride) != (1, 1):
        detail.append(f"stride {_size(op.stride, short=True)}")
    if pair(op.dilation) != (1, 1):
        detail.append(f"dilation {_size(op.dilation, short=True)}")
    if op.groups > 1 and not depthwise:
        detail.append(f"{int(op.groups)} groups")
    title = "DWConv" if depthwise else "Conv"
    return f"{title} {_size(op.kernel_size)}", ", ".join(detail)


def _transposed(op: Any) -> Words:
    title, detail = _conv(op)
    return title.replace("Conv", "ConvTranspose"), detail


def _upsample(op: Any) -> Words:
    if op.scale_factor is None:
        return "Upsample", f"to {_size(op.size)}, {op.mode}"
    factors = op.scale_factor if isinstance(op.scale_factor, tuple) else (op.scale_factor,)
    return "Upsample", f"×{'×'.join(f'{float(factor):g}' for factor in factors)}, {op.mode}"


def _pool(op: Any) -> Words:
    stride = op.kernel_size if op.stride is None else op.stride
    detail = f"stride {_size(stride, short=True)}"
    return f"{_bare(op)} {_size(op.kernel_size)}", detail


def _attention(op: Any) -> Words:
    return attention.title(op), attention.heads(op)


def _adaptive(op: Any) -> Words:
    mean = "Avg" if isinstance(op, AdaptiveAvgPool2d) else "Max"
    if op.output_size in (1, (1, 1)):
        return f"Global{mean}Pool", ""
    size = op.output_size if isinstance(op.output_size, tuple) else (op.output_size,) * 2
    sides = " × ".join("·" if n is None else str(int(n)) for n in size)
    return f"Adaptive{mean}Pool", f"to {sides}"


def _bare(op: Op) -> str:
    return re.sub(r"[123]d$", "", type(op).__name__)


def pair(value: Any) -> tuple[int, int]:
    """Return both sizes of an argument that may be one number for both."""
    return (int(value[0]), int(value[1])) if isinstance(value, tuple) else (int(value), int(value))


def _size(value: Any, *, short: bool = False) -> str:
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
    Dropout: lambda op: (_bare(op), f"{op.p:.3g}"),
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
        f"{argument.name}={_value(argument.value)}" if argument.keyword else _value(argument.value)
        for argument in leaf.op.call().arguments
    ]
    return f"{leaf.label}({', '.join(arguments)})"


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_value, value))})"
    return str(int(value)) if isinstance(value, int) and not isinstance(value, bool) else str(value)
