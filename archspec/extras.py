"""The libraries that an extra brings, and what is told where one of them is not there.

That is no fault of archspec's, nor of the spec: whoever reads it gets the one line that helps.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from archspec.second_name import DISTRIBUTION

BRINGS: Final = {"torch": "torch", "numpy": "torch", "safetensors": "torch", "pygraphviz": "draw"}
"""The extra that brings a library; all others come with the distribution itself."""

_DISTRIBUTIONS: Final = {"yaml": "pyyaml"}
"""Those that are not called as what they bring."""


class MissingLibrary(ImportError):
    """A library is not installed, or cannot be used; the message has the line that brings it."""


@contextmanager
def needed(user: str) -> Iterator[None]:
    """Tell of an import in the body of the `with` that fails what brings the library.

    Args:
        user: what imports it.

    Raises:
        MissingLibrary: for a library of others.
    """
    try:
        yield
    except ImportError as error:
        if lacking := told(error, user):
            raise MissingLibrary(lacking, name=error.name, path=error.path) from error
        raise


def told(error: ImportError, user: str) -> str:
    """Return what lacks a library, and the line that brings it; empty for a fault of our own.

    Args:
        error: what an import has raised.
        user: what imported it: a command, say.
    """
    if isinstance(error, MissingLibrary):
        return str(error)
    library = (error.name or "").partition(".")[0]
    if not library or library == __name__.partition(".")[0]:
        return ""
    if isinstance(error, ModuleNotFoundError) and error.name == library:
        return f"`{user}` needs {library}, which is not installed: {line(library)}"
    upgrade = f"pip install --upgrade {_DISTRIBUTIONS.get(library, library)}"
    return f"`{user}` cannot use the {library} that is installed ({error}): {upgrade}"


def line(library: str) -> str:
    """Return the line that brings a library.

    >>> line("safetensors"), line("yaml")
    ("pip install 'archspec-nn[torch]'", 'pip install pyyaml')
    """
    if library in BRINGS:
        return f"pip install '{DISTRIBUTION}[{BRINGS[library]}]'"
    return f"pip install {_DISTRIBUTIONS.get(library, library)}"
