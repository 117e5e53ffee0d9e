"""What a long constructor leaves to functions of its own: first weights, and long chains."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from archspec.codegen.modules.first_weights import initialisation
from archspec.codegen.modules.program import Function, Method, Program, said
from archspec.codegen.modules.signatures import building
from archspec.codegen.python.printer import body
from archspec.codegen.python.printer import head as head_lines
from archspec.codegen.python.trees import call, dotted, function, kind, names, renamed, same
from archspec.codegen.uses.children import Item, listing, plain
from archspec.codegen.uses.common_formula import nodes
from archspec.codegen.uses.frame import Frame
from archspec.codegen.words.of_chains import chained
from archspec.network import Body

LONGEST: Final = 40
"""Lines of a function that can be taken in at a glance."""

_MOST: Final = 12
"""Branches of a function that can be."""

_IN_CHANNELS: Final = "in_channels"

_WORTH: Final = 8
"""Lines of a chain from which on a function of its own makes a constructor easier to read."""


def length(signature: ast.FunctionDef, *parts: Sequence[ast.stmt]) -> int:
    """Return the lines of a constructor with a docstring of one line."""
    return len(head_lines(signature, 1)) + 1 + sum(len(body(part, 2)) for part in parts)


def is_long(
    signature: ast.FunctionDef,
    asked: Sequence[ast.stmt],
    written: Sequence[ast.stmt],
    filled: Sequence[ast.stmt],
) -> bool:
    """Tell whether a constructor is too long with its parameters, or with what it refuses."""
    behind = length(signature, asked, written, filled) - len(head_lines(signature, 1))
    return max(length(signature, written, filled), behind) > LONGEST


def is_crowded(*parts: Sequence[ast.stmt]) -> bool:
    """Tell whether there are more branches in a constructor than can be taken in at a glance."""
    nodes = (node for part in parts for line in part for node in ast.walk(line))
    return sum(isinstance(node, ast.If | ast.For) for node in nodes) > _MOST


def initialise_function(program: Program) -> str:
    """Write the function that fills the tensors of a new network, and return its name."""
    called = program.unused("_initialise")
    filled = initialisation([program.network.root], program.network, owner=dotted("network"))
    given = (ast.arg("network", kind("nn.Module")), None)
    signature = function(called, [given], ast.Constant(None))
    doc = said("Fill the weights of a new network.")
    program.definitions.append(Function(Method(signature, doc, filled)))
    return called


def with_function(
    items: Sequence[Item],
    frame: Frame,
    program: Program,
    *,
    worth: int = _WORTH,
    entering: str = "",
) -> list[Item] | None:
    """Return the entries with the longest chain built by a function; None where none is long.

    Args:
        items: the entries.
        frame: the names where they are made.
        program: the file.
        worth: lines of a chain from which on it is long.
        entering: the name of the channels that enter, which the function has first.
    """
    chains = [item for item in items if _is_chain(item, items)]
    parts = {id(item): _statements(item, frame) for item in chains}
    sizes = [len(body(parts[id(item)], 1)) for item in chains]
    if not sizes or max(sizes) < worth:
        return None
    longest = chains[sizes.index(max(sizes))]
    written = parts[id(longest)]
    read = names(*written)
    passed = [parameter for parameter in frame.known() if parameter.name in read]
    passed.sort(key=lambda parameter: parameter.name != entering)
    called = program.unused(_function_name(longest))
    uses = [node for _, node in nodes(longest.slot) if isinstance(node, Body)]
    doc = partial(chained, uses, indent=1)
    if passed and passed[0].name == entering and _IN_CHANNELS not in read:
        written = [renamed(part, entering, _IN_CHANNELS) for part in written]
        head = building(called, [replace(passed[0], name=_IN_CHANNELS), *passed[1:]])
    else:
        head = building(called, passed)
    program.definitions.append(Function(Method(head, doc, written)))
    made = call(called, *(dotted(parameter.name) for parameter in passed))
    return [replace(item, value=made, listed=()) if item is longest else item for item in items]


def _function_name(item: Item) -> str:
    """Return what the function is called: after the entry, or for all turns after its stem."""
    name = plain(item.name).lower()
    if item.label is not None or name.isdigit():
        name = name.rstrip("0123456789_") or "stage"
    return f"_{name}"


def _statements(item: Item, frame: Frame) -> list[ast.stmt]:
    """Return what builds a chain in a function."""
    return [*listing(item.listed, frame), ast.Return(item.value)]


def _is_chain(item: Item, items: Sequence[Item]) -> bool:
    """Tell whether a function can build an entry: a chain of which no other reads a variable."""
    if not isinstance(item.value, ast.Call) or not same(item.value.func, dotted("nn.Sequential")):
        return False
    held = getattr(item.listed, "held", None)
    others = [other.value for other in items if other is not item and other.value is not None]
    return held is None or held.variable not in names(*others)
