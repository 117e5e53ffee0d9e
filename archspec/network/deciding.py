"""What open vars decide in a tree: which nodes are there, and how often loops turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archspec.network.decisions import Decision
from archspec.network.nodes import Body, Child, Leaf, Loop


def decisions(body: Body) -> dict[str, Decision]:
    """Return what open vars decide of the nodes of a body, all the way down."""
    found: dict[str, Decision] = {}
    left: list[Child] = [*body.children]
    while left:
        child = left.pop()
        found |= child.decided_by
        if isinstance(child, Loop):
            left += (inner for turn in child.turns for inner in turn.children)
            continue
        left += child.children if isinstance(child, Body) else ()
    return found


def of_any_number(
    children: Sequence[Child], around: Mapping[str, Decision] | None = None
) -> Iterator[tuple[Leaf | Body, Mapping[str, Decision]]]:
    """Yield the nodes of loops that turn as often as open vars say, with these vars.

    Args:
        children: of one body.
        around: those that say how often a loop around them turns.
    """
    for child in children:
        if isinstance(child, Loop):
            says = {**(around or {}), **(child.decided_by if child.number is not None else {})}
            for turn in child.turns:
                yield from of_any_number(turn.children, says)
        elif around and isinstance(child, Leaf | Body):
            yield child, around


def renumbered(body: Body) -> Iterator[tuple[Leaf | Body, Mapping[str, Decision]]]:
    """Yield the nodes of a list whose numbers are others after other numbers of turns."""
    says: dict[str, Decision] = {}
    for child in body.children if body.numbered else ():
        if says and isinstance(child, Leaf | Body):
            yield child, says
        elif isinstance(child, Loop) and child.number is not None:
            says |= child.decided_by
