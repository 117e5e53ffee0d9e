"""Formulas that differ in numbers which the columns of a table hold."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from archspec.codegen.uses.common_formula import Differ
from archspec.codegen.uses.handed_on import same
from archspec.expressions import Formula, Value


def by_columns(
    formulas: Sequence[Formula], scopes: Sequence[Mapping[str, Value]], columns: Sequence[str]
) -> Formula | None:
    """Return formulas as one, where the numbers in which they differ are those of columns.

    `channels + 6 * growth` and `channels + 12 * growth` are `channels + depth * growth` where a
    column says that.

    Args:
        formulas: the formula of each use.
        scopes: what the names mean there.
        columns: the names that may stand for numbers.
    """
    rows = {name: [scope.get(name) for scope in scopes] for name in columns}
    with suppress(Differ):
        found: Formula = _one(formulas, rows)
        return found
    return None


def _one(parts: Sequence[Any], rows: Mapping[str, Sequence[Value]]) -> Any:
    """Return one part for the same part of each formula.

    Raises:
        Differ: when no column tells them apart.
    """
    first = parts[0]
    if any(type(part) is not type(first) for part in parts):
        raise Differ
    if isinstance(first, list):
        if len({*map(len, parts)}) > 1:
            raise Differ
        return [_one(column, rows) for column in zip(*parts, strict=True)]
    if isinstance(first, ast.Constant):
        return _constant([part.value for part in parts], rows)
    if isinstance(first, ast.AST):
        fields = {n: _one([getattr(part, n) for part in parts], rows) for n in first._fields}
        return type(first)(**fields)
    if any(part != first for part in parts):
        raise Differ
    return first


def _constant(values: Sequence[Value], rows: Mapping[str, Sequence[Value]]) -> Formula:
    if all(same(value, values[0]) for value in values):
        return ast.Constant(values[0])  # type: ignore[arg-type]
    for name, row in rows.items():
        if all(map(same, values, row)):
            return ast.Name(name, ast.Load())
    raise Differ
