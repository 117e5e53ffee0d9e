"""From a network to a live `nn.Module`. The only folder that imports torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from archspec import analysis
from archspec.live import parts
from archspec.live.inputs import parameters, taking
from archspec.live.memory import check_fits
from archspec.live.module import OwnTensor, SpecModule, SpecNetwork, Step
from archspec.live.slots import Slots
from archspec.network import Body, Leaf, Network
from archspec.ops import Call, Op, is_builtin
from archspec.ops.tensor import Parameter
from archspec.plugins.blame import blaming
from archspec.plugins.gate import imported
from archspec.traced import untraced


def build(
    network: Network, *, device: str = "cpu", seed: int | None = None, max_params: int | None = None
) -> nn.Module:
    """Build the module of a network.

    >>> import archspec
    >>> module = build(archspec.load("lenet").network, seed=0)
    >>> sum(tensor.numel() for tensor in module.parameters())
    44426

    Args:
        network: the network.
        device: where the parameters live. On `meta` nothing is allocated; elsewhere weights are
            drawn on the CPU and moved, so that a seed gives the same weights on every device.
        seed: seeds the weights and leaves the global random state as it was; without it weights
            come from the global state, as for a hand-written model.
        max_params: how many learned parameters it may have, on any device; without it, as many as
            there is memory for.

    Raises:
        SpecError: when there are more; nothing has been allocated then. Codes L301 and L302.

    Returns:
        A module whose state dict has the spec's names, in the order of the spec.
    """
    if max_params is not None:
        analysis.check_parameters(network, max_params)
    elif device != "meta":
        check_fits(network)
    if device == "meta":
        with torch.device("meta"):
            return _built(network)
    with torch.random.fork_rng(devices=[], enabled=seed is not None):
        if seed is not None:
            torch.default_generator.manual_seed(seed)
        module = _built(network)
    return module if device == "cpu" else module.to(device)


def _built(network: Network) -> nn.Module:
    """Return the root module, which may have several outputs."""
    root = network.root
    slots = Slots(root, root.entries, keep=tuple(name for _, name in network.outputs))
    names = parameters(root.entries)
    arguments = (network.name, _children(root), slots.steps(), slots.count)
    result = slots.of(network.outputs[0][1])
    module: SpecModule
    if len(network.outputs) == 1:
        module = taking(SpecModule, names)(*arguments, result)
    else:
        outputs = tuple(
            (label, slots.of(name), name in network.side) for label, name in network.outputs
        )
        module = taking(SpecNetwork, names)(*arguments, result, outputs=outputs)
    return _initialised(module, root)


def _module(node: Leaf | Body) -> nn.Module:
    if isinstance(node, Leaf):
        with blaming(type(node.op), node.written.span):
            return _evaluated(node.op)
    entries = node.entries if node.reads else ()
    slots = Slots(node, entries, keep=(node.result,))
    module = taking(SpecModule, parameters(entries))(
        node.label, _children(node), slots.steps(), slots.count, slots.of(node.result)
    )
    return _initialised(module, node)


def _children(body: Body) -> Iterator[tuple[str, nn.Module | OwnTensor]]:
    """Yield the modules and tensors of a body, built in the order of registration."""
    for node in body.nodes:
        if node.reuses is not None:
            continue
        if isinstance(node, Leaf) and isinstance(node.op, Parameter):
            yield node.name, OwnTensor(untraced(node.op.shape), node.op.fill, node.op.std)
        elif isinstance(node, Body) or node.op.is_module():
            yield node.name, _module(node)


def _evaluated(op: Op) -> nn.Module:
    """Return the module of an op; that of a plugin's derives from what the op's bases stand for.

    Raises:
        TypeError: when it does not, and a rule of `init` would reach only one of them.
    """
    module = evaluate(op.call())
    if is_builtin(type(op)):
        return module
    paths = [vars(base).get("torch") for base in type(op).__mro__[1:]]
    for base in (nn.Module, *(_class(path) for path in paths if path)):
        if not isinstance(module, base):
            raise TypeError(f"`{op.torch}` does not derive from `{base.__name__}`, as its op does")
    return module


def evaluate(call: Call) -> nn.Module:
    """Evaluate a PyTorch call that is held as data."""
    kind = _class(call.target)
    positional = [untraced(a.value) for a in call.arguments if not a.keyword]
    keywords = {a.name: untraced(a.value) for a in call.arguments if a.keyword}
    module: nn.Module = kind(*positional, **keywords)
    return module


def _class(path: str) -> Any:
    library, _, name = path.rpartition(".")
    return getattr({"nn": nn, "parts": parts}.get(library) or imported(library), name)


def _initialised(module: nn.Module, body: Body) -> nn.Module:
    """Fill tensors as the spec's rules say, in the order of `modules()`."""
    if body.fills:
        for path, child in module.named_modules(prefix=body.path):
            for fill in body.fills.get(path, ()):
                tensor = getattr(child, fill.tensor)
                getattr(nn.init, fill.function)(tensor, **fill.arguments)
    return module


__all__ = ["OwnTensor", "SpecModule", "SpecNetwork", "Step", "build", "evaluate"]
