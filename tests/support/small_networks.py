"""Random specs as networks, those that are worth their time."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from random_specs import text

import archspec

PARAMETERS, MACS, NODES, ELEMENTS = 400_000, 10_000_000, 120, 1_000_000
"""Networks that are larger are not tried: they say no more, and take longer."""

Spec: TypeAlias = dict[str, Any]


def is_small(net: archspec.Architecture) -> bool:
    """Tell whether a network is worth its time."""
    shapes = [*net.inputs.values(), *(leaf.output for leaf in net.network.leaves)]
    largest = max(math.prod(shape) for shape in shapes)  # a change may ask for 256 GB of ReLU
    within = largest <= ELEMENTS and len(net.nodes) <= NODES
    return within and net.parameters <= PARAMETERS and net.macs <= MACS


def small(spec: Spec) -> archspec.Architecture | None:
    """Return a network; None for one that is larger than any limit."""
    try:
        net = loaded(spec)
    except archspec.SpecError as error:
        # A concatenation repeated may outgrow archspec's own limits.
        if all(diagnostic.is_limit for diagnostic in error.diagnostics):
            return None
        raise
    return net if is_small(net) else None


def loaded(spec: Spec) -> archspec.Architecture:
    """Return a network; one whose ops may not work in place, with ops that do not."""
    try:
        return archspec.loads(text(spec))
    except archspec.SpecError as error:
        if {diagnostic.code for diagnostic in error.diagnostics} != {"G350"}:
            raise
    spec["vars"]["inplace"] = False
    return archspec.loads(text(spec))
