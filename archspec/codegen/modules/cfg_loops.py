"""VGG's list as loops over its stages.

layers: list[nn.Module] = []
in_channels = 3
for stage in ((64, 64), (128, 128), (256, 256, 256)):
    for n in stage:
        layers += [nn.Conv2d(in_channels, n, kernel_size=3, padding=1), nn.ReLU()]
        in_channels = n
    layers.append(nn.MaxPool2d(kernel_size=2))
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from archspec import spec
from archspec.codegen.modules.protocols import Children
from archspec.codegen.python.trees import assign, dotted, listed, literal, loop
from archspec.codegen.uses.children import Item, appended, further
from archspec.codegen.uses.common_formula import Differ, View, views
from archspec.codegen.uses.frame import Frame
from archspec.expressions import Formula, Value, constant
from archspec.network import Absent, Body, Loop, Turn
from archspec.resolve.shapes_across_scopes import name_formula

_FEWEST: Final = 6
"""Entries from which on a loop reads better than the list."""

_CHANNELS: Final = ("in_channels", "channels", "entering")
"""Names for the channels that enter, of which the first is taken that means nothing else."""


@dataclass(frozen=True, slots=True)
class CfgLoop:
    """The loops: the numbers of each stage, what a number appends, and what ends a stage.

    Attributes:
        variable: the name of the channels that enter.
        channels: what they are at first, where the first layers of a number ask for them.
        grows: whether `n` channels leave them.
        rest: what stands behind the list.
    """

    stages: tuple[tuple[Value, ...], ...]
    variable: str
    channels: ast.expr | None
    layers: tuple[Item, ...]
    grows: bool
    ending: tuple[Item, ...]
    rest: tuple[Item, ...] = ()
    held: None = None

    def filling(self, name: str, frame: Frame) -> list[ast.stmt]:
        """Return the statements that fill the variable of that name."""
        written = [assign(dotted(name), listed([]), type_="list[nn.Module]")]
        if self.channels is not None:
            written.append(assign(dotted(self.variable), self.channels))
        inner = [appended(self.layers, name)]
        if self.grows:
            inner.append(assign(dotted(self.variable), dotted("n")))
        numbers = loop(dotted("n"), dotted("stage"), inner)
        stage = [numbers, appended(self.ending, name)]
        written.append(loop(dotted("stage"), literal(self.stages), stage))
        return further(self.rest, frame, name, written)


def cfg_loop(constructor: Children, view: View) -> CfgLoop | None:
    """Return the loops for a module that begins with a `cfg`, or None for any other."""
    body = view.child
    assert isinstance(body, Body)
    loop, *rest = body.children
    if not isinstance(loop, Loop) or not isinstance(loop.written, spec.Cfg):
        return None
    if len(loop.turns) < _FEWEST:
        return None
    with constructor.program.rehearsal() as rehearsal:
        try:
            behind = constructor.items([views(rest, view.bindings, view.scope)])
            made = replace(_made(constructor, view, loop.turns), rest=tuple(behind))
        except Differ:
            return None
        rehearsal.keep()
    return made


def _made(constructor: Children, view: View, turns: Sequence[Turn]) -> CfgLoop:
    stages = _stages(turns)
    numbers = [turn for turn in turns if isinstance(turn.entry, int)]
    words = [turn for turn in turns if not isinstance(turn.entry, int)]
    variable = next((name for name in _CHANNELS if name not in view.scope), "")
    if not variable:
        raise Differ
    layers, asks = _built(constructor, view, numbers, variable)
    ending, needs = _built(constructor, view, words, variable)
    if needs or _grows(words):
        raise Differ
    channels = _first(constructor.frame, view, turns[0]) if asks else None
    return CfgLoop(stages, variable, channels, layers, asks and _grows(numbers), ending)


def _first(frame: Frame, view: View, turn: Turn) -> ast.expr:
    """Return the channels that enter the first turn, in the names of the class."""
    told = (view.outside(formula) for formula in _channels(turn).values())
    count = _entering(turn)
    return frame.python(frame.common([view], [next(told, constant(count))], [count]))


def _channels(turn: Turn) -> dict[str, Formula]:
    """Return the name that the channels that enter a turn have in its formulas."""
    return {name: formula for name, formula in turn.bindings.items() if name.endswith(".0")}


def _stages(turns: Sequence[Turn]) -> tuple[tuple[Value, ...], ...]:
    """Return the numbers up to each word.

    Raises:
        Differ: when there are several words, or stages without numbers or without an end.
    """
    stages: list[tuple[Value, ...]] = [()]
    for turn in turns:
        if isinstance(turn.entry, int):
            stages[-1] = (*stages[-1], turn.entry)
        else:
            stages.append(())
    words = {turn.entry for turn in turns if not isinstance(turn.entry, int)}
    if len(words) != 1 or stages.pop() or not all(stages):
        raise Differ
    return tuple(stages)


def _built(
    constructor: Children, view: View, turns: Sequence[Turn], channels: str
) -> tuple[tuple[Item, ...], bool]:
    """Return what each of these turns appends, and whether it asks for the channels."""
    scopes = [_scope(view, turn, channels) for turn in turns]
    frame = Frame(constructor.frame.ops, scopes, (), (channels, "n"))
    items = constructor.within(frame).items([list(_views(view, t, channels)) for t in turns])
    if any(item.condition or item.listed or item.many for item in items):
        raise Differ
    if not frame.needed <= {channels, "n"}:
        raise Differ
    return tuple(items), channels in frame.needed


def _scope(view: View, turn: Turn, channels: str) -> dict[str, Value]:
    return {**view.scope, **turn.values, channels: _entering(turn)}


def _views(view: View, turn: Turn, channels: str) -> Iterator[View]:
    own = dict.fromkeys(_channels(turn), name_formula(channels))
    number = {"n": name_formula("n")} if isinstance(turn.entry, int) else {}
    yield from views(turn.children, {**own, **number}, _scope(view, turn, channels))


def _ends(turn: Turn) -> tuple[Body, ...]:
    nodes = tuple(child for child in turn.children if not isinstance(child, Absent | Loop))
    if not nodes:
        raise Differ
    return nodes  # type: ignore[return-value]


def _entering(turn: Turn) -> int:
    return int(_ends(turn)[0].inputs[0][0])


def _grows(group: Sequence[Turn]) -> bool:
    """Tell whether `n` channels leave these turns rather than those that entered.

    Raises:
        Differ: when it is neither.
    """
    pairs = [(_entering(turn), int(_ends(turn)[-1].output[0]), turn.entry) for turn in group]
    if all(leaving == entering for entering, leaving, _ in pairs):
        return False
    if any(leaving != entry for _, leaving, entry in pairs):
        raise Differ
    return True
