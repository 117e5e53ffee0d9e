"""What it means that the live module, the emitted source and the static figures agree."""

from __future__ import annotations

import subprocess
from typing import Any, Final

import torch
from modules import source_class
from ruff import find_ruff_bin
from torch import Tensor, nn

import archspec
from archspec.live.check import check

RUFF: Final = find_ruff_bin()


def outcome(module: nn.Module, net: archspec.Architecture, *, training: bool) -> list[Any]:
    """Return all that a pass forward and back makes: outputs, gradients, buffers, an error."""
    torch.manual_seed(1)
    inputs = [torch.randn(2, *shape, requires_grad=True) for shape in net.inputs.values()]
    module.train(training).zero_grad()
    made = module(*(tensor * 1 for tensor in inputs))  # the first op may work in place
    outputs = [made] if isinstance(made, Tensor) else list(made)
    found: list[Any] = [type(made).__name__, getattr(made, "_fields", ()), *outputs]
    try:
        there = [output for output in outputs if output is not None]
        sum((output * torch.randn_like(output)).sum() for output in there).backward()
    except RuntimeError as error:
        # An op in place may spoil what another needs for its gradient, or nothing be learned.
        found.append(str(error).partition("[")[0])
    gradients = [tensor.grad for tensor in (*inputs, *module.parameters())]
    return [*found, *gradients, *(buffer.clone() for buffer in module.buffers())]


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return torch.equal(torch.nan_to_num(one), torch.nan_to_num(other))
    return type(one) is type(other) and bool(one == other)


def assert_agree(net: archspec.Architecture, seed: int = 0) -> str:
    """Hold the live module against the emitted source, which is returned, and its layout."""
    emitted = net.codegen()
    assert_formatted(emitted)
    built = net.build(seed=seed)
    torch.manual_seed(seed)
    imported = source_class(net, emitted)()
    assert list(built.state_dict()) == list(imported.state_dict())
    assert all(map(torch.equal, built.state_dict().values(), imported.state_dict().values()))
    built.load_state_dict(imported.state_dict(), strict=True)
    imported.load_state_dict(built.state_dict(), strict=True)
    for training in (False, True):
        one, other = (outcome(m, net, training=training) for m in (built, imported))
        assert len(one) == len(other)
        assert all(map(same, one, other))
    return emitted


def assert_same_network(net: archspec.Architecture) -> str:
    """Hold the flat source, which is returned, and its layout, against the structured one."""
    flat = net.codegen(style="flat")
    assert_formatted(flat)
    torch.manual_seed(0)
    one = source_class(net)()
    torch.manual_seed(0)
    other = source_class(net, flat)()
    ours, theirs = one.state_dict(), other.state_dict()
    assert list(ours) == list(theirs)
    assert all(map(torch.equal, ours.values(), theirs.values()))
    one.load_state_dict(theirs)
    other.load_state_dict(ours)
    for training in (False, True):
        pairs = zip(*(outcome(m, net, training=training) for m in (one, other)), strict=True)
        assert all(same(*pair) for pair in pairs)
    return flat


def assert_counted(net: archspec.Architecture, device: str = "meta") -> None:
    """Hold static shapes, parameters and MACs against torch's; a small network is fast on "cpu"."""
    assert not check(net.network, net.build(device=device)).differences


def assert_formatted(source: str, width: int = 88) -> None:
    """Let a formatter look for anything to change in a source."""
    command = [RUFF, "format", "--isolated", f"--line-length={width}", "--diff", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
