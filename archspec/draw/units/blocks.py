"""Which modules a picture looks through, and which it draws as a block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from archspec.draw.units.own_ops import is_own
from archspec.network import Body, Leaf
from archspec.ops import Kind
from archspec.ops.activation import Identity
from archspec.ops.reshape import Flatten, Permute, Unflatten

MOVES: Final = (Flatten, Permute, Unflatten)
"""Ops that only move elements, or give their dimensions other names."""

SILENT: Final = (*MOVES, Identity)
"""Ops that leave no node."""

GONE: Final = "−"
"""Stands before the path of what a picture of two networks shows as removed."""

LAYERS: Final = (Kind.CONV, Kind.LINEAR, Kind.POOL, Kind.ATTENTION)


def is_gone(node: Leaf | Body) -> bool:
    """Tell whether a picture of two networks shows a node as removed; what is in it goes along."""
    return node.training_only and node.path.startswith(GONE)


def seen_through(body: Body, *, root: bool) -> bool:
    """Tell whether what is in a module is drawn in its place; `root` at the top of a network."""
    if body.training_only:
        return False
    if root and holds_blocks(body):
        return True
    if is_one_layer(body):
        return True
    # Without a name of its own, a residual is a block only where blocks stand in a row.
    return body.block is None and not (root and next(_merges(body), None))


def holds_blocks(body: Body) -> bool:
    """Tell whether a module is a stage, or layers around a row of blocks."""
    return _is_stage(body) or _holds_row(body)


def is_one_layer(body: Body) -> bool:
    """Tell whether a module has no more than one layer, and what goes with it."""
    leaves = [node for node in _lasting(body) if isinstance(node, Leaf)]
    kinds = Counter(leaf.op.kind for leaf in leaves)
    joined = any(True for inner in _bodies(body) for _ in _merges(inner))
    return not joined and sum(kinds[kind] for kind in LAYERS) <= 1


def _is_stage(body: Body) -> bool:
    """Tell whether a module is nothing but blocks one after the other."""
    blocks = _blocks(body)
    return len(blocks) > 1 and len(blocks) == sum(not node.training_only for node in body.nodes)


def rearranges(body: Body) -> bool:
    """Tell whether a module cuts dimensions up and joins them anew, and does nothing else.

    Which positions meet afterwards is news to who looks at the picture: such a module, when it
    has a name, leaves a node.
    """
    leaves = [node for node in _lasting(body) if isinstance(node, Leaf)]
    named = body.block is not None or not body.name.isdigit()
    cuts = any(is_own(leaf.op, Unflatten) for leaf in leaves)
    return named and cuts and all(is_own(leaf.op, MOVES) for leaf in leaves)


def _holds_row(body: Body) -> bool:
    """Tell whether layers in a line stand around a row of blocks of one sort.

    Such a module is most of its network, as a transformer's encoder is.
    """
    before = body.entries[0]
    for node in body.nodes:
        if node.name in body.own or node.training_only:
            continue
        if {name for name in node.reads if name not in body.own} != {before}:
            return False
        before = node.name
    rows = [node for node in body.nodes if isinstance(node, Body) and _is_stage(node)]
    return any(len({block.label for block in _blocks(row)}) == 1 for row in rows)


def _blocks(body: Body) -> list[Body]:
    bodies = (node for node in body.nodes if isinstance(node, Body) and not node.training_only)
    return [body for body in bodies if not is_one_layer(body)]


def _merges(body: Body) -> Iterator[Leaf]:
    """Yield the ops in a body, not below it, that join several feature maps."""
    for node in body.nodes:
        if not isinstance(node, Leaf) or node.op.kind is not Kind.MERGE or node.training_only:
            continue
        if len(node.reads) - len(body.once(node)) > 1:
            yield node


def _bodies(body: Body) -> Iterator[Body]:
    yield body
    yield from (node for node in _lasting(body) if isinstance(node, Body))


def _lasting(body: Body) -> Iterator[Leaf | Body]:
    """Yield all nodes below a body but those that stand beside the line."""
    for node in body.steps:
        if not node.training_only:
            yield node
            yield from _lasting(node) if isinstance(node, Body) else ()
