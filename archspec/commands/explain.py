"""`archspec explain`: what a code means, with a wrong and a right example."""

from __future__ import annotations

import argparse

from archspec.commands.arguments import UsageError
from archspec.errors import did_you_mean

NAME = "explain"
HELP = "tell more about a code such as S201, with a wrong and a right example; or list all codes"
EXAMPLE = "archspec explain S201"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("code", metavar="CODE", nargs="?", help="as in `error[S201]`")


def run(arguments: argparse.Namespace) -> int:
    """Print what is known about a code, or all codes with their titles."""
    from archspec.explanations import explanations  # noqa: PLC0415 - read by this command alone

    known = explanations()
    if arguments.code is None:
        for code, entry in known.items():
            print(f"{code}  {entry.title}")
        return 0
    code = arguments.code.upper()
    if code not in known:
        help = did_you_mean(code, known) or "`archspec explain` lists all codes"
        raise UsageError(f"no code is named {arguments.code!r}; {help}")
    print(known[code].text, end="")
    return 0
