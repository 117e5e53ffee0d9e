"""A formula that is too long for its line, broken as a formatter breaks it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Final, NamedTuple

from archspec.codegen.python.flat import flat, is_held, loops
from archspec.codegen.python.trees import Argument, arguments_of, spine

STEP: Final = "    "
"""One level of indentation."""

SYMBOLS: Final = {
    "Add": "+",
    "Sub": "-",
    "Mult": "*",
    "Div": "/",
    "FloorDiv": "//",
    "Mod": "%",
    "MatMult": "@",
    "Eq": "==",
    "NotEq": "!=",
    "Lt": "<",
    "LtE": "<=",
    "Gt": ">",
    "GtE": ">=",
    "In": "in",
    "NotIn": "not in",
    "Is": "is",
    "IsNot": "is not",
}


class _Operand(NamedTuple):
    """One operand of a formula: the operator before it, and whether it is in parentheses."""

    operator: str
    node: ast.expr
    wrapped: bool


class _Brackets(NamedTuple):
    """Brackets and what they hold; a comprehension as the parts that can be lines."""

    opening: str
    parts: list[Argument]
    closing: str
    loop: tuple[str, ...] = ()

    @property
    def flat(self) -> str:
        """The brackets on one line."""
        inside = " ".join(self.loop) or ", ".join(map(flat, self.parts))
        return f"{self.opening}{inside}{self.closing}"


@dataclass(frozen=True, slots=True)
class Breaker:
    """Breaks formulas to lines of at most so many columns."""

    width: int

    def statement(self, node: ast.expr, margin: str, before: str, after: str) -> list[str]:
        """Return a formula that no brackets hold: they are added, unless it ends with some.

        Args:
            node: the formula.
            margin: what each line begins with.
            before: text before it on its first line (`self.conv1 = `).
            after: text behind it on its last line.
        """
        operands = _operands(node)
        if len(operands) <= 2:
            hugged = self._hugged(operands, margin, before, after)
            if hugged and all(len(line) <= self.width for line in hugged):
                return hugged
        if len(operands) == 1:
            return [f"{margin}{before}{flat(node)}{after}"]
        inner = self.held(node, f"{margin}{STEP}", "", "")
        return [f"{margin}{before}(", *inner, f"{margin}){after}"]

    def _hugged(self, operands: list[_Operand], margin: str, before: str, after: str) -> list[str]:
        """Return a formula broken at brackets of its own; nothing where it has none at an end."""
        leaves = [leaf for operand in operands for leaf in _leaves(operand)]
        if not (leaves[0].wrapped or isinstance(_pieces(leaves[-1])[-1], _Brackets)):
            return []
        pieces = _pieces(leaves[0])
        for leaf in leaves[1:]:
            pieces += [" ", *_pieces(leaf)]
        return self._flowing(pieces, margin, before, after)

    def _flowing(
        self, pieces: list[str | _Brackets], margin: str, before: str, after: str
    ) -> list[str]:
        """Return pieces one behind the other; brackets are broken where they do not fit."""
        done: list[str] = []
        line = f"{margin}{before}"
        for i, piece in enumerate(pieces):
            if isinstance(piece, str):
                line += piece
            elif len(f"{line}{piece.flat}{_until(pieces[i + 1 :], after)}") <= self.width:
                line += piece.flat
            else:
                done += [f"{line}{piece.opening}", *self._inside(piece, f"{margin}{STEP}")]
                line = f"{margin}{piece.closing}"
        return [*done, f"{line}{after}"]

    def _inside(self, brackets: _Brackets, margin: str) -> list[str]:
        if brackets.loop:
            return [f"{margin}{part}" for part in brackets.loop]
        line = margin + ", ".join(map(flat, brackets.parts))
        if len(line) <= self.width:
            return [line]
        if len(brackets.parts) == 1:
            return self._argument(brackets.parts[0], margin, "")
        return [line for part in brackets.parts for line in self._argument(part, margin, ",")]

    def _argument(self, part: Argument, margin: str, after: str) -> list[str]:
        if isinstance(part, ast.keyword):
            return self.held(part.value, margin, f"{part.arg}=", after)
        return self.held(part, margin, "", after)

    def held(self, node: ast.expr, margin: str, before: str, after: str) -> list[str]:
        """Return a formula that stands in brackets already."""
        line = f"{margin}{before}{flat(node)}{after}"
        operands = _operands(node)
        if len(line) <= self.width:
            return [line]
        last = len(operands) - 1
        return [
            line
            for i, operand in enumerate(operands)
            for line in self._operand(
                operand, margin, "" if i else before, after if i == last else ""
            )
        ]

    def _operand(self, operand: _Operand, margin: str, before: str, after: str) -> list[str]:
        """Return one operand behind its operator."""
        line = f"{margin}{before}{_text(operand)}{after}"
        if len(line) > self.width and not operand.wrapped and len(_operands(operand.node)) > 1:
            return self.held(operand.node, margin, f"{before}{operand.operator}", after)
        return self._flowing(_pieces(operand), margin, before, after)


def can_break(node: ast.expr) -> bool:
    """Tell whether a formula has operators or brackets to break it at."""
    operands = _operands(node)
    return len(operands) > 1 or any(isinstance(p, _Brackets) for p in _pieces(operands[0]))


def links(node: ast.expr) -> list[str]:
    """Return a chain of calls and items as the links that a formatter sets below one another.

    `getattr(a, "b").c[0].d(x)` is `getattr(a, "b")`, `.c[0]` and `.d(x)`; with fewer than two dots
    behind brackets it is no such chain, and is returned whole.
    """
    first, *others = [*spine(node)][::-1]
    found = [flat(first)]
    before = first
    for part in others:
        behind = flat(part)[len(flat(before)) :]
        if isinstance(part, ast.Attribute) and isinstance(before, ast.Call | ast.Subscript):
            found.append(behind)
        else:
            found[-1] += behind
        before = part
    return found if len(found) > 2 else [flat(node)]


def _pieces(operand: _Operand) -> list[str | _Brackets]:
    """Return an operand as texts and the brackets between them."""
    if operand.wrapped:
        return [operand.operator, _Brackets("(", [operand.node], ")")]
    return [operand.operator, *_split(operand.node)]


def _split(node: ast.expr) -> list[str | _Brackets]:
    if isinstance(node, ast.Call) and (given := arguments_of(node)):
        return [*_split(node.func), _Brackets("(", given, ")")]
    if isinstance(node, ast.Attribute):
        return [*_split(node.value), f".{node.attr}"]
    if isinstance(node, ast.Tuple) and len(node.elts) > 1:
        return [_Brackets("(", [*node.elts], ")")]
    if isinstance(node, ast.List) and len(node.elts) > 1:
        return [_Brackets("[", [*node.elts], "]")]
    if isinstance(node, ast.ListComp):
        return [_Brackets("[", [node], "]", tuple(_comprehension(node)))]
    return [flat(node)]


def _until(pieces: list[str | _Brackets], after: str) -> str:
    """Return what follows, up to where a line can end."""
    text = ""
    for piece in pieces:
        if isinstance(piece, _Brackets):
            return text + piece.opening
        text += piece
    return text + after


def _leaves(operand: _Operand) -> list[_Operand]:
    """Return the operands of an operand, and theirs, down to those that are held together."""
    inner = [] if operand.wrapped else _operands(operand.node)
    if len(inner) < 2:
        return [operand]
    first, *others = [leaf for part in inner for leaf in _leaves(part)]
    return [first._replace(operator=operand.operator + first.operator), *others]


def _comprehension(node: ast.ListComp) -> list[str]:
    return [flat(node.elt), *loops(node)]


def _text(operand: _Operand) -> str:
    text = flat(operand.node)
    return f"{operand.operator}({text})" if operand.wrapped else f"{operand.operator}{text}"


def _operands(node: ast.expr) -> list[_Operand]:
    """Return the operands of the outermost operator; just the formula where it has none."""
    if isinstance(node, ast.IfExp):
        first, *others = _operands(node.orelse)
        chained = isinstance(node.orelse, ast.IfExp)
        last = [first._replace(operator="else "), *others] if chained else []
        return [
            _Operand("", node.body, isinstance(node.body, ast.IfExp)),
            _Operand("if ", node.test, isinstance(node.test, ast.IfExp)),
            *(last or [_Operand("else ", node.orelse, False)]),
        ]
    if isinstance(node, ast.BoolOp):
        word = "or " if isinstance(node.op, ast.Or) else "and "
        return [
            _Operand(word if i else "", part, _is_wrapped(part, node))
            for i, part in enumerate(node.values)
        ]
    if isinstance(node, ast.Compare):
        symbols = [f"{SYMBOLS[type(op).__name__]} " for op in node.ops]
        parts = zip(["", *symbols], [node.left, *node.comparators], strict=True)
        return [_Operand(symbol, part, _is_wrapped(part, node)) for symbol, part in parts]
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow):
        symbol = f"{SYMBOLS[type(node.op).__name__]} "
        right = _Operand(symbol, node.right, _is_wrapped(node.right, node))
        if _alike(node.left, node):
            return [*_operands(node.left), right]
        return [_Operand("", node.left, _is_wrapped(node.left, node)), right]
    return [_Operand("", node, False)]


def _alike(inner: ast.expr, outer: ast.BinOp) -> bool:
    """Tell whether an operand on the left belongs to the same chain: `a + b` in `a + b - c`."""
    sums = ast.Add | ast.Sub
    return isinstance(inner, ast.BinOp) and isinstance(inner.op, sums) == isinstance(outer.op, sums)


def _is_wrapped(part: ast.expr, outer: ast.BoolOp | ast.BinOp | ast.Compare) -> bool:
    """Tell whether an operand stands in parentheses."""
    if isinstance(outer, ast.BoolOp):
        return isinstance(part, ast.BoolOp | ast.IfExp)
    if isinstance(outer, ast.BinOp) and part is outer.left and is_held(part, outer):
        return True
    text, mark = ast.unparse(part), ast.Name("_", ast.Load())
    if isinstance(outer, ast.BinOp) and part is outer.left:
        return ast.unparse(ast.BinOp(part, outer.op, mark)).startswith(f"({text})")
    whole: ast.expr = ast.Compare(mark, [ast.Eq()], [part])
    if isinstance(outer, ast.BinOp):
        whole = ast.BinOp(mark, outer.op, part)
    return ast.unparse(whole).endswith(f"({text})")
