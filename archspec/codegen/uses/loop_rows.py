"""Rows that a loop over stages walks, taken apart: `stage[3]` becomes a parameter `stride`."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from archspec import expressions, spec
from archspec.expressions import Formula, Value
from archspec.network import Absent, Child, Leaf, Loop, Turn
from archspec.resolve.shapes_across_scopes import name_formula
from archspec.schema import names as spec_names

_COUNT: Final = "blocks"
"""What the number of turns of a `repeat` is called."""

Columns = dict[str, tuple[str, ...]]
"""The names of the entries of each row, by the loop variable that holds it."""


def columns(turns: Sequence[Turn], taken: Collection[str]) -> Columns:
    """Return the rows that are read by constant numbers alone, with names for their entries.

    An entry is named after the argument that it feeds, or else after the row and its number.
    """
    read = [pair for turn in turns for child in turn.children for pair in _formulas(child)]
    found: Columns = {}
    for row in turns[0].values:
        values = [turn.values[row] for turn in turns]
        lengths = {len(value) if isinstance(value, tuple) else 0 for value in values}
        places = [_places(formula, row) for _, formula in read]
        if len(lengths) == 1 and lengths != {0} and any(places) and {None} not in places:
            used = {*taken, *(name for entries in found.values() for name in entries)}
            found[row] = _named(row, lengths.pop(), read, used)
    return found


def entry(formula: Formula, number: int) -> Formula:
    """Return the formula of an entry of a row."""
    return expressions.substitute(expressions.parse(f"row[{number}]"), {"row": formula})


def entries(values: Value, names: Sequence[str]) -> dict[str, Value]:
    """Return the entries of a row by their names."""
    assert isinstance(values, tuple)
    return dict(zip(names, values, strict=True))


def row_of(named: Sequence[str]) -> Formula:
    """Return the row whose entries have these names."""
    return ast.Tuple([name_formula(name) for name in named], ast.Load())


def _formulas(child: Child) -> Iterator[tuple[str, Formula]]:
    """Yield what is read in the scope of a loop: formulas, each with the argument that it feeds."""
    if isinstance(child, Loop):
        written = child.written.columns if isinstance(child.written, spec.Loop) else ()
        given = [("", given.formula) for _, given in written if given.formula is not None]
        count = [(_COUNT, child.count)] if child.count is not None else []
        bound = [("", formula) for turn in child.turns for formula in turn.bindings.values()]
        yield from (*given, *count, *bound)
        for turn in child.turns:
            for inner in turn.children:
                yield from _formulas(inner)
        return
    if child.condition is not None:
        yield "", child.condition
    if isinstance(child, Absent):
        return
    if child.callee is not None:
        yield "layer", child.callee
    if isinstance(child, Leaf):
        yield from child.formulas.items()
    elif child.block is not None:
        yield from child.block.bindings.items()
    else:
        for inner in child.children:
            yield from _formulas(inner)


def _places(formula: Formula, row: str) -> set[int | None]:
    """Return the numbers by which a formula reads a row; None alone where it reads it whole."""
    if row not in expressions.names(formula):
        return set()
    found = [_place(node, row) for node in ast.walk(formula)]
    places = [place for place in found if place is not None]
    reads = sum(isinstance(node, ast.Name) and node.id == row for node in ast.walk(formula))
    return {*places} if len(places) == reads else {None}


def _place(node: ast.AST, row: str) -> int | None:
    """Return the number by which a part of a formula reads a row; None for any other part."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        place = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return place if node.value.id == row and isinstance(place, int) else None
    return None


def _named(
    row: str, length: int, read: Sequence[tuple[str, Formula]], taken: Collection[str]
) -> tuple[str, ...]:
    entries: list[str] = []
    for number in range(length):
        feeds = [(name, f) for name, f in read if {number, number - length} & _places(f, row)]
        alone = [name for name, formula in feeds if isinstance(formula, ast.Subscript)]
        wanted = [*alone, *(name for name, _ in feeds)]
        free = (name for name in wanted if _is_free(name, {*taken, *entries}))
        entries.append(next(free, f"{row}_{number}"))
    return tuple(entries)


def _is_free(name: str, taken: Collection[str]) -> bool:
    return bool(spec_names.IDENTIFIER.fullmatch(name)) and not (
        name in taken or spec_names.problem(name) or name.endswith("_")
    )
