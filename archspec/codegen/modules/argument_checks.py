"""The lines of a constructor that refuse arguments, from what is known of these."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from archspec.codegen.python.flat import flat
from archspec.codegen.python.trees import call, dotted, literal, when

WIDEST: Final = 60
"""Characters of the names that one message has room for."""


Check: TypeAlias = tuple[ast.expr, str]
"""A test that must fail, with what is said where it does not."""


@dataclass(slots=True)
class Checks:
    """What is known of the arguments of a network.

    Attributes:
        least: the smallest value of each.
        said: the smallest value of those that torch refuses itself.
        most: the largest.
        nearest: what is largest of what it is multiplied to, where that stays below a bound.
        multiples: what each is a multiple of.
        shared: formulas, by how they are written, with what each divides.
        others: what is asked of several at once, by how it is written.
    """

    least: dict[str, float] = field(default_factory=dict)
    said: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    nearest: dict[str, tuple[float, ast.expr]] = field(default_factory=dict)
    multiples: dict[str, int] = field(default_factory=dict)
    shared: dict[str, tuple[ast.expr, int]] = field(default_factory=dict)
    others: dict[str, Check] = field(default_factory=dict)

    def ask(self, test: ast.expr, told: str) -> None:
        """Note a test that must fail, and what is said where it does not."""
        self.others[flat(test)] = (test, told)


def written(found: Checks, names: Sequence[str]) -> list[ast.stmt]:
    """Return the checks as statements: one for all that have the same bound."""
    ranged = [
        name for name in names if name in found.least and name in {*found.most, *found.nearest}
    ]
    others = [name for name in names if name not in ranged]
    tests = [
        *(_within(name, found) for name in ranged),
        *_bounded(found, others),
        *(
            (remainder(dotted(name), literal(by)), f"{name} must be a multiple of {by}")
            for name, by in found.multiples.items()
            if by > 1
        ),
        *(
            (remainder(literal(number), by), f"{flat(by)} must divide {number}")
            for by, number in found.shared.values()
        ),
        *found.others.values(),
    ]
    return [_raising(test, told) for test, told in tests]


def _within(name: str, found: Checks) -> Check:
    """Return the test of what has a smallest and a largest value, and what is said."""
    low, bounded, high = found.least[name], dotted(name), 1.0
    if name in found.most:
        high = found.most[name]
    else:
        bounded = found.nearest[name][1]
    ends: list[ast.cmpop] = [ast.LtE(), ast.LtE()]
    test = ast.Compare(number(low), ends, [bounded, number(high)])
    told = f"{flat(bounded)} must be from {low:g} to {high:g}"
    return ast.UnaryOp(ast.Not(), test), told


def _bounded(found: Checks, names: Sequence[str]) -> Iterator[Check]:
    """Yield the tests of what has a smallest or a largest value, and what is said."""
    for name in names:
        if name in found.most:
            high = found.most[name]
            test = ast.Compare(dotted(name), [ast.Gt()], [number(high)])
            yield test, f"{name} must be at most {high:g}"
    bounds: dict[float, list[str]] = {}
    for name in names:
        if name in found.least:
            bounds.setdefault(found.least[name], []).append(name)
    for least, together in bounds.items():
        for row in _rows(together):
            head = dotted(row[0]) if len(row) == 1 else call("min", *map(dotted, row))
            # Linters ask for a name for any number but 0 and 1.
            one = ast.Compare(head, [ast.LtE()], [literal(1)])
            small = one if least == 2 else below(head, least)
            yield small, f"{_listed(row)} must be at least {least:g}"


def below(bounded: ast.expr, low: float) -> ast.expr:
    """Return the test of what is too small."""
    return ast.Compare(bounded, [ast.Lt()], [number(low)])


def remainder(whole: ast.expr, part: ast.expr) -> ast.expr:
    """Return what is not 0 where one number is no multiple of another."""
    return ast.BinOp(whole, ast.Mod(), part)


def number(value: float) -> ast.expr:
    """Return a bound, without a fraction where it has none."""
    return literal(int(value) if value == int(value) else value)


def _rows(names: Sequence[str]) -> Iterator[list[str]]:
    """Yield names as many at a time as a message has room for."""
    row: list[str] = []
    for name in names:
        if row and len(_listed([*row, name])) > WIDEST - 20:
            yield row
            row = []
        row = [*row, name]
    if row:
        yield row


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _raising(test: ast.expr, told: str) -> ast.stmt:
    return when(test, [ast.Raise(call("ValueError", literal(told)))])
