"""`archspec list`: the bundled specs."""

from __future__ import annotations

import argparse
import json
import shutil

from archspec.reading import bundled_names, read_document
from archspec.schema import read_spec

NAME = "list"
HELP = "list the bundled specs with parameters, MACs and the paper"
EXAMPLE = "archspec list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Print a line per bundled spec; its figures are those that it expects of itself."""
    found = []
    for name in bundled_names():
        spec = read_spec(read_document(name)).spec
        found.append(
            {
                "name": name,
                "parameters": spec.expect.params,
                "macs": spec.expect.macs,
                "paper": spec.paper,
            }
        )
    if arguments.json:
        print(json.dumps(found, indent=1))
        return 0
    width = max(shutil.get_terminal_size((120, 24)).columns, 72)
    wide = max(len(str(entry["name"])) for entry in found)
    print(f"{'name':<{wide}}  {'parameters':>13}  {'MACs':>16}  paper")
    for entry in found:
        line = (
            f"{entry['name']:<{wide}}  {entry['parameters']:>13,}  {entry['macs']:>16,}  "
            f"{entry['paper']}"
        )
        print(line if len(line) <= width else f"{line[: width - 1]}…")
    return 0
