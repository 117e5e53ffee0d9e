"""Named entries in which sums grow by the same from each to the next, as one generator."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from archspec.codegen.python.flat import flat
from archspec.codegen.python.trees import call, dotted, each, formatted, literal, row, same
from archspec.codegen.uses.children import Item
from archspec.network import Loop

_FEWEST: Final = 4
"""Entries from which on a generator reads better than the lines."""

_LONGEST: Final = 60
_NAME: Final = re.compile(r"(.*?)(0|[1-9][0-9]*)")


def progression(items: Sequence[Item], loop: Loop) -> ast.GeneratorExp | None:
    """Return the entries of a loop as pairs of one generator, or None where they are no series.

    `denselayer1=DenseLayer(64), denselayer2=DenseLayer(96), …` becomes
    `(f"denselayer{j}", DenseLayer(64 + 32 * (j - 1))) for j in range(1, 7)`.
    """
    if len(items) < _FEWEST or any(item.condition or item.listed for item in items):
        return None
    numbered = [found for item in items if (found := _NAME.fullmatch(item.name))]
    stems = {found[1] for found in numbered}
    turns = [int(found[2]) for found in numbered]
    if len(turns) < len(items) or len(stems) > 1 or stems == {""}:
        return None
    if turns != [*range(turns[0], turns[0] + len(turns))] or len(flat(items[0].made)) > _LONGEST:
        return None
    variable = _variable(loop, turns)
    value = series([item.made for item in items], variable, turns[0])
    if value is None:
        return None
    bounds = (turns[0], turns[-1] + 1) if turns[0] else (len(turns),)
    pair = row(formatted(stems.pop(), dotted(variable)), value)
    return each(pair, variable, call("range", *map(literal, bounds)))


def _variable(loop: Loop, numbers: Sequence[int]) -> str:
    """Return the variable of the loop that counts so, or one that any reader knows."""
    for variable in loop.turns[0].values:
        if [turn.values[variable] for turn in loop.turns] == [*numbers]:
            return variable
    return "i"


def series(trees: Sequence[Any], variable: str, start: int) -> Any:
    """Return one tree for all turns, or None where they are no series.

    Args:
        trees: the same part of each entry: an expression, an argument, a word.
        variable: the variable of the turns.
        start: its first value.
    """
    first = trees[0]
    if not isinstance(first, ast.AST):
        return first if all(tree == first for tree in trees) else None
    if all(same(tree, first) for tree in trees):
        return first
    if any(isinstance(tree, ast.Constant | ast.BinOp | ast.Name) for tree in trees):
        return _sum(trees, variable, start)
    if any(type(tree) is not type(first) for tree in trees):
        return None
    parts = {}
    for field, _ in ast.iter_fields(first):
        found = _field([getattr(tree, field) for tree in trees], variable, start)
        if found is None:
            return None
        parts[field] = found
    return type(first)(**parts)


def _field(parts: Sequence[Any], variable: str, start: int) -> Any:
    if not isinstance(parts[0], list):
        return series(parts, variable, start)
    if len({*map(len, parts)}) > 1:
        return None
    made = [series(column, variable, start) for column in zip(*parts, strict=True)]
    return None if None in made else made


def _sum(trees: Sequence[ast.expr], variable: str, start: int) -> ast.expr | None:
    """Return a sum of which one term is added once more from turn to turn."""
    counted = [_terms(tree) for tree in trees]
    terms = {key: term for _, there in counted for key, term in there.items()}
    first = counted[0][0]
    steps = {key: counted[1][0][key] - first[key] for key in terms}
    growing = [key for key, step in steps.items() if step]
    if len(growing) != 1 or steps[growing[0]] < 0:
        return None
    for turn, (found, _) in enumerate(counted):
        if any(found[key] != first[key] + steps[key] * turn for key in terms):
            return None
    step, term = steps[growing[0]], terms[growing[0]]
    if isinstance(term, ast.Constant) and [*first] == growing and first[growing[0]] == step * start:
        return dotted(variable) if step == 1 else _times(literal(step), dotted(variable))
    ahead = dotted(variable)
    if start:
        ahead = ast.BinOp(ahead, ast.Sub(), literal(start))
    if isinstance(term, ast.Constant):
        more = ahead if step == 1 else _times(literal(step), ahead)
    else:
        more = _times(term if step == 1 else _times(literal(step), term), ahead)
    return ast.BinOp(trees[0], ast.Add(), more)


def _times(one: ast.expr, other: ast.expr) -> ast.expr:
    return ast.BinOp(one, ast.Mult(), other)


def _terms(tree: ast.expr) -> tuple[Counter[str], Mapping[str, ast.expr]]:
    """Return how often each term stands in a sum, and the terms; 1 stands for its numbers."""
    if isinstance(tree, ast.Constant) and type(tree.value) is int:
        key = ast.dump(ast.Constant(1))
        return Counter({key: tree.value}), {key: ast.Constant(1)}
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add):
        (left, some), (right, more) = _terms(tree.left), _terms(tree.right)
        return left + right, {**some, **more}
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult):
        factor = tree.left.value if isinstance(tree.left, ast.Constant) else None
        if type(factor) is int and factor > 0:
            return Counter({ast.dump(tree.right): factor}), {ast.dump(tree.right): tree.right}
    return Counter({ast.dump(tree): 1}), {ast.dump(tree): tree}
