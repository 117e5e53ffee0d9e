"""From DOT to an image: the `dot` program, or the engine in pygraphviz's wheel."""

from __future__ import annotations

import shutil
import warnings

from archspec.draw.svg import tidy


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
    return tidy(laid_out) if format == "svg" else laid_out


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
            " `--format dot` needs neither"
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = pygraphviz.AGraph(string=text)
        try:
            return bytes(graph.draw(format=format, prog="dot"))
        except (OSError, ValueError) as error:
            raise DrawError(f"Graphviz failed: {error}") from None
        finally:
            graph.close()
