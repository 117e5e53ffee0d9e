"""What a test leaves of the numbers that an argument may be."""

from __future__ import annotations

import ast
import math
from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from archspec import expressions, quantity
from archspec.codegen.modules.argument_demands import at
from archspec.expressions import Formula

_FAR: Final = 2**24
"""Past any size that a layer may have."""

_NEAR: Final = 96
"""Numbers on either side of 0 that are tried one by one, where nothing better is known."""


_ALL: Final = ("min", "max")
"""Functions that grow with each of their numbers."""


class Span(NamedTuple):
    """The numbers from one to another."""

    low: float = -math.inf
    high: float = math.inf

    @property
    def is_all(self) -> bool:
        """Whether any number will do."""
        return self == Span()

    def both(self, other: Span) -> Span:
        """Return what is in this and in another."""
        return Span(max(self.low, other.low), min(self.high, other.high))


def span_of(test: Formula, name: str, within: Span) -> Span | None:
    """Return which whole numbers pass a test that reads one name; None where they leave gaps.

    Args:
        test: a comparison, or anything else that is true or false.
        name: the name.
        within: the numbers of which it is asked.
    """

    def passes(value: int) -> bool:
        return at(test, {name: value}) is True

    towards = _direction_of(test)
    if towards > 0:
        first = bisect_left(range(-_FAR, _FAR), True, key=passes) - _FAR
        return Span(first if first > -_FAR else -math.inf)
    if towards < 0:
        last = bisect_left(range(-_FAR, _FAR), True, key=lambda n: not passes(n)) - _FAR - 1
        return Span(high=last if last < _FAR - 1 else math.inf)
    falling = _falling(test, name)
    if falling is not None:
        return falling
    return _tried(passes, within) if _is_near(test) else None


def _tried(passes: Callable[[int], bool], within: Span) -> Span | None:
    """Return the numbers that pass, of those that are near, where they have no gaps."""
    low, high = max(within.low, -_NEAR), min(within.high, 4 * _NEAR)
    tried = range(int(low), int(high) + 1)
    good = [n for n in tried if passes(n)]
    if not good or good != [*range(good[0], good[-1] + 1)]:
        return None
    first, last = good[0], good[-1]
    return Span(-math.inf if first == tried[0] else first, math.inf if last == tried[-1] else last)


def _is_near(test: Formula) -> bool:
    """Tell whether what a test says of near numbers it says of all: its own numbers are small."""
    numbers = (node.value for node in ast.walk(test) if isinstance(node, ast.Constant))
    return all(isinstance(n, int | float) and abs(n) <= _NEAR for n in numbers)


