"""One network by two makers, bit for bit: weights as drawn, outputs, gradients and buffers.

A module of tests says whose networks there are by a fixture `reference`, and imports the tests.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
import torch
from loading import bundled
from modules import Make, live, source
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import archspec

SEED = 20

# Another legal input, and what its maker must be told to build a network for it.
OTHER = ((3, 251, 203), {})

Sizes = tuple[int | tuple[int, ...], int | tuple[int, ...]]
"""Pixels along a side, or all sides of a clip, in eval mode and in training."""


@dataclass(frozen=True)
class Pass:
    """What a network gives for one batch: in eval mode, then in one step of training."""

    evaluated: tuple[Tensor, ...]
    trained: tuple[Tensor, ...]
    gradients: dict[str, Tensor]
    buffers: dict[str, Tensor]


def digests(module: nn.Module) -> dict[str, int]:
    """Return a checksum of each tensor's bits; two sets of VGG's weights would be a gigabyte."""
    tensors = {key: t.contiguous().numpy() for key, t in module.state_dict().items()}
    return {key: zlib.crc32(numbers) for key, numbers in tensors.items()}


def disturbed(module: nn.Module) -> dict[str, Tensor]:
    """Return a network's state after making every vector in it unlike all others.

    Fresh norms and biases are all ones and zeros, and would not show if two were swapped.
    """
    tensors = module.state_dict()
    with torch.no_grad():
        for tensor in tensors.values():
            if tensor.ndim == 1 and tensor.is_floating_point():
                tensor.add_(torch.rand_like(tensor), alpha=0.1)
    kept = dict(module.named_parameters())
    return {key: kept.get(key, tensor.clone()) for key, tensor in tensors.items()}


def tensors_of(result: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (result,) if isinstance(result, Tensor) else tuple(result)


def run(module: nn.Module, images: tuple[Tensor, Tensor]) -> Pass:
    """Run a network on two batches, one for each mode; dropout draws from the same seed."""
    with torch.no_grad():
        evaluated = tensors_of(module.eval()(images[0]))
    torch.manual_seed(SEED)
    trained = tensors_of(module.train()(images[1]))
    loss = torch.stack([output.square().mean() for output in trained]).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    gradients = {key: p.grad for key, p in module.named_parameters() if p.grad is not None}
    assert len(gradients) == sum(1 for _ in module.parameters()), "a parameter was left out"
    return Pass(evaluated, trained, gradients, dict(module.named_buffers()))


def batches(sizes: Sizes, channels: tuple[int, ...] = (3,)) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(SEED)
    sides = [(n, n) if isinstance(n, int) else n for n in sizes]
    first, second = (torch.randn(2, *channels, *size, generator=generator) for size in sides)
    return first, second


def differing(mine: Mapping[str, Tensor], reference: Mapping[str, Tensor]) -> list[str]:
    """Return the names of tensors that are not there twice, or not equal bit for bit."""
    names = dict.fromkeys([*mine, *reference])
    both = mine.keys() & reference.keys()
    return [n for n in names if n not in both or not torch.equal(mine[n], reference[n])]


def assert_same_outputs(mine: tuple[Tensor, ...], reference: tuple[Tensor, ...]) -> None:
    assert len(mine) == len(reference)
    for output, expected in zip(mine, reference, strict=True):
        assert expected.isfinite().all(), "the comparison would say nothing"
        assert torch.equal(output, expected)


def assert_same(mine: Pass, reference: Pass) -> None:
    assert_same_outputs(mine.evaluated, reference.evaluated)
    assert_same_outputs(mine.trained, reference.trained)
    assert differing(mine.gradients, reference.gradients) == []
    assert differing(mine.buffers, reference.buffers) == []


@dataclass(frozen=True)
class Reference:
    """Someone's network: its weights as first drawn, its state, and one pass of it."""

    name: str
    drawn: dict[str, int]
    state: dict[str, Tensor]
    images: tuple[Tensor, Tensor]
    result: Pass

    @classmethod
    def of(cls, name: str, module: nn.Module, sizes: Sizes) -> Reference:
        """Change the weights of a network that was just drawn, and run it."""
        drawn, state, images = digests(module), disturbed(module), batches(sizes)
        return cls(name, drawn, state, images, run(module, images))


@dataclass(frozen=True)
class Subject:
    """Our network: its weights as first drawn, and one pass of it with those of a reference."""

    drawn: dict[str, int]
    result: Pass

    @classmethod
    def of(cls, net: archspec.Architecture, make: Make, reference: Reference) -> Subject:
        torch.manual_seed(SEED)
        module = make(net)
        drawn = digests(module)
        module.load_state_dict(reference.state, strict=True)
        return cls(drawn, run(module, reference.images))


@pytest.fixture(scope="module")
def subject(reference: Reference, make: Make) -> Subject:
    return Subject.of(bundled(reference.name), make, reference)


def test_one_seed_gives_the_same_weights(reference: Reference, subject: Subject) -> None:
    assert list(subject.drawn) == list(reference.drawn)
    assert subject.drawn == reference.drawn


def test_outputs_in_eval_mode_are_bit_equal(reference: Reference, subject: Subject) -> None:
    assert_same_outputs(subject.result.evaluated, reference.result.evaluated)


def test_outputs_in_training_are_bit_equal(reference: Reference, subject: Subject) -> None:
    assert_same_outputs(subject.result.trained, reference.result.trained)


def test_gradients_are_bit_equal(reference: Reference, subject: Subject) -> None:
    assert differing(subject.result.gradients, reference.result.gradients) == []


def test_buffers_after_a_step_are_bit_equal(reference: Reference, subject: Subject) -> None:
    assert differing(subject.result.buffers, reference.result.buffers) == []


def on_meta(net: archspec.Architecture) -> nn.Module:
    return net.build(device="meta").eval()


def signature(module: nn.Module) -> list[tuple[str, tuple[int, ...], torch.dtype]]:
    return [(key, tuple(t.shape), t.dtype) for key, t in module.state_dict().items()]


def counted(module: nn.Module, shape: tuple[int, ...]) -> tuple[int, torch.Size]:
    """Return the MACs of a network, and the shape of its output."""
    with FlopCounterMode(display=False) as counter:
        output = module(torch.empty(1, *shape, device="meta"))
    flops: int = counter.get_total_flops()
    return flops // 2, output.shape[1:]


def counted_macs(module: nn.Module, shape: tuple[int, ...]) -> int:
    return counted(module, shape)[0]


def assert_same_network(
    net: archspec.Architecture,
    reference: nn.Module,
    sizes: Sizes,
    channels: tuple[int, ...] = (3,),
) -> None:
    """Hold our network, live and from emitted source, against one that is run once."""
    state, images = disturbed(reference), batches(sizes, channels)
    expected = run(reference, images)
    for make in (live, source):
        mine = make(net)
        assert list(mine.state_dict()) == list(state)
        mine.load_state_dict(state, strict=True)
        assert_same(run(mine, images), expected)
