"""Several specs for `archspec codegen`: one file with a class for those that are alike."""

from __future__ import annotations

import argparse
import keyword
import re
from collections.abc import Container, Sequence
from pathlib import Path

from archspec.architecture import Architecture, family_source
from archspec.commands.arguments import UsageError, chain, load_one, plugin_ops
from archspec.commands.telling import warn
from archspec.syntax import Scalar


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
    if not _is_name(name):
        raise UsageError(f"--class {name} is no name in Python")
    return family_source(nets, name, line_length=arguments.line_length)


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
    if not _is_name(name):
        raise UsageError(f"{spec} would be made by a function `{name}`, which is no name in Python")
    if name in known:
        raise UsageError(f"two of these would be made by a function `{name}`")
    return name


def _is_name(word: str) -> bool:
    return word.isidentifier() and not keyword.iskeyword(word)


def _name_of_base(specs: Sequence[str]) -> str:
    """Return the name of the base that specs have in common."""
    names = []
    for spec in specs:
        (_, *bases) = chain(spec)
        held = [base.get("name") for base in bases]
        names.append({str(node.value) for node in held if isinstance(node, Scalar)})
    shared = set.intersection(*names)
    if len(shared) != 1:
        raise UsageError("these have no base in common to name the class after; --class NAME does")
    return shared.pop()
