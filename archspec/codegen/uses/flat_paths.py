"""Which bodies the flat form opens, which it leaves whole, and which get a variable."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from archspec.codegen.python.flat import flat
from archspec.codegen.uses.children import attribute, has_no_module
from archspec.network import Body, Leaf, walk

_METHODS: Final = frozenset(("append", "extend", "insert", "pop"))
"""What `nn.Sequential` has and a plain module lacks: no child of it is called so."""

_LONGEST: Final = 40
_DEEPEST: Final = 5
"""Columns and names of a path beyond which a container gets a variable."""


def is_flat_chain(body: Body) -> bool:
    """Tell whether a body is a chain of layers, or of chains of layers."""
    return body.is_chain and all(
        node.name not in _METHODS
        and (isinstance(node, Leaf) or (is_flat_chain(node) and not node.fills))
        for node in body.nodes
    )


def is_opened(node: Leaf | Body) -> bool:
    """Tell whether the children of a node stand beside it rather than within.

    What is there in training mode alone stays whole, since it runs as a whole or not at all; so
    does what returns its input, and a list in which a number stands for no module.
    """
    return (
        isinstance(node, Body)
        and not is_flat_chain(node)
        and any(inner.name == node.result for inner in node.nodes)
        and not (node.numbered and any(map(has_no_module, node.nodes)))
        and not any(inner.training_only for inner in (node, *walk(node)))
    )


def are_apart(one: str, other: str) -> bool:
    """Tell whether two containers are neighbours, rather than one within the other."""
    if not (one and other):
        return one != other
    return not (f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}."))


def is_deep(path: str) -> bool:
    """Tell whether a container is written as a variable rather than by its path."""
    return path.count(".") >= _DEEPEST or len(flat(attribute(path))) > _LONGEST


def variable(taken: Collection[str]) -> str:
    """Return what the variable of a deep container is called, beside names that are taken."""
    name = "part"
    while name in taken:
        name = f"{name}_"
    return name
