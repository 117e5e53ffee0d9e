"""Blocks that would read the same and are not are told apart by their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from archspec.draw import wording
from archspec.draw.scene import Folded, Frame, Part


def told_apart(drawn: Mapping[str, list[Part]], words: Mapping[str, object]) -> None:
    """Give blocks of one row their names, where nothing else sets them apart.

    Equal neighbours are one node already, so what stands twice in the same words differs inside.

    Args:
        drawn: the parts of each unit by its key, which are changed in place.
        words: what each block says when it is folded, whether it is or not.
    """
    count = Counter(words.values())
    for key, said in words.items():
        block = drawn[key][0]
        if count[said] > 1 and isinstance(block, (Folded, Frame)):
            drawn[key][0] = _with_name(block)


def _with_name(block: Folded | Frame) -> Folded | Frame:
    if isinstance(block, Frame):
        folded = None if block.folded is None else _with_detail(block.folded)
        return replace(block, label=f"{block.label} {_name(block)}".rstrip(), folded=folded)
    return _with_detail(block)


def _with_detail(block: Folded) -> Folded:
    detail = " · ".join(word for word in (block.detail, _name(block)) if word)
    return replace(block, detail=detail)


def _name(block: Folded | Frame) -> str:
    """Return from a block's name what its title does not say; nothing for a number."""
    name = block.path.rpartition(".")[2]
    title = (block.label if isinstance(block, Frame) else block.title).lower()
    words = [word for word in name.split("_") if word.lower() not in title]
    return "" if name.isdigit() else wording.cut(" ".join(words))
