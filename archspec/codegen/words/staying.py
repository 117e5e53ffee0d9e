"""Whether a merge with the input is there where the shape stays, and nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from archspec import expressions
from archspec.expressions import Formula
from archspec.network import Body, Leaf


def stays(formula: Formula, bodies: Sequence[Body], there: Sequence[bool]) -> bool:
    """Tell whether a condition asks for a stride of 1 and the channels that enter, nothing else.

    Args:
        formula: the condition.
        bodies: the uses of the block.
        there: in which of them the merge is.
    """
    if any(
        held != (body.output == body.inputs[0]) for held, body in zip(there, bodies, strict=True)
    ):
        return False
    if not isinstance(formula, ast.BoolOp) or not isinstance(formula.op, ast.And):
        return False
    one, other, *more = formula.values
    asks = (_asks_channels, _asks_stride)
    return not more and any(
        first(one, bodies) and second(other, bodies) for first, second in (asks, asks[::-1])
    )


def _asks_stride(test: Formula, bodies: Sequence[Body]) -> bool:
    """Tell whether a test is `stride == 1`, of a parameter that is some layer's stride."""
    name, value = _equal(test)
    is_one = isinstance(value, ast.Constant) and value.value == 1
    return is_one and isinstance(name, ast.Name) and all(name.id in _strides(b) for b in bodies)


def _asks_channels(test: Formula, bodies: Sequence[Body]) -> bool:
    """Tell whether a test is `in_channels == channels`, of the channels that leave every use.

    Where all uses have as many channels, their number may stand for `in_channels`.
    """
    sides = _equal(test)
    return any(
        here is not None
        and other is not None
        and all(_is_entering(here, body) and _is_leaving(other, body) for body in bodies)
        for here, other in (sides, sides[::-1])
    )


def _is_entering(formula: Formula, body: Body) -> bool:
    if isinstance(formula, ast.Constant):
        return bool(formula.value == body.inputs[0][0])
    return isinstance(formula, ast.Name) and formula.id == "in_channels"


def _is_leaving(formula: Formula, body: Body) -> bool:
    if body.block is None or not expressions.names(formula):
        return False
    return expressions.evaluate(formula, body.block.values) == body.output[0]


def _equal(test: Formula) -> tuple[Formula | None, Formula | None]:
    """Return the sides of `a == b`; none for any other test."""
    if isinstance(test, ast.Compare) and [*map(type, test.ops)] == [ast.Eq]:
        return test.left, test.comparators[0]
    return None, None


def _strides(body: Body) -> set[str]:
    """Return the names of a block that layers have for a stride, those of chains in it too."""
    return {name for formula in _given(body) for name in expressions.names(formula)}


def _given(body: Body) -> Iterator[Formula]:
    for node in body.nodes:
        if isinstance(node, Body) and node.block is None:
            yield from _given(node)
            continue
        given = node.formulas if isinstance(node, Leaf) else {}
        if isinstance(node, Body) and node.block is not None:
            given = node.block.bindings
        if isinstance(given.get("stride"), ast.Name):
            yield given["stride"]
