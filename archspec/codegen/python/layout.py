"""Expressions laid out as a formatter would at 88 columns."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from archspec.codegen.python.flat import flat, loop_text, sole
from archspec.codegen.python.line_breaks import STEP, Breaker, can_break, links
from archspec.codegen.python.trees import Argument, arguments_of, spine
from archspec.codegen.python.width import width


@dataclass(frozen=True, slots=True)
class _Bracketed:
    """A call, a list or a tuple: what is before its brackets, in them and behind them."""

    opening: str
    arguments: list[Argument]
    closing: str
    index: ast.expr | None = None

    @property
    def behind(self) -> str:
        """What is taken of the call."""
        return "" if self.index is None else f"[{flat(self.index)}]"


def _bracketed(node: ast.expr) -> _Bracketed | None:
    """Return an expression by its brackets; None for a formula, which has operators too."""
    if isinstance(node, ast.Call):
        return _Bracketed(f"{flat(node.func)}(", arguments_of(node), ")")
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call):
        call = node.value
        return _Bracketed(f"{flat(call.func)}(", arguments_of(call), ")", node.slice)
    if isinstance(node, ast.List):
        return _Bracketed("[", [*node.elts], "]")
    if isinstance(node, ast.Tuple) and len(node.elts) > 1:
        nested = any(isinstance(part, ast.Call | ast.Tuple) for part in node.elts)
        return _Bracketed("(", [*node.elts], ")") if nested else None
    return None


def _parts(argument: Argument) -> tuple[str, ast.expr]:
    """Return an argument as what is before its value, and that."""
    if isinstance(argument, ast.keyword):
        return (f"{argument.arg}=" if argument.arg else "**"), argument.value
    return ("*", argument.value) if isinstance(argument, ast.Starred) else ("", argument)


def lines(
    node: ast.expr,
    indent: int,
    before: str = "",
    after: str = "",
    comment: str = "",
    *,
    inside: bool = False,
) -> list[str]:
    """Return an expression as lines.

    Args:
        node: the expression.
        indent: levels of indentation.
        before: text before it on its first line (`self.conv1 = `).
        after: text behind it on its last line.
        comment: a remark, dropped where it does not fit on the line.
        inside: whether it stands in brackets, which are all that a formula needs to be broken.
    """
    margin = STEP * indent
    line = f"{margin}{before}{flat(node)}{after}"
    if len(line) <= width() and not _is_tall(node):
        return [_commented(line, comment)]
    if isinstance(node, ast.GeneratorExp):
        return [f"{margin}{before}(", *_generator(node, indent + 1), f"{margin}){after}"]
    brackets = _bracketed(node)
    if brackets is None and can_break(node):
        breaker = Breaker(width())
        broken = breaker.held if inside else breaker.statement
        return broken(node, margin, before, after)
    if brackets is None:
        return [line]
    if chain := _chained(node, indent, before, after, inside=inside):
        return chain
    if held := _held(node, brackets, indent, before, after):
        return held
    if not brackets.arguments:
        return [line]
    return _opened(node, brackets, indent, before, after)


def _opened(
    node: ast.expr, brackets: _Bracketed, indent: int, before: str, after: str
) -> list[str]:
    """Return a call or list with its arguments on lines of their own."""
    margin = STEP * indent
    if isinstance(node, ast.Subscript) and brackets.index is not None and not _is_tall(node):
        call = f"{margin}{before}{flat(node.value)}["
        if len(call) <= width():  # all fits but the index
            return [call, f"{margin}{STEP}{flat(brackets.index)}", f"{margin}]{after}"]
    opening = f"{margin}{before}{brackets.opening}"
    closing = f"{margin}{brackets.closing}{brackets.behind}{after}"
    if (generator := sole(node.value if isinstance(node, ast.Subscript) else node)) is not None:
        return [opening, *_generator(generator, indent + 1), closing]
    if isinstance(node, ast.Call | ast.Subscript) and not _is_tall(node):
        listed = STEP + margin + ", ".join(map(flat, brackets.arguments))
        if len(listed) <= width():
            return [opening, listed, closing]
    comma = "," if len(brackets.arguments) > 1 else ""
    body = []
    for argument in brackets.arguments:
        prefix, value = _parts(argument)
        body += lines(value, indent + 1, prefix, comma, inside=True)
    return [opening, *body, closing]


def _chained(node: ast.expr, indent: int, before: str, after: str, *, inside: bool) -> list[str]:
    """Return a chain of calls with its links below one another, in brackets of its own or others'.

    Nothing for any other expression, and for a statement that is none but the chain.
    """
    chain = [] if _is_tall(node) else links(node)
    if len(chain) < 2 or not (inside or before.endswith(("= ", "return "))):
        return []
    margin = STEP * indent
    if inside:
        chain = [before + chain[0], *chain[1:-1], chain[-1] + after]
        return [margin + link for link in chain]
    whole = f"{margin}{STEP}{flat(node)}"
    if len(whole) <= width():
        return [f"{margin}{before}(", whole, f"{margin}){after}"]
    *others, last = chain
    held = [*(margin + STEP + link for link in others), *_link(node, last, indent + 1)]
    return [f"{margin}{before}(", *held, f"{margin}){after}"]


def _link(node: ast.expr, link: str, indent: int) -> list[str]:
    """Return the last link of a chain, broken in its own brackets where it is too long."""
    call = node.value if isinstance(node, ast.Subscript) else node
    if len(STEP * indent + link) <= width() or not isinstance(call, ast.Call):
        return [STEP * indent + link]
    made: ast.expr = ast.Call(ast.Name(link.partition("(")[0]), call.args, call.keywords)
    if isinstance(node, ast.Subscript):
        made = ast.Subscript(made, node.slice)
    return lines(made, indent)


def _held(node: ast.expr, brackets: _Bracketed, indent: int, before: str, after: str) -> list[str]:
    """Return a call of a path too long for its line, broken in the path or held by parentheses.

    Nothing where its own brackets break it well enough.
    """
    margin = STEP * indent
    opening = f"{margin}{before}{brackets.opening}"
    if not brackets.arguments:
        opening += brackets.closing
    if not before.endswith(("= ", "return ")) or len(opening) <= width():
        return []
    if (lookup := _lookup(node)) is not None:
        owner, name = (flat(argument) for argument in lookup.args)
        rest = flat(node)[len(flat(lookup)) :]
        both = f"{margin}{STEP}{owner}, {name}"
        apart = [f"{margin}{STEP}{part}," for part in (owner, name)]
        within = [both] if len(both) <= width() else apart
        held = [f"{margin}{before}getattr(", *within, f"{margin}){rest}{after}"]
    else:
        held = [f"{margin}{before}(", *lines(node, indent + 1), f"{margin}){after}"]
    return held if all(len(text) <= width() for text in held) else []


def _lookup(node: ast.expr) -> ast.Call | None:
    """Return the outermost `getattr(owner, "name")` that an expression begins with."""
    for part in spine(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            return part if part.func.id == "getattr" else None
    return None


def _commented(line: str, comment: str) -> str:
    """Return a line with a remark behind it where both fit."""
    whole = f"{line}  # {comment}"
    return whole if comment and len(whole) <= width() else line


def _generator(node: ast.GeneratorExp, indent: int) -> list[str]:
    line = f"{STEP * indent}{flat(node.elt)} {loop_text(node)}"
    if len(line) <= width():
        return [line]
    return [*lines(node.elt, indent), f"{STEP * indent}{loop_text(node)}"]


def _is_tall(node: ast.expr) -> bool:
    # A generator on one line says what it repeats as well as a chain on several does.
    brackets = _bracketed(node)
    if brackets is None:
        return False
    asked = getattr(node, "tall", False) and len(brackets.arguments) > 1
    return asked or any(_is_tall(_parts(argument)[1]) for argument in brackets.arguments)
