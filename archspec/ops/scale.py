"""A factor that is stated, not learned."""

from __future__ import annotations

from typing import ClassVar

from archspec.ops.arguments import Number
from archspec.ops.base import Kind, Op
from archspec.ops.memory import Saved


class Scale(Op):
    """`factor * x`; a factor well below 1 keeps a long row of residual blocks stable."""

    torch: ClassVar[str] = "parts.Scale"
    kind: ClassVar[Kind] = Kind.SCALE
    keeps: ClassVar[Saved | None] = Saved()
    positional: ClassVar[int] = 1

    factor: Number
