"""Computing an expression: the tree is walked, nothing is ever handed to `eval`."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf, isinf
from typing import Any, Final

from archspec import limits
from archspec.errors import did_you_mean, fail
from archspec.expressions.values import (
    CONSTANTS,
    FUNCTIONS,
    NUMBERS,
    BoundError,
    ExpressionError,
    Formula,
    TooMuchError,
    Value,
    bounded,
    power,
    shown_value,
    size,
)

BINARY: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: power,
}

COMPARE: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}


_LEFT: ContextVar[list[int] | None] = ContextVar("steps that are left", default=None)


@contextmanager
def computing() -> Iterator[None]:
    """Let all expressions that are computed in the body of the `with` share their steps.

    Raises:
        SpecError: when there are not enough; code L204.
    """
    token = _LEFT.set([limits.COMPUTED])
    try:
        yield
    except TooMuchError as error:  # where formulas are put together, no single place is to blame
        raise fail("L204", str(error)) from None
    finally:
        _LEFT.reset(token)


def evaluate(formula: Formula, values: Mapping[str, Value]) -> Value:
    """Compute an expression.

    >>> evaluate(ast.parse("[2 * n for n in layers]", mode="eval").body, {"layers": (3, 4)})
    (6, 8)

    Args:
        formula: a tree from `parse`.
        values: what the names mean; lists are tuples.

    Raises:
        ExpressionError: for unknown names, wrong types, division by zero, and values past the
            limits.
    """
    left = _LEFT.get()
    if left is None:
        with computing():
            return evaluate(formula, values)
    offset = _place(formula)
    try:
        value = bounded(_RULES[type(formula)](formula, values), offset)
        left[0] -= size(value)
        if left[0] < 0:
            told = f"expressions take more than {limits.COMPUTED:,} steps to compute"
            raise TooMuchError(told, offset)
        return value
    except ExpressionError as error:
        error.node = error.node or formula
        raise
    except (ArithmeticError, TypeError, ValueError, IndexError) as error:
        told = "division by zero" if isinstance(error, ZeroDivisionError) else str(error)
        failed = ExpressionError(told, offset)
        failed.node = formula
        raise failed from None


def _place(node: ast.expr) -> int:
    # What stands in a formula by substitution has no place of its own.
    return getattr(node, "col_offset", 0)


def _name(node: ast.Name, values: Mapping[str, Value]) -> Value:
    if node.id in values:
        return values[node.id]
    if node.id in CONSTANTS:
        return CONSTANTS[node.id]
    if node.id in NUMBERS:
        return NUMBERS[node.id]
    own = [name for name in values if values[name] != NUMBERS.get(name)]
    known = ", ".join(sorted(own)) or "none"
    help = did_you_mean(node.id, own) or f"names in reach: {known}"
    raise ExpressionError(f"`{node.id}` is not defined here", _place(node), help)


def _binary(node: ast.BinOp, values: Mapping[str, Value]) -> Value:
    left, right = evaluate(node.left, values), evaluate(node.right, values)
    numbers = _is_number(left) and _is_number(right)
    lists = isinstance(left, tuple) and isinstance(right, tuple) and isinstance(node.op, ast.Add)
    if not numbers and not lists:
        raise ExpressionError(
            f"cannot compute {_shown(left)} {_symbol(node.op)} {_shown(right)}", _place(node)
        )
    result: Value = BINARY[type(node.op)](left, right)
    return _finite(result, (left, right), node)


def _unary(node: ast.UnaryOp, values: Mapping[str, Value]) -> Value:
    operand = evaluate(node.operand, values)
    if isinstance(node.op, ast.Not):
        return not _truth(operand, node)
    if not isinstance(operand, (int, float)) or isinstance(operand, bool):
        raise ExpressionError(f"{_shown(operand)} is not a number", _place(node))
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
        try:
            if not COMPARE[type(op)](left, right):
                return False
        except TypeError:
            message = f"cannot compare {_shown(left)} and {_shown(right)}"
            if isinstance(op, ast.In | ast.NotIn):
                message = f"cannot look for {_shown(left)} in {_shown(right)}"
            raise ExpressionError(message, _place(node)) from None
        left = right
    return True


def _if(node: ast.IfExp, values: Mapping[str, Value]) -> Value:
    taken = node.body if _truth(evaluate(node.test, values), node.test) else node.orelse
    return evaluate(taken, values)


def _subscript(node: ast.Subscript, values: Mapping[str, Value]) -> Value:
    items = evaluate(node.value, values)
    if not isinstance(items, tuple):
        raise ExpressionError(f"{_shown(items)} is not a list", _place(node))
    if isinstance(node.slice, ast.Slice):
        parts = (node.slice.lower, node.slice.upper, node.slice.step)
        return items[slice(*(None if part is None else _index(part, values) for part in parts))]
    index = _index(node.slice, values)
    if not -len(items) <= index < len(items):
        raise ExpressionError(f"no entry {index} in a list of {len(items)}", _place(node))
    return items[index]  # type: ignore[no-any-return]


def _index(node: ast.expr, values: Mapping[str, Value]) -> int:
    index = evaluate(node, values)
    if not isinstance(index, int) or isinstance(index, bool):
        raise ExpressionError(f"{_shown(index)} is not an index", _place(node))
    return index


def _list(node: ast.List | ast.Tuple, values: Mapping[str, Value]) -> Value:
    return tuple(evaluate(item, values) for item in node.elts)


def _comprehension(node: ast.ListComp, values: Mapping[str, Value]) -> Value:
    return tuple(_turns(node, node.generators, dict(values)))


def _turns(
    node: ast.ListComp, loops: list[ast.comprehension], scope: dict[str, Value]
) -> Iterator[Value]:
    """Yield what each turn of the loops gives, the last of them running fastest."""
    if not loops:
        yield evaluate(node.elt, scope)
        return
    loop, *inner = loops
    items = evaluate(loop.iter, scope)
    if not isinstance(items, tuple):
        raise ExpressionError(f"{_shown(items)} is not a list", _place(loop.iter))
    assert isinstance(loop.target, ast.Name)
    for item in items:
        scope = {**scope, loop.target.id: item}
        if all(_truth(evaluate(test, scope), test) for test in loop.ifs):
            yield from _turns(node, inner, scope)


def _finite(result: Value, given: Sequence[Value], node: ast.expr) -> Value:
    """Return a result, which is infinite only where something is that it is computed of."""
    if isinstance(result, float) and isinf(result) and not any(n in (inf, -inf) for n in given):
        raise ExpressionError("the number is too large", _place(node))
    return result


def _call(node: ast.Call, values: Mapping[str, Value]) -> Value:
    assert isinstance(node.func, ast.Name)
    arguments = [evaluate(argument, values) for argument in node.args]
    try:
        return _finite(FUNCTIONS[node.func.id].compute(*arguments), arguments, node)
    except BoundError:
        raise
    except (ArithmeticError, TypeError, ValueError):
        listed = ", ".join(map(_shown, arguments))
        raise ExpressionError(f"cannot compute {node.func.id}({listed})", _place(node)) from None


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
        raise ExpressionError(f"{_shown(value)} is neither true nor false", _place(node))
    return value


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _symbol(op: ast.operator) -> str:
    return {
        "Add": "+",
        "Sub": "-",
        "Mult": "*",
        "Div": "/",
        "FloorDiv": "//",
        "Mod": "%",
        "Pow": "**",
    }[type(op).__name__]


def _shown(value: Value) -> str:
    shown = shown_value(value)
    return shown if len(shown) <= 40 else shown[:39] + "…"
