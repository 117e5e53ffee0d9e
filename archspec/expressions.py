"""The small language behind `=`: numbers, names, arithmetic, conditions, lists.

Python's own parser reads an expression into its syntax tree; an allow-list checks the tree, and
it is walked. Nothing is ever compiled or handed to `eval`. Two readings of one tree:

- `evaluate` computes the value;
- `substitute` puts formulas in place of names and folds what has become constant, so that
  `channels * width_per_group // 64` can be printed as `channels`.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from archspec import limits
from archspec.errors import did_you_mean

Formula: TypeAlias = ast.expr
Value: TypeAlias = "bool | int | float | str | tuple[Any, ...] | None"


class ExpressionError(Exception):
    """An expression cannot be read or computed; `offset` is where in its text, from 0."""

    def __init__(self, message: str, offset: int = 0, help: str = "") -> None:
        super().__init__(message)
        self.offset = offset
        self.help = help


def make_divisible(value: float, divisor: int = 8) -> int:
    """Round to a multiple of `divisor`, never more than 10 % down (MobileNet's rule)."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def _range(*bounds: int) -> tuple[int, ...]:
    steps = range(*bounds)
    if len(steps) > limits.LIST_LENGTH:
        raise ValueError(f"a range of {len(steps):,} entries; {limits.LIST_LENGTH:,} are allowed")
    return tuple(steps)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "min": min,
    "max": max,
    "ceil": math.ceil,
    "floor": math.floor,
    "round": round,
    "sqrt": math.sqrt,
    "len": len,
    "range": _range,
    "sum": sum,
    "make_divisible": make_divisible,
}

_CONSTANTS: Final[dict[str, bool | None]] = {
    "true": True,
    "false": False,
    "null": None,
    "True": True,
    "False": False,
}

_NOTHING: Final[frozenset[str]] = frozenset()

_BINARY: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}

_COMPARE: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}

_ALLOWED: Final = (
    ast.Constant,
    ast.Name,
    ast.Load,
    ast.Store,
    ast.UnaryOp,
    ast.USub,
    ast.UAdd,
    ast.Not,
    ast.BinOp,
    *_BINARY,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.Compare,
    *_COMPARE,
    ast.IfExp,
    ast.Subscript,
    ast.Slice,
    ast.List,
    ast.Tuple,
    ast.ListComp,
    ast.comprehension,
    ast.Call,
)


