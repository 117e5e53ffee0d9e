"""The words for attention: heads, windows, and how windows shift from block to block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from archspec.draw.units.feature_maps import sides
from archspec.draw.units.own_ops import has_arguments_of
from archspec.network import Leaf
from archspec.ops import Op
from archspec.ops.attention import MultiheadAttention
from archspec.ops.window_attention import CosineWindowAttention, RelativeAttention, WindowAttention

_SHOWN: Final = 4
"""Shifts that are told one by one."""

_TITLES: Final[Mapping[type[Op], str]] = {
    MultiheadAttention: "Attention",
    WindowAttention: "Window attention",
    CosineWindowAttention: "Cosine attention",
    RelativeAttention: "Relative attention",
}


def title(op: Any) -> str:
    """Return what an attention is called, with the side of its windows; nothing of a plugin's."""
    if type(op) not in _TITLES:
        return ""
    return " ".join(word for word in (_TITLES[type(op)], _size(op)) if word)


def heads(op: Any) -> str:
    """Return how many heads it has; nothing of one by others, who may count them otherwise."""
    if not has_arguments_of(op, tuple(_TITLES)):
        return ""
    relative = isinstance(op, RelativeAttention)
    count = int(op.embed_dim // op.head_dim) if relative else int(op.num_heads)
    return f"{count} head" if count == 1 else f"{count} heads"


def windows(leaves: Sequence[Leaf]) -> str:
    """Return the windows in which equal blocks attend, and how they shift; empty without any."""
    op = leaves[0].op
    if not has_arguments_of(op, WindowAttention):
        return ""
    return ", ".join(word for word in (f"{_size(op)} windows", shifted(leaves)) if word)


def shifted(leaves: Sequence[Leaf]) -> str:
    """Return how far the windows of one attention, or of equal ones in a row, lie off."""
    shifts = [_shift(leaf) for leaf in leaves]
    last = max(shifts)
    if not last:
        return ""
    if min(shifts) == last:
        return f"shifted by {last}"
    if shifts == ([0, last] * len(shifts))[: len(shifts)]:
        return f"every 2nd shifted by {last}"
    told = [str(n) for n in shifts[:_SHOWN]] + ["…"] * (len(shifts) > _SHOWN)
    return f"shifted by {', '.join(told)}"


def _shift(leaf: Leaf) -> int:
    """Return how far windows lie off; a single window holds all of a map wherever it begins."""
    op = leaf.op
    if not (isinstance(op, WindowAttention) and has_arguments_of(op, WindowAttention)):
        return 0
    several = any(side > op.window_size for side in sides(leaf.inputs[0]))
    return int(op.shift_size) if several else 0


def _size(op: Any) -> str:
    size = getattr(op, "window_size", None)
    return "" if size is None else f"{int(size)}×{int(size)}"
