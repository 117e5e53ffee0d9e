"""Which vars can become arguments of the emitted class: those that change arguments alone.

A var is open when nothing that is there depends on it: no `if`, no number of turns, no choice of an
op; and when what depends on it is told by formulas, as numbers of channels are. What comes from a
side of a feature map, which keeps no formula, closes the vars that decide the side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from archspec import expressions
from archspec.errors import SpecError
from archspec.expressions import Formula
from archspec.network import Body, Decision, Leaf, Network, walk
from archspec.ops import Shape, naming
from archspec.resolve import resolve, resolve_open
from archspec.resolve.resolver import CannotBeOpen, Naming
from archspec.spec import Given, Written

_LONGEST: Final = 60
"""Characters of a formula that can be read at a glance."""

_EARLY: Final = 100
"""Nodes that may be made in vain where nobody may want to know which vars can be open."""

_TOO_LONG: Final = "L204"
"""The code of formulas past the limits; those of open vars can grow where numbers do not."""

_UNREADABLE: Final = Decision("formulas that are too long to read")

_OFTEN: Final = 2
"""Uses from which on what is computed reads better under its name."""


def resolve_named(written: Written, overrides: Mapping[str, Given], shape: Shape | None) -> Network:
    """Resolve a spec, in whose formulas vars have their names, but for those that soon must not.

    That is no more work than with numbers, and most often it serves its source too.

    Args:
        written: the spec.
        overrides: values for its vars.
        shape: an input shape without the batch dimension, instead of the spec's.

    Raises:
        SpecError: with every mistake found; codes E, G and L.
    """
    try:
        return _resolved(written, overrides, shape, _candidates(written, overrides, shape))
    except SpecError as error:
        if all(found.code != _TOO_LONG for found in error.diagnostics):
            raise
        closed = dict.fromkeys(_candidates(written, overrides, shape).wanted, _UNREADABLE)
        return replace(resolve(written, overrides, shape), closed=closed)


def with_open_vars(
    network: Network,
    written: Written,
    overrides: Mapping[str, Given],
    shape: Shape | None,
    closed: Mapping[str, Decision],
) -> Network:
    """Return a network with as many open vars as can be, and none that had to be closed.

    Args:
        network: the network, as `resolve_named` gives it.
        written: its spec.
        overrides: values for its vars.
        shape: an input shape without the batch dimension, instead of the spec's.
        closed: vars that must not be open, with what they decide.
    """
    if closed:
        network = replace(network, closed={**network.closed, **closed})
    again = partial(_resolved, written, overrides, shape)
    named = _candidates(written, overrides, shape).computed
    try:
        network = _without_closed(network, named, again)
        unreadable = _in_long_formulas(network)
        unreadable -= (misread := _misread(network))
        kept = [name for name in network.open if name not in unreadable | misread]
        # What is computed of closed vars alone is a number, whatever was asked for.
        named = [name for name in named if name in network.computed]
        uses = _uses(network)
        often = [name for name in named if uses[name] >= _OFTEN]
        if (kept, often) != ([*network.open], named):
            closed = {**network.closed} | dict.fromkeys(unreadable, _UNREADABLE)
            network = _without_closed(again(Naming(kept, often)), often, again)
            network = replace(network, closed={**closed, **network.closed})
    except SpecError:
        closed = dict.fromkeys(network.open, _UNREADABLE)
        return replace(resolve(written, overrides, shape), closed={**closed, **network.closed})
    return network


def _without_closed(
    network: Network, named: Sequence[str], again: Callable[[Naming], Network]
) -> Network:
    """Return the network resolved again until nothing in its formulas had to be closed."""
    while network.late:
        closed, wanted = network.closed, [n for n in network.open if n not in network.closed]
        # To begin anew time after time is no more work than one network.
        network = again(Naming(wanted, named, sum(1 for _ in walk(network.root))))
        network = replace(network, closed={**closed, **network.closed})
    return network


def _candidates(written: Written, overrides: Mapping[str, Given], shape: Shape | None) -> Naming:
    """Return what may be open, the channels of a sole input too, and what is computed of vars."""
    formulas = {name: default.formula for name, default in written.spec.vars.items()}
    wanted = [name for name, formula in formulas.items() if formula is None]
    computed = [name for name in formulas if name not in wanted and name not in overrides]
    if isinstance(entering := shape or written.spec.input, tuple):
        wanted += naming(entering)
    return Naming(wanted, computed, _EARLY)


def _resolved(
    written: Written, overrides: Mapping[str, Given], shape: Shape | None, naming: Naming
) -> Network:
    """Return a network in which all of some vars are open that are not closed early.

    Its patience is for all that is made in vain together.
    """
    closed: dict[str, Decision] = {}
    while True:
        try:
            network = resolve_open(written, overrides, shape, naming)
            return replace(network, closed={**closed, **network.closed})
        except CannotBeOpen as found:
            closed |= found.vars
            wanted = [name for name in naming.wanted if name not in found.vars]
            naming = Naming(wanted, naming.computed, naming.patience - found.nodes)


def _in_long_formulas(network: Network) -> set[str]:
    """Return the names in formulas that grow too long to read, as those of dense connections."""
    long = (f for f in _formulas(walk(network.root)) if len(expressions.text(f)) > _LONGEST)
    found = {name for formula in long for name in expressions.names(formula)}
    for name, formula in reversed([*network.computed.items()]):
        if name in found:
            found |= expressions.names(formula)
    return found


def _misread(network: Network) -> set[str]:
    """Return the names of channels that those of a sole input do not have.

    Whether two sizes are a signal or a sequence shows only in what reads them.
    """
    name, *others = network.inputs
    names = {*naming(network.inputs[name])} if not others else set()
    return names - {"in_channels" if name in network.maps else "in_features"} if names else names


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
