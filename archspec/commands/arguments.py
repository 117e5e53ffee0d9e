"""What the commands share: the spec, its vars and its input shape, the file to write."""

from __future__ import annotations

import argparse
import os
import re
import stat
import sys
from pathlib import Path
from typing import Final

from archspec import limits
from archspec.api import compiled
from archspec.architecture import Architecture
from archspec.commands.telling import warn
from archspec.errors import Source, Span
from archspec.merging import Chain, joined
from archspec.ops import Ops, Shape
from archspec.plugins import registry
from archspec.reading import decoded, read_chain, text_chain
from archspec.schema.values import given
from archspec.spec import Given
from archspec.syntax import parse

DEFAULT: Final = "archspec.yaml"
_NEAR: Final = 4000
"""Bytes at either end of a file in which a mark is looked for."""


class UsageError(Exception):
    """The command was called in a way that cannot work; exit status 2."""


def add_place(parser: argparse.ArgumentParser, *, many: bool = False) -> None:
    """Add SPEC."""
    parser.add_argument(
        "spec",
        metavar="SPEC",
        nargs="*" if many else "?",
        help="a file, the name of a bundled spec, or - for standard input",
    )


def add_spec(parser: argparse.ArgumentParser, *, many: bool = False) -> None:
    """Add SPEC, `--set` and `--input`."""
    add_place(parser, many=many)
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a value for a var of the spec, as in YAML; may repeat",
    )
    parser.add_argument(
        "--input", metavar="3x256x256", help="the input shape, instead of the spec's own"
    )
    add_plugin(parser)


def add_plugin(parser: argparse.ArgumentParser) -> None:
    """Add `--plugin`."""
    parser.add_argument(
        "--plugin",
        metavar="MODULE",
        action="append",
        default=[],
        help="a Python module with further ops, such as my_package.ops, which is imported; "
        "may repeat",
    )


def plugin_ops(arguments: argparse.Namespace) -> Ops:
    """Return the ops that a spec may use: archspec's own and those of the plugins.

    Raises:
        PluginError: when one of them is wrong.
    """
    # Last, so that a file beside the spec stands in for no module that is installed.
    if arguments.plugin and not {"", os.getcwd()} & set(sys.path):
        sys.path.append(os.getcwd())
    return registry(arguments.plugin, "--plugin")


def add_bound(parser: argparse.ArgumentParser, otherwise: str) -> None:
    """Add `--max-params`; without it, `otherwise` holds."""
    parser.add_argument(
        "--max-params",
        type=_count,
        metavar="N",
        help=f"refuse a network of more than N learned parameters (default: {otherwise})",
    )


def _count(text: str) -> int:
    """Return a whole number, which may be written as 25_000_000."""
    if not re.fullmatch(r"[0-9](_?[0-9]){0,17}", text):
        raise argparse.ArgumentTypeError(f"a whole number, such as 25_000_000, not {text!r}")
    return int(text)


def chain(spec: str | None) -> Chain:
    """Read the spec that the command line names, and those that it extends.

    Raises:
        SpecError: when there is none, or it is not YAML.
        UsageError: without SPEC, where the current folder has no archspec.yaml.
    """
    if spec == "-":
        return text_chain(_standard_input())
    if spec is None:
        if not Path(DEFAULT).exists():
            raise UsageError(
                f"no SPEC given, and there is no {DEFAULT} in this folder; "
                "name a file, or a bundled spec (`archspec list`)"
            )
        spec = DEFAULT
    return read_chain(spec)


def load(arguments: argparse.Namespace) -> Architecture:
    """Load the spec that the command line names, with its vars, input and plugins."""
    net = load_one(arguments.spec, arguments, plugin_ops(arguments))
    warn(net, arguments.color)
    return net


def load_one(spec: str | None, arguments: argparse.Namespace, ops: Ops) -> Architecture:
    """Load one of several specs."""
    document, text = joined(chain(spec), ops), arguments.input
    place = text and Span(Source("--input", text), 1, 1, 1, len(text) + 1)
    return compiled(document, _shape(text), _overrides(arguments.set), ops, place)


def _standard_input() -> str:
    return decoded(sys.stdin.buffer.read(limits.SOURCE_BYTES + 1), "standard input")


def _shape(text: str | None) -> Shape | None:
    if text is None:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,8}(x[1-9][0-9]{0,8})*", text):
        raise UsageError(f"--input is sizes joined by x, such as 3x256x256, not {text!r}")
    return tuple(int(part) for part in text.split("x"))


def _overrides(settings: list[str]) -> dict[str, Given]:
    found = {}
    for setting in settings:
        name, sign, value = setting.partition("=")
        if not sign or not name.isidentifier():
            raise UsageError(f"--set takes NAME=VALUE, not {setting!r}")
        tree = parse(Source("--set", f"{name}: {value}"))
        found[name] = given(tree.entries[0][1])
    return found


def add_out(parser: argparse.ArgumentParser, help: str) -> None:
    """Add `--out` and `--force`."""
    parser.add_argument("--out", metavar="FILE", help=help)
    parser.add_argument(
        "--force", action="store_true", help="overwrite FILE even if archspec did not write it"
    )


def check_target(path: str, marks: tuple[bytes, ...], *, force: bool) -> None:
    """Refuse to overwrite what someone may have made by hand.

    Args:
        path: the file to be written.
        marks: one of these stands near the beginning or the end of files that may be overwritten.
        force: overwrite whatever it is.

    Raises:
        UsageError: when the file exists, has no mark, and `force` is not given.
    """
    if force or not os.path.exists(path):
        return
    if stat.S_ISREG(os.stat(path).st_mode):
        with open(path, "rb") as file:
            ends = file.read(_NEAR)
            file.seek(max(file.tell(), os.stat(path).st_size - _NEAR))
            ends += file.read(_NEAR)
        if any(mark in ends for mark in marks):
            return
    raise UsageError(f"{path} exists and archspec did not write it; --force overwrites it")


def ending(path: str) -> str:
    """Return what stands behind the last dot of a file's name, in lower case."""
    return Path(path).suffix.removeprefix(".").lower()
