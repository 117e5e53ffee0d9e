"""What commands that print a table share: its form, and where it goes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from archspec.commands.arguments import UsageError, check_target, ending
from archspec.tables import Table
from archspec.tables.forms import FORMS, written
from archspec.writing import write_whole


def add_forms(parser: argparse.ArgumentParser) -> None:
    """Add an option for each form of a table but text, which is the default."""
    group = parser.add_mutually_exclusive_group()
    for name, form in FORMS.items():
        if name != "text":
            group.add_argument(
                f"--{name}", dest="form", action="store_const", const=name, help=form.help
            )


def form_of(arguments: argparse.Namespace) -> str:
    """Return the form that the options ask for, or the ending of `--out`.

    Raises:
        UsageError: when neither tells, or they tell different things.
    """
    if not arguments.out:
        return arguments.form or "text"
    endings = {form.ending: name for name, form in FORMS.items()}
    found = endings.get(ending(arguments.out))
    if arguments.form is None and found is None:
        raise UsageError(f"--out ends in .{', .'.join(endings)}, or an option tells the form")
    if arguments.form and found and arguments.form != found:
        raise UsageError(f"--{arguments.form} does not go into a .{ending(arguments.out)} file")
    return str(arguments.form or found)


def put(
    arguments: argparse.Namespace,
    form: str,
    table: Callable[[int], Table],
    data: Callable[[], dict[str, Any]],
    width: int,
) -> None:
    """Print a table, or write it to `--out`; the arguments are those of `tables.forms.written`."""
    out = arguments.out
    if out:
        check_target(out, FORMS[form].marks, force=arguments.force)
    found = written(form, table, data, width=width, file=bool(out))
    if not out:
        sys.stdout.write(found)
        return
    write_whole(out, found)
    print(f"wrote {out}")
