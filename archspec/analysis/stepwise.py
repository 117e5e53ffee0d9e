"""Sizes as functions of a height or width that enters, known for every value of it.

All that layers do to a side, floor divisions, paddings, factors, ends up even: from some value on,
`step` more that enter are `gain` more that leave. So a list of values and these two numbers are
the whole function, and what is asked of it is answered for all sides, not only for some that were
tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self

LONGEST: Final = 20_000
"""Values of a function that are kept; one that is even only later is not known."""


class Irregular(Exception):
    """A function is not known for all values, or takes too many to be known."""


@dataclass(frozen=True, slots=True)
class Stepwise:
    """A function of whole numbers from 1 on.

    Attributes:
        values: what it is for 1, 2, …; None where nothing comes out.
        step: it is even in steps of so many: each of the last `step` values and all behind them
            are `gain` more than, or None as, the value `step` before.
        gain: how much more.
    """

    values: tuple[int | None, ...]
    step: int = 1
    gain: int = 0

    def __call__(self, n: int) -> int | None:
        """Return the value for a whole number."""
        turns = max(0, -(-(n - len(self.values)) // self.step))
        found = self.values[n - turns * self.step - 1]
        return None if found is None else found + turns * self.gain

    @property
    def settled(self) -> int:
        """The number from which on it is even."""
        return len(self.values) - self.step + 1

    @property
    def only(self) -> int | None:
        """The one value that it has wherever it has any; None where there are several."""
        found = {*self.values} - {None}
        return found.pop() if len(found) == 1 and not self.gain else None

    def from_on(self, least: int) -> int:
        """Return a number from which on all values are at least so large, if they grow.

        Where they do not grow, that is where they repeat.
        """
        start = self.settled
        if self.gain <= 0:
            return start
        last = start
        for n in range(start, start + self.step):
            value = self(n)
            if value is not None and value < least:
                last = max(last, n + -(-(least - value) // self.gain) * self.step)
        return last

    def reduced(self) -> Self:
        """Return the same function with as few values as can be."""
        values, step, gain = self.values, self.step, self.gain
        if not any(value is not None for value in values[-step:]):
            gain = 0
        for prime in _primes(step):
            while step % prime == 0 and gain % prime == 0:
                less = step // prime
                tail = [self(n) for n in range(self.settled, self.settled + step + less)]
                by = gain // prime
                if any(not _even(a, b, by) for a, b in zip(tail, tail[less:], strict=False)):
                    break
                values, step, gain = values[: len(values) - step + less], less, by
        end = len(values)
        while end > step and _even(values[end - step - 1], values[end - 1], gain):
            end -= 1
        return type(self)(values[:end], step, gain)


def _even(before: int | None, after: int | None, gain: int) -> bool:
    return after is None if before is None else after == before + gain


def _primes(n: int) -> list[int]:
    return [p for p in range(2, n + 1) if n % p == 0 and all(p % q for q in range(2, p))]


IDENTITY: Final = Stepwise((1,), 1, 1)
"""The side itself."""


def tabled(
    function: Callable[[int], int | None], start: int, step: int = 1, gain: int | None = None
) -> Stepwise:
    """Return a function that is known to be even from a number on.

    Args:
        function: the function.
        start: the number.
        step: the steps in which it is even.
        gain: how much it gains in a step; found out where it is not given.

    Raises:
        Irregular: when that would be too many values.
    """
    if start + step > LONGEST:
        raise Irregular
    values = [function(n) for n in range(1, start + step)]
    if gain is None:
        ends = [(values[n - 1], function(n + step)) for n in range(start, start + step)]
        gain = next((b - a for a, b in ends if a is not None and b is not None), 0)
        if not all(_even(a, b, gain) for a, b in ends):
            raise Irregular
    return Stepwise((*values,), step, gain).reduced()


def composed(outer: Stepwise, inner: Stepwise) -> Stepwise:
    """Return the function that applies one to what another yields."""
    if inner == IDENTITY:
        return outer

    def value(n: int) -> int | None:
        size = inner(n)
        return None if size is None else outer(size)

    if inner.gain <= 0:
        return tabled(value, inner.settled, inner.step, 0)
    times = outer.step // math.gcd(outer.step, inner.gain)
    gain = times * inner.gain // outer.step * outer.gain
    return tabled(value, inner.from_on(outer.settled), times * inner.step, gain)


def combined(
    linear: Callable[..., int | None], parts: Sequence[Stepwise], gain: Callable[..., int]
) -> Stepwise:
    """Return a linear function of several: `gain` says how much it gains of theirs."""
    step = math.lcm(*(part.step for part in parts))
    gains = [part.gain * step // part.step for part in parts]

    def value(n: int) -> int | None:
        there = [part(n) for part in parts]
        return None if None in there else linear(*there)

    return tabled(value, max(part.settled for part in parts), step, gain(*gains))


def judged(test: Callable[[int, int], int], first: Stepwise, second: Stepwise) -> Stepwise:
    """Return what a test says of two functions wherever both have values, and 0 elsewhere.

    Args:
        test: what tells whether two numbers are equal, which is smaller, and which of them is 1.
        first: one of them.
        second: the other.
    """
    apart = combined(lambda a, b: a - b, (first, second), lambda a, b: a - b)
    under = Stepwise(tuple(v if v is None else -v for v in apart.values), apart.step, -apart.gain)
    start = max(first.from_on(2), second.from_on(2), apart.from_on(1), under.from_on(1))

    def value(n: int) -> int:
        a, b = first(n), second(n)
        return 0 if a is None or b is None else test(a, b)

    return tabled(value, start, math.lcm(first.step, second.step), 0)
