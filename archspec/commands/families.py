"""Several specs for `archspec codegen`: one file with a class for those that are alike."""

from __future__ import annotations

import argparse
import re
from collections.abc import Container, Sequence
from pathlib import Path

from archspec.architecture import Architecture, family_source
from archspec.commands.arguments import UsageError, chain, load_one, plugin_ops
from archspec.commands.telling import warn
from archspec.syntax import Mapping, Scalar


def family(arguments: argparse.Namespace) -> str:
    """Return the source of several specs.

    Raises:
        UsageError: for options that speak of one network, two specs of one name, or specs that
            have no base in common whose name the class could have.
    """
    _refuse(arguments)
    ops = plugin_ops(arguments)
    nets: dict[str, Architecture] = {}
    for spec in arguments.spec:
        net = load_one(spec, arguments, ops)
        warn(net, arguments.color)
        nets[_factory(spec, nets)] = net
    name = arguments.name or _name_of_base(arguments.spec)
    try:
        return family_source(nets, name, line_length=arguments.line_length)
    except ValueError as error:
        raise UsageError(f"{error}; --class NAME names the class, a file its function") from None


def _refuse(arguments: argparse.Namespace) -> None:
    if arguments.style != "structured":
        raise UsageError("--style flat is for one SPEC; a family is classes")
    for option, given in (
        ("--with", arguments.parts),
        ("--explain", arguments.explain),
        ("--templates", arguments.templates),
        ("--features", arguments.features),
        ("--input", arguments.input),
    ):
        if given:
            raise UsageError(f"{option} speaks of one network, and here are several")


def _factory(spec: str, known: Container[str]) -> str:
    """Return the name of the function that makes a network: that of the file."""
    name = re.sub(r"[^0-9a-zA-Z_]", "_", Path(spec).stem)
    if name in known:
        raise UsageError(f"two of these would be made by a function `{name}`")
    return name


def _name_of_base(specs: Sequence[str]) -> str:
    """Return the name of the base that specs have in common."""
    names = [[_own_name(file) for file in chain(spec)] for spec in specs]
    shared = next((name for name in names[0] if name and all(name in o for o in names)), "")
    if not shared:
        raise UsageError("these have no base in common to name the class after; --class NAME does")
    return shared


def _own_name(file: Mapping) -> str:
    held = file.get("name")
    return str(held.value) if isinstance(held, Scalar) else ""
