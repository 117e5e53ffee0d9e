"""The lines of a constructor that refuse arguments, from what is asked of these."""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from archspec import expressions
from archspec.allowed import Allowed
from archspec.codegen.modules.argument_checks import Bounds, Checks, Divisor
from archspec.codegen.modules.argument_demands import Demand
from archspec.codegen.python.flat import flat
from archspec.codegen.python.formulas import python_of
from archspec.codegen.python.trees import call, dotted, literal, when
from archspec.expressions import Formula

_WIDEST: Final = 60
"""Characters of the names that one message has room for."""

LONGEST: Final = 68
"""Characters of a message that says where it holds."""

_Check: TypeAlias = tuple[ast.expr, str]
"""A test that must fail, with what is said where it does not."""

_OPPOSITE: Final[dict[type[ast.cmpop], tuple[ast.cmpop, str]]] = {
    ast.GtE: (ast.Lt(), "at least "),
    ast.Gt: (ast.LtE(), "above "),
    ast.LtE: (ast.Gt(), "at most "),
    ast.Lt: (ast.GtE(), "below "),
    ast.Eq: (ast.NotEq(), ""),
    ast.NotEq: (ast.Eq(), ""),
    ast.In: (ast.NotIn(), ""),
}
"""How a comparison fails, and how it is told."""


def written(found: Checks, names: Sequence[str]) -> list[ast.If]:
    """Return the checks as statements: one for all that have the same bound."""
    others = {True: list[_Check](), False: list[_Check]()}
    for demand in found.others.values():
        others[_is_unequal(demand.test)].append(_other(demand))
    tests = [
        *_ranged(found, names),
        *_bounded(found, names),
        *((_rest(dotted(n), literal(1)), f"{n} must be a whole number") for n in found.whole),
        *others[True],  # before anything is divided
        *(
            (_rest(dotted(name), literal(by)), f"{name} must be a multiple of {by}")
            for name, by in found.multiples.items()
            if by > 1
        ),
        *_of_formulas(found),
        *others[False],
        *(_chosen(name, allowed) for name, allowed in found.choices.items()),
    ]
    return [*map(refusing, tests)]


def where(under: Formula, check: ast.If, whole: Collection[str]) -> Iterator[ast.If]:
    """Yield a check that is made where a condition holds; none where it holds there by itself.

    Args:
        under: the condition.
        check: what is refused.
        whole: the arguments that are whole numbers.
    """
    words = (node.value for node in ast.walk(check.body[0]) if isinstance(node, ast.Constant))
    told = next(value for value in words if isinstance(value, str))
    condition = python_of(under)
    is_several = isinstance(condition, ast.BoolOp) and isinstance(condition.op, ast.And)
    parts = condition.values if isinstance(condition, ast.BoolOp) and is_several else [condition]
    asked: ast.expr = ast.BoolOp(ast.And(), [*parts, check.test])
    if (above := _above(condition)) is not None:
        name, least = above
        if (high := _range_to(check.test, name, least)) is not None:
            # What the condition bounds below can be beyond the other end alone.
            over = ast.Compare(dotted(name), [ast.Gt()], [number(high)])
            yield refusing((over, f"{name} must be at most {_shown(high)}"))
            return
        if (end := _below(check.test, name)) is not None:
            if name in whole and end <= least + 1:
                return
            ends = [dotted(name), number(end)]
            asked = ast.Compare(number(least), [ast.Lt(), ast.Lt()], ends)
    longer = f"{told} where {_called(under)}"
    yield refusing((asked, longer if len(longer) <= LONGEST else told))


def _above(test: ast.expr) -> tuple[str, float] | None:
    """Return the name that is above a number, where that is what a test says, and this."""
    match test:
        case ast.Compare(ast.Name(name), [ast.Gt()], [ast.Constant(int() | float() as least)]):
            return name, least
    return None


def _below(test: ast.expr, name: str) -> float | None:
    """Return the number that a name is below, where that is what a test says."""
    match test:
        case ast.Compare(ast.Name(n), [ast.Lt()], [ast.Constant(int() | float() as end)]):
            return end if n == name else None
    return None


