"""Formulas of the language, ops and types as Python."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Collection, Sequence
from typing import Final

from archspec import expressions
from archspec.codegen.python.trees import called, dotted, literal, replaced
from archspec.expressions import Formula, Value
from archspec.ops import BY_NAME, Op, Ops

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def module_class(kind: type[Op]) -> str:
    """Return how source names the class of an op."""
    library, _, short = kind.torch.rpartition(".")
    return f"nn.{short}" if library == "nn" else short


def class_tree(kind: type[Op]) -> ast.expr:
    """Return the class of an op as source names it."""
    return dotted(module_class(kind))


def default_tree(value: Value, ops: Ops) -> ast.expr:
    """Return a default; the name of an op becomes its class."""
    return class_tree(ops[value]) if isinstance(value, str) and value in ops else literal(value)


def python_of(formula: Formula, modules: Collection[str] = (), ops: Ops = BY_NAME) -> ast.expr:
    """Return a formula of the language as Python.

    Args:
        formula: the formula.
        modules: the names in it that stand for classes of modules.
        ops: the ops that these may be.
    """
    return replaced(formula, _Python(modules, ops))


class _Python:
    """Rewrites the language's own words: `ceil` is in `math`, `act != 'ReLU'` compares classes."""

    def __init__(self, modules: Collection[str], ops: Ops) -> None:
        self.modules = modules
        self.ops = ops

    def __call__(self, node: ast.expr) -> ast.expr | None:
        """Return the Python for a part of a formula; None where it is that already."""
        if isinstance(node, ast.Name) and node.id in expressions.CONSTANTS:
            return literal(expressions.CONSTANTS[node.id])
        if isinstance(node, ast.Constant):
            return literal(node.value)
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            source = expressions.FUNCTIONS[node.func.id].source
            return called(source, [replaced(part, self) for part in node.args])
        return self._comparison(node) if isinstance(node, ast.Compare) else None

    def _comparison(self, node: ast.Compare) -> ast.expr:
        left, right, first = node.left, node.comparators[0], node.ops[0]
        is_class = isinstance(left, ast.Name) and left.id in self.modules
        if is_class and isinstance(right, ast.Constant):
            op = ast.Is() if isinstance(first, ast.Eq) else ast.IsNot()
            return ast.Compare(left, [op], [class_tree(self.ops[str(right.value)])])
        if isinstance(left, ast.Constant) and isinstance(first, ast.Eq | ast.NotEq):
            left, right = right, left
            return ast.Compare(replaced(left, self), node.ops, [replaced(right, self)])
        others = [replaced(part, self) for part in node.comparators]
        pairs = zip(node.ops, others, strict=True)
        return ast.Compare(replaced(left, self), [_compared(*pair) for pair in pairs], others)


def _compared(op: ast.cmpop, other: ast.expr) -> ast.cmpop:
    """Return how something is compared: there is but one None."""
    if isinstance(other, ast.Constant) and other.value is None:
        return {ast.Eq: ast.Is(), ast.NotEq: ast.IsNot()}.get(type(op), op)
    return op


def annotation(values: Collection[Value], ops: Ops) -> str:
    """Return the type of a parameter that takes these values."""
    lists = [value for value in values if isinstance(value, tuple)]
    kinds = {_kind(value, ops) for value in values if not isinstance(value, tuple)}
    if lists:
        kinds.add(_list_kind(lists, ops))
    if {"int", "float"} <= kinds:
        kinds.remove("int")
    ends = [" | None"] if "None" in kinds and len(kinds) > 1 else []
    return " | ".join(sorted(kinds - {"None"} if ends else kinds)) + "".join(ends)


def _list_kind(lists: Sequence[tuple[Value, ...]], ops: Ops) -> str:
    """Return the type of a parameter that takes these lists: of one length, or of any."""
    columns = [annotation(column, ops) for column in zip(*lists, strict=False)]
    if len({len(row) for row in lists}) == 1 and not (len(columns) > 3 and len({*columns}) == 1):
        return f"tuple[{', '.join(columns) or '()'}]"
    return f"tuple[{annotation([item for row in lists for item in row], ops)}, ...]"


def _kind(value: Value, ops: Ops) -> str:
    if value is None:
        return "None"
    if isinstance(value, str) and value in ops:
        return "type[nn.Module]"
    return "int" if isinstance(value, int) and not isinstance(value, bool) else type(value).__name__


def identifier(name: str) -> str:
    """Return a name that may stand in source.

    Raises:
        ValueError: when it is no plain identifier, which the schema should have refused.
    """
    if not _IDENTIFIER.fullmatch(name) or keyword.iskeyword(name):
        raise ValueError(f"not an identifier: {name!r}")
    return name


def fields_as_attributes(formula: Formula, fields: Collection[str], owner: ast.expr) -> Formula:
    """Return a formula in which an op's fields are read from a module: `module.out_features`."""
    return replaced(
        formula,
        lambda node: (
            ast.Attribute(owner, node.id, ast.Load())
            if isinstance(node, ast.Name) and node.id in fields
            else None
        ),
    )
