"""Formulas: putting them in place of names, and folding what has become constant."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, Final

from archspec import limits
from archspec.expressions.evaluation import evaluate
from archspec.expressions.values import (
    CONSTANTS,
    FUNCTIONS,
    ExpressionError,
    Formula,
    TooMuchError,
    Value,
)

_NOTHING: Final[frozenset[str]] = frozenset()


def names(formula: Formula) -> frozenset[str]:
    """Return the names a formula reads, without functions, constants and loop names."""
    # Asked again and again of the same trees, which never change: the answer stays on the node.
    known: frozenset[str] | None = getattr(formula, "_names", None)
    if known is None:
        known = _names(formula)
        formula._names = known  # type: ignore[attr-defined]
    return known


def _names(formula: Formula) -> frozenset[str]:
    if isinstance(formula, ast.Name):
        return _NOTHING if formula.id in CONSTANTS else frozenset((formula.id,))
    if isinstance(formula, ast.Constant):
        return _NOTHING
    if isinstance(formula, ast.BinOp):  # the most of what is left
        return names(formula.left) | names(formula.right)
    if isinstance(formula, ast.Call):
        return _NOTHING.union(*map(names, formula.args))
    if isinstance(formula, ast.ListComp):
        read = names(formula.elt)
        for loop in reversed(formula.generators):
            inner = read.union(*map(names, loop.ifs))
            read = names(loop.iter) | (inner - {loop.target.id})  # type: ignore[attr-defined]
        return read
    parts = (part for part in ast.iter_child_nodes(formula) if isinstance(part, ast.expr))
    return _NOTHING.union(*map(names, parts))


def text(formula: Formula) -> str:
    """Return a formula as Python writes it, kept on the node as `names` are."""
    known: str | None = getattr(formula, "_text", None)
    if known is None:
        known = ast.unparse(formula)
        formula._text = known  # type: ignore[attr-defined]
    return known


def constant(value: Value) -> Formula:
    """Return the formula of a plain value."""
    if isinstance(value, tuple):
        return ast.Tuple([constant(item) for item in value], ast.Load())
    # A number that remembers its formula is stored as the plain number it is.
    return ast.Constant(
        int(value)
        if type(value) not in (bool, float, str, int) and isinstance(value, int)
        else value
    )


def is_constant(formula: Formula) -> bool:
    """Tell whether a formula reads no name."""
    return isinstance(formula, ast.Constant) or not names(formula)


def substitute(formula: Formula, formulas: Mapping[str, Formula]) -> Formula:
    """Put formulas in place of names and fold what has become constant.

    >>> formula = ast.parse("channels * width // 64", mode="eval").body
    >>> text(substitute(formula, {"width": constant(64)}))
    'channels'

    Names that are not in `formulas` stay. A conditional whose test has become constant is
    replaced by its branch.
    """
    if isinstance(formula, ast.Name):
        return formulas.get(formula.id, formula)
    if isinstance(formula, ast.Constant):
        return formula
    if names(formula).isdisjoint(formulas):
        return _folded(formula)
    return _Substitution(formulas).visit(formula)  # type: ignore[no-any-return]


def _folded(formula: Formula) -> Formula:
    """Return a formula with its constants computed, kept on the node as `names` are."""
    done: Formula | None = getattr(formula, "_done", None)
    if done is None:
        done = _Substitution({}).visit(formula)
        formula._done = done  # type: ignore[attr-defined]
    assert done is not None
    return done


class _Substitution(ast.NodeTransformer):
    """Builds a new tree; the trees that `parse` caches are never changed."""

    def __init__(self, formulas: Mapping[str, Formula]) -> None:
        self.formulas = formulas

    def visit_Name(self, node: ast.Name) -> Formula:
        return self.formulas.get(node.id, node)

    def visit_Constant(self, node: ast.Constant) -> Formula:
        return node

    def visit_ListComp(self, node: ast.ListComp) -> Formula:
        inner, loops = self, []
        for loop in node.generators:
            items, own = inner.visit(loop.iter), names(loop.target)
            inner = _Substitution({n: f for n, f in inner.formulas.items() if n not in own})
            tests = [inner.visit(test) for test in loop.ifs]
            loops.append(ast.comprehension(loop.target, items, tests, 0))
        return fold(ast.ListComp(inner.visit(node.elt), loops))

    def visit_Call(self, node: ast.Call) -> Formula:
        return fold(ast.Call(node.func, [self.visit(argument) for argument in node.args], []))

    def visit_Slice(self, node: ast.Slice) -> ast.Slice:
        # A slice is no value of its own, so there is nothing to fold.
        bounds = (node.lower, node.upper, node.step)
        return ast.Slice(*(None if bound is None else self.visit(bound) for bound in bounds))

    def visit_IfExp(self, node: ast.IfExp) -> Formula:
        test = self.visit(node.test)
        if isinstance(test, ast.Constant):
            return self.visit(node.body if test.value else node.orelse)  # type: ignore[no-any-return]
        return fold(ast.IfExp(test, self.visit(node.body), self.visit(node.orelse)))

    def visit_BinOp(self, node: ast.BinOp) -> Formula:
        # As any other, with fewer calls within one another: formulas grow deep by these.
        return fold(ast.BinOp(self.visit(node.left), node.op, self.visit(node.right)))

    def generic_visit(self, node: ast.AST) -> ast.AST:
        fields = {name: self._rebuilt(value) for name, value in ast.iter_fields(node)}
        rebuilt = type(node)(**fields)
        return fold(rebuilt) if isinstance(rebuilt, ast.expr) else rebuilt

    def _rebuilt(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._rebuilt(item) for item in value]
        if isinstance(value, ast.expr | ast.comprehension):
            return self.visit(value)
        return value


def _extent(formula: ast.AST) -> tuple[int, int]:
    """Return how many parts and levels a formula has, kept on the node as `names` are."""
    known: tuple[int, int] | None = getattr(formula, "_extends", None)
    if known is None:
        known = _measured(formula)
        formula._extends = known  # type: ignore[attr-defined]
    return known


def _measured(formula: ast.AST) -> tuple[int, int]:
    if isinstance(formula, ast.Name | ast.Constant):
        return (2, 2) if isinstance(formula, ast.Name) else (1, 1)  # a name, and that it is read
    if isinstance(formula, ast.BinOp):  # of these formulas grow large
        left, right = _extent(formula.left), _extent(formula.right)
        return 2 + left[0] + right[0], 1 + max(left[1], right[1])
    inner = [_extent(part) for part in ast.iter_child_nodes(formula)]
    return 1 + sum(n for n, _ in inner), 1 + max((n for _, n in inner), default=0)


def fold(formula: Formula) -> Formula:
    """Return a formula simplified: constants computed, `x * 1`, `x // 1` and `x + 0` dropped.

    An entry taken from a list that is written out is that entry. Every step is exact in Python's
    arithmetic, for whole numbers and others. That of `x * 11 / 11` to `x` would not be.

    Raises:
        TooMuchError: when it has too many parts or levels; put into one another, formulas can
            double, and grow by a level each time.
    """
    parts, levels = _extent(formula)
    if parts > limits.FORMULA:
        raise TooMuchError(f"a formula of more than {limits.FORMULA:,} parts")
    if levels > limits.FORMULA_DEPTH:
        raise TooMuchError(f"a formula of more than {limits.FORMULA_DEPTH} levels")
    if is_constant(formula):
        return _computed(formula)
    if isinstance(formula, ast.BoolOp):
        return _decided(formula)
    if isinstance(formula, ast.Call):
        return _of_numbers(formula)
    if isinstance(formula, ast.BinOp):
        left, right, op = formula.left, formula.right, type(formula.op)
        if op in (ast.Mult, ast.FloorDiv) and _is(right, 1):
            return left
        if op in (ast.Add, ast.Sub) and _is(right, 0):
            return left
        if (op is ast.Mult and _is(left, 1)) or (op is ast.Add and _is(left, 0)):
            return right
        if op is ast.Mult and (_is(left, 0) or _is(right, 0)):
            return constant(0)
        return _doubled(_cancelled(formula))
    if isinstance(formula, ast.Subscript):
        return _entry(formula)
    return formula


def _entry(formula: ast.Subscript) -> Formula:
    """Return `c` for `(a, b, c)[2]`, whatever `a` and `b` are."""
    row = formula.value
    place = formula.slice.value if isinstance(formula.slice, ast.Constant) else None
    if not isinstance(row, ast.Tuple) or not isinstance(place, int):
        return formula
    return row.elts[place] if -len(row.elts) <= place < len(row.elts) else formula


def _computed(formula: Formula) -> Formula:
    """Return the value of a formula without names; `1 - 0.9997` says more than its 17 digits."""
    try:
        value = evaluate(formula, {})
    except TooMuchError:
        raise
    except ExpressionError:
        return formula
    is_longer = isinstance(value, float) and len(repr(value)) > len(text(formula))
    return formula if is_longer else constant(value)


def _of_numbers(call: ast.Call) -> Formula:
    """Drop `x * 1.0` where a function makes a whole number of it, as of `x`."""
    if not (isinstance(call.func, ast.Name) and FUNCTIONS[call.func.id].is_whole):
        return call
    number, *others = call.args
    if isinstance(number, ast.BinOp) and isinstance(number.op, ast.Mult):
        for factor, rest in ((number.right, number.left), (number.left, number.right)):
            if isinstance(factor, ast.Constant) and factor.value == 1:
                return ast.Call(call.func, [rest, *others], [])
    return call


def _doubled(formula: Formula) -> Formula:
    """Return `2 * (4 * x)` as `8 * x`: powers of two, so that no float is rounded."""
    if isinstance(formula, ast.BinOp) and isinstance(formula.op, ast.Mult):
        outer, product = formula.left, formula.right
        if _is_power_of_two(outer) and isinstance(product, ast.BinOp):
            left, right, op = product.left, product.right, product.op
            if isinstance(op, ast.Mult) and _is_power_of_two(left):
                return ast.BinOp(fold(ast.BinOp(outer, op, left)), op, right)
            if isinstance(op, ast.Mult) and _is_power_of_two(right):
                return ast.BinOp(left, op, fold(ast.BinOp(outer, op, right)))
    return formula


def _is_power_of_two(formula: Formula) -> bool:
    number = formula.value if isinstance(formula, ast.Constant) else None
    return type(number) is int and number > 0 and number & (number - 1) == 0


def _decided(formula: ast.BoolOp) -> Formula:
    """Drop what does not matter: `a and true` is `a`, `a and false` is false."""
    stop = isinstance(formula.op, ast.Or)
    parts = [part for part in formula.values if not _is_truth(part, not stop)]
    if any(_is_truth(part, stop) for part in parts):
        return ast.Constant(stop)
    return parts[0] if len(parts) == 1 else ast.BoolOp(formula.op, parts)


def _is_truth(formula: Formula, value: bool) -> bool:
    return isinstance(formula, ast.Constant) and formula.value is value


def _cancelled(formula: ast.BinOp) -> Formula:
    """Cancel `x * 64 // 64`, which holds for every integer x."""
    product, divisor = formula.left, formula.right
    if (
        isinstance(formula.op, ast.FloorDiv)
        and isinstance(product, ast.BinOp)
        and isinstance(product.op, ast.Mult)
        and isinstance(divisor, ast.Constant)
        and isinstance(divisor.value, int)
    ):
        for factor, rest in ((product.right, product.left), (product.left, product.right)):
            if isinstance(factor, ast.Constant) and isinstance(factor.value, int):
                quotient, remainder = divmod(factor.value, divisor.value)
                if remainder == 0:
                    return fold(ast.BinOp(rest, ast.Mult(), ast.Constant(quotient)))
    return formula


def _is(formula: Formula, number: int) -> bool:
    return (
        isinstance(formula, ast.Constant) and type(formula.value) is int and formula.value == number
    )
