"""What a long constructor leaves to functions of its own: first weights, and long chains."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from archspec.codegen.agreement import nodes
from archspec.codegen.blocks import chained
from archspec.codegen.frame import Frame
from archspec.codegen.initialise import initialisation
from archspec.codegen.items import Item, plain
from archspec.codegen.layout import Argument, Call, flat, lines
from archspec.codegen.program import Function, Method, Program, said
from archspec.network import Body

LONGEST: Final = 40
"""Lines of a function that can be taken in at a glance."""

_WORTH: Final = 8
"""Lines of a chain from which on a function of its own makes a constructor easier to read."""


def length(signature: Sequence[str], *parts: Sequence[str]) -> int:
    """Return the lines of a constructor with a docstring of one line."""
    return len(signature) + 1 + sum(map(len, parts))


def initialise_function(program: Program) -> str:
    """Write the function that fills the tensors of a new network, and return its name."""
    name = program.unused("_initialise")
    filled = initialisation(
        [program.network.root], program.network, program, owner="network", indent=1
    )
    signature = [f"def {name}(network: nn.Module) -> None:"]
    doc = said("Fill the weights of a new network.")
    program.definitions.append(Function(Method(signature, doc, filled)))
    return name


def with_function(items: Sequence[Item], frame: Frame, program: Program) -> list[Item] | None:
    """Return the entries with the longest chain built by a function; None where none is long."""
    chains = [item for item in items if _is_chain(item)]
    sizes = [len(lines(item.value, 1, "return ")) for item in chains]
    if not sizes or max(sizes) < _WORTH:
        return None
    longest = chains[sizes.index(max(sizes))]
    words = set(re.findall(r"\w+", flat(longest.value)))
    passed = [parameter for parameter in frame.known() if parameter.name in words]
    name = program.unused(f"_{plain(longest.name).lower()}")
    taken = tuple(Argument(f"{p.name}: {p.annotation}") for p in passed)
    signature = lines(Call(name, taken), 0, "def ", " -> nn.Sequential:")
    uses = [node for _, node in nodes(longest.slot) if isinstance(node, Body)]
    doc = partial(chained, uses, indent=1)
    method = Method(signature, doc, lines(longest.value, 1, "return "))
    program.definitions.append(Function(method))
    call = Call(name, tuple(Argument(parameter.name) for parameter in passed))
    return [replace(item, value=call) if item is longest else item for item in items]


def _is_chain(item: Item) -> bool:
    made = isinstance(item.value, Call) and item.value.head == "nn.Sequential"
    return made and not item.listed
