"""`archspec validate`: is everything in these specs right?"""

from __future__ import annotations

import argparse
import sys

from archspec.commands.arguments import add_spec, load_one
from archspec.errors import SpecError

NAME = "validate"
HELP = "check specs completely: syntax, names, arguments, every shape, and what they expect"
EXAMPLE = "archspec validate specs/*.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser, many=True)


def run(arguments: argparse.Namespace) -> int:
    """Check each spec; 1 when any is wrong."""
    wrong = 0
    for spec in arguments.spec or [None]:
        try:
            net = load_one(spec, arguments)
        except SpecError as error:
            print(error, end="\n\n", file=sys.stderr)
            wrong += 1
        else:
            print(f"{net.network.file}: ok, {net.name} with {net.parameters:,} parameters")
    return 1 if wrong else 0
