"""A library that a command needs and that is not there is no fault of archspec's."""

from __future__ import annotations

from typing import Final

_BRINGS: Final = {"yaml": "pyyaml"}
"""Distributions that are not called as what they bring."""

_OWN: Final = "archspec"


def missing(error: ImportError, command: str) -> str:
    """Return what a command lacks and the line that brings it; empty for a fault of our own.

    Args:
        error: what an import has raised.
        command: the command that imported it.
    """
    library = (error.name or "").partition(".")[0]
    if not library or library == _OWN:
        return ""
    line = f"pip install {_BRINGS.get(library, library)}"
    if isinstance(error, ModuleNotFoundError) and error.name == library:
        return f"`{command}` needs {library}, which is not installed: {line}"
    return f"`{command}` cannot use the {library} that is installed ({error}): {line} --upgrade"
