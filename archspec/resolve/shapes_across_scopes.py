"""Shapes that go from one scope into another: their sizes in the names of that."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from archspec import expressions
from archspec.expressions import Formula
from archspec.ops import ChannelsLast, Shape, sized
from archspec.traced import Traced, collected, known_as, traced


def name_formula(name: str) -> Formula:
    """Return the formula that is just a name."""
    return ast.Name(name, ast.Load())


def entering(shape: Shape) -> dict[str, int]:
    """Return the names under which the sizes that enter a block are known in it."""
    if isinstance(shape, ChannelsLast) and len(shape) == 3:
        return dict(zip(("in_height", "in_width", "in_channels"), shape, strict=True))
    if len(shape) == 3:
        return dict(zip(("in_channels", "in_height", "in_width"), shape, strict=True))
    return {"in_features": shape[-1]} if shape else {}


def renamed(shape: Shape, names: Mapping[int, str]) -> Shape:
    """Return a shape whose sizes at the given positions are names of the scope entered."""
    sizes = (
        known_as(n, name_formula(names[i])) if i in names else int(n) for i, n in enumerate(shape)
    )
    return sized(shape, sizes)


def leaving(shape: Shape, bindings: Mapping[str, Formula]) -> Shape:
    """Return a shape with its formulas in the names of the scope around."""
    sizes = (
        traced(int(n), collected(expressions.substitute(n.formula, bindings)), n.hidden, n.quantity)
        if isinstance(n, Traced)
        else n
        for n in shape
    )
    return sized(shape, sizes)
