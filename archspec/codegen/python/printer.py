"""Statements as lines: the one place where trees become text, with their indentation."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from archspec.codegen.python.flat import flat, inside, targets
from archspec.codegen.python.layout import lines
from archspec.codegen.python.line_breaks import STEP, SYMBOLS
from archspec.codegen.python.width import width

# What is stored to prints as what is read, so `flat` serves targets too.


def body(statements: Iterable[ast.stmt], indent: int) -> list[str]:
    """Return statements as lines.

    Args:
        statements: the statements, in their order.
        indent: levels of indentation.
    """
    return [line for node in statements for line in statement(node, indent)]


def statement(node: ast.stmt, indent: int) -> list[str]:
    """Return a statement as lines, an empty one first where that is asked for.

    Raises:
        TypeError: for a kind of statement that no emitted file has.
    """
    blank = [""] if getattr(node, "blank", False) else []
    return [*blank, *_statement(node, indent)]


def head(function: ast.FunctionDef, indent: int) -> list[str]:
    """Return the `def` of a function."""
    given = ast.Call(ast.Name(function.name), [*map(ast.Name, _parameters(function))], [])
    behind = f" -> {flat(function.returns)}:" if function.returns is not None else ":"
    return lines(given, indent, "def ", behind)


def _parameters(function: ast.FunctionDef) -> Iterator[str]:
    """Yield parameters with their types and defaults; they are laid out as arguments are."""
    given = function.args
    pairs = [*zip_longest(reversed(given.args), reversed(given.defaults))][::-1]
    for parameter, default in pairs:
        kind = f": {flat(parameter.annotation)}" if parameter.annotation is not None else ""
        yield f"{parameter.arg}{kind}{'' if default is None else f' = {flat(default)}'}"


def is_one_line(node: ast.stmt, indent: int = 1) -> bool:
    """Tell whether a statement is one line."""
    return len(statement(node, indent)) == 1


def fits_in_brackets(node: ast.Call, indent: int) -> bool:
    """Tell whether all arguments of a call fit on a line of so many levels of indentation."""
    return len(STEP * indent + inside(node)) <= width()


def _statement(node: ast.stmt, indent: int) -> list[str]:
    match node:
        case ast.Assign(targets=[target], value=value):
            return lines(value, indent, f"{flat(target)} = ", comment=_comment(node))
        case ast.AnnAssign(target=target, annotation=kind, value=None):
            return [f"{STEP * indent}{flat(target)}: {flat(kind)}"]
        case ast.AnnAssign(target=target, annotation=kind, value=ast.expr() as value):
            before = f"{flat(target)}: {flat(kind)} = "
            return lines(value, indent, before, comment=_comment(node))
        case ast.AugAssign(target=target, op=op, value=value):
            return lines(value, indent, f"{flat(target)} {SYMBOLS[type(op).__name__]}= ")
        case ast.Return(value=ast.expr() as value):
            return lines(value, indent, "return ", comment=_comment(node))
        case ast.Raise(exc=ast.expr() as error):
            return lines(error, indent, "raise ")
        case ast.Assert(test=test):
            return lines(test, indent, "assert ")
        case ast.Expr(value=value):
            return lines(value, indent)
        case ast.FunctionDef():
            return [*head(node, indent), *body(node.body, indent + 1)]
    return _compound(node, indent)


def _compound(node: ast.stmt, indent: int) -> list[str]:
    match node:
        case ast.For(target=target, iter=iterable, body=inner):
            first = lines(iterable, indent, f"for {targets(target)} in ", ":")
            return [*first, *body(inner, indent + 1)]
        case ast.With(items=[item], body=inner):
            return [*lines(item.context_expr, indent, "with ", ":"), *body(inner, indent + 1)]
        case ast.If(orelse=otherwise):
            return _branches(node, indent, "if ", otherwise)
        case ast.Import(names=[alias]):
            return [f"import {alias.name}"]
        case ast.ImportFrom(module=str() as module, names=aliases):
            return _import(module, [alias.name for alias in aliases])
    raise TypeError(f"no emitted file has {type(node).__name__}")


def _branches(node: ast.If, indent: int, word: str, otherwise: Sequence[ast.stmt]) -> list[str]:
    written = [*lines(node.test, indent, word, ":"), *body(node.body, indent + 1)]
    match otherwise:
        case []:
            return written
        case [ast.If(orelse=rest) as further]:
            return [*written, *_branches(further, indent, "elif ", rest)]
    return [*written, f"{STEP * indent}else:", *body(otherwise, indent + 1)]


def _import(module: str, taken: Sequence[str]) -> list[str]:
    line = f"from {module} import {', '.join(taken)}"
    if len(line) <= width():
        return [line]
    return [f"from {module} import (", *(f"{STEP}{name}," for name in taken), ")"]


def _comment(node: ast.stmt) -> str:
    return str(getattr(node, "comment", ""))
