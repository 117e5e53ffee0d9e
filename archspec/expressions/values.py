"""What both readings of an expression share: its types, its functions, its error."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from archspec import limits
from archspec.scalars import is_word

Formula: TypeAlias = ast.expr
Value: TypeAlias = "bool | int | float | str | tuple[Any, ...] | None"


class ExpressionError(Exception):
    """An expression cannot be read or computed; `offset` is where in its text, from 0.

    `node` is the operation that failed.
    """

    def __init__(self, message: str, offset: int = 0, help: str = "") -> None:
        super().__init__(message)
        self.offset = offset
        self.help = help
        self.node: Formula | None = None


class BoundError(ValueError):
    """A function was asked for more than it may give."""


class TooMuchError(ExpressionError):
    """All expressions together have taken more steps than they may."""


def make_divisible(value: float, divisor: int = 8) -> int:
    """Round to a multiple of `divisor`, at most 10 % down (MobileNet's rule)."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def _range(*bounds: int) -> tuple[int, ...]:
    steps = range(*bounds)
    if len(steps) > limits.LIST_LENGTH:
        raise BoundError(f"a range of {len(steps):,} entries; {limits.LIST_LENGTH:,} are allowed")
    return tuple(steps)


def _round(value: float, digits: int | None = None) -> float:
    # Python makes a power of ten of the digits, however many they are.
    if digits is not None and abs(digits) > limits.DIGITS:
        raise BoundError(f"rounding to {digits} digits; {limits.DIGITS} are allowed")
    return round(value, digits)


def power(base: float, exponent: float) -> float:
    """Return a power, unless it is past the limits or no real number."""
    # Python makes a whole number of any length of two whole ones.
    whole = isinstance(base, int) and isinstance(exponent, int) and abs(base) > 1
    if whole and exponent * math.log2(abs(base)) > limits.MAGNITUDE.bit_length():
        raise BoundError("the number is too large")
    result: float | complex = base**exponent
    if isinstance(result, complex):
        raise ValueError("a fractional power of a negative number is no real number")
    return result


def _int(value: float) -> int:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError("no number")
    return int(value)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language; all that is known of it stands here.

    Attributes:
        compute: what it computes.
        source: how Python spells it: a built-in, a function of `math`, or, with `_` before its
            name, a function that is copied into the source.
        is_whole: whether it makes the same whole number of 8 and of 8.0.
        is_growing: whether it is never smaller for larger numbers; of one that has digits or a
            divisor, whatever these are, for a larger first number.
    """

    compute: Callable[..., Any]
    source: str
    is_whole: bool = False
    is_growing: bool = False


FUNCTIONS: Final[dict[str, Function]] = {
    "min": Function(min, "min", is_growing=True),
    "max": Function(max, "max", is_growing=True),
    "ceil": Function(math.ceil, "math.ceil", is_whole=True, is_growing=True),
    "floor": Function(math.floor, "math.floor", is_whole=True, is_growing=True),
    "round": Function(_round, "round", is_growing=True),
    "sqrt": Function(math.sqrt, "math.sqrt", is_growing=True),
    "log": Function(math.log, "math.log", is_growing=True),
    "exp": Function(math.exp, "math.exp", is_growing=True),
    "sin": Function(math.sin, "math.sin"),
    "cos": Function(math.cos, "math.cos"),
    "abs": Function(abs, "abs"),
    "int": Function(_int, "int", is_whole=True, is_growing=True),
    "len": Function(len, "len"),
    "range": Function(_range, "range"),
    "sum": Function(sum, "sum"),
    "make_divisible": Function(make_divisible, "_make_divisible", is_whole=True, is_growing=True),
}
"""By their names. `docs/language.md` lists them; nothing else need know of a further one."""

CONSTANTS: Final[dict[str, bool | None]] = {
    "true": True,
    "false": False,
    "null": None,
    "True": True,
    "False": False,
}


NUMBERS: Final[dict[str, float]] = {"inf": math.inf, "pi": math.pi}
"""Names of numbers, where a spec gives none of them itself."""


def bounded(value: Value, offset: int) -> Value:
    """Return a value unless it is past a limit.

    Raises:
        ExpressionError: for numbers, strings and lists that are too large.
    """
    # `abs` of a bool is an int, so no case of its own is needed for it.
    known = isinstance(value, float) and math.isinf(value)  # by its name; else it is refused below
    if isinstance(value, (int, float)) and not abs(value) <= limits.MAGNITUDE and not known:
        told = "the number is too large" if abs(value) > 0 else "nan is not a number"
        raise ExpressionError(told, offset)
    if isinstance(value, str) and len(value) > limits.STRING_LENGTH:
        raise ExpressionError("the string is too long", offset)
    if isinstance(value, tuple) and size(value) > limits.LIST_LENGTH + 1:
        raise ExpressionError("the list is too long", offset)
    return value


def size(value: Value) -> int:
    """Return how many values a value holds, itself among them; past the limit it may stop."""
    total = 1
    if isinstance(value, tuple):
        for item in value:
            total += size(item)
            if total > limits.LIST_LENGTH + 1:
                break
    return total


def as_word(value: object) -> str:
    """Return a value as a part of a name: a word without quotes, all else as a spec writes it."""
    return value if isinstance(value, str) else shown_value(value)


def shown_value(value: object) -> str:
    """Return a value as a spec writes it: `true`, `[1, 2]`, `ReLU`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, str) and not is_word(value):
        return f'"{value}"'
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(shown_value(item) for item in value) + "]"
    return str(value)
