"""The one place that imports what archspec does not know beforehand."""

from __future__ import annotations

import contextlib
import importlib
import keyword
import re
import sys
from types import ModuleType
from typing import Final

_PATH: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


def imported(path: str) -> ModuleType:
    """Import a module by its dotted name, which the caller or an op of the caller's plugin says.

    Raises:
        ValueError: for what is no dotted name.
    """
    if not is_path(path):
        raise ValueError(f"not the name of a module: {path!r}")
    # Standard output is for what the command makes.
    with contextlib.redirect_stdout(sys.stderr):
        return importlib.import_module(path)


def is_path(text: object) -> bool:
    """Tell whether a text is identifiers joined by dots, as `import` takes them."""
    if not isinstance(text, str) or not _PATH.fullmatch(text):
        return False
    return not any(keyword.iskeyword(part) for part in text.split("."))
