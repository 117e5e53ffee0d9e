"""Sides of maps that are the same whatever enters the network, as behind a pooling to 7×7."""

from __future__ import annotations

from collections.abc import Mapping

from archspec.errors import Span, SpecError
from archspec.expressions import Value
from archspec.network import Body, Network, walk
from archspec.ops import Shape
from archspec.resolve import resolve
from archspec.resolve.shapes_across_scopes import entering
from archspec.spec import Given, Written

Standing = Mapping[Span, frozenset[str]]
"""By the place of a body, the names of sizes of what enters it that never change."""


def standing(network: Network, written: Written) -> Standing:
    """Return which sizes of what enters a body are the same for an input of twice the size.

    Nothing is known where there are several inputs, or where no other size fits.
    """
    if len(network.inputs) != 1 or not network.maps:
        return {}
    ((channels, *sides),) = network.maps.values()
    place = written.places["input"]
    vars = {name: _given(value, place) for name, value in network.vars.items()}
    try:
        other = resolve(written, vars, (channels, *(2 * side for side in sides)))
    except SpecError:
        return {}
    before, after = _entering(network), _entering(other)
    return {span: _same(before[span], after.get(span, [])) for span in before}


def _given(value: Value, place: Span) -> Given:
    if isinstance(value, tuple):
        return Given(place, items=tuple(_given(item, place) for item in value))
    return Given(place, value=value)


def _entering(network: Network) -> dict[Span, list[Mapping[str, int]]]:
    """Return the sizes of what enters each body, by where the body is written."""
    found: dict[Span, list[Mapping[str, int]]] = {}
    for body in (network.root, *walk(network.root)):
        if isinstance(body, Body):
            first: Shape = body.inputs[0]
            found.setdefault(body.written.span, []).append(entering(first))
    return found


def _same(before: list[Mapping[str, int]], after: list[Mapping[str, int]]) -> frozenset[str]:
    if len(before) != len(after):
        return frozenset()
    pairs = [*zip(before, after, strict=True)]
    return frozenset(n for n in before[0] if all(a.get(n) == b.get(n) for a, b in pairs))


__all__ = ["Standing", "standing"]
