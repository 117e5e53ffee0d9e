"""A formula that is too long for its line, broken before its operators."""

from __future__ import annotations

import ast
from typing import Final

from archspec.codegen.printing import formula_line

_SYMBOLS: Final = {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%"}


def broken(text: str, margin: str, width: int) -> list[str]:
    """Return a formula as lines, one operand a line; just the text where nothing can be broken.

    Args:
        text: the formula as source.
        margin: what each line begins with.
        width: columns that a line may have.
    """
    found: list[str] = []
    for operator, operand, wrapped in _operands(ast.parse(text, mode="eval").body):
        line = f"{margin}{operator}{f'({operand})' if wrapped else operand}"
        if wrapped and len(line) > width:
            inner = broken(operand, f"{margin}    ", width)
            found += [f"{margin}{operator}(", *inner, f"{margin})"]
        else:
            found.append(line)
    return found


def can_break(text: str) -> bool:
    """Tell whether a formula has operators to break it at."""
    return isinstance(ast.parse(text, mode="eval").body, ast.BoolOp | ast.BinOp | ast.IfExp)


def _operands(node: ast.expr) -> list[tuple[str, str, bool]]:
    """Return the operands of the outermost operator: operator, text, "in parentheses"."""
    if isinstance(node, ast.IfExp):
        parts = (("", node.body), ("if ", node.test), ("else ", node.orelse))
        return [(word, formula_line(part), False) for word, part in parts]
    if isinstance(node, ast.BoolOp):
        word = "or " if isinstance(node.op, ast.Or) else "and "
        return [
            (word if index else "", *_within(part, node)) for index, part in enumerate(node.values)
        ]
    if isinstance(node, ast.BinOp):
        first = (
            [*_operands(node.left)]
            if _alike(node.left, node)
            else [("", *_within(node.left, node))]
        )
        return [*first, (f"{_SYMBOLS[type(node.op).__name__]} ", *_within(node.right, node))]
    return [("", formula_line(node), False)]


def _alike(inner: ast.expr, outer: ast.BinOp) -> bool:
    """Tell whether an operand on the left belongs to the same chain: `a + b` in `a + b - c`."""
    sums = ast.Add | ast.Sub
    return isinstance(inner, ast.BinOp) and isinstance(inner.op, sums) == isinstance(outer.op, sums)


def _within(part: ast.expr, outer: ast.expr) -> tuple[str, bool]:
    """Return the text of an operand, and whether it stands in parentheses there."""
    text = formula_line(part)
    mark = ast.Name("_", ast.Load())
    if isinstance(outer, ast.BoolOp):
        whole = formula_line(ast.BoolOp(outer.op, [mark, part]))
    elif isinstance(outer, ast.BinOp) and part is outer.left:
        return text, formula_line(ast.BinOp(part, outer.op, mark)).startswith(f"({text})")
    else:
        assert isinstance(outer, ast.BinOp)
        whole = formula_line(ast.BinOp(mark, outer.op, part))
    return text, whole.endswith(f"({text})")
