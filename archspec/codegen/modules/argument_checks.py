"""What is asked of the arguments of a constructor."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from archspec import expressions
from archspec.allowed import Allowed
from archspec.codegen.modules.argument_demands import Demand
from archspec.codegen.modules.argument_spans import direction
from archspec.expressions import Formula

_ROUNDING: Final = ("round", "ceil", "floor")


@dataclass(slots=True)
class Bounds:
    """Between which numbers a formula must lie; above the lower one where `is_above` is true."""

    formula: Formula
    low: float = -math.inf
    high: float = math.inf
    is_above: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether an argument cannot be infinite, nor no number, for a formula within them."""
        two = -math.inf < self.low and self.high < math.inf
        calls = any(isinstance(part, ast.Call) for part in ast.walk(self.formula))
        return two and not calls and direction(self.formula) is not None


class Share(NamedTuple):
    """A formula that is an argument times a number, what it yields for a bound, and this."""

    formula: Formula
    reached: float
    high: float


class Divisor(NamedTuple):
    """A formula of an argument of a layer that must divide a number."""

    formula: Formula
    number: int
    field: str


@dataclass(slots=True)
class Checks:
    """What is asked of the arguments of a network.

    Attributes:
        bounds: of arguments and formulas, by how they are written.
        shares: of each argument the formula that is largest of those that stay below a bound.
        choices: what arguments may be, where there is a choice.
        multiples: what each is a multiple of.
        divisors: what divides a number, by how it is written.
        remainders: pairs of formulas of which the second divides the first.
        finite: the arguments of which it is asked that they are finite.
        whole: those of which it is asked that they have no fraction.
        others: anything else, by how it is written.
    """

    bounds: dict[str, Bounds] = field(default_factory=dict)
    shares: dict[str, Share] = field(default_factory=dict)
    choices: dict[str, Allowed] = field(default_factory=dict)
    multiples: dict[str, int] = field(default_factory=dict)
    divisors: dict[str, Divisor] = field(default_factory=dict)
    remainders: dict[str, tuple[Formula, Formula]] = field(default_factory=dict)
    finite: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    others: dict[str, Demand] = field(default_factory=dict)

    def of(self, formula: Formula) -> Bounds:
        """Return the bounds of a formula, which may be narrowed."""
        return self.bounds.setdefault(expressions.text(formula), Bounds(formula))

    def share(self, name: str, formula: Formula, reached: float, high: float) -> None:
        """Note the upper bound of an argument that is multiplied; the largest product counts."""
        if name not in self.shares or reached > self.shares[name].reached:
            self.shares[name] = Share(formula, reached, high)

    def divide(self, part: Formula, number: int, field: str) -> None:
        """Note what a formula divides, and which argument of a layer it is."""
        text = expressions.text(part)
        known = self.divisors[text].number if text in self.divisors else 0
        self.divisors[text] = Divisor(part, math.gcd(known, number), field)

    def remain(self, whole: Formula, part: Formula) -> None:
        """Note that one formula divides another."""
        text = f"{expressions.text(whole)}, {expressions.text(part)}"
        self.remainders[text] = whole, part

    def ask(self, demand: Demand) -> None:
        """Note any other test."""
        self.others[demand.text] = demand

    def beyond(self, others: Checks) -> Checks:
        """Return what is asked here and not there."""
        for text, bounds in self.bounds.items():
            known = others.bounds.get(text)
            if known is not None and (known.low, known.high) == (bounds.low, bounds.high):
                self.bounds[text] = Bounds(bounds.formula)
        for name in ("shares", "choices", "multiples", "divisors", "remainders", "others"):
            found, known_ = getattr(self, name), getattr(others, name)
            setattr(self, name, {k: v for k, v in found.items() if k not in known_})
        self.finite = [name for name in self.finite if name not in others.finite]
        self.whole = [name for name in self.whole if name not in others.whole]
        return self

    def is_finite(self, name: str) -> bool:
        """Tell whether what is asked of a number leaves out infinity, and what is no number."""
        closed = (bounds.formula for bounds in self.bounds.values() if bounds.is_closed)
        told = any(name in expressions.names(formula) for formula in closed)
        return told or name in self.choices or name in self.shares


def smaller_parts(bounds: Iterable[Bounds]) -> list[str]:
    """Return which formulas are large enough wherever another is, by how they are written.

    Where `round(ratio * 32)` is at least 1, so is `round(ratio * 48)`.
    """
    least: dict[tuple[str, float], tuple[float, str]] = {}
    found = []
    for bound in bounds:
        factor, form = _factor(bound.formula)
        if factor <= 0 or not 0 < bound.low < bound.high == math.inf or bound.is_above:
            continue
        text, key = expressions.text(bound.formula), (form, bound.low)
        known = least.get(key, (math.inf, ""))
        least[key] = min(known, (factor, text))
        found += [name for _, name in (known, (factor, text)) if name and name != least[key][1]]
    return found


def _factor(formula: Formula) -> tuple[float, str]:
    """Return the number that multiplies a name before it is rounded, and how the rest reads."""
    if isinstance(formula, ast.Call) and getattr(formula.func, "id", "") in _ROUNDING:
        (part, *_) = formula.args
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult):
            pairs = ((part.left, part.right), (part.right, part.left))
            for name, factor in pairs:
                if isinstance(name, ast.Name) and isinstance(factor, ast.Constant):
                    held = factor.value
                    if isinstance(held, int | float):
                        return held, f"{expressions.text(formula.func)}({name.id})"
    return 0, ""
