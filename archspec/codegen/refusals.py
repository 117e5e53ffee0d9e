"""The lines of a constructor that refuse arguments, from what is known of these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from archspec.codegen.layout import Argument, Call, lines

WIDEST: Final = 60
"""Characters of the names that one message has room for."""


@dataclass(slots=True)
class Checks:
    """What is known of the arguments of a network.

    Attributes:
        least: the smallest value of each.
        said: the smallest value of those that torch refuses itself.
        most: the largest.
        nearest: what is largest of what it is multiplied to, where that stays below a bound.
        multiples: what each is a multiple of.
        shared: what each formula divides.
        others: what is asked of several at once, as a test that must fail, with what is said then.
    """

    least: dict[str, float] = field(default_factory=dict)
    said: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    nearest: dict[str, tuple[float, str]] = field(default_factory=dict)
    multiples: dict[str, int] = field(default_factory=dict)
    shared: dict[str, int] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)


def written(found: Checks, names: Sequence[str]) -> list[str]:
    """Return the checks as lines: one for all that have the same bound."""
    ranged = [
        name for name in names if name in found.least and name in {*found.most, *found.nearest}
    ]
    others = [name for name in names if name not in ranged]
    tests = [
        *(_within(name, found) for name in ranged),
        *_bounded(found, others),
        *(
            (f"{name} % {by}", f"{name} must be a multiple of {by}")
            for name, by in found.multiples.items()
            if by > 1
        ),
        *(
            (f"{number} % {factor(by)}", f"{by} must divide {number}")
            for by, number in found.shared.items()
        ),
        *found.others.items(),
    ]
    return [line for test, told in tests for line in _raising(test, told)]


def _within(name: str, found: Checks) -> tuple[str, str]:
    """Return the test of what has a smallest and a largest value, and what is said."""
    low, text, high = f"{found.least[name]:g}", name, "1"
    if name in found.most:
        high = f"{found.most[name]:g}"
    else:
        text = found.nearest[name][1]
    return f"not {low} <= {text} <= {high}", f"{text} must be from {low} to {high}"


def _bounded(found: Checks, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the tests of what has a smallest or a largest value, and what is said."""
    for name in names:
        if name in found.most:
            high = f"{found.most[name]:g}"
            yield f"{name} > {high}", f"{name} must be at most {high}"
    bounds: dict[float, list[str]] = {}
    for name in names:
        if name in found.least:
            bounds.setdefault(found.least[name], []).append(name)
    for least, together in bounds.items():
        for row in _rows(together):
            head = row[0] if len(row) == 1 else f"min({', '.join(row)})"
            # Linters ask for a name for any number but 0 and 1.
            test = f"{head} <= 1" if least == 2 else f"{head} < {least:g}"
            yield test, f"{_listed(row)} must be at least {least:g}"


def factor(text: str) -> str:
    """Return a formula as it stands behind `%`."""
    return f"({text})" if " " in text else text


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


def _raising(test: str, told: str) -> list[str]:
    return [
        *lines(test, 2, "if ", ":"),
        *lines(Call("ValueError", (Argument(f'"{told}"'),)), 3, "raise "),
    ]


__all__ = ["WIDEST", "Checks", "factor", "written"]
