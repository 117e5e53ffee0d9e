"""Which vars can become arguments of the emitted class: those that change arguments alone.

A var is open when nothing that is there depends on it: no `if`, no number of turns, no choice of an
op; and when what depends on it is told by formulas, as numbers of channels are. What comes from a
side of a feature map, which keeps no formula, closes the vars that decide the side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from archspec import expressions
from archspec.errors import SpecError
from archspec.expressions import Formula
from archspec.network import Body, Leaf, Network, walk
from archspec.ops import Shape
from archspec.resolve import resolve_open
from archspec.spec import Given, Written

_LONGEST: Final = 60
"""Characters of a formula that can be read at a glance."""

_OFTEN: Final = 2
"""Uses from which on what is computed reads better under its name."""


def with_open_vars(
    network: Network, written: Written, overrides: Mapping[str, Given], shape: Shape | None
) -> Network:
    """Return a network with as many open vars as can be.

    Args:
        network: the network in which none is open.
        written: its spec.
        overrides: values for its vars.
        shape: an input shape without the batch dimension, instead of the spec's.
    """
    numbers = [name for name in written.spec.vars if type(network.vars[name]) in (int, float)]
    formulas = {name: default.formula for name, default in written.spec.vars.items()}
    wanted = [name for name in numbers if formulas[name] is None]
    named = [name for name in numbers if formulas[name] is not None and name not in overrides]
    try:
        opened, wanted = _opened(written, overrides, shape, wanted, named)
        unreadable = _in_long_formulas(opened)
        kept = [name for name in wanted if name not in unreadable]
        # What is computed of closed vars alone is a number, whatever was asked for.
        named = [name for name in named if name in opened.computed]
        uses = _uses(opened)
        often = [name for name in named if uses[name] >= _OFTEN]
        if (kept, often) != (wanted, named):
            opened, _ = _opened(written, overrides, shape, kept, often)
    except SpecError:  # formulas of open vars can grow past the limits, where numbers do not
        return network
    return opened


def _opened(
    written: Written,
    overrides: Mapping[str, Given],
    shape: Shape | None,
    wanted: Sequence[str],
    named: Sequence[str],
) -> tuple[Network, list[str]]:
    """Return a network in which all of some vars are open that can be, and which these are.

    Args:
        written: the spec.
        overrides: values for its vars.
        shape: an input shape without the batch dimension, instead of the spec's.
        wanted: the vars that shall be open.
        named: vars computed from these that keep their names; that may close further ones.
    """
    open_now = [*wanted]
    while True:
        network, closed = resolve_open(written, overrides, shape, open_now, named)
        if closed.isdisjoint(open_now):
            return network, open_now
        open_now = [name for name in open_now if name not in closed]


def _in_long_formulas(network: Network) -> set[str]:
    """Return the names in formulas that grow too long to read, as those of dense connections."""
    long = (f for f in _formulas(walk(network.root)) if len(expressions.text(f)) > _LONGEST)
    found = {name for formula in long for name in expressions.names(formula)}
    for name, formula in reversed([*network.computed.items()]):
        if name in found:
            found |= expressions.names(formula)
    return found


def _uses(network: Network) -> Counter[str]:
    """Return how many formulas read each name."""
    formulas = [*network.computed.values(), *_formulas(walk(network.root))]
    return Counter(name for formula in formulas for name in expressions.names(formula))


def _formulas(nodes: Iterable[Leaf | Body]) -> Iterator[Formula]:
    """Yield the formulas of arguments, but for vars that are only passed on."""
    for node in nodes:
        if isinstance(node, Leaf):
            yield from node.formulas.values()
        elif node.block is not None:
            passed = node.block.vars
            yield from (f for name, f in node.block.bindings.items() if name not in passed)
