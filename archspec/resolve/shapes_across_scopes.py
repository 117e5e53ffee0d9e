"""Shapes that go from one scope into another: their sizes in the names of that."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from archspec import expressions
from archspec.expressions import Formula
from archspec.ops import ChannelsLast, Shape, sized, spatial
from archspec.ops.shape import SIDES
from archspec.traced import Traced, collected, known_as, traced


def name_formula(name: str) -> Formula:
    """Return the formula that is just a name."""
    return ast.Name(name, ast.Load())


def entering(shape: Shape) -> dict[str, int]:
    """Return the names under which the sizes that enter a block are known in it."""
    return {name: shape[index] for name, index in _places(shape)}


def sizes_by_place(shape: Shape) -> dict[int, str]:
    """Return the usual name of each size that enters a block, by its place."""
    return dict(sorted({index: name for name, index in reversed(_places(shape))}.items()))


def _places(shape: Shape) -> list[tuple[str, int]]:
    """Return the names of the sizes that enter, and their places; the first name is the usual one.

    The last size of what has its channels last is channels and features alike. Of two sizes alone
    nobody knows whether they are a signal (C, L) or a sequence (T, C): they have the names of both.
    """
    axes, last = spatial(shape), len(shape) - 1
    names = [f"in_{side}" for side in SIDES.get(len(axes), ())]
    if not axes:
        return [("in_features", last)] if shape else []
    if isinstance(shape, ChannelsLast):
        own = ["in_features", "in_channels"] if last == 1 else ["in_channels", "in_features"]
        return [*zip(names, axes, strict=True), *((name, last) for name in own)]
    features = [("in_features", last)] if last == 1 else []
    return [("in_channels", 0), *features, *zip(names, axes, strict=True)]


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
