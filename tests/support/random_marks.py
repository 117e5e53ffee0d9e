"""What the writer of random specs knows of shapes and of the names in reach.

Every tensor has a *mark* for its channels and one for its size, both texts. Equal marks are equal
sizes in every use of a block, so what has equal marks may be added; a mark that begins with `?`
equals only itself. `in_channels` is a mark of what enters the block; within a body in place, the
word is the name of another size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from archspec.ops import BY_NAME

Body = dict[str, Any] | list[Any]
Node = Any

SAME: Final = {"kernel_size": 3, "padding": 1}
"""The arguments of a convolution that keeps the size."""

SIZE: Final = ["=in_height", "=in_width"]
"""The size of what enters a body, as it is written there."""


@dataclass(frozen=True)
class Flow:
    """A tensor: its name in the body, and the marks of its channels and of its size."""

    name: str
    channels: str
    size: str


@dataclass(frozen=True)
class Scope:
    """The names that an expression sees, by kind, and what enters the body in which it stands."""

    names: dict[str, list[str]] = field(default_factory=dict)
    depth: int = 0
    loop: bool = False
    in_block: bool = False
    enters: Flow | None = None

    def of(self, kind: str) -> list[str]:
        return self.names.get(kind, [])

    def inner(self, *, loop: bool = False, **more: str) -> Scope:
        names = {kind: list(found) for kind, found in self.names.items()}
        for name, kind in more.items():
            names.setdefault(kind, []).append(name)
        held = replace(self, names=names, depth=self.depth + 1, loop=self.loop or loop)
        return replace(held, enters=None)

    def within(self, flow: Flow) -> Scope:
        """Return the scope of a body that a tensor enters."""
        return replace(self, enters=flow)

    def mark(self, given: Any) -> str:
        """Return the mark of channels as they are written here."""
        return self.enters.channels if self.enters and given == "=in_channels" else mark(given)

    def formula(self, mark: str) -> str | None:
        """Return what is written here for channels of a mark, if anything says it."""
        if self.enters is not None and mark == self.enters.channels:
            return "=in_channels"
        return None if mark.startswith("?") or mark == "in_channels" else formula(mark)


def marks(flow: Flow) -> tuple[str, str]:
    return flow.channels, flow.size


def mark(given: Any) -> str:
    """Return the mark of what is given: a formula in parentheses, unless it is a single word."""
    written = str(given).removeprefix("=")
    return written if re.fullmatch(r"\w+", written) else f"({written})"


def formula(mark: str) -> str:
    return f"={mark[1:-1] if mark.startswith('(') else mark}"


def strided(size: str, stride: Any) -> str:
    return size if stride == 1 else f"{size},{mark(stride)}"


def is_op(node: dict[str, Any]) -> bool:
    return any(key in BY_NAME or key.startswith("Block") or key == "Sequential" for key in node)
