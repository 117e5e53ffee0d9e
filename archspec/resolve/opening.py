"""Which vars can become arguments of the emitted class: those that change arguments alone.

A var is open when nothing that is there depends on it: no `if`, no number of turns, no choice of an
op; and when what depends on it is told by formulas, as numbers of channels are. What comes from a
side of a feature map, which keeps no formula, closes the vars that decide the side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from archspec import expressions
from archspec.errors import SpecError
from archspec.expressions import Formula
from archspec.network import Body, Leaf, Network, walk
from archspec.ops import Shape
from archspec.resolve import resolve, resolve_open
from archspec.spec import Given, Written

_LONGEST: Final = 60
"""Characters of a formula that can be read at a glance."""

_OFTEN: Final = 2
"""Uses from which on what is computed reads better under its name."""


def with_open_vars(
    written: Written, overrides: Mapping[str, Given], shape: Shape | None
) -> Network:
    """Resolve a spec that is known to be right, with as many open vars as can be.

    Args:
        written: the spec.
        overrides: values for its vars.
        shape: an input shape without the batch dimension, instead of the spec's.
    """
    values = resolve(written, overrides, shape).vars
    wanted = [
        name
        for name, default in written.spec.vars.items()
        if type(values[name]) in (int, float) and default.formula is None
    ]
    try:
        _, closed = resolve_open(written, overrides, shape, wanted)
    except SpecError:  # formulas of open vars can grow past the limits, where numbers do not
        return resolve(written, overrides, shape)
    named = [
        name
        for name, default in written.spec.vars.items()
        if default.formula is not None and type(values[name]) in (int, float)
    ]
    named = [name for name in named if name not in overrides]
    network, wanted = _opened(written, overrides, shape, wanted, named, closed)
    unreadable = _in_long_formulas(network)
    kept = [name for name in wanted if name not in unreadable]
    uses = _uses(network)
    often = [name for name in named if uses[name] >= _OFTEN]
    if (kept, often) != (wanted, named):
        network, _ = _opened(written, overrides, shape, kept, often)
    return network


def _opened(
    written: Written,
    overrides: Mapping[str, Given],
    shape: Shape | None,
    wanted: Sequence[str],
    named: Sequence[str],
    closed: Collection[str] = (),
) -> tuple[Network, list[str]]:
    """Return a network in which all of some vars are open that are not closed, and which these are.

    Names of their own, for what is computed from them, may close further ones.
    """
    while True:
        wanted = [name for name in wanted if name not in closed]
        network, closed = resolve_open(written, overrides, shape, wanted, named)
        if closed.isdisjoint(wanted):
            return network, wanted


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
