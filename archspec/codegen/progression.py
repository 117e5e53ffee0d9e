"""Named entries of which only numbers grow from each to the next, as one generator."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from archspec.codegen.items import Item
from archspec.codegen.layout import Argument, Call, Each, flat
from archspec.network import Loop

_FEWEST: Final = 4
"""Entries from which on a generator reads better than the lines."""

_LONGEST: Final = 60
_NAME: Final = re.compile(r"(.*?)(0|[1-9][0-9]*)")
_STEP: Final = re.compile(r" \+ 2 \* (\w+)(?=[,)])")
_NUMBER: Final = re.compile(r"(?:(?<=\()|(?<=, )|(?<==))\d+(?=[,)])")
"""A number that is a whole argument, so that a sum can stand there as well."""


def progression(items: Sequence[Item], loop: Loop) -> Each | None:
    """Return the entries of a loop as pairs of one generator, or None where they are no series.

    `denselayer1=DenseLayer(64), denselayer2=DenseLayer(96), …` becomes
    `(f"denselayer{j}", DenseLayer(64 + 32 * (j - 1))) for j in range(1, 7)`.
    """
    if len(items) < _FEWEST or any(item.condition or item.listed for item in items):
        return None
    names = [_NAME.fullmatch(item.name) for item in items]
    texts = [flat(item.value) for item in items]
    if (grown := _grown(items, texts, loop)) is not None:
        return grown
    stems = {name[1] if name else "" for name in names}
    if len(stems) > 1 or stems == {""} or len({_NUMBER.sub("#", text) for text in texts}) > 1:
        return None
    turns = [int(name[2]) for name in names if name]
    variable = _variable(loop, turns)
    columns = zip(*([int(n) for n in _NUMBER.findall(text)] for text in texts), strict=True)
    terms = [_term(column, turns, variable) for column in (turns, *columns)]
    if None in terms or terms[0] != variable or len(texts[0]) > _LONGEST:
        return None
    written = iter(terms[1:])
    value = _NUMBER.sub(lambda _: next(written) or "", texts[0])
    pair = Call("", (Argument(f'f"{stems.pop()}{{{variable}}}"'), Argument(value)))
    span = f"{turns[0]}, {turns[-1] + 1}" if turns[0] else str(len(turns))
    return Each(pair, f"for {variable} in range({span})")


def _grown(items: Sequence[Item], texts: Sequence[str], loop: Loop) -> Each | None:
    """Return a generator for entries in one argument of which a name is added from turn to turn.

    `Layer(stem)`, `Layer(stem + growth)`, `Layer(stem + 2 * growth)`, … is
    `Layer(stem + growth * (j - 1))`.
    """
    names = [_NAME.fullmatch(item.name) for item in items]
    step = _STEP.search(texts[2])
    if step is None or not all(names) or len({name[1] for name in names if name}) > 1:
        return None
    turns = [int(name[2]) for name in names if name]
    before, after = texts[2][: step.start()], texts[2][step.end() :]
    added = ("", f" + {step[1]}", *(f" + {k} * {step[1]}" for k in range(2, len(texts))))
    is_series = turns == [*range(turns[0], turns[0] + len(turns))]
    if not is_series or [f"{before}{more}{after}" for more in added] != [*texts]:
        return None
    variable = _variable(loop, turns)
    turn = f"({variable} - {turns[0]})" if turns[0] else variable
    key = Argument(f'f"{items[0].name[: -len(str(turns[0]))]}{{{variable}}}"')
    pair = Call("", (key, Argument(f"{before} + {step[1]} * {turn}{after}")))
    span = f"{turns[0]}, {turns[-1] + 1}" if turns[0] else str(len(turns))
    return Each(pair, f"for {variable} in range({span})")


def _variable(loop: Loop, numbers: Sequence[int]) -> str:
    """Return the variable of the loop that counts so, or one that any reader knows."""
    for name in loop.turns[0].values:
        if [turn.values[name] for turn in loop.turns] == [*numbers]:
            return name
    return "i"


def _term(numbers: Sequence[int], turns: Sequence[int], variable: str) -> str | None:
    """Return a series of numbers as a formula of the turn, or None where it is none."""
    first, step, start = numbers[0], numbers[1] - numbers[0], turns[0]
    if step < 0 or any(
        n != first + step * (k - start) for n, k in zip(numbers, turns, strict=True)
    ):
        return None
    if step == 0:
        return str(first)
    if first == step * start:
        return variable if step == 1 else f"{step} * {variable}"
    turn = f"({variable} - {start})" if start else variable
    return f"{first} + {turn}" if step == 1 else f"{first} + {step} * {turn}"
