"""What leaves an op knows every open var that it depends on, by its formula or as hidden."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from random_arguments import DRAWS

from archspec import expressions
from archspec.ops import BY_NAME, Misfit, Op, Shape, sized
from archspec.quantity import atom
from archspec.resolve.provenance import closed_by, followed
from archspec.resolve.scope import Binding, Scope, Source
from archspec.resolve.shapes_across_scopes import name_formula
from archspec.traced import NONE, Traced, formula_of, hidden_of, quantity_of

CASES = 60
OTHERS = (1, 2, 3, 4, 5, 6, 8, 12)
Arguments = dict[str, Any]


def _open(value: int) -> tuple[Scope, Traced]:
    """Return a scope with an open var of some value, and the var."""
    name = name_formula("v")
    source = Source(frozenset("v"), NONE, atom("v"))
    return Scope({"v": Binding(value, name, source)}), Traced(value, name)


def _with(part: Any, value: Any) -> Iterator[Any]:
    """Yield what is drawn with some value in place of one of its whole numbers."""
    if type(part) is int:
        yield value
    if isinstance(part, tuple):
        for i, item in enumerate(part):
            for other in _with(item, value):
                yield sized(part, (*part[:i], other, *part[i + 1 :]))


def _numbers(part: Any) -> list[int]:
    return [n for n in (part if isinstance(part, tuple) else (part,)) if type(n) is int]


def _places(arguments: Arguments, shapes: list[Shape]) -> list[tuple[str | int, int, int]]:
    """Return where whole numbers stand: the argument or the input, which of it, its value."""
    held = [*arguments.items(), *enumerate(shapes)]
    return [
        (key, i, value) for key, part in held for i, value in enumerate(_numbers(part)) if value > 0
    ]


def _filled(
    arguments: Arguments, shapes: list[Shape], place: tuple[str | int, int, int], value: int
) -> tuple[Arguments, list[Shape]]:
    """Return what is drawn with another number at a place."""
    key, i, _ = place
    if isinstance(key, int):
        changed = [*_with(shapes[key], value)][i]
        return arguments, [*shapes[:key], changed, *shapes[key + 1 :]]
    return {**arguments, key: [*_with(arguments[key], value)][i]}, shapes


def _made(kind: type[Op], arguments: Arguments, shapes: list[Shape]) -> tuple[Op, Shape] | None:
    try:
        inferred = kind.infer(shapes[0]) if shapes else {}
        op = kind.model_validate({**inferred, **arguments})
        return op, op.output(*shapes)
    except (Misfit, ValidationError):
        return None


def _formulas(kind: type[Op], arguments: Arguments, shapes: list[Shape]) -> dict[str, ast.expr]:
    inferred = kind.infer(shapes[0]) if shapes else {}
    return {name: formula_of(value) for name, value in {**inferred, **arguments}.items()}


@pytest.mark.parametrize("name", sorted(DRAWS))
def test_sizes_know_what_decides_them(name: str) -> None:
    rng = random.Random(name)
    kind, known = BY_NAME[name], dict[Any, tuple[Any, str]]()
    for _ in range(CASES):
        arguments, shapes = DRAWS[name](rng)
        for place in _places(arguments, shapes):
            scope, var = _open(place[2])
            given, inputs = _filled(arguments, shapes, place, var)
            if (made := _made(kind, given, inputs)) is None:
                continue
            op, output = made
            formulas = _formulas(kind, given, inputs)
            if closed_by(op, formulas, tuple(inputs), scope):
                continue
            output = followed(op, formulas, tuple(inputs), output, scope)
            theirs = {n: _made(kind, *_filled(arguments, shapes, place, n)) for n in OTHERS}
            told = f"{name} {arguments} on {shapes}, {place}"
            _check_sizes(output, {n: pair[1] for n, pair in theirs.items() if pair}, told, known)


def _check_sizes(
    output: Shape, others: dict[int, Shape], told: str, known: dict[Any, tuple[Any, str]]
) -> None:
    """Compare what leaves with what leaves for other values of the var.

    Args:
        output: the shape for the value that the var has.
        others: that for other values.
        told: the case.
        known: what sizes that are told apart by quantity are for the other values.
    """
    for n, other in others.items():
        assert len(other) == len(output), told
        for size, wanted in zip(output, other, strict=True):
            if not hidden_of(size):
                assert expressions.evaluate(formula_of(size), {"v": n}) == wanted, (told, n)
    for i, size in enumerate(output):
        if (quantity := quantity_of(size)) is not None:
            for n, other in others.items():
                first, where = known.setdefault((quantity, n), (int(other[i]), told))
                assert first == other[i], (where, told, n)
