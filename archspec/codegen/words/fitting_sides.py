"""What docstrings say of the sides of maps: which fit, and what others do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from archspec.codegen.words.of_layers import capital, listed
from archspec.network import Side, Sides
from archspec.ops.shape import SIDES

_RUNS: Final = 3
"""Runs of remainders that can be read at a glance."""


def is_any(sides: Sides) -> bool:
    """Tell whether every value of every side fits, of each input by itself."""
    return set(sides.each) == {Side()} and not sides.shared


def any_will_do(sides: Sides) -> str:
    """Return that every value of every side fits, as in `Any height and width will do.`."""
    return f"Any {listed(_names(sides))} will do."


def told(sides: Sides, in_eval: Sides | None = None) -> str:
    """Return what is said of the sides of a network's inputs.

    Args:
        sides: those that fit.
        in_eval: those in eval mode, where further layers may be there in training.
    """
    if in_eval in (None, sides):
        return _told(sides)
    assert in_eval is not None
    alone, training = (rule(s.each) for s in (in_eval, sides))
    if alone and training and in_eval.raises == sides.raises and not sides.shared:
        both = f"{alone}, in training mode {training.removeprefix('be ')}"
        return f"{capital(listed(_names(sides)))} must {both}; {_others(sides)}."
    first, second = (_told(s) for s in (in_eval, sides))
    return f"In eval mode {_lower(first)} In training mode {_lower(second)}"


def _told(sides: Sides) -> str:
    names = _names(sides)
    if is_any(sides):
        return any_will_do(sides)
    rules = [rule([side]) for side in sides.each]
    if None in rules:
        end = "; RuntimeError then" if sides.raises else ""
        return f"Made for this {listed(names)}: others may not fit the layers{end}."
    one = f"The inputs must have {listed([f'one {name}' for name in names])}"
    if is_any(replace(sides, shared=False)):
        return f"{one}; any will do."
    head = f"{one}. " if sides.shared else ""
    parts: dict[str, list[str]] = {}
    for name, told in zip(names, rules, strict=True):
        parts.setdefault(str(told), []).append(name)
    free = parts.pop("", [])
    if len(parts) == 1:  # the rule of several says `multiples`
        (bound,) = parts.values()
        alike = [side for side, told in zip(sides.each, rules, strict=True) if told]
        parts = {str(rule(alike)): bound}
    asked = capital(listed([f"{listed(bound)} must {told}" for told, bound in parts.items()]))
    end = f" Any {listed(free)} will do." if free else ""
    return f"{head}{asked}; {_others(sides)}.{end}"


def _names(sides: Sides) -> list[str]:
    return [*SIDES[len(sides.each)]]


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _others(sides: Sides) -> str:
    """Return what becomes of sides that do not fit."""
    small = all(side and side.step == 1 for side in sides.each)
    what = "smaller ones" if small else "others"
    return f"{what} raise RuntimeError" if sides.raises else f"{what} may not fit the layers"


def rule(sides: Sequence[Side | None]) -> str | None:
    """Return what must be true of sides that are alike: `be at least 29`; nothing for any.

    None where they are not alike, or there is no rule that can be told.
    """
    side = sides[0]
    if side is None or any(other != side for other in sides):
        return None
    if side == Side():
        return ""
    if side.step == 1:
        return f"be at least {side.least}"
    first = min(n or side.step for n in side.remainders)
    if side.remainders == (0,):
        many = f"multiples of {side.step}" if len(sides) > 1 else f"a multiple of {side.step}"
        return f"be {many}" + (f", at least {side.least}" if side.least > first else "")
    remainders = _listed(side.remainders)
    if not remainders:
        return None
    leave = f"leave {remainders} when divided by {side.step}"
    return f"be at least {side.least} and {leave}" if side.least > first else leave


def _listed(numbers: Sequence[int]) -> str:
    """Return numbers, those that follow one another as `3 to 7`; nothing where they are many."""
    starts = [numbers[0], *(b for a, b in pairwise(numbers) if b > a + 1)]
    ends = [*(a for a, b in pairwise(numbers) if b > a + 1), numbers[-1]]
    if len(starts) > _RUNS:
        return ""
    runs = []
    for a, b in zip(starts, ends, strict=True):
        runs += [str(n) for n in range(a, b + 1)] if b < a + 2 else [f"{a} to {b}"]
    return " or ".join([", ".join(runs[:-1]), runs[-1]] if len(runs) > 1 else runs)
