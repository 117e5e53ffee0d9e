"""The turns of a loop as one generator: `*(Block(64) for _ in range(depth - 1))`."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from archspec import expressions, spec
from archspec.codegen.agreement import Differ, Slot, View
from archspec.codegen.frame import Frame
from archspec.codegen.items import Item
from archspec.codegen.layout import Argument, Call, Each, Expr, flat, rewritten
from archspec.expressions import Formula
from archspec.network import Loop

_FEWEST_EQUAL: Final = 2
_FEWEST: Final = 3
"""Entries from which on a generator reads better than the list: equal ones, and a series."""


class Series:
    """The turns of a loop, in all uses, from the one numbered `lead` on.

    Attributes:
        variable: the loop's own variable that grows by one from turn to turn.
        uses: the children of each turn of each use, one behind the other.

    Raises:
        Differ: when there is no such variable.
    """

    def __init__(self, slot: Slot, lead: int) -> None:
        self.slot = slot
        self.lead = lead
        self.loops = [view.child for view in slot if isinstance(view.child, Loop)]
        self.variable, self.start = _variable(self.loops)
        self.uses: list[list[View]] = [
            view.counted(turn, self.variable)
            for view, loop in zip(slot, self.loops, strict=True)
            for turn in loop.turns[lead:]
        ]
        if not self.uses or any(len(loop.turns) < max(lead, 1) for loop in self.loops):
            raise Differ

    def item(self, item: Item, frame: Frame, *, counts: bool) -> Item:
        """Return the entry for all turns, from the one that is built alike in all of them.

        Args:
            item: that one.
            frame: the names of the class or function.
            counts: whether the variable stands in it.
        """
        lengths = [len(loop.turns) for loop in self.loops]
        varies = len({*lengths}) > 1
        if not varies and lengths[0] - self.lead < (_FEWEST if counts else _FEWEST_EQUAL):
            raise Differ
        if not varies:
            stop = expressions.constant(self.start + lengths[0])
        else:
            stops = [_stop(loop) for loop in self.loops]
            values = [self.start + length for length in lengths]
            stop = frame.common(self.slot, stops, values)
        named = not item.name.isdigit()
        pair = Call("", (Argument(item.key), Argument(item.value))) if named else item.value
        each = (
            self._counted(pair, stop, frame) if counts else Each(pair, self._uncounted(stop, frame))
        )
        return replace(item, value=each, many=True)

    def _counted(self, element: Expr, stop: Formula, frame: Frame) -> Each:
        """Return a generator whose variable counts; `f(6 + i) for i in range(3)` counts from 6."""
        text = flat(element)
        ahead = re.findall(rf"\((\d+) \+ {self.variable}\)", text)
        all_ahead = len({*ahead}) == 1 and len(ahead) == len(_uses(text, self.variable))
        shift = int(ahead[0]) if all_ahead and isinstance(stop, ast.Constant) else 0
        if shift:
            element = rewritten(
                element, lambda part: part.replace(f"({shift} + {self.variable})", self.variable)
            )
            stop = expressions.constant(int(stop.value) + shift)  # type: ignore[attr-defined]
        first = self.start + self.lead + shift
        span = f"{first}, {frame.text(stop)}" if first else frame.text(stop)
        shown = self._shown(f"{text} {span}", frame)
        element = rewritten(element, lambda part: re.sub(rf"\b{self.variable}\b", shown, part))
        return Each(element, f"for {shown} in range({span})")

    def _shown(self, text: str, frame: Frame) -> str:
        """Return the variable as source; Python's readers know `index` as `i`."""
        taken = {*frame.taken, *_uses(text, "i")}
        return "i" if self.variable == "index" and "i" not in taken else self.variable

    def _uncounted(self, stop: Formula, frame: Frame) -> str:
        first = expressions.constant(self.start + self.lead)
        fewer = expressions.substitute(
            expressions.parse("stop - first"), {"stop": stop, "first": first}
        )
        return f"for _ in range({frame.text(fewer)})"


def _variable(loops: Sequence[Loop]) -> tuple[str, int]:
    """Return the variable of the loops that grows by one, and where it starts."""
    for name in sorted(loops[0].turns[0].values, key=lambda name: name == "index"):
        rows = [[turn.values.get(name) for turn in loop.turns] for loop in loops]
        start = rows[0][0]
        if type(start) is int and all(row == [*range(start, start + len(row))] for row in rows):
            return name, start
    raise Differ


def _stop(loop: Loop) -> Formula:
    """Return the formula of the number at which a loop ends."""
    if loop.count is not None:
        return loop.count
    columns = loop.written.columns if isinstance(loop.written, spec.Loop) else ()
    for _, given in columns:
        call = given.formula
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "range":
            return call.args[-1] if len(call.args) <= 2 else _nothing()
    return _nothing()


def _nothing() -> Formula:
    raise Differ


def _uses(text: str, name: str) -> list[str]:
    return re.findall(rf"\b{name}\b", text)
