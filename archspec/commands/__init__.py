"""The command line: `archspec COMMAND`; `COMMANDS` holds a module for each.

Exit status: 0 ok, 1 the spec is wrong or two differ, 2 wrong usage, a library that is not
installed, or a fault of archspec's own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from archspec.commands import (
    build,
    codegen,
    diff,
    draw,
    explain,
    init,
    listing,
    schema,
    show,
    summary,
    trace,
    validate,
)
from archspec.commands.arguments import UsageError
from archspec.commands.telling import add_colour, speak_utf8, tell
from archspec.errors import SpecError
from archspec.extras import told
from archspec.plugins import PluginError
from archspec.second_name import DISTRIBUTION
from archspec.version import __version__

COMMANDS: Final[tuple[ModuleType, ...]] = (
    validate,
    summary,
    trace,
    build,
    codegen,
    draw,
    diff,
    listing,
    show,
    init,
    explain,
    schema,
)
OK, WRONG_SPEC, WRONG_USE = 0, 1, 2


def called() -> str:
    """Return the name by which the command was called."""
    name = Path(sys.argv[0]).stem
    return name if name == DISTRIBUTION else "archspec"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; each command adds its own part."""
    whole = argparse.ArgumentParser(
        prog=called(),
        description="One YAML spec of a neural network: a PyTorch module, readable source, "
        "a diagram and a table.",
        epilog="SPEC is a file, the name of a bundled spec (`archspec list`), or - for standard "
        "input; without it, archspec.yaml in the current folder.",
    )
    whole.add_argument("--version", action="version", version=f"archspec {__version__}")
    add_colour(whole, default="auto")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        part = commands.add_parser(
            command.NAME,
            help=command.HELP,
            description=command.HELP[0].upper() + command.HELP[1:] + ".",
            epilog=f"example: {command.EXAMPLE}",
        )
        command.add_arguments(part)
        # What stands behind the command wins over what stands before it; nothing does not.
        add_colour(part, default=argparse.SUPPRESS)
        part.set_defaults(run=command.run)
    return whole


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status; what is wrong goes to standard error."""
    speak_utf8()
    warn_of_namesake()
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except SpecError as error:
        tell(error, arguments.color)
        # What cannot be written is no fault of the spec.
        written = all(diagnostic.code == "F201" for diagnostic in error.diagnostics)
        return WRONG_USE if isinstance(error, PluginError) or written else WRONG_SPEC
    except UsageError as error:
        print(f"archspec: {error}", file=sys.stderr)
        return WRONG_USE
    except BrokenPipeError:
        # The reader (`head`, say) has seen enough; Python must not complain when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return 130
    except MemoryError:
        print("archspec: the memory ran out; a smaller network takes less", file=sys.stderr)
        return WRONG_USE
    except ImportError as error:
        if lacking := told(error, arguments.command):
            print(f"archspec: {lacking}", file=sys.stderr)
            return WRONG_USE
        return _apologise(_others(arguments))
    except Exception:
        return _apologise(_others(arguments))


def _others(arguments: argparse.Namespace) -> str:
    """Return whose fault it may be besides."""
    return " or of a plugin" if getattr(arguments, "plugin", ()) else ""


def _apologise(others: str) -> int:
    """Say that the fault is ours, or one of `others` too, and where the details are; 2."""
    details = f"archspec {__version__}, Python {sys.version}\n\n{traceback.format_exc()}"
    details = details.encode("utf-8", "backslashreplace").decode()  # halves of characters
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="archspec-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.write(details)
        where = f"The details are in {log.name}; please report them."
    except OSError:  # no folder can be written to: better here than nowhere
        where = f"{details}\nPlease report this."
    ours = f"a fault of archspec {__version__}{others}, not of your spec"
    print(f"archspec: sorry, this is {ours}.\n{where}", file=sys.stderr)
    return WRONG_USE


def warn_of_namesake() -> None:
    """Say so when a distribution that is named archspec has lost this command to this one."""
    here = Path(__file__).resolve().parent.parent
    if called() != DISTRIBUTION and (here / "cpu").exists():
        print(
            "archspec: another distribution, named `archspec`, is installed too, and its command "
            f"is hidden by this one; `{DISTRIBUTION}` is this one wherever both are.",
            file=sys.stderr,
        )
