"""`archspec show`: a spec as one text, whatever it extends."""

from __future__ import annotations

import argparse
import sys

from archspec.commands.arguments import add_place, add_plugin, chain, plugin_ops
from archspec.flattening import flattened

NAME = "show"
HELP = "print a spec, with what it extends merged in, as a spec that stands alone"
EXAMPLE = "archspec show resnet34 > mine.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_place(parser)
    add_plugin(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the spec."""
    text = flattened(chain(arguments.spec), plugin_ops(arguments))
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    return 0
