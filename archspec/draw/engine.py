"""From DOT to an image: the `dot` program, or the engine in pygraphviz's wheel."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from archspec.draw.svg import tidy
from archspec.signing import signed


class DrawError(Exception):
    """A picture cannot be drawn."""


def render(text: str, format: str, dpi: int) -> bytes:
    """Return DOT text laid out as `svg`, `png` or `pdf`; `dpi` is for PNG.

    Raises:
        DrawError: when there is no Graphviz, or it fails.
    """
    if format == "png":
        # Only a bitmap has pixels; in the others this would scale the points.
        text = text.replace("{\n", f"{{\ngraph [dpi={int(dpi)}];\n", 1)
    laid_out = _with_program(text, format) if shutil.which("dot") else _with_library(text, format)
    return tidy(laid_out) if format == "svg" else signed(laid_out, format)


def _with_program(text: str, format: str) -> bytes:
    import graphviz  # noqa: PLC0415 - only when an image is laid out

    try:
        return bytes(graphviz.Source(text).pipe(format=format, quiet=True))
    except graphviz.CalledProcessError as error:
        raise DrawError(f"`dot` failed: {error}") from None


def _with_library(text: str, format: str) -> bytes:
    try:
        import pygraphviz  # noqa: PLC0415
    except ImportError:
        raise DrawError(
            "no Graphviz to lay the picture out: `pip install 'pygraphviz>=2'` brings one along,"
            " or install the `dot` program (https://graphviz.org/download/);"
            " a `.dot` file needs neither"
        ) from None
    with warnings.catch_warnings(), _hushed():
        warnings.simplefilter("ignore")
        graph = pygraphviz.AGraph(string=text)
        try:
            return bytes(graph.draw(format=format, prog="dot"))
        except (OSError, ValueError) as error:
            raise DrawError(f"Graphviz failed: {error}") from None
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
