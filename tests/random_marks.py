"""What the writer of random specs knows of shapes and of the names in reach.

Every tensor has a *mark* for its channels and one for its size, both texts. Equal marks are equal
sizes in every use of a block, so what has equal marks may be added; a mark that begins with `?`
equals only itself.
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


@dataclass(frozen=True)
class Flow:
    """A tensor: its name in the body, and the marks of its channels and of its size."""

    name: str
    channels: str
    size: str


@dataclass(frozen=True)
class Scope:
    """The names that an expression sees, by kind."""

    names: dict[str, list[str]] = field(default_factory=dict)
    depth: int = 0
    loop: bool = False
    in_block: bool = False

    def of(self, kind: str) -> list[str]:
        return self.names.get(kind, [])

    def inner(self, *, loop: bool = False, **more: str) -> Scope:
        names = {kind: list(found) for kind, found in self.names.items()}
        for name, kind in more.items():
            names.setdefault(kind, []).append(name)
        return replace(self, names=names, depth=self.depth + 1, loop=self.loop or loop)


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
