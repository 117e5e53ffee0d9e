"""Lists of turns in which a loop turns once: what a second turn would be is seen in longer ones.

A class that is right for any number of turns is written from one network as well as from another.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from archspec.errors import SpecError
from archspec.expressions import Value
from archspec.network import Body, Child, Leaf, Loop, Network
from archspec.ops import Shape
from archspec.resolve.counting import FEWEST, TURNS
from archspec.resolve.opening import resolve_named, with_open_vars
from archspec.spec import Given, Written


def longer(
    network: Network,
    written: Written,
    overrides: Mapping[str, Given],
    shape: Shape | None,
    closed: Container[str],
) -> Network | None:
    """Return a network of more turns in whose formulas vars are open that say how many these are.

    Args:
        network: with all open vars that can be open as it is.
        written: its spec.
        overrides: values for its vars.
        shape: an input shape without the batch dimension, instead of the spec's.
        closed: vars that must not be open.

    Returns:
        The network, which knows that of the usual values; None where no var is more open in it.
    """
    asked = (name for name in network.closed if name not in closed)
    more = {name: raised for name in asked if (raised := _raised(network, name))}
    if not more:
        return None
    given = {name: written.spec.vars[name] for name in more}
    values = {name: Given(given[name].span, raised) for name, raised in more.items()}
    try:
        found = resolve_named(written, {**overrides, **values}, shape)
        others = {name: what for name, what in network.closed.items() if name not in more}
        found = with_open_vars(found, written, {**overrides, **values}, shape, others)
    except SpecError:
        return None  # of longer lists there is no network
    if not {*more} <= {*found.open} or not _agree(network, found):
        return None
    return replace(found, usual=network, is_default=network.is_default)


def _raised(network: Network, name: str) -> Value:
    """Return a var with enough turns everywhere; None where it says no numbers of turns."""
    if network.closed[name].what != TURNS:
        return None
    value = network.vars.get(name)
    entries = value if isinstance(value, tuple) else (value,)
    if not all(type(entry) is int and entry > 0 for entry in entries) or min(entries) >= FEWEST:
        return None
    raised = tuple(max(entry, FEWEST) for entry in entries)
    return raised if isinstance(value, tuple) else raised[0]


def _agree(one: Network, other: Network) -> bool:
    """Tell whether all that stands around the loops gives the same shapes in two networks."""
    loops = _loops(other.root.children)
    counted = {_place(loop) for loop in loops if loop.number is not None}
    return [*_around(one.root.children, counted)] == [*_around(other.root.children, counted)]


def _place(loop: Loop) -> object:
    """Return where a loop is written, which is the same in both networks."""
    span = loop.written.span
    return span.source.name, span.line, span.column


def _loops(children: Sequence[Child]) -> Iterator[Loop]:
    for child in children:
        if isinstance(child, Loop):
            yield child
            for turn in child.turns:
                yield from _loops(turn.children)
        elif isinstance(child, Body):
            yield from _loops(child.children)


def _around(children: Sequence[Child], counted: Container[object]) -> Iterator[Shape]:
    """Yield the shapes that nodes give which stand in none of some loops."""
    for child in children:
        if isinstance(child, Leaf | Body):
            yield child.output
        if isinstance(child, Loop) and _place(child) not in counted:
            for turn in child.turns:
                yield from _around(turn.children, counted)
        elif isinstance(child, Body):
            yield from _around(child.children, counted)