def _direction_of(test: Formula) -> int:
    """Return 1 where a test holds from one number on, -1 where up to one, 0 where nobody knows."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return 0
    left, right = direction(test.left), direction(test.comparators[0])
    if left is None or right is None or left * right > 0:
        return 0
    rising = left - right
    if isinstance(test.ops[0], ast.GtE | ast.Gt):
        return (rising > 0) - (rising < 0)
    if isinstance(test.ops[0], ast.LtE | ast.Lt):
        return (rising < 0) - (rising > 0)
    return 0


def direction(formula: Formula) -> int | None:
    """Return 1 for what is never smaller for a larger name, -1 for never larger; None for else.

    What reads no name has the direction 0.
    """
    if not expressions.names(formula):
        return 0
    if isinstance(formula, ast.Name):
        return 1
    if isinstance(formula, ast.UnaryOp) and isinstance(formula.op, ast.USub):
        inner = direction(formula.operand)
        return None if inner is None else -inner
    if isinstance(formula, ast.Call):
        _, *others = formula.args
        label: str = formula.func.id  # type: ignore[attr-defined]
        function = expressions.FUNCTIONS[label]
        if not function.is_growing or (label not in _ALL and any(map(expressions.names, others))):
            return None
        return _together([direction(part) for part in formula.args])
    return _of_operation(formula) if isinstance(formula, ast.BinOp) else None


def _of_operation(formula: ast.BinOp) -> int | None:
    left, right = direction(formula.left), direction(formula.right)
    if left is None or right is None:
        return None
    if isinstance(formula.op, ast.Add):
        return _together([left, right])
    if isinstance(formula.op, ast.Sub):
        return _together([left, -right])
    if isinstance(formula.op, ast.Mult) and 0 in (left, right):
        factor = at(formula.right if right == 0 else formula.left, {})
        return _signed(left or right, factor)
    if isinstance(formula.op, ast.FloorDiv | ast.Div) and right == 0:
        return _signed(left, at(formula.right, {}))
    return None


def _signed(towards: int, factor: object) -> int | None:
    if not isinstance(factor, int | float):
        return None
    return towards if factor > 0 else -towards


def _together(directions: list[int | None]) -> int | None:
    """Return the direction of what goes where all of its parts go."""
    found = {*directions} - {0}
    return found.pop() if len(found) == 1 else None


def _falling(test: Formula, name: str) -> Span | None:
    """Return the span where a positive number is divided by a growing one; None for all else."""
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.GtE):
        return None
    part, low = test.left, at(test.comparators[0], {})
    if not isinstance(part, ast.BinOp) or not isinstance(part.op, ast.FloorDiv | ast.Div):
        return None
    whole = at(part.left, {})
    if direction(part.right) != 1 or not isinstance(whole, int | float) or whole <= 0:
        return None
    if not isinstance(low, int | float) or low <= 0:
        return None
    positive = ast.Compare(part.right, [ast.Gt()], [expressions.constant(0)])
    first = bisect_left(range(-_FAR, _FAR), True, key=lambda n: at(positive, {name: n}) is True)
    after = range(first - _FAR, _FAR)
    last = bisect_left(after, True, key=lambda n: at(test, {name: n}) is not True)
    return Span(after[0], after[0] + last - 1 if last < len(after) else math.inf)


def reach(formula: Formula, known: Mapping[str, Span]) -> Span:
    """Return between which numbers a formula lies, by what is known of the names in it."""
    if isinstance(formula, ast.Name):
        return known.get(formula.id, Span())
    if not expressions.names(formula):
        value = at(formula, {})
        return Span(value, value) if isinstance(value, int | float) else Span()
    if isinstance(formula, ast.BinOp):
        found = _operated(formula, reach(formula.left, known), reach(formula.right, known))
        return found.both(_part(formula, known))
    if isinstance(formula, ast.Call):
        label: str = formula.func.id  # type: ignore[attr-defined]
        parts = [reach(part, known) for part in formula.args]
        if label in ("min", "max") and len(parts) > 1:
            lows, highs = ([part[end] for part in parts] for end in (0, 1))
            choose = min if label == "min" else max
            return Span(choose(lows), choose(highs))
        if label == "make_divisible":
            least = at(formula.args[1], {}) if len(parts) > 1 else 8
            return Span(least) if isinstance(least, int) else Span()
    return Span()


def _part(formula: ast.BinOp, known: Mapping[str, Span]) -> Span:
    """Return between which numbers `rate * number / total` lies, as a part of the rate."""
    left, whole, by = formula.left, formula.left, formula.right
    rate = Span(1, 1)
    inner = left.op if isinstance(left, ast.BinOp) else None
    if isinstance(formula.op, ast.Mult) and isinstance(inner, ast.Div):  # rate / total * number
        assert isinstance(left, ast.BinOp)
        rate, by, whole = reach(left.left, known), left.right, formula.right
    elif not isinstance(formula.op, ast.Div):
        return Span()
    elif isinstance(left, ast.BinOp) and isinstance(inner, ast.Mult):
        rate, whole = reach(left.left, known), left.right
    spans = [reach(part, known) for part in (whole, by)]
    if rate.low < 0 or spans[0].low < 0 or spans[1].low <= 0:
        return Span()
    rest = quantity.total(
        quantity.quantity(by, _as_atom),
        quantity.multiplied(quantity.constant(-1), quantity.quantity(whole, _as_atom)),
    )
    return Span(0, rate.high) if _is_positive(rest, known) else Span()


def _as_atom(name: str) -> tuple[quantity.Quantity, bool]:
    return quantity.atom(name), True


def _is_positive(left: quantity.Quantity, known: Mapping[str, Span]) -> bool:
    """Tell whether a sum of names and numbers is never below 0."""
    least = 0.0
    for product, count in left:
        low = 1.0
        for what, power in product:
            span = known.get(str(what), Span())
            low *= span.low if count > 0 else span.high
            if power != 1 or span.low < 0:
                return False
        least += count * low
    return least >= 0


def _operated(formula: ast.BinOp, left: Span, right: Span) -> Span:
    if isinstance(formula.op, ast.Add):
        return Span(left.low + right.low, left.high + right.high)
    if isinstance(formula.op, ast.Sub):
        return Span(left.low - right.high, left.high - right.low)
    if isinstance(formula.op, ast.Mult) and left.low >= 0 <= right.low:
        high = left.high * right.high if left.high and right.high else 0
        return Span(left.low * right.low, high)
    if isinstance(formula.op, ast.FloorDiv | ast.Div) and left.low >= 0 and right.low > 0:
        low = 0 if right.high == math.inf else left.low // right.high
        return Span(low, left.high / right.low)
    return Span()
