"""What the writers of one class ask of those that call them: it opens the way round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from archspec.codegen.modules.program import Program, Signature
from archspec.codegen.uses.children import Item
from archspec.codegen.uses.common_formula import Slot, View
from archspec.codegen.uses.frame import Frame
from archspec.network import Body


class Classes(Protocol):
    """Writes the classes that turn out to be needed."""

    program: Program

    def block(self, bodies: Sequence[Body]) -> Signature:
        """Return the class that stands for these uses of a block."""

    def inline(self, slot: Slot, around: Frame) -> Signature:
        """Return the class of a body in place that has wiring of its own."""


class Children(Protocol):
    """Builds the entries of a body."""

    program: Program
    frame: Frame

    def within(self, frame: Frame) -> Children:
        """Return the same for what is built inside a loop, with names of its own."""

    def chained(self, uses: Sequence[list[View]]) -> list[Item]:
        """Return the entries of a chain, the same in all uses."""

    def items(self, uses: Sequence[list[View]]) -> list[Item]:
        """Return the entries of a body, the same in all uses."""
