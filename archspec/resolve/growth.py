"""Sizes that grow from turn to turn of a loop, as where outputs are concatenated.

Put into one another their formulas become too long to read. What leaves a turn of a loop of the
network's own has a name instead, and what follows is said in terms of that.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Final

from archspec import expressions
from archspec.expressions import Formula
from archspec.ops import ChannelsLast, sized, spatial
from archspec.resolve.flows import Flow
from archspec.resolve.scope import Scope
from archspec.resolve.shapes_across_scopes import name_formula
from archspec.traced import formula_of, known_as

_GROWN: Final = 24
"""Characters of the formula of a size from which on the size has a name of its own."""


def named(flow: Flow, scope: Scope, grown: dict[str, Formula]) -> Flow:
    """Return what leaves a turn; the number of its channels has a name where it has grown.

    Args:
        flow: the tensor.
        scope: that of the network, which gets to know where the name comes from.
        grown: the names with what they stand for; a new one is added.
    """
    shape = flow.shape
    if shape is None or isinstance(shape, ChannelsLast) or not spatial(shape):
        return flow
    formula = formula_of(shape[0])
    origin = scope.origin(formula)
    if not origin or len(expressions.text(formula)) < _GROWN:
        return flow
    numbered = (f"channels{number}" for number in itertools.count(1))
    name = next(name for name in numbered if name not in {*scope.values, *grown})
    grown[name] = formula
    scope.unwritten[name] = scope.source(
        formula
    )  # shared by all that stands in no loop and no block
    return replace(
        flow,
        shape=sized(shape, (known_as(shape[0], name_formula(name)), *shape[1:])),
    )
