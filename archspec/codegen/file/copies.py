"""What an emitted file has word for word from archspec: modules that torch lacks, functions."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from archspec import expressions
from archspec.ops import BY_NAME
from archspec.reading import bundled

_PARTS: Final = "archspec.live.parts."


@dataclass(frozen=True, slots=True)
class Copy:
    """A class or function of ours: its text, and the same as Python reads it."""

    text: str
    tree: ast.stmt


def copies(read: Iterable[str]) -> list[Copy]:
    """Return what stands behind these names of an emitted file, in the order of the file.

    A module that derives from another stands behind it.
    """
    known = {*read}
    named = {op.torch for op in BY_NAME.values() if op.torch.startswith("parts.")}
    short = sorted(name.removeprefix("parts.") for name in named)
    found: dict[str, Copy] = {}
    for name in short:
        if name in known:
            found |= _part(name)
    return [*found.values()] + [
        _function(function.compute)
        for name, function in expressions.FUNCTIONS.items()
        if function.source == f"_{name}" and function.source in known
    ]


@cache
def _part(name: str) -> dict[str, Copy]:
    """Return a module that `torch.nn` lacks, as the live back end has it, behind its bases."""
    stem = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
    text = (bundled("live") / "parts" / f"{stem}.py").read_text(encoding="utf-8")
    found: dict[str, Copy] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_PARTS):
            for alias in node.names:
                found |= _part(alias.name)
        elif isinstance(node, ast.ClassDef):
            rows = text.splitlines()[node.lineno - 1 : node.end_lineno]
            found[name] = Copy("\n".join(rows), node)
    return found


def _function(function: Callable[..., Any]) -> Copy:
    """Return a function of the language as it stands in the source: for the file's own use."""
    text = inspect.getsource(function).rstrip().replace("def ", "def _", 1)
    return Copy(text, ast.parse(text).body[0])
