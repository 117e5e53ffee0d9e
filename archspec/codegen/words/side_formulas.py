"""Heights, widths and lengths that leave a block, as formulas of those that enter.

A docstring must hold for every size that enters, and for every value of the block's parameters, not
only for those that the network happens to pass. What becomes of a side is known for all its values;
parameters are tried with others, and only what holds in all trials is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from archspec import expressions
from archspec.analysis.sides import side
from archspec.analysis.sizes import Along, Size
from archspec.analysis.stepwise import Stepwise
from archspec.analysis.verdicts import GOOD, UNSURE
from archspec.codegen.words.other_arguments import GEOMETRY
from archspec.codegen.words.trials import Trial
from archspec.network import Body, Child, Leaf, Loop, Side

_STEPS: Final = (2, 4, 8, 16, 32)
_SHIFT: Final = 32


@dataclass(frozen=True, slots=True)
class Rounded:
    """A formula of a side: `(n + shift) // by * times`, rounded up if `up`."""

    shift: int = 0
    by: int = 1
    times: int = 1
    up: bool = False

    def __call__(self, n: int) -> int:
        """Return what it yields for a side."""
        there = n + self.shift
        return (-(-there // self.by) if self.up else there // self.by) * self.times

    def holds(self, size: Size) -> bool:
        """Tell whether it is a size, for all values of the side for which there is one."""
        if not isinstance(size, Along):
            return False
        found = size.function
        if found.gain * self.by != self.times * found.step:
            return False
        span = range(1, found.settled + math.lcm(found.step, self.by))
        return all(found(n) in (None, self(n)) for n in span)


class Extent(NamedTuple):
    """A size that leaves.

    Attributes:
        text: the size as a formula.
        forms: the same for each of the trials; none where it is the same for all sides.
        odd: the parameter that must be odd, if one must.
    """

    text: str
    forms: tuple[Rounded, ...] = ()
    odd: str = ""


def extent(name: str, trials: Sequence[Trial], index: int) -> Extent | None:
    """Return a size that leaves in the name of the side that it depends on.

    Args:
        name: the side.
        trials: trials of the block; there is one at least.
        index: which of the sizes that leave.
    """
    parameters = [*trials[0].values]
    for odd in ("", *parameters):
        chosen = [t for t in trials if not odd or t.values[odd] % 2]
        sizes = [(t.leaving[index], t.values) for t in chosen]
        text, forms = next(_claims(name, sizes, parameters), ("", ())) if sizes else ("", ())
        if text:
            return Extent(text, forms, odd)
    return None


def _claims(
    name: str, sizes: Sequence[tuple[Size, Mapping[str, int]]], parameters: Sequence[str]
) -> Iterator[tuple[str, tuple[Rounded, ...]]]:
    """Yield what holds in all trials, the shortest first."""
    first = sizes[0][0]
    if isinstance(first, int):
        if all(size == first for size, _ in sizes):
            yield str(first), ()
        for step in parameters:
            if all(size == values[step] for size, values in sizes):
                yield step, ()
        return
    for text, forms in _formulas(name, first, [values for _, values in sizes], parameters):
        if all(form.holds(size) for form, (size, _) in zip(forms, sizes, strict=True)):
            yield text, forms


def _formulas(
    name: str, first: Size, rows: Sequence[Mapping[str, int]], parameters: Sequence[str]
) -> Iterator[tuple[str, tuple[Rounded, ...]]]:
    """Yield formulas that may hold, each with what it is in every trial."""
    shift = (
        next((v - n for n, v in enumerate(first.function.values, start=1) if v is not None), 0)
        if isinstance(first, Along)
        else 0
    )
    yield _shifted(name, shift), (Rounded(shift),) * len(rows)
    for step in (*parameters, *map(str, _STEPS)):
        steps = [row[step] if step in parameters else int(step) for row in rows]
        if min(steps) > 0:
            yield f"⌈{name} / {step}⌉", tuple(Rounded(by=by, up=True) for by in steps)
            yield f"{name} // {step}", tuple(Rounded(by=by) for by in steps)
            yield f"{step} * {name}", tuple(Rounded(times=by) for by in steps)
    for by in _STEPS:
        for more in sorted(range(-_SHIFT, _SHIFT + 1), key=abs):
            yield f"({_shifted(name, more)}) // {by}", (Rounded(more, by),) * len(rows)


def _shifted(name: str, by: int) -> str:
    return f"{name} {'+' if by > 0 else '-'} {abs(by)}" if by else name


def window(name: str, trials: Sequence[Trial], index: int) -> Extent | None:
    """Return a size that leaves as the formula of one window, where it is one."""
    parameters = trials[0].values.keys()
    if "kernel_size" not in parameters:
        return None
    forms = []
    for trial in trials:
        values = {"padding": 0, "stride": 1, **trial.values}
        stride = max(values["stride"], 1)
        form = Rounded(2 * values["padding"] - values["kernel_size"] + stride, stride)
        if not form.holds(trial.leaving[index]):
            return None
        forms.append(form)
    padded = f"{name} + 2 * padding" if "padding" in parameters else name
    text = f"{padded} - kernel_size"
    text = f"({text}) // stride + 1" if "stride" in parameters else f"{text} + 1"
    return Extent(text, (*forms,))


class Limits(NamedTuple):
    """Which values of a side get through.

    Attributes:
        rule: the rule of all of them; None where it is not the same in all trials, or none.
        told: whether the sizes that leave tell it: their formulas yield none for the others.
    """

    rule: Side | None
    told: bool


def limits(name: str, trials: Sequence[Trial], found: Sequence[Extent]) -> Limits:
    """Return which values of a side get through a block.

    Args:
        name: the side.
        trials: trials of the block.
        found: the sizes that leave and depend on it.
    """
    odd = {e.odd for e in found if e.odd}
    trials = [trial for trial in trials if all(trial.values[name] % 2 for name in odd)]
    verdicts = [trial.reach.verdicts.get(name) for trial in trials]
    sure = not any(verdict and UNSURE in verdict.values for verdict in verdicts)
    rules = {side(verdict) for verdict in verdicts} if sure else {None}
    formulas = [e.forms for e in found if len(e.forms) == len(trials)]
    told = all(
        _explains(verdict, [forms[i] for forms in formulas]) for i, verdict in enumerate(verdicts)
    )
    return Limits(rules.pop() if len(rules) == 1 else None, told)


def _explains(verdict: Stepwise | None, forms: Sequence[Rounded]) -> bool:
    """Tell whether formulas yield no size for all that is not good."""
    if verdict is None:
        return True
    bad = [n for n in range(1, len(verdict.values) + 1) if verdict(n) != GOOD]
    return all(any(form(n) < 1 for form in forms) for n in bad)


def decides_sizes(children: Sequence[Child], names: frozenset[str]) -> bool:
    """Tell whether some names decide how large what leaves is, beside what enters.

    Args:
        children: the children of a body.
        names: names of the scope that they stand in.
    """
    for child in children:
        if isinstance(child, Loop):
            for turn in child.turns:
                more = (n for n, f in turn.bindings.items() if expressions.names(f) & names)
                if decides_sizes(turn.children, names.union(more)):
                    return True
        elif isinstance(child, Body):
            inner = names if child.block is None else child.block.open
            if decides_sizes(child.children, inner):
                return True
        elif isinstance(child, Leaf) and any(
            expressions.names(child.formulas[name]) & names
            for name in GEOMETRY & child.formulas.keys()
        ):
            return True
    return False
