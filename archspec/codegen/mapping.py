"""The shapes in and out of a block, in the names of its parameters.

Map (N, in_channels, H, W) to (N, 4 * channels, ⌈H / stride⌉, ⌈W / stride⌉).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from archspec import expressions
from archspec.codegen.extent import Extent, Trials, trials
from archspec.codegen.frame import Frame
from archspec.codegen.prose import docstring, fits
from archspec.codegen.wording import listed
from archspec.expressions import Formula
from archspec.network import Body
from archspec.ops import ChannelsLast
from archspec.traced import formula_of

_NAMES: Final = {
    (3, False): ("C", "H", "W"),
    (3, True): ("H", "W", "C"),
    (2, False): ("T", "C"),
    (2, True): ("T", "C"),
    (1, False): ("features",),
}
_SIDES: Final = ("H", "W", "T")


def mapping(bodies: Sequence[Body], frame: Frame, *, indent: int) -> list[str]:
    """Return what is said of the shapes in and out of a block, as a docstring."""
    return _Mapping(bodies, frame).written(indent)


class _Mapping:
    """What is said of a block, as it is put together."""

    def __init__(self, bodies: Sequence[Body], frame: Frame) -> None:
        self.bodies = bodies
        self.frame = frame
        self.before = self._names(after=False)
        self.after = self._names(after=True)
        sides = [name for name in self.after if name in _SIDES and name in self.before]
        self.trials = trials(bodies, frame) if sides else Trials((), ())
        self.extents = {name: self._extent(name) for name in sides}

    def written(self, indent: int) -> list[str]:
        """Return the docstring: formulas in its first line where they fit, else behind it."""
        entering = self._entering()
        channels = self._channels()
        notes = self._notes()
        exact = f"Map {entering} to {self._leaving(channels)}."
        if fits(exact, indent=indent, alone=not notes):
            return docstring(exact, *notes, indent=indent)
        short, told = self._shortened(channels)
        return docstring(f"Map {entering} to {self._leaving(short)}.", *told, *notes, indent=indent)

    def _shortened(self, channels: str) -> tuple[str, list[str]]:
        """Return a letter for channels that are a long formula, and what tells of it."""
        if channels.isdigit() or channels.endswith("'"):
            return channels, []
        return "C'", [f"C' is {channels}."]

    def _names(self, *, after: bool) -> tuple[str, ...]:
        shapes = [body.output if after else body.inputs[0] for body in self.bodies]
        layouts = {(len(shape), isinstance(shape, ChannelsLast)) for shape in shapes}
        return _NAMES.get(layouts.pop(), ()) if len(layouts) == 1 else ()

    def _entering(self) -> str:
        if not self.before:
            return "a tensor"
        return f"(N, {', '.join(self._size_in(name) for name in self.before)})"

    def _size_in(self, name: str) -> str:
        """Return a size that enters: a parameter or a number where it is one, else a letter."""
        if name in _SIDES:
            return name
        size = "in_channels" if len(self.before) == 3 else "in_features"
        if size in self.frame.needed:
            return size
        index = self.before.index(name)
        sizes = {int(body.inputs[0][index]) for body in self.bodies}
        return str(sizes.pop()) if len(sizes) == 1 else name

    def _leaving(self, channels: str) -> str:
        if not self.after:
            return "a tensor"
        return f"(N, {', '.join(self._size_out(name, channels) for name in self.after)})"

    def _size_out(self, name: str, channels: str) -> str:
        if name not in _SIDES:
            return channels
        if name not in self.extents:
            return name
        found = self.extents[name]
        return f"{name}'" if found is None else found.text

    def _extent(self, name: str) -> Extent | None:
        return self.trials.extent(name, self.before.index(name), self.after.index(name))

    def _window(self, name: str) -> str:
        return self.trials.window(name, self.before.index(name), self.after.index(name))

    def _notes(self) -> list[str]:
        """Return what must be said of heights and widths."""
        odd = {found.odd for found in self.extents.values() if found and found.odd}
        notes = [f"This holds for odd {name}." for name in sorted(odd)]
        unknown = [f"{name}'" for name, found in self.extents.items() if found is None]
        exact = {name: self._window(name) for name, found in self.extents.items() if found is None}
        if exact and all(exact.values()):
            first, *others = (f"{name}'" for name in exact)
            likewise = f", {listed(others)} likewise" if others else ""
            return [*notes, f"{first} is {next(iter(exact.values()))}{likewise}."]
        if unknown and self.trials.parameters:
            depend = "depends" if len(unknown) == 1 else "depend"
            notes.append(f"{listed(unknown)} {depend} on {listed(self.trials.parameters)}.")
        return notes

    def _channels(self) -> str:
        """Return the channels that leave: those that entered, a formula, a number, a letter."""
        here = next((i for i, name in enumerate(self.after) if name not in _SIDES), -1)
        if here < 0:
            return ""
        name = self.after[here]
        there = self.before.index(name) if name in self.before else -1
        sizes = [int(body.output[here]) for body in self.bodies]
        if formula := self._common(here):
            return formula
        if there >= 0 and sizes == [int(body.inputs[0][there]) for body in self.bodies]:
            return self._size_in(name)
        return str(sizes[0]) if len({*sizes}) == 1 else f"{name}'"

    def _common(self, index: int) -> str:
        """Return a size that leaves as a formula that holds in all uses, or nothing."""
        uses = [body.block for body in self.bodies if body.block is not None]
        if len(uses) < len(self.bodies):
            return ""
        for formula in (found for body in self.bodies for found in self._formulas(body, index)):
            try:
                sizes = [expressions.evaluate(formula, use.values) for use in uses]
            except expressions.ExpressionError:
                continue
            if sizes == [int(body.output[index]) for body in self.bodies]:
                return self.frame.text(formula)
        return ""

    def _formulas(self, body: Body, index: int) -> Iterator[Formula]:
        """Yield the size that leaves as a formula, where it is one of parameters alone."""
        result = next((node for node in body.nodes if node.name == body.result), None)
        if result is not None and len(result.output) > index:
            formula = self.frame.in_parameters(formula_of(result.output[index]))
            names = expressions.names(formula)
            if names and names <= self.frame.needed - self.frame.local.keys():
                yield formula
