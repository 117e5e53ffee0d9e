"""Expressions of Python, laid out as a formatter would at 88 columns."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from archspec.codegen.breaking import Breaker, can_break, links

WIDTH: Final = 88
_STEP: Final = "    "
_LOOKUP: Final = re.compile(r"\bgetattr\(")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call: `prefix` is `name=`, `*` or nothing."""

    value: Expr
    prefix: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call or a list, and what is taken of it.

    `tall` asks for one argument a line even where they fit on one; a single one has no comma
    that would hold it there.
    """

    head: str
    arguments: tuple[Argument, ...]
    tall: bool = False
    brackets: str = "()"
    item: str = ""


@dataclass(frozen=True, slots=True)
class Each:
    """A generator in parentheses: `(element for …)`."""

    element: Expr
    loop: str


Expr: TypeAlias = str | Call | Each


def flat(expr: Expr) -> str:
    """Return an expression on one line."""
    if isinstance(expr, str):
        return expr
    if isinstance(expr, Each):
        return f"({flat(expr.element)} {expr.loop})"
    inside = ", ".join(argument.prefix + flat(argument.value) for argument in expr.arguments)
    if _sole(expr) is not None:
        inside = inside[1:-1]
    return f"{expr.head}{expr.brackets[0]}{inside}{expr.brackets[1]}{expr.item}"


def rewritten(expr: Expr, change: Callable[[str], str]) -> Expr:
    """Return an expression with each of its texts changed."""
    if isinstance(expr, str):
        return change(expr)
    if isinstance(expr, Each):
        return Each(rewritten(expr.element, change), change(expr.loop))
    arguments = tuple(replace(a, value=rewritten(a.value, change)) for a in expr.arguments)
    return replace(expr, head=change(expr.head), arguments=arguments)


def lines(
    expr: Expr,
    indent: int,
    before: str = "",
    after: str = "",
    comment: str = "",
    *,
    inside: bool = False,
) -> list[str]:
    """Return an expression as lines.

    Args:
        expr: the expression.
        indent: levels of indentation.
        before: text before it on its first line (`self.conv1 = `).
        after: text behind it on its last line.
        comment: a remark, dropped where it does not fit on the line.
        inside: whether it stands in brackets, which are all that a formula needs to be broken.
    """
    margin = _STEP * indent
    line = f"{margin}{before}{flat(expr)}{after}"
    if isinstance(expr, str) and len(line) > WIDTH and can_break(expr):
        breaker, node = Breaker(WIDTH), ast.parse(expr, mode="eval").body
        if inside:
            return breaker.held(node, margin, before, after)
        return breaker.statement(expr, margin, before, after)
    if isinstance(expr, str) or (not _is_tall(expr) and len(line) <= WIDTH):
        return [commented(line, comment)]
    if isinstance(expr, Each):
        return [f"{margin}{before}(", *_generator(expr, indent + 1), f"{margin}){after}"]
    if held := _held(expr, indent, before, after):
        return held
    if inside and not _is_tall(expr) and len(chain := links(flat(expr))) > 1:
        chain = [before + chain[0], *chain[1:-1], chain[-1] + after]
        return [margin + link for link in chain]
    if not expr.arguments:
        return [line]
    return _opened(expr, indent, before, after)


def _opened(expr: Call, indent: int, before: str, after: str) -> list[str]:
    """Return a call or list with its arguments on lines of their own."""
    margin = _STEP * indent
    call = f"{margin}{before}{flat(replace(expr, item=''))}["
    if expr.item and not _is_tall(expr) and len(call) <= WIDTH:  # all fits but the index
        return [call, f"{margin}{_STEP}{expr.item[1:-1]}", f"{margin}]{after}"]
    opening, closing = (
        f"{margin}{before}{expr.head}{expr.brackets[0]}",
        f"{margin}{expr.brackets[1]}{expr.item}",
    )
    if (each := _sole(expr)) is not None:
        return [opening, *_generator(each, indent + 1), f"{closing}{after}"]
    listed = _STEP + margin + ", ".join(a.prefix + flat(a.value) for a in expr.arguments)
    if not _is_tall(expr) and len(listed) <= WIDTH:
        return [opening, listed, f"{closing}{after}"]
    comma = "," if len(expr.arguments) > 1 else ""
    body = [
        text
        for argument in expr.arguments
        for text in lines(
            *(argument.value, indent + 1, argument.prefix, comma, argument.comment), inside=True
        )
    ]
    return [opening, *body, f"{closing}{after}"]


def _held(expr: Call, indent: int, before: str, after: str) -> list[str]:
    """Return a call of a path too long for its line, broken in the path or held by parentheses.

    Nothing where its own brackets break it well enough.
    """
    margin = _STEP * indent
    opening = f"{margin}{before}{expr.head}{'(' if expr.arguments else expr.brackets}"
    if not before.endswith("= ") or len(opening) <= WIDTH:
        return []
    if found := _lookup(f"{before}{flat(expr)}"):
        start, owner, name, rest = found
        inside = f"{margin}{_STEP}{owner}, {name}"
        apart = [f"{margin}{_STEP}{part}," for part in (owner, name)]
        within = [inside] if len(inside) <= WIDTH else apart
        held = [f"{margin}{start}", *within, f"{margin}){rest}{after}"]
    else:
        held = [f"{margin}{before}(", *lines(expr, indent + 1), f"{margin}){after}"]
    return held if all(len(text) <= WIDTH for text in held) else []


def _lookup(text: str) -> tuple[str, str, str, str] | None:
    """Return what is before, in and behind the outermost `getattr(owner, "name")` of a text."""
    start = _LOOKUP.search(text)
    depth = 0
    for i in range(start.end() if start else len(text), len(text)):
        depth += (text[i] in "([") - (text[i] in ")]")
        if start and depth < 0:
            owner, _, name = text[start.end() : i].rpartition(", ")
            return text[: start.end()], owner, name, text[i + 1 :]
    return None


def _sole(expr: Call) -> Each | None:
    """Return the generator that is a call's only argument: it needs no parentheses of its own."""
    if len(expr.arguments) != 1 or expr.arguments[0].prefix or not expr.head:
        return None
    value = expr.arguments[0].value
    return value if isinstance(value, Each) else None


def commented(line: str, comment: str) -> str:
    """Return a line with a remark behind it where both fit."""
    whole = f"{line}  # {comment}"
    return whole if comment and len(whole) <= WIDTH else line


def _generator(expr: Each, indent: int) -> list[str]:
    line = f"{_STEP * indent}{flat(expr.element)} {expr.loop}"
    if len(line) <= WIDTH:
        return [line]
    return [*lines(expr.element, indent), f"{_STEP * indent}{expr.loop}"]


def _is_tall(expr: Expr) -> bool:
    # A generator on one line says what it repeats as well as a chain on several does.
    return isinstance(expr, Call) and (
        (expr.tall and len(expr.arguments) > 1)
        or any(_is_tall(argument.value) for argument in expr.arguments)
    )
