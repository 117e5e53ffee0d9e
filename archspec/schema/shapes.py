"""The shape of an input as written, and what was meant where it is written otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from archspec.errors import Diagnostic, SpecError, fail
from archspec.expressions import shown_value
from archspec.schema.slips import check_blanks, check_tuple
from archspec.schema.values import unquoted
from archspec.syntax import Listing, Mapping, Scalar, Tree

_USUAL: Final = "such as `[3, 224, 224]`: channels, height, width"
_ANY: Final = ("none", "null", "?", "-1", "n", "b", "batch", "batch_size", "bs", "~")
"""Words that stand for any size elsewhere, most often for that of the batch."""

_SIDES: Final = ("c", "h", "w")
"""The letters with which channels, height and width begin."""


def check_shape(tree: Tree) -> None:
    """Check that a list of sizes stands here.

    Raises:
        SpecError: for anything else, once; codes S218, S219 and S240.
    """
    if not isinstance(tree, Listing):
        raise _no_list(tree)
    if not tree.items:
        raise fail("S219", "an input has at least one size", tree.span, help=_USUAL)
    for size in tree.items:
        if not _is_size(size):
            check_tuple(size)
            raise _no_size(size, tree)


def is_of_sides(tree: Mapping) -> bool:
    """Tell whether `{height: 28, width: 28}` stands where inputs have names."""
    return len(_sides(tree)) == len(tree.entries) > 1 and all(_is_size(v) for _, v in tree.entries)


def sides(tree: Mapping) -> Diagnostic:
    """Return the error about sizes with names, in place of a list."""
    named = _sides(tree)
    help = f"write `{_listed([named[side] for side in _SIDES if side in named])}`"
    message = "the sizes of an input have no names, only an order: channels, height, width"
    return Diagnostic("S218", message, tree.span, help=help)


def _sides(tree: Mapping) -> dict[str, Tree]:
    """Return values by the first letters of their keys, of those that are sides."""
    held = {str(key.value)[:1].casefold(): value for key, value in tree.entries}
    return {side: value for side, value in held.items() if side in _SIDES}


def _no_list(tree: Tree) -> SpecError:
    """Return the error about something that is no list: `784`, `3x32x32`, `(3, 32, 32)`."""
    check_tuple(tree)
    check_blanks(tree)
    got = shown_value(tree.value) if isinstance(tree, Scalar) else "a mapping"
    help = f"a list of sizes, {_USUAL}"
    if numbers := _numbers(tree):
        help = f"write `[{numbers}]`"
    if isinstance(tree, Scalar) and str(tree.value).startswith("="):
        help = _PLAIN
    message = f"an input is a list of whole numbers, not {got}"
    return fail("S218", message, tree.span, help=help)


def _no_size(size: Tree, whole: Listing) -> SpecError:
    """Return the error about one entry of a list that is no size."""
    items = whole.items
    value = size.value if isinstance(size, Scalar) else None
    help, rest = "", items[1:]
    if size is items[0] and rest and all(map(_is_size, rest)) and str(value).casefold() in _ANY:
        help = f"the batch is not written: `{_listed(rest)}`"
    elif isinstance(size, Listing) and all(isinstance(item, Listing) for item in items):
        listed = [_listed(item.items) for item in items if isinstance(item, Listing)]
        several = ", ".join(
            f"{name}: {shape}" for name, shape in zip("abcdef", listed, strict=False)
        )
        help = f"several inputs have names: `{{{several}}}`" if rest else f"write `{listed[0]}`"
    elif len(items) == 1 and (numbers := _numbers(size)):
        help = f"commas stand between sizes: `[{numbers}]`"
    elif isinstance(value, float) and value.is_integer() and value > 0:
        help = f"write `{int(value)}`"
    elif isinstance(value, str) and value.startswith("="):
        help = _PLAIN
    elif unquoted(value):
        help = unquoted(value)
    elif value is None or isinstance(value, str) or value == -1:
        help = "write the numbers that the network is made for"
    return fail("S219", "an input size is a whole number of at least 1", size.span, help=help)


_PLAIN: Final = "the sizes of `input` are plain numbers; `--input` gives others"


def _numbers(tree: Tree) -> str:
    """Return the sizes that a number or a word such as `3x32x32` spells; empty where none."""
    text = str(tree.value) if isinstance(tree, Scalar) else ""
    whole = re.fullmatch(r"[1-9]\d*(?:(?:\s*[,x×*;]\s*|\s+)[1-9]\d*)*", text, re.ASCII)
    return ", ".join(re.findall(r"\d+", text)) if whole else ""


def _is_size(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and type(tree.value) is int and tree.value >= 1


def _listed(sizes: Iterable[Tree]) -> str:
    return f"[{', '.join(str(size.value) for size in sizes if isinstance(size, Scalar))}]"
