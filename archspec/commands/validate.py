"""`archspec validate`: is everything in these specs right?"""

from __future__ import annotations

import argparse
import glob
import sys
from pathlib import Path
from typing import Final

from archspec.analysis import check_parameters
from archspec.commands.arguments import add_bound, add_spec, load_one, plugin_ops
from archspec.commands.telling import tell, warn
from archspec.errors import Diagnostic, SpecError, visible
from archspec.reports import FORMATS

NAME = "validate"
HELP = "check specs completely: syntax, names, arguments, every shape, and what they expect"
EXAMPLE = "archspec validate specs/*.yaml"

_TEXT: Final = "text"
"""The format for people, which is told spec by spec; the others are in `FORMATS`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser, many=True)
    add_bound(parser, "no bound")
    parser.add_argument(
        "--format",
        choices=(_TEXT, *FORMATS),
        default=_TEXT,
        help=f"text for people, on standard error; or {_others()}, on standard output "
        "(default: text)",
    )


def _others() -> str:
    """Return the formats for other programs as the help lists them."""
    *most, last = (f"{name} ({form.help})" if form.help else name for name, form in FORMATS.items())
    return f"{', '.join(most)} or {last}"


def run(arguments: argparse.Namespace) -> int:
    """Check each spec; 1 when any is wrong."""
    found: list[Diagnostic] = []
    ops = plugin_ops(arguments)
    for spec in _specs(arguments.spec):
        try:
            net = load_one(spec, arguments, ops)
            found += net.warnings
            if arguments.format == _TEXT:
                warn(net, arguments.color)
            if arguments.max_params is not None:
                check_parameters(net.network, arguments.max_params)
        except SpecError as error:
            found += error.diagnostics
            if arguments.format == _TEXT:
                tell(error, arguments.color)
                print(file=sys.stderr)
        else:
            if arguments.format == _TEXT:
                told = f"ok, {net.name} with {net.parameters:,} parameters"
                print(f"{visible(net.network.file)}: {told}")
    if arguments.format != _TEXT:
        sys.stdout.write(FORMATS[arguments.format].write(found))
    return 1 if any(diagnostic.level == "error" for diagnostic in found) else 0


def _specs(named: list[str]) -> list[str | None]:
    """Return the specs that are named, those of a folder or of a pattern by name."""
    found: list[str | None] = []
    for name in named:
        path = Path(name)
        files: list[str] = []
        if path.is_dir():
            files = sorted(str(file) for file in path.glob("*.yaml"))
        elif not path.exists() and any(sign in name for sign in "*?["):
            files = sorted(glob.glob(name, recursive=True))
        found += files or [name]
    return found or [None]
