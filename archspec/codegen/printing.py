"""Formulas and literals as Python source."""

from __future__ import annotations

import ast
import copy
import keyword
import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from archspec import expressions
from archspec.expressions import Formula, Value
from archspec.ops import BY_NAME, Op, Ops

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def literal(value: Any) -> str:
    """Return the source of a plain value.

    Raises:
        TypeError: for anything but numbers, strings, booleans, None and tuples of these.
    """
    if type(value) is str:
        return _quoted(value)
    if value is None or type(value) in (bool, int, float):
        return repr(value)
    if isinstance(value, int):
        return repr(int(value))
    if isinstance(value, tuple):
        inside = ", ".join(literal(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    raise TypeError(f"no literal for {type(value).__name__}")


def _quoted(text: str) -> str:
    shown = repr(text)
    return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in shown else shown


def module_class(kind: type[Op]) -> str:
    """Return how source names the class of an op."""
    library, _, short = kind.torch.rpartition(".")
    return f"nn.{short}" if library == "nn" else short


def default_text(value: Value, ops: Ops) -> str:
    """Return a default as source; the name of an op becomes its class."""
    return module_class(ops[value]) if isinstance(value, str) and value in ops else literal(value)


def formula_text(formula: Formula, modules: Collection[str] = (), ops: Ops = BY_NAME) -> str:
    """Return a formula as source.

    Args:
        formula: the formula.
        modules: the names in it that stand for classes of modules.
        ops: the ops that these may be.
    """
    # The formula is shared with other uses, so the rewriting gets a copy of its own.
    return formula_line(_Python(modules, ops).visit(copy.deepcopy(formula)))


def formula_line(formula: Formula) -> str:
    """Return a formula that is Python already as one line of source."""
    if isinstance(formula, ast.Constant):
        return literal(formula.value)
    if any(_is_string(node) for node in ast.walk(formula)):
        formula = _Quoted().visit(copy.deepcopy(formula))
    return _unparsed(formula)


def _is_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


class _Quoted(ast.NodeTransformer):
    """Writes each string as `literal` does, since `unparse` quotes with apostrophes."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Name(literal(node.value), ast.Load()) if _is_string(node) else node


def _unparsed(formula: Formula) -> str:
    if not isinstance(formula, ast.BoolOp):
        return ast.unparse(formula)
    # `unparse` has parentheses around a third operand that needs none, and none where `and` stands
    # within `or`, which linters ask for.
    word = " or " if isinstance(formula.op, ast.Or) else " and "
    nested = ast.BoolOp | ast.IfExp
    return word.join(
        f"({_unparsed(part)})" if isinstance(part, nested) else ast.unparse(part)
        for part in formula.values
    )


class _Python(ast.NodeTransformer):
    """Rewrites the language's own words: `ceil` is in `math`, `act != 'ReLU'` compares classes."""

    def __init__(self, modules: Collection[str], ops: Ops) -> None:
        self.modules = modules
        self.ops = ops

    def visit_Name(self, node: ast.Name) -> ast.expr:
        named = expressions.CONSTANTS
        return ast.Constant(named[node.id]) if node.id in named else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        assert isinstance(node.func, ast.Name)
        head = expressions.FUNCTIONS[node.func.id].source
        arguments = [self.visit(argument) for argument in node.args]
        return ast.Call(ast.Name(head, ast.Load()), arguments, [])

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        left, right = node.left, node.comparators[0]
        if (
            isinstance(left, ast.Name)
            and left.id in self.modules
            and isinstance(right, ast.Constant)
        ):
            op = ast.Is() if isinstance(node.ops[0], ast.Eq) else ast.IsNot()
            other = ast.Name(module_class(self.ops[str(right.value)]), ast.Load())
            return ast.Compare(left, [op], [other])
        if isinstance(left, ast.Constant) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            left, right = right, left
            return ast.Compare(self.visit(left), node.ops, [right])
        comparators = [self.visit(part) for part in node.comparators]
        pairs = zip(node.ops, comparators, strict=True)
        return ast.Compare(self.visit(left), [_compared(*pair) for pair in pairs], comparators)


def _compared(op: ast.cmpop, other: ast.expr) -> ast.cmpop:
    """Return how something is compared: there is but one None."""
    if isinstance(other, ast.Constant) and other.value is None:
        return {ast.Eq: ast.Is(), ast.NotEq: ast.IsNot()}.get(type(op), op)
    return op


def functions_used(formula: Formula) -> set[str]:
    """Return the functions of the language that a formula calls."""
    return {
        node.func.id
        for node in ast.walk(formula)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


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


def fields_as_attributes(formula: Formula, fields: Collection[str], owner: str) -> Formula:
    """Return a formula in which an op's fields are read from a module: `module.out_features`."""
    return expressions.substitute(
        formula, {name: ast.Name(f"{owner}.{name}", ast.Load()) for name in fields}
    )
