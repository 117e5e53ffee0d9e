"""What a variable of a constructor holds, for those who read the same behind it."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass

from archspec import expressions
from archspec.codegen.python.trees import dotted, names, same
from archspec.codegen.uses.frame import Frame
from archspec.expressions import Formula


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

    def read_by(self, made: ast.expr | None, known: Collection[str]) -> ast.expr | None:
        """Return how a child is made, of what the variable holds if that is its first argument.

        Args:
            made: how it is made.
            known: the names that are needed for what stands before it.
        """
        if not isinstance(made, ast.Call) or not made.args:
            return made
        first, *others = made.args
        told = self.frame.local.get(first.id) if isinstance(first, ast.Name) else None
        held = self.frame.python(expressions.substitute(self.formula, self.frame.constants))
        if isinstance(held, ast.Constant) or not (
            same(first, held) or (told is not None and same(self.frame.python(told), held))
        ):
            return made
        found = ast.Call(made.func, [dotted(self.variable), *others], made.keywords)
        self.frame.needed.difference_update(names(first) - names(found) - {*known})
        return found