def _range_to(test: ast.expr, name: str, least: float) -> float | None:
    """Return the end of the range that a name is not in, where it begins no higher than least."""
    match test:
        case ast.UnaryOp(
            ast.Not(),
            ast.Compare(
                ast.Constant(int() | float() as low),
                [_, ast.LtE()],
                [ast.Name(n), ast.Constant(int() | float() as high)],
            ),
        ):
            return high if n == name and low <= least else None
    return None


def refusing(check: tuple[ast.expr, str]) -> ast.If:
    """Return the statement that raises ValueError where a test is true."""
    test, told = check
    return when(test, [ast.Raise(call("ValueError", literal(told)))])


def _ranged(found: Checks, names: Sequence[str]) -> Iterator[_Check]:
    """Yield the tests of arguments with two bounds, and of those that may be infinite."""
    for name in names:
        bounds = found.bounds[name]
        if name in found.shares and bounds.low > -math.inf:
            share = found.shares[name]
            formula = bounds.formula if share.reached == share.high else share.formula
            yield _within(replace(bounds, formula=formula, high=share.high))
        elif bounds.low > -math.inf and bounds.high < math.inf:
            yield _within(bounds)
        elif name in found.finite:
            yield _finite(name, bounds)


def _within(bounds: Bounds) -> _Check:
    """Return the test of what has a smallest and a largest value, and what is said."""
    bounded, text = python_of(bounds.formula), _called(bounds.formula)
    if bounds.low == bounds.high:
        different = ast.Compare(bounded, [ast.NotEq()], [number(bounds.low)])
        return different, f"{text} must be {_shown(bounds.low)}"
    over: ast.cmpop = ast.Lt() if bounds.is_above else ast.LtE()
    test = ast.Compare(number(bounds.low), [over, ast.LtE()], [bounded, number(bounds.high)])
    between = f"from {_shown(bounds.low)} to {_shown(bounds.high)}"
    if bounds.is_above:
        between = f"above {_shown(bounds.low)} and at most {_shown(bounds.high)}"
    return ast.UnaryOp(ast.Not(), test), f"{text} must be {between}"


def _finite(name: str, bounds: Bounds) -> _Check:
    """Return the test of what is neither infinite nor no number, and what is said."""
    if bounds.low > -math.inf:
        over: ast.cmpop = ast.Lt() if bounds.is_above else ast.LtE()
        ends = [dotted(name), dotted("math.inf")]
        test: ast.expr = ast.Compare(number(bounds.low), [over, ast.Lt()], ends)
        least = "above" if bounds.is_above else "at least"
        told = f"{name} must be {least} {_shown(bounds.low)} and finite"
    elif bounds.high < math.inf:
        below = ast.UnaryOp(ast.USub(), dotted("math.inf"))
        ends = [dotted(name), number(bounds.high)]
        test = ast.Compare(below, [ast.Lt(), ast.LtE()], ends)
        told = f"{name} must be at most {_shown(bounds.high)} and finite"
    else:
        test, told = call("math.isfinite", dotted(name)), f"{name} must be finite"
    return ast.UnaryOp(ast.Not(), test), told


def _bounded(found: Checks, names: Sequence[str]) -> Iterator[_Check]:
    """Yield the tests of what has a smallest or a largest value, and what is said."""
    others = [n for n in names if n not in found.finite and n not in found.shares]
    lows: dict[float, list[str]] = {}
    for name in others:
        bounds = found.bounds[name]
        if bounds.low == -math.inf and bounds.high < math.inf:
            test = ast.Compare(dotted(name), [ast.Gt()], [number(bounds.high)])
            yield test, f"{name} must be at most {_shown(bounds.high)}"
        elif bounds.low > -math.inf and bounds.high == math.inf:
            lows.setdefault(bounds.low, []).append(name)
    for low, together in lows.items():
        for row in _rows(together):
            head = dotted(row[0]) if len(row) == 1 else call("min", *map(dotted, row))
            small = ast.Compare(head, [ast.Lt()], [number(low)])
            yield small, f"{_listed(row)} must be at least {_shown(low)}"


