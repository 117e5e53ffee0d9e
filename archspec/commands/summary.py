"""`archspec summary`: the table of a network."""

from __future__ import annotations

import argparse
import shutil

from archspec import tables
from archspec.analysis import DTYPES, Setting
from archspec.commands.arguments import UsageError, add_out, add_spec, load
from archspec.commands.tabular import add_forms, form_of, put
from archspec.errors import did_you_mean
from archspec.tables import Table

NAME = "summary"
HELP = "print every node with its shape, parameters, MACs, memory and receptive field, and totals"
EXAMPLE = "archspec summary resnet50 --by stage --batch 32 --dtype bfloat16"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_spec(parser)
    parser.add_argument("--depth", type=_natural, metavar="N", help="how many levels are shown")
    parser.add_argument(
        "--by", choices=tables.GROUPS, help="a row for each block, stage or op instead of each node"
    )
    parser.add_argument(
        "--columns",
        metavar="LIST",
        help=f"which columns, joined by commas, of {', '.join(tables.COLUMNS).replace('%', '%%')}; "
        "without it as many as there is room for",
    )
    parser.add_argument(
        "--batch", type=_positive, default=1, metavar="N", help="samples whose memory is counted"
    )
    parser.add_argument(
        "--dtype", choices=DTYPES, default="float32", help="the type of weights and activations"
    )
    add_forms(parser)
    add_out(parser, "a .txt, .json, .csv, .md, .tex or .html file; standard output without it")


def run(arguments: argparse.Namespace) -> int:
    """Print the table, as wide as the terminal, or write it."""
    columns = _columns(arguments.columns)
    form = form_of(arguments)
    network = load(arguments).network
    setting = Setting(batch=arguments.batch, dtype=arguments.dtype)

    def table(width: int) -> Table:
        return tables.table(
            network,
            setting=setting,
            depth=arguments.depth,
            by=arguments.by,
            columns=columns,
            width=width,
        )

    width = (
        100 if arguments.out else max(shutil.get_terminal_size((100, 24)).columns, tables.NARROWEST)
    )
    data = tables.as_data
    put(
        arguments,
        form,
        table,
        lambda: data(network, setting=setting, depth=arguments.depth, by=arguments.by),
        width,
    )
    return 0


def _natural(text: str, least: int = 0) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < least or len(text) > 9:
        raise argparse.ArgumentTypeError(f"an integer of at least {least} is needed, not {text!r}")
    return int(text)


def _positive(text: str) -> int:
    return _natural(text, 1)


def _columns(text: str | None) -> list[str] | None:
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in tables.COLUMNS:
            help = did_you_mean(name, tables.COLUMNS) or f"there are {', '.join(tables.COLUMNS)}"
            raise UsageError(f"no column is named {name!r}; {help}")
    return names
