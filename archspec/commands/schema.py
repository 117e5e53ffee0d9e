"""`archspec schema`: the language as editors read it."""

from __future__ import annotations

import argparse
import json

from archspec.commands.arguments import add_plugin, chain, plugin_ops
from archspec.merging import joined
from archspec.ops import Ops
from archspec.schema.headers import header
from archspec.schema.variables import read_var
from archspec.spec import Parameter, Var
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
        help="a spec whose blocks and vars are known too; without it, any capitalised word may be "
        "a block",
    )
    add_plugin(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the schema."""
    from archspec.editors import language  # noqa: PLC0415 - not needed by other commands

    ops = plugin_ops(arguments)
    known = _known(arguments.spec, ops) if arguments.spec is not None else (None, ops)
    print(json.dumps(language(*known), indent=1))
    return 0


def _known(spec: str, ops: Ops) -> tuple[dict[str, tuple[Parameter, ...]], Ops, dict[str, Var]]:
    """Return what a spec's blocks take, and what its vars may be, those of its base too."""
    tree = joined(chain(spec), ops)
    blocks, vars = tree.get("blocks"), tree.get("vars")
    headers = [key for key, _ in blocks.entries] if isinstance(blocks, Mapping) else []
    values = vars.entries if isinstance(vars, Mapping) else ()
    return (
        dict(header(key, ops) for key in headers),
        ops,
        {str(key.value): read_var(str(key.value), value) for key, value in values},
    )
