"""What a variable of a constructor holds, for those who read the same behind it."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from archspec import expressions
from archspec.codegen.python.trees import dotted, names, same
from archspec.codegen.uses.common_formula import Slot, nodes
from archspec.codegen.uses.frame import Frame
from archspec.expressions import Formula
from archspec.network import Body

_CHANNELS: Final = ("in_channels", "in_features", "num_features")


@dataclass(frozen=True, slots=True)
class Held:
    """What a variable holds once a loop is done, for those behind it who read that.

    Attributes:
        variable: its name.
        formula: what it holds, in the names around the loop.
        frame: these names.
    """

    variable: str
    formula: Formula
    frame: Frame

    def read_by(
        self, made: ast.expr | None, known: Collection[str], numbered: Slot = ()
    ) -> ast.expr | None:
        """Return how a child is made, of what the variable holds if that is its first argument.

        Args:
            made: how it is made.
            known: the names that are needed for what stands before it.
            numbered: the child, where it reads the variable even if that holds a plain number.
        """
        if not isinstance(made, ast.Call) or not made.args:
            return made
        first, *others = made.args
        told = self.frame.local.get(first.id) if isinstance(first, ast.Name) else None
        held = self.frame.python(expressions.substitute(self.formula, self.frame.constants))
        # A number may be meant as something else.
        if (isinstance(held, ast.Constant) and not _is_of_channels(numbered)) or not (
            same(first, held) or (told is not None and same(self.frame.python(told), held))
        ):
            return made
        found = ast.Call(made.func, [dotted(self.variable), *others], made.keywords)
        self.frame.needed.difference_update(names(first) - names(found) - {*known})
        return found


def _is_of_channels(slot: Slot) -> bool:
    """Tell whether the first argument of a child is the channels that enter it."""
    if not slot:
        return False
    node = nodes(slot)[0][1]
    if isinstance(node, Body):
        return node.block is not None
    return next(iter(type(node.op).model_fields), "") in _CHANNELS
