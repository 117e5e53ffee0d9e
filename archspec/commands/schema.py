"""`archspec schema`: the language as editors read it."""

from __future__ import annotations

import argparse
import json

from archspec.commands.arguments import add_plugin, chain, plugin_ops
from archspec.ops import Ops
from archspec.reading import joined
from archspec.schema.headers import header
from archspec.spec import Parameter
from archspec.syntax import Mapping

NAME = "schema"
HELP = "print a JSON Schema with which editors complete and check specs as they are typed"
EXAMPLE = "archspec schema resnet34 > resnet34.schema.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "spec",
        metavar="SPEC",
        nargs="?",
        help="a spec whose blocks are known too; without it, any capitalised word may be a block",
    )
    add_plugin(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the schema."""
    from archspec.editors import language  # noqa: PLC0415 - not needed by other commands

    ops = plugin_ops(arguments)
    print(json.dumps(language(_blocks(arguments.spec, ops), ops), indent=1))
    return 0


def _blocks(spec: str | None, ops: Ops) -> dict[str, tuple[Parameter, ...]] | None:
    """Return the parameters of a spec's blocks, those of what it extends too."""
    if spec is None:
        return None
    blocks = joined(chain(spec)).get("blocks")
    return (
        dict(header(key, ops) for key, _ in blocks.entries) if isinstance(blocks, Mapping) else {}
    )
