"""`archspec summary`: the table of a network."""

from __future__ import annotations

import argparse
import json
import shutil

from archspec import tables
from archspec.commands.arguments import add_spec, load

NAME = "summary"
HELP = "print every node with its shape, parameters and MACs, and the totals"
EXAMPLE = "archspec summary resnet34 --input 3x256x256"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Print the table, as wide as the terminal."""
    network = load(arguments).network
    if arguments.json:
        print(json.dumps(tables.as_data(network), indent=1))
    else:
        print(tables.summary(network, shutil.get_terminal_size((100, 24)).columns))
    return 0
