"""Which vars are arguments of the class in emitted source, and what makes the others numbers."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final, NamedTuple

from archspec.allowed import is_number
from archspec.errors import Span
from archspec.expressions import Value
from archspec.network import Network
from archspec.ops import naming
from archspec.spec import Given, Written, read_names

_KINDS: Final = {
    bool: "true or false",
    str: "a word",
    tuple: "a list of other things",
    type(None): "nothing",
}


class Argument(NamedTuple):
    """A var, or the channels that enter, in source.

    Attributes:
        name: its name.
        value: its value here.
        is_argument: whether the class takes it.
        why: where it does not, why; else nothing.
        place: where that is written.
    """

    name: str
    value: Value
    is_argument: bool
    why: str = ""
    place: Span | None = None


def arguments(
    source: str, network: Network, written: Written, overrides: Mapping[str, Given]
) -> tuple[Argument, ...]:
    """Return the arguments of the network's class, and the vars that are none.

    Args:
        source: the source.
        network: the network as that tells it, with open vars.
        written: its spec.
        overrides: values for its vars.
    """
    taken = _taken(source, network.name)
    shape = next(iter(network.inputs.values()))
    known = naming(shape)
    channels = {name: shape[index] for name, index in known.items() if name in network.closed}
    values = {**network.vars, **network.defaults, **channels}
    return tuple(
        Argument(name, value, True)
        if name in taken
        else Argument(name, value, False, *_why(name, value, network, written, overrides))
        for name, value in values.items()
    )


def _taken(source: str, name: str) -> set[str]:
    """Return the parameters of the constructor of a class."""
    (made,) = (c for c in ast.parse(source).body if isinstance(c, ast.ClassDef) and c.name == name)
    methods = (part for part in made.body if isinstance(part, ast.FunctionDef))
    return {arg.arg for part in methods if part.name == "__init__" for arg in part.args.args}


def _why(
    name: str,
    value: Value,
    network: Network,
    written: Written,
    overrides: Mapping[str, Given],
) -> tuple[str, Span | None]:
    """Return why a var is no argument, and where that is written."""
    given = overrides.get(name, written.spec.vars.get(name))
    if (kind := _KINDS.get(type(value))) and not _is_of_numbers(value):
        return f"it is {kind}, and arguments are numbers and lists of them", None
    if given is not None and given.formula is not None:
        return f"it is computed from {', '.join(sorted(read_names(given)))}", given.span
    if name in network.closed:
        what, place = network.closed[name]
        return f"it may decide {what}", place
    return "nothing that is there reads it", None


def _is_of_numbers(value: Value) -> bool:
    return isinstance(value, tuple) and bool(value) and all(map(is_number, value))