def _of_formulas(found: Checks) -> Iterator[_Check]:
    """Yield the tests of what is computed from arguments, and what is said."""
    for bounds in found.bounds.values():
        if isinstance(bounds.formula, ast.Name):
            continue
        if bounds.low > -math.inf and bounds.high < math.inf:
            yield _within(bounds)
            continue
        ends = ((ast.Gt() if bounds.is_above else ast.GtE(), bounds.low), (ast.LtE(), bounds.high))
        for op, end in ends:
            if abs(end) < math.inf:
                yield _failing(bounds.formula, op, number(end))
    yield from _divided(found.divisors.values())
    for formula, part in found.remainders.values():
        told = f"{_called(part)} must divide {_called(formula)}"
        yield _rest(python_of(formula), python_of(part)), told


def _divided(divisors: Iterable[Divisor]) -> Iterator[_Check]:
    """Yield the tests of what divides numbers: one for all that come from the same names."""
    groups: dict[tuple[frozenset[str], str], list[Divisor]] = {}
    for divisor in divisors:
        groups.setdefault((expressions.names(divisor.formula), divisor.field), []).append(divisor)
    for (names, kind), alike in groups.items():
        tests = [_rest(number(one.number), python_of(one.formula)) for one in alike]
        told = f"{_called(alike[0].formula)} must divide {alike[0].number}"
        if len(alike) > 1:
            numbers = _listed([str(one.number) for one in alike])
            told = f"{_listed(sorted(names))} must give {kind} that divide {numbers}"
        yield tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests), told


def _is_unequal(test: Formula) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotEq)


def _other(demand: Demand) -> _Check:
    """Return any other test, and what is said."""
    test = demand.test
    if not isinstance(test, ast.Compare) or type(test.ops[0]) not in _OPPOSITE:
        return ast.UnaryOp(ast.Not(), python_of(test)), f"{_called(test)} must hold"
    return _failing(test.left, test.ops[0], test.comparators[0])


def _failing(formula: Formula, op: ast.cmpop, other: Formula) -> _Check:
    """Return how a comparison fails, and how it is told."""
    opposite, words = _OPPOSITE[type(op)]
    if isinstance(other, ast.List | ast.Tuple):
        several = [python_of(part) for part in other.elts]
        told = f"{_called(formula)} must be {' or '.join(map(flat, several))}"
        return ast.Compare(python_of(formula), [opposite], [ast.Tuple(several, ast.Load())]), told
    told = f"{_called(formula)} must be {words}{_called(other)}"
    if isinstance(op, ast.NotEq):
        told = f"{_called(formula)} must not be {_called(other)}"
    return ast.Compare(python_of(formula), [opposite], [python_of(other)]), told


def _chosen(name: str, allowed: Allowed) -> _Check:
    """Return the test of what has but a few values, and what is said."""
    test = ast.Compare(dotted(name), [ast.NotIn()], [literal(allowed.choices)])
    return test, f"{name} must be {allowed}"


def _rest(whole: ast.expr, part: ast.expr) -> ast.expr:
    """Return what is not 0 where one number is no multiple of another."""
    return ast.BinOp(whole, ast.Mod(), part)


def number(value: float) -> ast.expr:
    """Return a bound, without a fraction where it has none."""
    return literal(int(value) if value == int(value) else value)


def _shown(value: float) -> str:
    return flat(number(value))


def _called(formula: Formula) -> str:
    """Return how a message speaks of a formula: by its text, unless that is long."""
    text = flat(python_of(formula))
    if len(text) <= _WIDEST:
        return text
    read = {name.partition("[")[0] for name in expressions.names(formula)}  # lists as a whole
    return f"what {_listed(sorted(read))} yield"


def _rows(names: Sequence[str]) -> Iterator[list[str]]:
    """Yield names as many at a time as a message has room for."""
    row: list[str] = []
    for name in names:
        if row and len(_listed([*row, name])) > _WIDEST - 20:
            yield row
            row = []
        row = [*row, name]
    if row:
        yield row


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
