"""How the commands tell what is wrong: on standard error, in colour where that is wanted."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final, TextIO

from archspec.architecture import Architecture
from archspec.errors import Diagnostic, SpecError
from archspec.places import coloured, plain

WHEN: Final = ("auto", "always", "never")


def add_colour(parser: argparse.ArgumentParser, *, default: str) -> None:
    """Add `--color`."""
    parser.add_argument(
        "--color",
        choices=WHEN,
        default=default,
        help="colour in what is told about mistakes (default: auto, on a terminal)",
    )


def speak_utf8() -> None:
    """Write UTF-8 with plain line ends to both streams, whatever the locale.

    What a pipe or a file gets is then what `--out` would write. Names of files that are no text
    are told with their bytes.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def tell(error: SpecError, when: str) -> None:
    """Print all mistakes, and how many they are when there are several."""
    _tell(error.diagnostics, when)


def warn(net: Architecture, when: str) -> None:
    """Print what the spec holds and nothing uses."""
    if net.warnings:
        _tell(net.warnings, when)
        print(file=sys.stderr)


def _tell(diagnostics: Sequence[Diagnostic], when: str) -> None:
    paint = coloured if is_coloured(when, sys.stderr) else plain
    print("\n\n".join(diagnostic.text(paint) for diagnostic in diagnostics), file=sys.stderr)
    if len(diagnostics) > 1:
        print(f"\n{_counted(diagnostics)}", file=sys.stderr)


def _counted(diagnostics: Sequence[Diagnostic]) -> str:
    """Return how many there are of each level: `2 errors, 1 warning`."""
    levels = Counter(diagnostic.level for diagnostic in diagnostics)
    return ", ".join(f"{n} {level}{'s' * (n > 1)}" for level, n in levels.items())


def is_coloured(when: str, stream: TextIO) -> bool:
    """Decide as https://no-color.org and https://force-color.org have it."""
    if when != "auto":
        return when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
