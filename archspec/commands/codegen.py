"""`archspec codegen`: PyTorch source."""

from __future__ import annotations

import argparse
import sys

from archspec.commands.arguments import UsageError, add_out, add_spec, check_target, load
from archspec.writing import write_whole

NAME = "codegen"
HELP = "write the network as PyTorch source that imports torch alone"
EXAMPLE = "archspec codegen resnet34 --out model.py"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser)
    add_out(parser, "the file to write; standard output without it")
    parser.add_argument(
        "--templates",
        metavar="DIR",
        help="a folder whose templates take the place of bundled ones of the same names",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print or write the source."""
    net = load(arguments)
    from archspec.codegen import MARK, LayoutError  # noqa: PLC0415 - jinja2 is needed here alone

    if arguments.out:
        check_target(arguments.out, (MARK.encode(),), force=arguments.force)
    try:
        source = net.codegen(templates=arguments.templates)
    except LayoutError as error:
        raise UsageError(str(error)) from None
    if arguments.out:
        write_whole(arguments.out, source)
        print(f"wrote {arguments.out}")
    else:
        sys.stdout.write(source)
    return 0
