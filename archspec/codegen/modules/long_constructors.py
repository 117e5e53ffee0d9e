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
from archspec.codegen.python.printer import body, head
from archspec.codegen.python.trees import call, dotted, function, kind, names, same
from archspec.codegen.uses.children import Item, listing, plain
from archspec.codegen.uses.common_formula import nodes
from archspec.codegen.uses.frame import Frame
from archspec.codegen.words.of_blocks import chained
from archspec.network import Body

LONGEST: Final = 40
"""Lines of a function that can be taken in at a glance."""

_WORTH: Final = 8
"""Lines of a chain from which on a function of its own makes a constructor easier to read."""


def length(signature: ast.FunctionDef, *parts: Sequence[ast.stmt]) -> int:
    """Return the lines of a constructor with a docstring of one line."""
    return len(head(signature, 1)) + 1 + sum(len(body(part, 2)) for part in parts)


def initialise_function(program: Program) -> str:
    """Write the function that fills the tensors of a new network, and return its name."""
    called = program.unused("_initialise")
    filled = initialisation([program.network.root], program.network, owner=dotted("network"))
    given = (ast.arg("network", kind("nn.Module")), None)
    signature = function(called, [given], ast.Constant(None))
    doc = said("Fill the weights of a new network.")
    program.definitions.append(Function(Method(signature, doc, filled)))
    return called


def with_function(items: Sequence[Item], frame: Frame, program: Program) -> list[Item] | None:
    """Return the entries with the longest chain built by a function; None where none is long."""
    chains = [item for item in items if _is_chain(item, items)]
    parts = {id(item): _statements(item, frame) for item in chains}
    sizes = [len(body(parts[id(item)], 1)) for item in chains]
    if not sizes or max(sizes) < _WORTH:
        return None
    longest = chains[sizes.index(max(sizes))]
    written = parts[id(longest)]
    read = names(*written)
    passed = [parameter for parameter in frame.known() if parameter.name in read]
    called = program.unused(f"_{plain(longest.name).lower()}")
    uses = [node for _, node in nodes(longest.slot) if isinstance(node, Body)]
    doc = partial(chained, uses, indent=1)
    program.definitions.append(Function(Method(building(called, passed), doc, written)))
    made = call(called, *(dotted(parameter.name) for parameter in passed))
    return [replace(item, value=made, listed=()) if item is longest else item for item in items]


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
