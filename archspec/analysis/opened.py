"""The network as its source tells it: with vars for arguments, and the sides that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from archspec.analysis.frozen import frozen
from archspec.analysis.sides import sides
from archspec.network import Decision, Network
from archspec.ops import Shape
from archspec.resolve.longer_lists import longer
from archspec.resolve.opening import with_open_vars
from archspec.spec import Given, Written


def opened(
    network: Network,
    written: Written,
    overrides: Mapping[str, Given],
    shape: Shape | None,
    closed: Mapping[str, Decision],
) -> Network:
    """Return a network with all that its source tells a reader.

    Args:
        network: the network, as `resolve_named` gives it.
        written: its spec.
        overrides: values for its vars.
        shape: an input shape without the batch dimension, instead of the spec's.
        closed: vars that must not be open, with what they decide.
    """
    network = with_open_vars(network, written, overrides, shape, closed)
    network = longer(network, written, overrides, shape, closed) or network
    alone = sides(network, training=False) if network.side else None
    return replace(
        network,
        sides=sides(network),
        sides_in_eval=alone,
        frozen=any(frozen(network, written)),
    )
