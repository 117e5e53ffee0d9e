"""What a constructor refuses: arguments of which no layer can be made.

What layers ask is said of each argument by itself where that says the same, as `width must be at
least 4`; else of the formula.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archspec import expressions
from archspec.allowed import Allowed, is_number
from archspec.codegen.modules.argument_checks import Checks, smaller_parts
from archspec.codegen.modules.argument_counts import conjuncts
from archspec.codegen.modules.argument_demands import Demand, at, demands, number_at, swallowed
from archspec.codegen.modules.argument_entries import Lists
from archspec.codegen.modules.argument_forms import (
    divided,
    factors,
    is_bound,
    is_multiple,
    is_polynomial,
    is_same,
    is_share,
)
from archspec.codegen.modules.argument_messages import refusing, where, written
from archspec.codegen.modules.argument_spans import Span, direction, reach, span_of
from archspec.expressions import Formula, Value
from archspec.network import Network
from archspec.schema.names import SIZES

_LARGEST = 4096
"""Divisors past which what remains is not looked at."""


def checked(network: Network, names: Sequence[str]) -> list[ast.stmt]:
    """Return the statements of a constructor that refuse what the network cannot be made of.

    Args:
        network: the network.
        names: the arguments of its constructor.
    """
    usual = network.scope(network.opened)
    lists = Lists.among({name: usual[name] for name in names})
    told = [lists.apart(demand) for demand in demands(network, frozenset(names))] if names else []
    arguments, names = names, lists.names(names)
    always = [demand for demand in told if demand.under is None]
    base = _asked(network, names, always, lists)
    told_at_once = [name for name in lists.lengths if lists.least(name, base) is not None]
    alone = lists.names([name for name in arguments if name not in told_at_once])
    made = [*map(refusing, lists.together(base)), *written(base, alone)]
    known = {ast.dump(check) for check in made}
    entries = lists.values(usual)
    whole = {name for name in names if type(entries[name]) is int}
    for under in {d.text_under: d.under for d in told if d.under is not None}.values():
        parts = conjuncts(under)
        there = [d for d in told if d.under is None or conjuncts(d.under) < parts]
        own = [d for d in told if d.under is not None and conjuncts(d.under) == parts]
        before = _asked(network, names, there, lists)
        checks = written(_asked(network, names, [*there, *own], lists).beyond(before), names)
        new = [check for check in checks if ast.dump(check) not in known]
        made += [held for check in new for held in where(under, check, whole)]
    return [*lists.whole(made)]


def _asked(network: Network, names: Sequence[str], told: Sequence[Demand], lists: Lists) -> Checks:
    """Return what these demands ask of arguments."""
    usual = lists.values(network.scope(network.opened))
    allowed = {
        entry: network.allowed.get(name, Allowed())
        for name in lists.lengths
        for entry in lists.entries(name)
    }
    asked = _Asked({name: usual[name] for name in names}, {**network.allowed, **allowed}, Checks())
    for name in names:
        asked.of_spec(name)
    later = [demand for demand in told if not asked.of_one(demand)]
    for demand in later:
        asked.of_several(demand)
    asked.refine()
    found = asked.found
    floats = [name for name in names if isinstance(usual[name], float)]
    found.finite = [name for name in floats if not found.is_finite(name)]
    found.whole = swallowed(network, asked.usual)
    return found


@dataclass(slots=True)
class _Asked:
    """Finds out what is asked of arguments.

    Attributes:
        usual: their defaults, of which the network can be made.
        allowed: what the spec says that they may be.
        found: what is asked of them.
    """

    usual: Mapping[str, Value]
    allowed: Mapping[str, Allowed]
    found: Checks

    def of_spec(self, name: str) -> None:
        """Note what the spec says that an argument may be; channels that enter are at least 1."""
        allowed = self.allowed.get(name, Allowed())
        bounds = self.found.of(ast.Name(name, ast.Load()))
        if name in SIZES:
            bounds.low = 1
        if allowed.choices:
            self.found.choices[name] = allowed
        bounds.low = bounds.low if allowed.min is None else max(bounds.low, allowed.min)
        bounds.high = bounds.high if allowed.max is None else min(bounds.high, allowed.max)

    def of_one(self, demand: Demand) -> bool:
        """Note what is asked of one argument by itself; tell whether that is all that is asked."""
        read = expressions.names(demand.test)
        if len(read) > 1:
            return False
        (name,) = read
        choices = self.allowed.get(name, Allowed()).choices
        if choices and all(at(demand.test, {name: choice}) is True for choice in choices):
            return True
        if isinstance(demand.test, ast.Compare) and self._is_sure(demand.test):
            return True
        if remainder := divided(demand.test):
            return self._multiple(*remainder, demand.field)
        if type(self.usual[name]) is not int:
            return self._of_float(demand.test, name)
        span = span_of(demand.test, name, self._span(name))
        if span is None or not span.low <= self.usual[name] <= span.high:  # type: ignore[operator]
            return False
        self._limit(ast.Name(name, ast.Load()), span)
        return True

    def of_several(self, demand: Demand) -> None:
        """Note what is asked of several, unless what is asked of each is enough."""
        test = demand.test
        if remainder := divided(test):
            self._divides(*remainder, demand.field)
            return
        if isinstance(test, ast.Compare) and self._is_sure(test):
            return
        if isinstance(test, ast.Compare) and self._one_is_left(test):
            return
        if isinstance(test, ast.Compare) and is_bound(test):
            self._bound(test)
            return
        self.found.ask(demand)

    def refine(self) -> None:
        """Drop what was asked before enough was known of the arguments."""
        found, known = self.found, self._known()
        for name, share in [*found.shares.items()]:
            if reach(share.formula, known).high <= share.high:
                del found.shares[name]
        for key, demand in [*self.found.others.items()]:
            if isinstance(demand.test, ast.Compare) and self._is_sure(demand.test):
                del self.found.others[key]
        for key, bounds in [*found.bounds.items()]:
            if not isinstance(bounds.formula, ast.Name):
                span = reach(bounds.formula, known)
                if span.low >= bounds.low and span.high <= bounds.high and not bounds.is_above:
                    del found.bounds[key]
        for key in smaller_parts(found.bounds.values()):
            del found.bounds[key]
        for key, (whole, part) in [*found.remainders.items()]:
            others = (pair for other, pair in found.remainders.items() if other != key)
            if any(is_same(part, by) and self._is_multiple(whole, w) for w, by in others):
                del found.remainders[key]

    def _span(self, name: str) -> Span:
        bounds = self.found.of(ast.Name(name, ast.Load()))
        return Span(bounds.low, bounds.high)

    def _known(self) -> dict[str, Span]:
        known = {name: self._span(name) for name in self.usual}
        for name, allowed in self.found.choices.items():
            numbers = [choice for choice in allowed.choices if is_number(choice)]
            if len(numbers) == len(allowed.choices):
                known[name] = Span(min(numbers), max(numbers))
        return known

    def _limit(self, formula: Formula, span: Span) -> None:
        bounds = self.found.of(formula)
        bounds.low, bounds.high = Span(bounds.low, bounds.high).both(span)

    def _of_float(self, test: Formula, name: str) -> bool:
        """Note a bound of a number that may have a fraction."""
        if not isinstance(test, ast.Compare) or not is_bound(test):
            return False
        formula, op, number = test.left, test.ops[0], number_at(test.comparators[0], {})
        if direction(formula) and at(test, {name: -1e9}) is at(test, {name: 1e9}) is True:
            return True  # as of a multiple that is never below another
        if isinstance(formula, ast.Name):
            self._bound(test)
            return True
        if not is_share(formula, name):
            return False
        if isinstance(op, ast.LtE):  # of the largest share all others are parts
            self.found.share(name, formula, number_at(formula, {name: number}), number)
            return True
        if number == 0:
            self._bound(ast.Compare(ast.Name(name, ast.Load()), [op], test.comparators))
            return True
        return False

    def _bound(self, test: ast.Compare) -> None:
        bounds = self.found.of(test.left)
        number, op = number_at(test.comparators[0], {}), test.ops[0]
        if isinstance(op, ast.LtE):
            bounds.high = min(bounds.high, number)
        elif number > bounds.low or (number == bounds.low and isinstance(op, ast.Gt)):
            bounds.low, bounds.is_above = number, isinstance(op, ast.Gt)

    def _is_sure(self, test: ast.Compare) -> bool:
        """Tell whether a comparison holds whatever the arguments are, by what is known of them."""
        if len(test.ops) != 1:
            return False
        known, op = self._known(), test.ops[0]
        left, right = reach(test.left, known), reach(test.comparators[0], known)
        if isinstance(op, ast.GtE):
            return left.low >= right.high
        if isinstance(op, ast.LtE):
            return left.high <= right.low
        if isinstance(op, ast.NotEq):
            is_above = isinstance(test.left, ast.Name) and self.found.of(test.left).is_above
            return left.low > right.high or (is_above and left.low == right.high)
        if isinstance(op, ast.Lt):
            return left.high < right.low
        return left.low > right.high if isinstance(op, ast.Gt) else False

    def _one_is_left(self, test: ast.Compare) -> bool:
        """Note that a factor or divisor of positive numbers is positive, where one is left."""
        formula, low = test.left, at(test.comparators[0], {})
        if low != 1 or not isinstance(test.ops[0], ast.GtE) or not isinstance(formula, ast.BinOp):
            return False
        known = self._known()
        if isinstance(formula.op, ast.FloorDiv) and isinstance(formula.right, ast.Name):
            if reach(formula.left, known).low >= 0:
                self._limit(formula.right, Span(1))
            return False
        left = [factor for factor in factors(formula) if reach(factor, known).low < 1]
        if len(left) == 1 and isinstance(left[0], ast.Name):
            self._limit(left[0], Span(1))
            return True
        return False

    def _multiple(self, whole: Formula, part: Formula, field: str) -> bool:
        """Note what one argument is to be a multiple of, or what it is to divide."""
        divisor = at(part, {})
        (name,) = expressions.names(whole) or {""}
        if not isinstance(divisor, int) or not 0 < divisor < _LARGEST or not is_polynomial(whole):
            return self._divides(whole, part, field)
        # What remains of a polynomial repeats with the divisor.
        fits = [n for n in range(1, divisor + 1) if at(whole, {name: n}) % divisor == 0]  # type: ignore[operator]
        # What is right alone where 3 is left over is no multiple of 3.
        if not fits or divisor % fits[0] or fits != [*range(fits[0], divisor + 1, fits[0])]:
            return self._divides(whole, part, field)
        self.found.multiples[name] = math.lcm(self.found.multiples.get(name, 1), fits[0])
        return True

    def _divides(self, whole: Formula, part: Formula, field: str) -> bool:
        """Note that one number is to be a multiple of another, unless it always is."""
        if self._is_multiple(whole, part):
            return True
        fixed = at(whole, {}) if not expressions.names(whole) else None
        if isinstance(fixed, int):
            self.found.divide(part, fixed, field)
        else:
            self.found.remain(whole, part)
        return True

    def _is_multiple(self, whole: Formula, part: Formula) -> bool:
        known = frozenset(name for name, value in self.usual.items() if type(value) is int)
        return is_multiple(whole, part, known)
