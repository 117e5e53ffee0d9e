"""What docstrings say of heights and widths: which fit, and what others do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from archspec.network import Side, Sides

ANY: Final = "Any height and width will do."

_RUNS: Final = 3
"""Runs of remainders that can be read at a glance."""


def is_any(sides: Sides) -> bool:
    """Tell whether every height and every width fits, of each input by itself."""
    return sides.height == sides.width == Side() and not sides.shared


def told(sides: Sides, in_eval: Sides | None = None) -> str:
    """Return what is said of the sides of a network's inputs.

    Args:
        sides: those that fit.
        in_eval: those in eval mode, where further layers may be there in training.
    """
    if in_eval in (None, sides):
        return _told(sides)
    assert in_eval is not None
    alone, training = (rule([s.height, s.width]) for s in (in_eval, sides))
    if alone and training and in_eval.raises == sides.raises and not sides.shared:
        both = f"{alone}, in training mode {training.removeprefix('be ')}"
        return f"Height and width must {both}; {_others(sides)}."
    first, second = (_told(s) for s in (in_eval, sides))
    return f"In eval mode {_lower(first)} In training mode {_lower(second)}"


def _told(sides: Sides) -> str:
    if is_any(sides):
        return ANY
    pair = (sides.height, sides.width)
    rules = [rule([side]) for side in pair]
    if None in rules:
        end = "; RuntimeError then" if sides.raises else ""
        return f"Made for this height and width: others may not fit the layers{end}."
    one = "The inputs must have one height and one width"
    if is_any(Sides(*pair)):
        return f"{one}; any will do."
    head = f"{one}. " if sides.shared else ""
    others = _others(sides)
    if pair[0] == pair[1]:
        return f"{head}Height and width must {rule(pair)}; {others}."
    if "" in rules:
        free, bound = ("height", "Width") if rules[0] == "" else ("width", "Height")
        return f"{head}{bound} must {''.join(map(str, rules))}; {others}. Any {free} will do."
    return f"{head}Height must {rules[0]} and width must {rules[1]}; {others}."


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _others(sides: Sides) -> str:
    """Return what becomes of heights and widths that do not fit."""
    small = all(side and side.step == 1 for side in (sides.height, sides.width))
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
