"""Does torch find what arithmetic says? One forward pass compares shapes, parameters and MACs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from archspec import analysis
from archspec.live.memory import check_runs
from archspec.network import Body, Leaf, Network

BATCH = 2


@dataclass(frozen=True, slots=True)
class Report:
    """What one forward pass found.

    Attributes:
        shapes: modules whose output was compared.
        parameters: learned parameters that torch counts.
        macs: multiply-accumulates that torch counts, for one sample.
        differences: a line for each thing that is not as computed.
    """

    shapes: int
    parameters: int
    macs: int
    differences: tuple[str, ...]


def check(network: Network, module: nn.Module, device: str = "cpu") -> Report:
    """Run one forward pass in eval mode, on the spec's input with a batch of 2.

    Args:
        network: the network.
        module: what `build` made of it, on any device; it is left in the mode it was in.
        device: where the input lies when the module has no parameters.

    Raises:
        SpecError: when the pass would take more than the machine's memory; nothing has been
            allocated then. Code L303.
    """
    if _device(module, device).type == "cpu":
        check_runs(network, BATCH)
    found = _run(network, module, device)
    parameters = sum(parameter.numel() for parameter in module.parameters())
    # What is computed once for a batch, torch counts once; so do we, for a single sample.
    ran = (leaf for leaf in network.leaves if leaf.path.partition(".")[0] not in network.side)
    once = sum(leaf.op.macs_once() for leaf in ran)
    macs = (found.flops // 2 - once) // BATCH + once
    differences = (*_of_shapes(network, found), *_of_figures(network, parameters, macs))
    return Report(len(found.seen), parameters, macs, differences)


class _Pass(NamedTuple):
    """What a forward pass shows: path and output shape of each call, what leaves, and FLOPs."""

    seen: list[tuple[str, Any]]
    output: Any
    flops: int


def _run(network: Network, module: nn.Module, device: str) -> _Pass:
    """Run one forward pass in eval mode; the module is left in the mode it was in."""
    seen: list[tuple[str, Any]] = []
    # What an op's module is made of is its own affair.
    inner = tuple(f"{leaf.path}." for leaf in network.leaves)
    handles = [
        child.register_forward_hook(_recorder(path, seen))
        for path, child in module.named_modules()
        if path and not path.startswith(inner)
    ]
    was_training = module.training
    counter = FlopCounterMode(display=False)
    try:
        # Without gradients, or by a fused kernel, attention may run where no counter sees it; but
        # nothing is kept for a backward pass that never comes.
        kernels, saving = sdpa_kernel(SDPBackend.MATH), saved_tensors_hooks(_nothing, _unasked)
        with torch.enable_grad(), kernels, saving, counter:
            output = module.eval()(*example_inputs(network, module, device))
    finally:
        module.train(was_training)
        for handle in handles:
            handle.remove()
    return _Pass(seen, output, counter.get_total_flops())


def _of_shapes(network: Network, found: _Pass) -> Iterator[str]:
    """Yield a line for each shape that is not as computed."""
    expected = _expected(network)
    for (path, shape), (found_path, seen) in zip(expected, found.seen, strict=False):
        if (path, shape) != (found_path, seen):
            yield f"{path}: {shape} by arithmetic, {seen} by torch"
    if len(expected) != len(found.seen):
        yield f"{len(expected)} modules by arithmetic, {len(found.seen)} calls by torch"
    output = found.output
    if isinstance(output, Tensor) and tuple(output.shape[1:]) != network.output:
        yield f"output: {network.output} by arithmetic, {tuple(output.shape[1:])}"


def _of_figures(network: Network, parameters: int, macs: int) -> Iterator[str]:
    """Yield a line for each figure that torch counts otherwise."""
    ours = analysis.parameters(network)
    if ours != parameters:
        yield f"parameters: {ours:,} by arithmetic, {parameters:,} by torch"
    ours = analysis.macs(network)
    # Of MACs that nobody knows, torch may count some.
    if ours > macs if analysis.cost(network).unknown else ours != macs:
        yield f"MACs: {ours:,} by arithmetic, {macs:,} by torch"


def example_inputs(network: Network, module: nn.Module, device: str = "cpu") -> tuple[Tensor, ...]:
    """Return a batch of 2 for each input, on the module's device, or `device` if it has none."""
    where = _device(module, device)
    return tuple(torch.zeros(BATCH, *shape, device=where) for shape in network.inputs.values())


def _device(module: nn.Module, otherwise: str) -> torch.device:
    first = next(module.parameters(), None)
    return torch.device(otherwise) if first is None else first.device


def _nothing(_: Tensor) -> None:
    """Stand for what autograd would save."""


def _unasked(_: None) -> Tensor:
    raise AssertionError("nothing goes backward")


def _expected(network: Network) -> list[tuple[str, tuple[int, ...]]]:
    """Return path and output shape of each call of a module, in the order in which calls end."""
    found: list[tuple[str, tuple[int, ...]]] = []

    def visit(body: Body, prefix: str) -> None:
        for node in body.steps:
            path = f"{prefix}{node.reuses or node.name}"
            if node.training_only or (isinstance(node, Leaf) and not node.op.is_module()):
                continue
            if isinstance(node, Body):
                visit(node, f"{path}.")
            found.append((path, tuple(int(n) for n in node.output)))

    visit(network.root, "")
    return found


def _recorder(path: str, seen: list[tuple[str, Any]]) -> Any:
    def hook(_: nn.Module, __: Any, output: Any) -> None:
        tensor = output[0] if isinstance(output, tuple) else output
        seen.append((path, tuple(tensor.shape[1:])))

    return hook


__all__ = ["BATCH", "Report", "check", "example_inputs"]
