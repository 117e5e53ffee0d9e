"""The shapes in and out of a block, in the names of its parameters.

Map (N, in_channels, H, W) to (N, 4 * channels, ⌈H / stride⌉, ⌈W / stride⌉).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from archspec import expressions
from archspec.analysis.sizes import Area
from archspec.codegen.python.flat import flat
from archspec.codegen.uses.frame import Frame
from archspec.codegen.words.entering_sizes import SIDES, Entering, names_by_input
from archspec.codegen.words.fitting_sides import rule
from archspec.codegen.words.of_layers import listed
from archspec.codegen.words.prose import docstring, fits, tied
from archspec.codegen.words.side_formulas import Extent, extent, limits, window
from archspec.codegen.words.size_names import (
    axis_of,
    formula_out,
    is_channels_first,
    keeps,
    named,
    product,
    words,
)
from archspec.codegen.words.trials import Trials
from archspec.expressions import Formula
from archspec.network import Body, Side
from archspec.ops import ChannelsLast

_CHANNELS_FIRST: Final = ("C", "L")
"""The names of two sizes where it is the second that may be any."""


def mapping(bodies: Sequence[Body], frame: Frame, *, indent: int) -> list[str]:
    """Return what is said of the shapes in and out of a block, as a docstring."""
    return _Mapping(bodies, frame).written(indent)


class _Mapping:
    """What is said of a block, as it is put together.

    Attributes:
        into: what enters.
        after: names of the sizes that leave.
    """

    def __init__(self, bodies: Sequence[Body], frame: Frame) -> None:
        self.bodies = bodies
        self.frame = frame
        self.into = Entering(bodies, frame, names_by_input(bodies))
        self.after = named([body.output for body in bodies])
        if self.into.names == [("T", "C")] and not self.into.free:
            self._read_as(_CHANNELS_FIRST)
        elif self.after == ("T", "C") and all(map(is_channels_first, self.trials.uses)):
            self.after = _CHANNELS_FIRST

    @property
    def trials(self) -> Trials:
        """Trials of the block."""
        return self.into.trials

    def _read_as(self, names: tuple[str, ...]) -> None:
        """Read two sizes as channels and a length, if that may be any."""
        if any(isinstance(body.inputs[0], ChannelsLast) for body in self.bodies):
            return
        other = Entering(self.bodies, self.frame, [names])
        if not other.free:
            return
        if not any(isinstance(body.output, ChannelsLast) for body in self.bodies):
            self.after = names if [self.after] == self.into.names else self.after
        self.into = other

    def written(self, indent: int) -> list[str]:
        """Return the docstring: formulas in its first line where they fit, else behind it."""
        entering, notes = self.into.text(), self._notes()
        channels = self._channels()
        exact = f"Map {entering} to {self._leaving(channels)}."
        if fits(exact, indent=indent, alone=not notes):
            return docstring(exact, *notes, indent=indent)
        if len(self.into.names) > 1:
            notes.insert(0, f"The inputs are {self.into.text(tied)}.")
            entering = "the inputs"
            exact = f"Map {entering} to {self._leaving(channels)}."
            if fits(exact, indent=indent, alone=False):
                return docstring(exact, *notes, indent=indent)
        short, told = self._shortened(channels)
        if len(self.into.names) == 1 and not fits(
            f"Map {entering} to {self._leaving(short)}.", indent=indent, alone=False
        ):
            told.insert(0, f"The input is {self.into.text(tied)}.")
            entering = "the input"
        return docstring(f"Map {entering} to {self._leaving(short)}.", *told, *notes, indent=indent)

    def _shortened(self, channels: str) -> tuple[str, list[str]]:
        """Return a letter for channels that are a long formula, and what tells of it."""
        if channels.isdigit() or channels.endswith("'"):
            return channels, []
        return "C'", [f"C' is {channels}."]

    def _leaving(self, channels: str) -> str:
        if not self.after:
            return "(N, *)"
        sizes = (self._size_out(i, channels) for i in range(len(self.after)))
        return f"(N, {', '.join(sizes)})"

    def _size_out(self, index: int, channels: str) -> str:
        name = self.after[index]
        if name not in SIDES:
            return channels
        sizes = {use.leaving[index] for use in self.trials.uses}
        known = self._is_apart and not all(isinstance(size, int) for size in sizes)
        if not known and (alike := self.into.alike(index, self.after[index])):
            return self.into.size(*alike[0])
        if self._is_apart and index in self._extents:
            found = self._extents[index]
            return f"{self._axis(index)}'" if found is None else found.text
        area = next(iter(sizes))
        if self._is_apart and len(sizes) == 1 and isinstance(area, Area):
            return product(area) or name
        return self.into.fixed([int(body.output[index]) for body in self.bodies]) or f"{name}'"

    @property
    def _is_apart(self) -> bool:
        """Tell whether what leaves is known for all sides that enter."""
        return all(use.reach.is_apart for use in self.trials.uses)

    @cached_property
    def _extents(self) -> dict[int, Extent | None]:
        """The sizes that leave and depend on one side, or on no side: how, where that is known."""
        return {
            i: extent(self._axis(i), self.trials.all, i) if self.trials.complete else None
            for i, name in enumerate(self.after)
            if name in SIDES and self._axis(i)
        }

    def _axis(self, index: int) -> str:
        """Return the side that a size depends on in all trials: `T` for none, nothing for many."""
        found = {axis_of(trial, index) for trial in self.trials.all}
        axes = found - {""} or {self.after[index]}
        return axes.pop() if len(axes) == 1 and "*" not in axes else ""

    def _notes(self) -> list[str]:
        """Return what must be said of heights and widths."""
        known = self._extents if self._is_apart else {}
        odd = {found.odd for found in known.values() if found and found.odd}
        notes = [f"This holds for odd {name}." for name in sorted(odd)]
        unknown = [i for i, found in known.items() if found is None]
        exact = {i: self._window(i) for i in unknown}
        if exact and all(exact.values()):
            texts = [(self._axis(i), found.text) for i, found in exact.items() if found]
            (first, text), *others = texts
            names = [f"{name}'" for name, _ in others]
            likewise = f", {listed(names)} likewise" if others else ""
            notes.append(f"{first}' is {text}{likewise}.")
        elif unknown and self.trials.parameters:
            depend = "depends" if len(unknown) == 1 else "depend"
            names = [f"{self._axis(i)}'" for i in unknown]
            notes.append(f"{listed(names)} {depend} on {listed(self.trials.parameters)}.")
        return [*notes, *self._bounds([*known.values(), *exact.values()])]

    def _window(self, index: int) -> Extent | None:
        return window(self._axis(index), self.trials.all, index) if self.trials.complete else None

    def _bounds(self, found: Sequence[Extent | None]) -> list[str]:
        """Return which sides do not get through, unless the sizes that leave tell it."""
        sides = self.into.sides
        told = {self.into.size(i, k) for k, own in enumerate(self.into.letters) for i in own}
        fixed = [name for name in sides if name not in self.into.free and name in told]
        if fixed:
            return [f"Made for one {words(fixed)}: others may not fit the layers."]
        extents = [e for e in found if e is not None]
        bound = {
            name: limits(name, self.trials.all, [e for e in extents if name in e.text])
            for name in sides
            if name in self.into.free
        }
        untold = [name for name, there in bound.items() if not there.told]
        return _asked(untold, [bound[name].rule for name in untold]) if untold else []

    def _channels(self) -> str:
        """Return the channels that leave: those that entered, a formula, a number, a letter."""
        here = next((i for i, name in enumerate(self.after) if name not in SIDES), -1)
        if here < 0:
            return ""
        name = self.after[here]
        sizes = [int(body.output[here]) for body in self.bodies]
        if formula := _common(self.bodies, self.frame, here):
            return formula
        there = self.into.names[0].index(name) if name in self.into.names[0] else -1
        if there >= 0 and all(keeps(body, here, there) for body in self.bodies):
            return self.into.size(there)
        return str(sizes[0]) if len({*sizes}) == 1 else f"{name}'"


def _asked(names: Sequence[str], rules: Sequence[Side | None]) -> list[str]:
    """Return what is asked of some sides: of all at once where that is the same, else of each."""
    if told := rule(rules):
        return [f"{listed(names)} must {told}."]
    apart = [rule([side]) for side in rules]
    if all(apart):
        return [f"{name} must {told}." for name, told in zip(names, apart, strict=True)]
    return [f"Not every {listed(names)} fits the layers."]


def _common(bodies: Sequence[Body], frame: Frame, index: int) -> str:
    """Return a size that leaves as a formula that holds in all uses, or nothing."""
    uses = [body.block for body in bodies if body.block is not None]
    if len(uses) < len(bodies):
        return ""
    for formula in (found for body in bodies for found in _formulas(body, frame, index)):
        try:
            sizes = [expressions.evaluate(formula, use.values) for use in uses]
        except expressions.ExpressionError:
            continue
        if sizes == [int(body.output[index]) for body in bodies]:
            return flat(frame.python(formula))
    return ""


def _formulas(body: Body, frame: Frame, index: int) -> Iterator[Formula]:
    """Yield the size that leaves as a formula, where it is one of parameters alone."""
    if (found := formula_out(body, index)) is not None:
        found = frame.in_parameters(found)
        names = expressions.names(found)
        if names and names <= frame.needed - frame.local.keys():
            yield found
