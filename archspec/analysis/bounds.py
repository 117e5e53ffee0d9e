"""How many learned parameters a network may have, where someone says so."""

from __future__ import annotations

from archspec.analysis.cost import costs, parameters
from archspec.errors import SpecError, fail
from archspec.network import Leaf, Network, walk


def check_parameters(network: Network, most: int) -> None:
    """Hold a network against the learned parameters that it may have.

    Raises:
        SpecError: naming their number and the largest layer; code L302.
    """
    count = parameters(network)
    if count > most:
        message = f"{network.name} has {count:,} learned parameters; {most:,} are allowed"
        raise too_large(network, "L302", message, "`--max-params` sets how many are allowed")


def too_large(network: Network, code: str, message: str, help: str) -> SpecError:
    """Return the error about a network that is too large, at its largest layer."""
    found = costs(network)
    leaves = [node for node in walk(network.root) if isinstance(node, Leaf)]
    largest = max(leaves, key=lambda leaf: found[leaf.path].parameters)
    label = f"`{largest.path}` is the largest, {found[largest.path].parameters:,} parameters"
    return fail(code, message, largest.written.span, label=label, help=help)
