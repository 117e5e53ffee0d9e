"""From DOT to an image: by the engine in pygraphviz's wheel, or by the `dot` program.

Either may be missing, old or broken. The newer one is asked, and the other one where it fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final, NamedTuple, TypeAlias
from xml.etree import ElementTree

from archspec.draw.errors import DrawError
from archspec.draw.graphviz.svg import tidy
from archspec.extras import line
from archspec.signing import signed

Version: TypeAlias = tuple[int, ...]

_ASKING, _DRAWING = 10, 120
"""Seconds after which a `dot` that is asked for its version, or for a picture, hangs."""

_WHOLE: Final = {
    "svg": (b"<svg", b"</svg>"),
    "png": (b"\x89PNG", b"IEND"),
    "pdf": (b"%PDF-", b"%%EOF"),
}
"""What is in a picture that is one, near its beginning and its end."""

_NEAR: Final = 2000
_INSTALL: Final = (
    f"`{line('pygraphviz')}` brings one along, or install the `dot` program "
    "(https://graphviz.org/download/); a `.dot` file needs neither"
)


class _Failure(Exception):
    """An engine is missing, or gave no picture."""


class _Engine(NamedTuple):
    version: Version
    draw: Callable[[str, str], bytes]


def render(text: str, format: str, dpi: int) -> bytes:
    """Return DOT text laid out as `svg`, `png` or `pdf`; `dpi` is for PNG.

    Raises:
        DrawError: when there is no Graphviz, or none that works.
    """
    if format == "png":
        # Only a bitmap has pixels; in the others this would scale the points.
        text = text.replace("{\n", f"{{\ngraph [dpi={int(dpi)}];\n", 1)
    failures: list[str] = []
    for engine in _engines():
        try:
            return _finished(engine.draw(text, format), format)
        except _Failure as failure:
            failures.append(str(failure))
    if failures:
        raise DrawError(f"Graphviz failed: {'; '.join(failures)}. {_INSTALL}")
    raise DrawError(f"no Graphviz to lay the picture out: {_INSTALL}")


def _engines() -> list[_Engine]:
    """Return the engines that are there, the newest first; of equals the one in the wheel."""
    library, path = _library_version(), shutil.which("dot")
    found = [_Engine(library, _with_library)] if library else []
    if path:
        # Where there is no other, no version is too old.
        version = _program_version(path) if library else ()
        found.append(_Engine(version, lambda text, format: _with_program(path, text, format)))
    return sorted(found, key=lambda engine: engine.version, reverse=True)


def _finished(laid_out: bytes, format: str) -> bytes:
    """Return a picture that is all there, signed."""
    begins, ends = _WHOLE.get(format, (b"", b""))
    if begins in laid_out[:_NEAR] and ends in laid_out[-_NEAR:]:
        try:
            return tidy(laid_out) if format == "svg" else signed(laid_out, format)
        except ElementTree.ParseError:
            pass
    raise _Failure(f"what it wrote is no {format.upper()}")


@cache
def _program_version(path: str) -> Version:
    """Return the version of a `dot`; the lowest of one that cannot tell it."""
    try:
        told = _run(path, "-V", seconds=_ASKING)
    except _Failure:
        return ()
    found = re.search(rb"version (\d+)\.(\d+)\.(\d+)", told.stdout + told.stderr)
    return tuple(map(int, found.groups())) if found else ()


def _with_program(path: str, text: str, format: str) -> bytes:
    return _run(path, f"-T{format}", text=text, seconds=_DRAWING).stdout


def _run(
    path: str, *arguments: str, seconds: int, text: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """Run `dot` on a text."""
    from graphviz.backend import execute  # noqa: PLC0415 - only when an image is laid out

    command = [path, *arguments]
    try:
        done: subprocess.CompletedProcess[bytes] = execute.run_check(
            command, input=text.encode(), capture_output=True, timeout=seconds, quiet=True
        )
    except subprocess.TimeoutExpired:
        raise _Failure(f"`{path}` did not answer within {seconds} s") from None
    except execute.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().partition("\n")[0]
        status = f"`{path}` ended with status {error.returncode}"
        raise _Failure(f"{status}{said and f': {said}'}") from None
    except (execute.ExecutableNotFound, OSError) as error:
        raise _Failure(f"`{path}` does not start: {error}") from None
    return done


def _library_version() -> Version:
    """Return the version of the engine that comes with pygraphviz; empty where it does not."""
    try:
        import pygraphviz.graphviz as library  # noqa: PLC0415 - only when an image is laid out
    except ImportError:  # also of a library that it was built for and that is there no more
        return ()
    names = (f"GRAPHVIZ_{part}_VERSION" for part in ("MAJOR", "MINOR", "PATCH"))
    # Before its version 2, pygraphviz did not know; and then ran the program.
    return tuple(int(getattr(library, name, 0)) for name in names)


def _with_library(text: str, format: str) -> bytes:
    import pygraphviz  # noqa: PLC0415

    with warnings.catch_warnings(), _hushed():
        warnings.simplefilter("ignore")
        graph = pygraphviz.AGraph(string=text)
        try:
            return bytes(graph.draw(format=format, prog="dot"))
        except (OSError, ValueError) as error:
            raise _Failure(f"the engine of pygraphviz: {error}") from None
        finally:
            graph.close()


@contextmanager
def _hushed() -> Iterator[None]:
    """Drop what libraries below Python write to standard error.

    The font library in the wheel remarks on every file of the system's that is newer than it.
    """
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
