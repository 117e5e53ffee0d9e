"""What the layers of a network ask of its arguments, as tests in the names of these.

The tests are those that the ops themselves refuse by: the types of their arguments, and their asks.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from pydantic import ValidationError

from archspec import expressions
from archspec.allowed import is_number
from archspec.codegen.modules.argument_counts import Outside, at_ends, both, uses
from archspec.expressions import ExpressionError, Formula, Value
from archspec.network import Body, Leaf, Network
from archspec.ops.arguments import LARGEST, Range, range_of
from archspec.ops.asks import Ask, rows
from archspec.schema.names import SIZES
from archspec.traced import formula_of, hidden_of

_SMALL = (0, 1, 2, 3)
_DIVIDING = (ast.FloorDiv, ast.Div, ast.Mod)


class Demand(NamedTuple):
    """A test that must hold, and the argument of a layer for which it must.

    Attributes:
        test: the test.
        field: the argument.
        under: the condition under which the layer is there, where arguments decide that.
    """

    test: Formula
    field: str
    under: Formula | None = None

    @property
    def text_under(self) -> str:
        """How the condition is written; nothing where there is none."""
        return "" if self.under is None else expressions.text(self.under)

    @property
    def text(self) -> str:
        """How both are written."""
        return f"{self.text_under}: {expressions.text(self.test)}"


def demands(network: Network, names: frozenset[str]) -> Iterator[Demand]:
    """Yield what layers ask of arguments, each test once.

    Args:
        network: the network.
        names: the arguments of its constructor.

    Raises:
        Untested: when it is not known what a loop of any number of turns asks.
    """
    known: set[str] = set()
    for node, outside, under, counts, later in uses(network):
        with suppress(expressions.TooMuchError):
            asked = _of_leaf(node, outside) if isinstance(node, Leaf) else _of_block(node, outside)
            for told in asked:
                for test in at_ends(told.test, under, counts):
                    demand = told._replace(test=test, under=both(under, later))
                    read = expressions.names(demand.test)
                    if read and read <= names and demand.text not in known:
                        known.add(demand.text)
                        yield demand


def _of_leaf(leaf: Leaf, outside: Outside) -> Iterator[Demand]:
    """Yield what a layer asks of the names that its arguments are computed from."""
    kind = type(leaf.op)
    said = {name: outside(formula) for name, formula in leaf.formulas.items()}
    for name, whole in said.items():
        for formula in sides(whole) if name not in kind.inferred() else ():
            if expressions.names(formula):
                for test in (*_computable(formula), *_within(formula, _range(leaf, name))):
                    yield Demand(test, name)
    for ask in kind.asks:
        read = _read(leaf, ask, said, outside)
        if any(expressions.names(f) for formula in read.values() for f in sides(formula)):
            parts = {name: _parts_of(formula) for name, formula in read.items()}
            for row in rows(parts):
                for test in _split(expressions.substitute(ask.formula, row)):
                    yield Demand(test, ask.field)


def _of_block(body: Body, outside: Outside) -> Iterator[Demand]:
    """Yield what must hold for the arguments of a block to have values."""
    for name, formula in body.block.bindings.items() if body.block else ():
        for test in _computable(outside(formula)):
            yield Demand(test, name)


def _read(
    leaf: Leaf, ask: Ask, said: Mapping[str, Formula], outside: Outside
) -> dict[str, Formula]:
    """Return the formulas that an ask speaks of; none where a side of a map is among them.

    What that decides is told where a map arrives.
    """
    found, sizes = {}, None
    for name in expressions.names(ask.formula):
        if name in said:
            found[name] = said[name]
        elif name in type(leaf.op).model_fields:
            found[name] = formula_of(getattr(leaf.op, name))
        else:
            sizes = sizes or leaf.op.sizes_asked(*leaf.inputs)
            if hidden_of(sizes[name]):
                return {}
            found[name] = outside(formula_of(sizes[name]))
    return found


def sides(formula: Formula) -> Sequence[Formula]:
    """Return the formulas of a pair or list; any other as it is, alone."""
    return formula.elts if isinstance(formula, ast.Tuple) else (formula,)


def _parts_of(formula: Formula) -> Formula | tuple[Formula, ...]:
    return tuple(formula.elts) if isinstance(formula, ast.Tuple) else formula


def _range(leaf: Leaf, name: str) -> Range:
    """Return what an argument may be, as its type says it; else as the op answers, when tried."""
    told = range_of(type(leaf.op).model_fields[name])
    if told is None and isinstance(getattr(leaf.op, name), int):
        low = next((float(n) for n in _SMALL if takes(leaf, name, n)), -math.inf)
        return Range(low) if low > _SMALL[0] else Range()
    return told or Range()


def takes(leaf: Leaf, name: str, value: float) -> bool:
    """Tell whether an op takes a number for an argument, apart from the others."""
    fields = {field: getattr(leaf.op, field) for field in type(leaf.op).model_fields}
    held = fields[name]
    given = (value,) * len(held) if isinstance(held, tuple) else value
    try:
        type(leaf.op).model_validate({**fields, name: given})
    except ValidationError:
        return False
    return True


def _within(formula: Formula, asked: Range) -> Iterator[Formula]:
    """Yield the tests of bounds; those of float32 say that a number is finite."""
    if asked.low > -LARGEST:
        over: ast.cmpop = ast.Gt() if asked.is_above else ast.GtE()
        yield compared(formula, over, asked.low)
    if asked.high < LARGEST:
        yield compared(formula, ast.LtE(), asked.high)


def compared(formula: Formula, op: ast.cmpop, number: float) -> Formula:
    """Return a comparison with a number, without a fraction where it has none."""
    whole = int(number) if number == int(number) else number
    return ast.Compare(formula, [op], [expressions.constant(whole)])


def _computable(formula: Formula) -> Iterator[Formula]:
    """Yield what must hold for a formula to have a value: nothing is divided by 0."""
    for part in ast.walk(formula):
        if isinstance(part, ast.BinOp) and isinstance(part.op, _DIVIDING):
            if expressions.names(part.right):
                yield compared(part.right, ast.NotEq(), 0)
        elif isinstance(part, ast.Call) and getattr(part.func, "id", "") == "sqrt":
            yield from _within(part.args[0], Range(0) if expressions.names(part) else Range())
        elif isinstance(part, ast.Call) and getattr(part.func, "id", "") == "log":
            above = Range(0, is_above=True)
            yield from _within(part.args[0], above if expressions.names(part) else Range())


def _split(test: Formula) -> Iterator[Formula]:
    """Yield what must hold for all of a test to hold."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for part in test.values:
            yield from _split(part)
    elif isinstance(test, ast.Compare) and len(test.ops) > 1:
        operands = [test.left, *test.comparators]
        for left, op, right in zip(operands, test.ops, operands[1:], strict=False):
            yield ast.Compare(left, [op], [right])
    elif not (isinstance(test, ast.Constant) or _is_no_word(test)):
        yield test


