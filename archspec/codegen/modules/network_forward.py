"""The forward pass of the network's class: one method, or one up to a node and one behind it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from archspec.codegen.forward.statements import Forward
from archspec.codegen.forward.values import Line, line, tensors
from archspec.codegen.modules import signatures
from archspec.codegen.modules.outputs import return_type, returned
from archspec.codegen.modules.program import Method
from archspec.codegen.python.trees import call, dotted
from archspec.codegen.uses.children import Item
from archspec.codegen.words import of_network
from archspec.errors import did_you_mean
from archspec.network import INPUT, Network

HALVES: Final = ("forward_features", "forward_head")
"""The methods of a forward pass in two, as timm names them."""


class NotDivided(ValueError):
    """A network is not to be divided behind a node: it is none of its own, or more is read."""


def forwards(
    network: Network,
    items: list[Item],
    steps: list[Item],
    aliases: Mapping[str, str],
    features: str | None,
) -> list[Method]:
    """Return the forward pass of a network.

    Args:
        network: the network.
        items: all entries, among which are its tensors.
        steps: those that it computes, in order.
        aliases: names that stand for others.
        features: a child behind which the pass is divided; None for a pass in one.

    Raises:
        NotDivided: when it cannot be.
    """
    own = tensors(items)
    body = [line(item, own) for item in steps]
    results = [name for _, name in network.outputs]
    inputs, returns = tuple(network.inputs), return_type(network)
    written = partial(_written, network, aliases, own)
    doc = partial(of_network.network_mapping, network)
    if features is None:
        return [Method(_head("forward", inputs, returns), doc, written(body, inputs, results))]
    made = _made_by(network, features, aliases)
    count = _behind(network, body, made, features)
    entering = [replace(entry, **_from(made, entry)) for entry in body[count:]]
    ends = [INPUT if name == features else name for name in results]
    whole = call(f"self.{HALVES[0]}", *(dotted(_variable(name)) for name in inputs))
    docs = [partial(of_network.half, network, features, of_head=half) for half in (False, True)]
    return [
        Method(_head(HALVES[0], inputs, "Tensor"), docs[0], written(body[:count], inputs, [made])),
        Method(_head(HALVES[1], [INPUT], returns), docs[1], written(entering, [INPUT], ends)),
        Method(
            _head("forward", inputs, returns), doc, [ast.Return(call(f"self.{HALVES[1]}", whole))]
        ),
    ]


def _written(
    network: Network,
    aliases: Mapping[str, str],
    own: Mapping[str, ast.expr],
    body: list[Line],
    inputs: Sequence[str],
    results: Sequence[str],
) -> list[ast.stmt]:
    """Return the statements of a method that runs these steps."""
    labels = {name: label for label, name in network.outputs}
    forward = Forward(body, inputs, results, aliases=aliases, own=own, shapes=True, labels=labels)
    made = forward.write()
    return made + returned(network, forward) if len(results) > 1 else made


def _head(name: str, inputs: Sequence[str], returns: str) -> ast.FunctionDef:
    return signatures.forward([_variable(name) for name in inputs], returns, name)


def _variable(name: str) -> str:
    return "x" if name == INPUT else name


def _made_by(network: Network, features: str, aliases: Mapping[str, str]) -> str:
    """Return the step whose value is that of a node of the network's own.

    Raises:
        NotDivided: when there is no such node.
    """
    root = network.root
    known = [node.name for node in root.nodes if node.name not in root.own | network.side]
    if root.numbered:
        raise NotDivided(f"the layers of {network.name} have no names, so that none ends features")
    if taken := [name for name in HALVES if name in known]:
        raise NotDivided(f"`{taken[0]}` is a node of {network.name}, and would be a method too")
    if features not in known:
        help = did_you_mean(features, known) or f"there are {', '.join(known)}"
        raise NotDivided(f"`{features}` is no node of the network's own; {help}")
    while features in aliases:
        features = aliases[features]
    return features


def _behind(network: Network, body: Sequence[Line], made: str, features: str) -> int:
    """Return how many steps end with the features.

    Raises:
        NotDivided: when those behind them read more, or nothing is behind them.
    """
    count = 1 + [entry.name for entry in body].index(made)
    before = {*network.inputs, *(entry.name for entry in body[:count])} - {made}
    read = {name for entry in body[count:] for name in entry.needs}
    read |= {name for _, name in network.outputs}
    if over := sorted(read & before):
        told = "the input" if over[0] == INPUT else f"`{over[0]}`"
        raise NotDivided(
            f"behind `{features}`, {told} is read too, so that it is no end of features"
        )
    if count == len(body):
        raise NotDivided(f"nothing is behind `{features}`, so that there is no head")
    return count


def _from(made: str, entry: Line) -> dict[str, Any]:
    """Return how a step of the head reads the features: as what enters it."""
    return {
        "reads": tuple(INPUT if name == made else name for name in entry.reads),
        "stand_in": INPUT if entry.stand_in == made else entry.stand_in,
    }