@lru_cache(maxsize=4096)
def parse(text: str) -> Formula:
    """Read an expression (without its leading `=`).

    Raises:
        ExpressionError: with the offset of what is not part of the language.
    """
    if len(text) > limits.EXPRESSION_LENGTH:
        raise ExpressionError(f"an expression of more than {limits.EXPRESSION_LENGTH} characters")
    if not text.isascii():
        offset = next(index for index, character in enumerate(text) if not character.isascii())
        raise ExpressionError(f"`{text[offset]}` is not an ASCII character", offset)
    stripped = text.lstrip()
    shift = len(text) - len(stripped)
    try:
        tree = ast.parse(stripped.rstrip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _unreadable(error, text, shift) from None
    for node in ast.walk(tree):
        _check(node, shift)
    return tree


def _unreadable(error: Exception, text: str, shift: int) -> ExpressionError:
    """Say what Python's parser found, and the usual reason for it in YAML."""
    offset = shift + max(0, (getattr(error, "offset", 1) or 1) - 1)
    unclosed = any(text.count(pair[0]) > text.count(pair[1]) for pair in ("()", "[]"))
    hint = "inside {…} or […], an expression with a comma needs quotes" if unclosed else ""
    message = getattr(error, "msg", None) or "nested too deeply"
    return ExpressionError(f"cannot read the expression: {message}", min(offset, len(text)), hint)


def _check(node: ast.AST, shift: int) -> None:
    offset = shift + getattr(node, "col_offset", 0)
    if not isinstance(node, _ALLOWED):
        what = type(node).__name__
        raise ExpressionError(f"{what} is not part of the expression language", offset)
    if isinstance(node, ast.Constant) and type(node.value) not in (int, float, str, bool):
        raise ExpressionError(f"`{node.value!r}` is not a number, string, true or false", offset)
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        _bounded(node.value, offset)
    if isinstance(node, ast.ListComp) and len(node.generators) > 1:
        raise ExpressionError("a list has one `for`", offset)
    if isinstance(node, ast.comprehension) and not isinstance(node.target, ast.Name):
        raise ExpressionError("`for` walks one name", offset)
    if isinstance(node, ast.Call):
        known = isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
        if not known or node.keywords:
            functions = ", ".join(sorted(FUNCTIONS))
            raise ExpressionError(
                "not a function of the language", offset, f"there are {functions}"
            )


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
        return _NOTHING if formula.id in _CONSTANTS else frozenset((formula.id,))
    if isinstance(formula, ast.Constant):
        return _NOTHING
    if isinstance(formula, ast.Call):
        return _NOTHING.union(*map(names, formula.args))
    if isinstance(formula, ast.ListComp):
        loop = formula.generators[0]
        inner = names(formula.elt).union(*map(names, loop.ifs))
        return names(loop.iter) | (inner - {loop.target.id})  # type: ignore[attr-defined]
    parts = (part for part in ast.iter_child_nodes(formula) if isinstance(part, ast.expr))
    return _NOTHING.union(*map(names, parts))


def text(formula: Formula) -> str:
    """Return a formula as Python writes it."""
    return ast.unparse(formula)


def evaluate(formula: Formula, values: Mapping[str, Value]) -> Value:
    """Compute an expression.

    Args:
        formula: a tree from `parse`.
        values: what the names mean; lists are tuples.

    Raises:
        ExpressionError: for unknown names, wrong types, division by zero, and values past the
            limits.
    """
    offset = getattr(formula, "col_offset", 0)
    try:
        return _bounded(_RULES[type(formula)](formula, values), offset)
    except ExpressionError:
        raise
    except ZeroDivisionError:
        raise ExpressionError("division by zero", offset) from None
    except (TypeError, ValueError, IndexError, OverflowError) as error:
        raise ExpressionError(str(error), offset) from None


def _bounded(value: Value, offset: int) -> Value:
    # `abs` of a bool is an int, so no case of its own is needed for it.
    if isinstance(value, (int, float)) and not abs(value) <= limits.MAGNITUDE:
        raise ExpressionError("the number is too large", offset)
    if isinstance(value, str) and len(value) > limits.STRING_LENGTH:
        raise ExpressionError("the string is too long", offset)
    if isinstance(value, tuple) and len(value) > limits.LIST_LENGTH:
        raise ExpressionError("the list is too long", offset)
    return value


def _name(node: ast.Name, values: Mapping[str, Value]) -> Value:
    if node.id in values:
        return values[node.id]
    if node.id in _CONSTANTS:
        return _CONSTANTS[node.id]
    known = ", ".join(sorted(values)) or "none"
    help = did_you_mean(node.id, values) or f"names in reach: {known}"
    raise ExpressionError(f"`{node.id}` is not defined here", node.col_offset, help)


def _binary(node: ast.BinOp, values: Mapping[str, Value]) -> Value:
    left, right = evaluate(node.left, values), evaluate(node.right, values)
    numbers = _is_number(left) and _is_number(right)
    lists = isinstance(left, tuple) and isinstance(right, tuple) and isinstance(node.op, ast.Add)
    if not numbers and not lists:
        raise ExpressionError(
            f"cannot compute {_shown(left)} {_symbol(node.op)} {_shown(right)}", node.col_offset
        )
    return _BINARY[type(node.op)](left, right)  # type: ignore[no-any-return]


def _unary(node: ast.UnaryOp, values: Mapping[str, Value]) -> Value:
    operand = evaluate(node.operand, values)
    if isinstance(node.op, ast.Not):
        return not _truth(operand, node)
    if not isinstance(operand, (int, float)) or isinstance(operand, bool):
        raise ExpressionError(f"{_shown(operand)} is not a number", node.col_offset)
    return -operand if isinstance(node.op, ast.USub) else operand


def _boolean(node: ast.BoolOp, values: Mapping[str, Value]) -> Value:
    stop = isinstance(node.op, ast.Or)
    for part in node.values:
        if _truth(evaluate(part, values), part) is stop:
            return stop
    return not stop


def _compare(node: ast.Compare, values: Mapping[str, Value]) -> Value:
    left = evaluate(node.left, values)
    for op, part in zip(node.ops, node.comparators, strict=True):
        right = evaluate(part, values)
        if not _COMPARE[type(op)](left, right):
            return False
        left = right
    return True


def _if(node: ast.IfExp, values: Mapping[str, Value]) -> Value:
    taken = node.body if _truth(evaluate(node.test, values), node.test) else node.orelse
    return evaluate(taken, values)


def _subscript(node: ast.Subscript, values: Mapping[str, Value]) -> Value:
    items = evaluate(node.value, values)
    if not isinstance(items, tuple):
        raise ExpressionError(f"{_shown(items)} is not a list", node.col_offset)
    if isinstance(node.slice, ast.Slice):
        parts = (node.slice.lower, node.slice.upper, node.slice.step)
        return items[slice(*(None if part is None else _index(part, values) for part in parts))]
    index = _index(node.slice, values)
    if not -len(items) <= index < len(items):
        raise ExpressionError(f"no entry {index} in a list of {len(items)}", node.col_offset)
    return items[index]  # type: ignore[no-any-return]


def _index(node: ast.expr, values: Mapping[str, Value]) -> int:
    index = evaluate(node, values)
    if not isinstance(index, int) or isinstance(index, bool):
        raise ExpressionError(f"{_shown(index)} is not an index", node.col_offset)
    return index


def _list(node: ast.List | ast.Tuple, values: Mapping[str, Value]) -> Value:
    return tuple(evaluate(item, values) for item in node.elts)


def _comprehension(node: ast.ListComp, values: Mapping[str, Value]) -> Value:
    loop = node.generators[0]
    items = evaluate(loop.iter, values)
    if not isinstance(items, tuple):
        raise ExpressionError(f"{_shown(items)} is not a list", loop.iter.col_offset)
    assert isinstance(loop.target, ast.Name)
    inner = [{**values, loop.target.id: item} for item in items]
    kept = (
        scope for scope in inner if all(_truth(evaluate(test, scope), test) for test in loop.ifs)
    )
    return tuple(evaluate(node.elt, scope) for scope in kept)


def _call(node: ast.Call, values: Mapping[str, Value]) -> Value:
    assert isinstance(node.func, ast.Name)
    return FUNCTIONS[node.func.id](*(evaluate(argument, values) for argument in node.args))  # type: ignore[no-any-return]


_RULES: Final[dict[type[ast.expr], Callable[[Any, Mapping[str, Value]], Value]]] = {
    ast.Constant: lambda node, _: node.value,
    ast.Name: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _if,
    ast.Subscript: _subscript,
    ast.List: _list,
    ast.Tuple: _list,
    ast.ListComp: _comprehension,
    ast.Call: _call,
}


def _truth(value: Value, node: ast.expr) -> bool:
    if not isinstance(value, bool):
        raise ExpressionError(f"{_shown(value)} is neither true nor false", node.col_offset)
    return value


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _symbol(op: ast.operator) -> str:
    return {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%"}[
        type(op).__name__
    ]


def _shown(value: Value) -> str:
    shown = shown_value(value)
    return shown if len(shown) <= 40 else shown[:39] + "…"


def shown_value(value: object) -> str:
    """Return a value as a spec writes it: `true`, `[1, 2]`, `ReLU`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(shown_value(item) for item in value) + "]"
    return str(value)


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

    def visit_ListComp(self, node: ast.ListComp) -> Formula:
        loop = node.generators[0]
        assert isinstance(loop.target, ast.Name)
        outer = {name: f for name, f in self.formulas.items() if name != loop.target.id}
        inner = _Substitution(outer)
        generator = ast.comprehension(
            loop.target, self.visit(loop.iter), [inner.visit(test) for test in loop.ifs], 0
        )
        return fold(ast.ListComp(inner.visit(node.elt), [generator]))

    def visit_Call(self, node: ast.Call) -> Formula:
        return fold(ast.Call(node.func, [self.visit(argument) for argument in node.args], []))

    def visit_IfExp(self, node: ast.IfExp) -> Formula:
        test = self.visit(node.test)
        if isinstance(test, ast.Constant):
            return self.visit(node.body if test.value else node.orelse)  # type: ignore[no-any-return]
        return ast.IfExp(test, self.visit(node.body), self.visit(node.orelse))

    def generic_visit(self, node: ast.AST) -> ast.AST:
        fields = {name: self._rebuilt(value) for name, value in ast.iter_fields(node)}
        rebuilt = type(node)(**fields)
        return fold(rebuilt) if isinstance(rebuilt, ast.expr) else rebuilt

    def _rebuilt(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._rebuilt(item) for item in value]
        if isinstance(value, ast.expr | ast.comprehension | ast.Slice):
            return self.visit(value)
        return value


def fold(formula: Formula) -> Formula:
    """Return a formula simplified: constants computed, `x * 1`, `x // 1` and `x + 0` dropped."""
    if is_constant(formula):
        try:
            return constant(evaluate(formula, {}))
        except ExpressionError:
            return formula
    if isinstance(formula, ast.BinOp):
        left, right, op = formula.left, formula.right, type(formula.op)
        if op in (ast.Mult, ast.FloorDiv) and _is(right, 1):
            return left
        if op in (ast.Add, ast.Sub) and _is(right, 0):
            return left
        if (op is ast.Mult and _is(left, 1)) or (op is ast.Add and _is(left, 0)):
            return right
        return _cancelled(formula)
    return formula


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
