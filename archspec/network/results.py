"""What leaves a child, in the names of the body that it is a child of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archspec import expressions
from archspec.expressions import Formula
from archspec.network.nodes import Body, Child, Leaf, Loop
from archspec.ops import Shape, sized
from archspec.traced import formula_of, hidden_of, quantity_of, traced


def result(body: Body, name: str) -> Shape | None:
    """Return the shape that a child gives; None where there is no such child.

    A child of a loop says its sizes in the loop's own names, which mean nothing around it.
    """
    return _found(body.children, name)


def _found(children: Sequence[Child], name: str) -> Shape | None:
    for child in children:
        if isinstance(child, Loop):
            for turn in child.turns:
                if (shape := _found(turn.children, name)) is not None:
                    return _outside(shape, turn.bindings)
        elif isinstance(child, Leaf | Body) and child.name == name:
            return child.output
    return None


def _outside(shape: Shape, bindings: Mapping[str, Formula]) -> Shape:
    """Return a shape in the names around a turn."""
    told = [expressions.substitute(formula_of(size), bindings) for size in shape]
    pairs = zip(shape, told, strict=True)
    return sized(shape, (traced(int(n), f, hidden_of(n), quantity_of(n)) for n, f in pairs))
