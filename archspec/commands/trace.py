"""`archspec trace`: how one node came to be."""

from __future__ import annotations

import argparse
import json

from archspec.commands.arguments import add_spec, load

NAME = "trace"
HELP = "tell how a node came to be: its text, the names around it, its arguments, its source"
EXAMPLE = "archspec trace resnet34 --node layer2.0.conv1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser)
    parser.add_argument(
        "--node", metavar="PATH", required=True, help="the node, as `summary` names it"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, in full")


def run(arguments: argparse.Namespace) -> int:
    """Print what is known of the node."""
    from archspec.derivation import as_data, as_text  # noqa: PLC0415 - not needed by others

    found = load(arguments).trace(arguments.node)
    print(json.dumps(as_data(found), indent=1) if arguments.json else as_text(found))
    return 0
