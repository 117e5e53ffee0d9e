"""Trials of a block: what becomes of sides in its uses, and with other values of its parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from archspec import expressions
from archspec.analysis.reach import Reach
from archspec.analysis.sides import entering
from archspec.analysis.sizes import Sizes, times
from archspec.analysis.verdicts import GOOD, Worked
from archspec.codegen.uses.common_formula import View, entered, inside
from archspec.codegen.uses.frame import Frame
from archspec.codegen.words.other_arguments import (
    GEOMETRY,
    UntriedError,
    channels_of,
    geometry,
    remade,
    there,
)
from archspec.network import Body, Leaf
from archspec.ops import Shape, spatial
from archspec.ops.reshape import Narrow
from archspec.ops.shape import place

_HOLDING: Final = GEOMETRY | {"shape", "normalized_shape"}
"""Arguments for which an op may take one size alone."""

_VALUES: Final = (1, 2, 3)
_LARGER: Final = (5, 7)
"""Values of each parameter by itself, beside those about the numbers in its formulas."""

_LARGEST: Final = 64
_VARIED: Final = 2
"""Values that a parameter must have had for something to be known of it."""
_USES: Final = 4
_PARAMETERS: Final = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """A pass through a block with some values of its parameters, for all sides that enter.

    Attributes:
        values: the parameters that decide sizes.
        reach: which sides get through.
        leaving: what leaves, by what enters.
    """

    values: Mapping[str, int]
    reach: Reach
    leaving: Sizes


@dataclass(frozen=True, slots=True)
class Trials:
    """Trials of a block.

    Attributes:
        uses: one for each of its uses, with the values that it has there.
        others: some with other values; none where a parameter that decides sizes is no whole
            number, or there are many.
        parameters: the parameters that decide sizes.
        holding: parameters that may decide which sizes fit.
        complete: whether they could be tried.
    """

    uses: tuple[Trial, ...]
    others: tuple[Trial, ...] = ()
    parameters: tuple[str, ...] = ()
    holding: frozenset[str] = frozenset()
    complete: bool = True

    @property
    def all(self) -> tuple[Trial, ...]:
        """The trials of all kinds."""
        return (*self.uses, *self.others)


Letters: TypeAlias = Sequence[Mapping[int, tuple[str, int]]]
"""Names for the sizes that enter and may be any, by their index, each with what multiplies it."""


def trials(bodies: Sequence[Body], frame: Frame, letters: Letters) -> Trials:
    """Try a block: its uses as they are, and some with other values of its parameters.

    Args:
        bodies: the uses.
        frame: the names of its class.
        letters: names for the sizes that enter, of each input.
    """
    views = [
        View(use, frame.spelt, scope) for use, scope in zip(bodies, frame.scopes, strict=False)
    ]
    read, holding = (
        frame.needed & {n for v in views for n in _read(inside(v), names)}
        for names in (GEOMETRY, _HOLDING)
    )
    varied = tuple(name for name in frame.order if name in read)
    whole = all(type(view.scope.get(name)) is int for view in views for name in varied)
    complete = len(views) == len(bodies) and whole and len(varied) <= _PARAMETERS
    given = [_given(view, varied) if complete else {} for view in views]
    worked = Worked()
    uses = tuple(
        _trial(use, values, letters, worked)
        for use, values in zip(bodies, given or [{}] * len(bodies), strict=False)
    )
    if not complete or not varied:
        return Trials(uses, (), varied, frozenset(holding), complete)
    found = [trial for view in _unlike(views) for trial in _tried(view, varied, letters, worked)]
    made = tuple(trial for trial in found if trial is not None)
    # What could not be tried agrees with nothing: of a parameter that kept its value, all is open.
    kept = any(len({trial.values[name] for trial in made}) < _VARIED for name in varied)
    known = not (kept and None in found)
    return Trials(uses, made, varied, frozenset(holding), known)


def _unlike(views: Sequence[View]) -> list[View]:
    """Return some uses, each of other layers: those of the same tell the same."""
    kinds = {tuple(node.name for node in view.child.nodes): view for view in views}  # type: ignore[union-attr]
    return [*kinds.values()][:_USES]


def _trial(body: Body, values: Mapping[str, int], letters: Letters, worked: Worked) -> Trial:
    reach = Reach(worked=worked)
    given = {
        name: _entering(shape, named)
        for name, shape, named in zip(body.entries, body.inputs, letters, strict=True)
    }
    return Trial(values, reach, reach.through(body, given))


def _entering(shape: Shape, named: Mapping[int, tuple[str, int]]) -> Sizes:
    """Return what enters, some of whose sizes are multiples of a side that may be any."""
    sizes = entering(shape, {i: name for i, (name, _) in named.items()})
    return tuple(times(size, named[i][1]) if i in named else size for i, size in enumerate(sizes))


def _given(view: View, varied: Sequence[str]) -> dict[str, int]:
    return {name: n for name in varied if type(n := view.scope[name]) is int}


def _read(views: Sequence[View], arguments: frozenset[str]) -> Iterator[str]:
    """Yield the names in some arguments of ops."""
    for view in there(views):
        if isinstance(view.child, Body):
            yield from _read(entered(view), arguments)
        elif isinstance(view.child, Leaf):
            for name in arguments & (view.child.formulas.keys() - _of_channels(view.child)):
                yield from expressions.names(view.outside(view.child.formulas[name]))


def _of_channels(leaf: Leaf) -> frozenset[str]:
    """Return arguments that decide a size elsewhere, and here how many channels there are."""
    if not isinstance(leaf.op, Narrow) or not spatial(shape := leaf.inputs[0]):
        return frozenset()
    is_side = place(shape, leaf.op.dim) != channels_of(shape)
    return frozenset() if is_side else frozenset(("length",))


def _tried(
    view: View, varied: Sequence[str], letters: Letters, worked: Worked
) -> Iterator[Trial | None]:
    """Yield trials with other values, if layers can be made with them; None where none can tell."""
    body = view.child
    assert isinstance(body, Body)
    factors = [{i: factor for i, (_, factor) in named.items()} for named in letters]
    for values in _rows(view, varied):
        try:
            made = remade(view, {**view.scope, **values}, varied, factors)
        except UntriedError:
            yield None
            continue
        if made is not None:
            trial = _trial(made, values, letters, worked)
            if trial.reach.is_apart and all(
                GOOD in v.values for v in trial.reach.verdicts.values()
            ):
                yield trial


def _rows(view: View, varied: Sequence[str]) -> Iterator[dict[str, int]]:
    """Yield values to try: small ones in all combinations, larger ones of one at a time.

    `padding if kernel_size < 7 else 0` is one thing up to its number, and another from there on.
    """
    for row in product(_VALUES, repeat=len(varied)):
        yield dict(zip(varied, row, strict=True))
    own = _given(view, varied)
    for name in varied:
        near = {n + by for n in _numbers(inside(view), name) for by in (-1, 0, 1)}
        for value in sorted({*_LARGER, *near} - {*_VALUES}):
            if 0 < value <= _LARGEST:
                yield {**own, name: value}


def _numbers(views: Sequence[View], name: str) -> Iterator[int]:
    """Yield the numbers in formulas of sizes that read a name."""
    for view in there(views):
        if isinstance(view.child, Body):
            yield from _numbers(entered(view), name)
        elif isinstance(view.child, Leaf):
            for _, formula in geometry(view.child, view):
                if name in expressions.names(formula):
                    parts = (n for n in ast.walk(formula) if isinstance(n, ast.Constant))
                    yield from (n.value for n in parts if type(n.value) is int)
