"""What stands in the place of a node that is removed, or replaced by another."""

from __future__ import annotations

from typing import Final

from archspec.changes.forms import Words
from archspec.errors import Span
from archspec.syntax import Mapping, Scalar, Tree

_KEPT: Final = ("from", "if", "else", "before")
"""Keys that a node's place has; `else` goes with `if`."""

_LOOPS: Final = ("repeat", "for", "cfg")
"""Keys of loops, beside which `before` cannot stand."""


def removed(node: Tree, place: Span, words: Words) -> Mapping:
    """Return a node under a false `if`: its name stands for what it would have read.

    Args:
        node: the node.
        place: of the change.
        words: the words that name ops and blocks.
    """
    never = Scalar("=false", place)
    if isinstance(node, Mapping) and node.key("if") is not None:
        kept = [(key, value) for key, value in node.entries if key.value != "else"]
        entries = [(key, never if key.value == "if" else value) for key, value in kept]
        return Mapping(tuple(entries), node.span)
    if isinstance(node, Mapping) and words.is_node(node):
        return Mapping(((Scalar("if", place), never), *node.entries), node.span)
    return Mapping(((Scalar("if", place), never), (Scalar("do", place), node)), node.span)


def replaced(old: Tree, new: Tree, place: Span, words: Words) -> Tree:
    """Return a node with the keys of the one whose place it takes, where it has none of its own.

    Args:
        old: the node before.
        new: the node.
        place: of the change.
        words: the words that name ops and blocks.
    """
    own = {key.value for key, _ in new.entries} if isinstance(new, Mapping) else set()
    if not isinstance(old, Mapping) or not words.is_node(old):
        return new
    held, loops = old.get("do"), any(old.key(word) is not None for word in _LOOPS)
    inner = new if held is None or loops else replaced(held, new, place, words)
    taken = {*own, "else"} if "if" in own else own
    kept = [(key, value) for key, value in old.entries if key.value in _KEPT]
    kept = [(key, value) for key, value in kept if key.value not in taken]
    if not kept:
        return inner
    if isinstance(inner, Mapping) and words.is_node(inner):
        beside = {key.value for key, _ in inner.entries}
        if beside.isdisjoint({*_LOOPS, *(key.value for key, _ in kept)}):
            return Mapping((*kept, *inner.entries), new.span)
    return Mapping((*kept, (Scalar("do", place), inner)), new.span)