def _is_no_word(test: Formula) -> bool:
    """Tell whether it is asked that a number is no word."""
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.NotEq):
        return False
    return any(
        isinstance(getattr(side, "value", 0), str) for side in (test.left, *test.comparators)
    )


def at(formula: Formula, values: Mapping[str, Value]) -> Value:
    """Return what a formula yields; None where it has no value."""
    try:
        return expressions.evaluate(formula, values)
    except ExpressionError:
        return None


def number_at(formula: Formula, values: Mapping[str, Value]) -> float:
    """Return the number that a formula yields; one that is none where it yields something else."""
    value = at(formula, values)
    return value if is_number(value) else math.nan


def swallowed(network: Network, usual: Mapping[str, Value]) -> list[str]:
    """Return the whole numbers of whose fractions, or of whose infinity, nobody would say a word.

    PyTorch refuses a fraction where it counts by it; a formula may round it before, and one that
    takes the smaller of two may hide an infinity.
    """
    asked = [name for name, value in usual.items() if type(value) is int and name not in SIZES]
    placed = [*uses(network)] if asked else []
    # What only decides whether a layer is there, no layer refuses.
    read = {name for use in placed if use.under for name in expressions.names(use.under)}
    told: set[tuple[str, bool]] = set()
    for node, outside, under, *_ in placed:
        for field, formula in node.formulas.items() if isinstance(node, Leaf) else ():
            for part in sides(outside(formula)):
                for name in expressions.names(part) & {*asked}:
                    read.add(name)
                    value = at(part, {**usual, name: usual[name] + 0.5})  # type: ignore[operator]
                    # A layer that need not be there may not be there to say it.
                    refused = isinstance(value, float) and not takes(node, field, value)  # type: ignore[arg-type]
                    if refused and under is None:
                        told.add((name, False))
                    if not any(isinstance(p, ast.Call) and _hides(p) for p in ast.walk(part)):
                        told.add((name, True))
    # `range` takes no fraction.
    counted = {name for use in placed if use.later for name in expressions.names(use.later)}
    asked = [n for n in asked if n in read or not (n in counted or n.endswith("]"))]
    return [name for name in asked if not {(name, True), (name, False)} <= told]


def _hides(call: ast.Call) -> bool:
    """Tell whether a function may yield a number though it is given an infinite one."""
    return getattr(call.func, "id", "") in ("min", "max")
