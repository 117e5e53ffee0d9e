"""What is said of a block of several parts, each of which is added to what it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from archspec.codegen.words.of_layers import (
    Part,
    counted,
    is_shown,
    listed,
    number,
    parts,
    place,
    told,
)
from archspec.network import Body, Leaf
from archspec.ops import Kind

_MLP: Final = (Kind.LINEAR, Kind.ACTIVATION, Kind.LINEAR)
_ASIDE: Final = (Kind.NORM, Kind.SCALE, Kind.REGULARISER)
"""What a part may have beside what it is called after."""

_Branch = list["Leaf | Body"]
"""What is added to what it reads: the nodes in between."""


def residuals(bodies: Sequence[Body]) -> list[str]:
    """Return what may be said of a block with two such parts or more; nothing for any other."""
    uses = [[*_branches(body)] for body in bodies]
    if min(map(len, uses)) < 2 or any(branch is None for use in uses for branch in use):
        return []
    branches = [[branch for branch in use if branch is not None] for use in uses]
    counts = {len(use) for use in branches}
    if len(counts) > 1:
        return [f"{text}, with residual connections" for text in told(parts(bodies))]
    count = counts.pop()
    each = _each(bodies, branches)
    some = [f"{text}, with {number(count)} residual connections" for text in told(parts(bodies))]
    return [f"{listed(each)}, each with a residual connection", *some] if each else some


def _each(bodies: Sequence[Body], branches: Sequence[Sequence[_Branch]]) -> list[str]:
    """Return what each part is; nothing where one has no name, or there is more beside them."""
    written = {place(node) for body in bodies for node in body.nodes}
    within = {place(node) for use in branches for branch in use for node in branch}
    if any(not part.beside for part in parts(bodies, within)):
        return []
    found: list[Part] = []
    for column in zip(*branches, strict=True):
        places = {place(node) for branch in column for node in branch}
        made = [part for part in parts(bodies, written - places) if not part.beside]
        if all(map(_is_mlp, column)):
            found.append(Part("MLP", counts=True))
        elif len(made) == 1 and made[0].count == 1:
            found.append(made[0])
        else:
            return []
    return [part.text for part in counted(found)]


def _is_mlp(branch: _Branch) -> bool:
    kinds = [leaf.op.kind if leaf else None for leaf in _leaves(branch)]
    return tuple(kind for kind in kinds if kind not in _ASIDE) == _MLP


def _leaves(nodes: Sequence[Leaf | Body]) -> Iterator[Leaf | None]:
    """Yield the layers that are shown; None for a block, which goes by its own name."""
    for node in nodes:
        if isinstance(node, Body) and node.block is None:
            yield from _leaves(node.nodes)
        elif isinstance(node, Body):
            yield None
        elif is_shown(node):
            yield node


def _branches(body: Body) -> Iterator[_Branch | None]:
    """Yield what each addition adds to what that reads; None for any other merge."""
    nodes: dict[str, Leaf | Body] = {node.name: node for node in body.nodes}
    for node in body.nodes:
        if not isinstance(node, Leaf) or node.op.kind is not Kind.MERGE:
            continue
        if node.label != "Add":
            yield None
        elif not body.own & {*node.reads}:  # what is learned itself is no part
            yield _branch(node, nodes)


def _branch(add: Leaf, nodes: Mapping[str, Leaf | Body]) -> _Branch | None:
    if len(add.reads) != 2:
        return None
    one, other = add.reads
    return _between(one, other, nodes) or _between(other, one, nodes)


def _between(name: str, before: str, nodes: Mapping[str, Leaf | Body]) -> _Branch | None:
    """Return the layers that make one value of another; None where several tensors meet."""
    path: _Branch = []
    while name != before:
        if name not in nodes or len(nodes[name].reads) != 1:
            return None
        path.append(nodes[name])
        name = nodes[name].reads[0]
    return path[::-1] or None
