"""`archspec diff`: what differs between two networks."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import TYPE_CHECKING, Final

from archspec import tables
from archspec.architecture import Architecture
from archspec.commands.arguments import (
    UsageError,
    add_plugin,
    check_target,
    ending,
    load_one,
    plugin_ops,
)
from archspec.commands.draw import MARKS, add_looks
from archspec.commands.tabular import add_forms, form_of, put
from archspec.commands.telling import is_coloured, warn
from archspec.errors import visible
from archspec.tables import Table
from archspec.writing import write_whole

if TYPE_CHECKING:
    from archspec.analysis.difference import Comparison

NAME = "diff"
HELP = "show what differs between two networks: nodes, shapes, parameters, MACs; status 1 if any"
EXAMPLE = "archspec diff resnet34 --set-b num_classes=10"

_COLOURS: Final = {"added": "32", "removed": "31", "changed": "33"}
_PICTURES: Final = MARKS.keys() - {"html"}
"""Endings of pictures; a page is the table."""

EQUAL, DIFFERENT = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("a", metavar="A", help="a file, the name of a bundled spec, or -")
    parser.add_argument("b", metavar="B", nargs="?", help="another; A itself without it")
    for side, what in (("", "both"), ("-a", "A"), ("-b", "B")):
        parser.add_argument(
            f"--set{side}",
            metavar="NAME=VALUE",
            action="append",
            default=[],
            help=f"a value for a var of {what}; may repeat",
        )
        parser.add_argument(f"--input{side}", metavar="3x256x256", help=f"the input of {what}")
    parser.add_argument(
        "--all", action="store_true", help="also nodes that differ only since other shapes arrive"
    )
    add_plugin(parser)
    add_forms(parser)
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="a table (.txt, .json, .csv, .md, .tex, .html), or B as a diagram in which colours "
        "tell what was added, changed and removed (.svg, .png, .pdf, .dot)",
    )
    parser.add_argument(
        "--force", action="store_true", help="overwrite FILE even if archspec did not write it"
    )
    add_looks(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print or write what differs."""
    from archspec.analysis.difference import compare  # noqa: PLC0415 - not needed by others

    is_picture = bool(arguments.out) and ending(arguments.out) in _PICTURES
    form = "text" if is_picture and arguments.form is None else form_of(arguments)
    first, second = _side(arguments, arguments.a, "a"), _side(arguments, _b(arguments), "b")
    warn(first, arguments.color)
    if [*map(str, second.warnings)] != [*map(str, first.warnings)]:
        warn(second, arguments.color)
    names = (_called(arguments, arguments.a, "a"), _called(arguments, _b(arguments), "b"))
    found = compare(first.network, second.network)
    if is_picture:
        _draw(arguments, found, names)
    else:
        _tell(arguments, form, found, names)
    return EQUAL if found.is_equal else DIFFERENT


def _b(arguments: argparse.Namespace) -> str:
    if arguments.b is None and not (arguments.set_b or arguments.input_b):
        raise UsageError("diff takes two specs, or one and --set-b or --input-b")
    return str(arguments.b or arguments.a)


def _side(arguments: argparse.Namespace, spec: str, side: str) -> Architecture:
    own = vars(arguments)
    settings = [*arguments.set, *own[f"set_{side}"]]
    shape = own[f"input_{side}"] or arguments.input
    given = argparse.Namespace(set=settings, input=shape)
    return load_one(spec, given, plugin_ops(arguments))


def _called(arguments: argparse.Namespace, spec: str, side: str) -> str:
    """Return a network as the user has asked for it: its spec, and what it alone is given."""
    own = vars(arguments)
    return " ".join([spec, *own[f"set_{side}"], *filter(None, [own[f"input_{side}"]])])


def _tell(
    arguments: argparse.Namespace, form: str, found: Comparison, names: tuple[str, str]
) -> None:
    from archspec.tables import differences  # noqa: PLC0415 - not needed by other commands

    shown = (visible(names[0]), visible(names[1]))

    def table(_: int) -> Table:
        return differences.table_of_differences(found, shown, everything=arguments.all)

    width = (
        100 if arguments.out else max(shutil.get_terminal_size((100, 24)).columns, tables.NARROWEST)
    )
    if form == "text" and not arguments.out:
        if found.is_equal:
            print(f"{' → '.join(shown)}: no difference")
            return
        colour = is_coloured(arguments.color, sys.stdout)
        print(tables.text(table(width), width, _painted if colour else None))
        return
    data = differences.differences_as_data(found, names)
    put(arguments, form, table, lambda: data, width)


def _painted(mark: str, line: str) -> str:
    return f"\x1b[{_COLOURS[mark]}m{line}\x1b[0m" if mark in _COLOURS else line


def _draw(arguments: argparse.Namespace, found: Comparison, names: tuple[str, str]) -> None:
    """Draw the second network, with what is not in the first in colour."""
    check_target(arguments.out, MARKS[ending(arguments.out)], force=arguments.force)
    from archspec.draw import DrawError, changes, image  # noqa: PLC0415 - not needed by others

    try:
        picture = image(
            found.after,
            ending(arguments.out),
            depth=arguments.depth,
            direction=arguments.direction,
            theme=arguments.theme,
            found=changes(found, names, everything=arguments.all),
            dpi=arguments.dpi,
        )
    except DrawError as error:
        raise UsageError(str(error)) from None
    write_whole(arguments.out, picture)
    print(f"wrote {arguments.out}")
