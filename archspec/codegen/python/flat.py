"""Expressions on one line."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any, Final

from archspec.codegen.python.trees import Argument, arguments_of, replaced

_NESTED: Final = ast.BoolOp | ast.IfExp


def flat(node: ast.expr | ast.keyword) -> str:
    """Return an expression, or an argument with its keyword, on one line."""
    match node:
        case ast.keyword(arg=key, value=value):
            return f"{key}={flat(value)}" if key else f"**{flat(value)}"
        case ast.Name(id=text):
            return text
        case ast.Attribute(value=owner, attr=attribute):
            return f"{_head(owner)}.{attribute}"
        case ast.Call(func=function):
            return f"{_head(function)}({inside(node)})"
        case ast.Subscript(value=owner, slice=ast.expr() as index):
            return f"{_head(owner)}[{_index(index)}]"
        case ast.BoolOp():
            return _either(node)
        case ast.Constant() | ast.JoinedStr():
            return _constant(node)
        case ast.Starred() | ast.List() | ast.Tuple() | ast.GeneratorExp():
            return _several(node)
    return ast.unparse(replaced(node, _spelt))


def _constant(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.JoinedStr):
        return 'f"' + "".join(map(_formatted, node.values)) + '"'
    if isinstance(node.value, int) and getattr(node, "grouped", False):
        return f"{node.value:_}"
    return constant_text(node.value)


def _several(node: ast.Starred | ast.List | ast.Tuple | ast.GeneratorExp) -> str:
    if isinstance(node, ast.Starred):
        return f"*{flat(node.value)}"
    if isinstance(node, ast.GeneratorExp):
        return f"({flat(node.elt)} {loop_text(node)})"
    if isinstance(node, ast.List):
        return f"[{_joined(node.elts)}]"
    return f"({_joined(node.elts)}{',' if len(node.elts) == 1 else ''})"


def inside(node: ast.Call) -> str:
    """Return the arguments of a call; a sole generator needs no parentheses of its own."""
    if (generator := sole(node)) is not None:
        return f"{flat(generator.elt)} {loop_text(generator)}"
    return _joined(arguments_of(node))


def sole(node: ast.expr) -> ast.GeneratorExp | None:
    """Return the generator that is a call's only argument."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        argument = node.args[0]
        return argument if isinstance(argument, ast.GeneratorExp) else None
    return None


def loop_text(node: ast.GeneratorExp | ast.ListComp) -> str:
    """Return what a generator repeats its element for: `for i in range(3)`."""
    return " ".join(loops(node))


def loops(node: ast.GeneratorExp | ast.ListComp) -> list[str]:
    """Return the loops and tests of a generator, each of which can be a line."""
    found = []
    for loop in node.generators:
        found.append(f"for {targets(loop.target)} in {flat(loop.iter)}")
        found += [f"if {flat(test)}" for test in loop.ifs]
    return found


def targets(node: ast.expr) -> str:
    """Return the variables of a loop, which need no parentheses."""
    return _joined(node.elts) if isinstance(node, ast.Tuple) else flat(node)


def constant_text(value: Any) -> str:
    """Return the source of a number, a string, a bool, None or `...`."""
    shown = "..." if value is ... else repr(value)
    if isinstance(value, str) and shown[0] == "'" and '"' not in shown:
        return f'"{shown[1:-1]}"'
    return shown


def _joined(nodes: Iterable[Argument]) -> str:
    return ", ".join(map(flat, nodes))


def _index(node: ast.expr) -> str:
    return _joined(node.elts) if isinstance(node, ast.Tuple) and len(node.elts) > 1 else flat(node)


def _head(node: ast.expr) -> str:
    """Return what is called, or taken a part of: it is in parentheses where it must be."""
    plain = ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.Tuple | ast.List
    if isinstance(node, plain | ast.GeneratorExp | ast.ListComp | ast.JoinedStr):
        return flat(node)
    return f"({flat(node)})"


def _either(node: ast.BoolOp) -> str:
    """Return operands of `and` or `or`.

    `ast.unparse` has parentheses around a third operand that needs none, and none where `and`
    stands within `or`, which linters ask for.
    """
    word = " or " if isinstance(node.op, ast.Or) else " and "
    return word.join(
        f"({flat(part)})" if isinstance(part, _NESTED) else flat(part) for part in node.values
    )


def _formatted(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        form = part.format_spec.values if isinstance(part.format_spec, ast.JoinedStr) else []
        behind = f":{''.join(map(_formatted, form))}" if form else ""
        return f"{{{flat(part.value)}{behind}}}"
    assert isinstance(part, ast.Constant)
    return constant_text(part.value)[1:-1].replace("{", "{{").replace("}", "}}")


def _spelt(node: ast.expr) -> ast.expr | None:
    """Return what `unparse` would write otherwise than we do, as a name that is written so.

    It quotes with apostrophes, and has two pairs of brackets around a sole generator.
    """
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    if is_text or isinstance(node, ast.JoinedStr | ast.Call):
        return ast.Name(flat(node), ast.Load())
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return ast.Name(_power(node), ast.Load())
    if isinstance(node, ast.BinOp) and is_held(node.left, node):
        left = ast.Name(f"({flat(node.left)})", ast.Load())
        return ast.BinOp(left, node.op, replaced(node.right, _spelt))
    return None


def _power(node: ast.BinOp) -> str:
    """Return a power as formatters lay it out: `x**2`, but `f(x) ** 2`."""
    sides = [
        flat(part) if _is_plain(part) else f"({flat(part)})" for part in (node.left, node.right)
    ]
    simple = not any(isinstance(part, ast.Call | ast.Subscript) for part in (node.left, node.right))
    hugged = simple and all(map(_is_plain, (node.left, node.right)))
    return ("**" if hugged else " ** ").join(sides)


def _is_plain(node: ast.expr) -> bool:
    """Tell whether an operand of a power needs no parentheses."""
    plain = ast.Name | ast.Attribute | ast.Constant | ast.Call | ast.Subscript
    return isinstance(node, plain)


def is_held(left: ast.expr, outer: ast.BinOp) -> bool:
    """Tell whether a left operand has parentheses that Python does not need, for who reads it."""
    return isinstance(outer.op, ast.Mod) and isinstance(left, ast.BinOp)
