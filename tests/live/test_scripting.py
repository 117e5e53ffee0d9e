"""What people do to a module, done to random ones: TorchScript, whole graphs, copies, `meta`.

A live module walks a network as data, which TorchScript cannot; it takes what codegen writes.
"""

from __future__ import annotations

import copy
import pickle
import random
from collections.abc import Iterator
from itertools import count, islice

import pytest
import torch
from agreement import outcome, same
from modules import source_class
from random_specs import document, text
from small_networks import small
from torch import nn

import archspec

SLOW = pytest.mark.slow
SMALL = {"resnet34": (3, 64, 64), "googlenet": (3, 64, 64), "vgg16": (3, 32, 32)}
SMALL |= {"lenet": (1, 28, 28), "convnext_tiny": (3, 32, 32), "swin_v2_t": (3, 64, 64)}


pytestmark = pytest.mark.usefixtures("single_thread")


def networks(first: int) -> Iterator[archspec.Architecture]:
    """Yield small random networks; each is printed, so that a failure shows which it was."""
    for seed in count(first):
        # TorchScript knows classes by their names.
        spec = document(random.Random(seed)) | {"name": f"Net{seed}"}
        if net := small(spec):
            print(f"seed {seed}:\n{text(spec)}")
            yield net


def assert_alike(one: nn.Module, other: nn.Module, net: archspec.Architecture) -> None:
    """Hold two modules against each other, forward and back, in eval and in training mode."""
    for training in (False, True):
        pair = [outcome(copy.deepcopy(m), net, training=training)[2:] for m in (one, other)]
        assert all(map(same, *pair))


@pytest.mark.parametrize(
    "name", ["lenet", "resnet34", *(pytest.param(n, marks=SLOW) for n in SMALL)]
)
def test_torchscript_takes_the_source_of_bundled_specs(name: str) -> None:
    net = archspec.load(name, input=SMALL[name])
    module = source_class(net)().eval()
    scripted = torch.jit.script(module)
    torch.jit.script(copy.deepcopy(module).train())
    x = torch.randn(2, *SMALL[name])
    with torch.no_grad():
        assert torch.equal(scripted(x), module(x))


@pytest.mark.parametrize(("first", "number"), [(0, 8), pytest.param(1000, 80, marks=SLOW)])
def test_torchscript_takes_the_source_of_random_specs(first: int, number: int) -> None:
    scripted = 0
    for net in islice(networks(first), number):
        source = net.codegen()
        module = source_class(net, source)().eval()
        if _is_beyond_torchscript(module):
            with pytest.raises(RuntimeError):
                torch.jit.script(module)
            continue
        scripted += 1
        found, expected = (_output(m, net) for m in (torch.jit.script(module), module))
        assert all(map(same, found, expected))
        torch.jit.script(copy.deepcopy(module).train())
    assert scripted >= number // 3


def _is_beyond_torchscript(module: nn.Module) -> bool:
    """Tell whether there are layers of PyTorch's own that TorchScript cannot take."""
    return any(
        (isinstance(m, nn.MultiheadAttention) and m.in_proj_bias is None)
        or (isinstance(m, nn.AdaptiveMaxPool2d) and None in _pair(m.output_size))
        for m in module.modules()
    )


def _pair(size: object) -> tuple[object, ...]:
    return size if isinstance(size, tuple) else (size,)


def _output(module: nn.Module, net: archspec.Architecture) -> list[torch.Tensor]:
    """Return the outputs for the same inputs every time."""
    torch.manual_seed(1)
    inputs = [torch.randn(2, *shape) for shape in net.inputs.values()]
    with torch.no_grad():
        made = module(*inputs)
    return [made] if isinstance(made, torch.Tensor) else [*made]


@pytest.fixture
def _one_way_of_attention() -> Iterator[None]:
    """Leave out the shorter way that PyTorch's attention takes uncompiled, to other last bits."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    yield
    torch.backends.mha.set_fastpath_enabled(before)


@pytest.mark.usefixtures("_one_way_of_attention")
@pytest.mark.parametrize(("first", "number"), [(0, 2), pytest.param(2000, 20, marks=SLOW)])
def test_random_networks_compile_whole(first: int, number: int) -> None:
    for net in islice(networks(first), number):
        for module in (net.build(), source_class(net)()):
            torch._dynamo.reset()
            compiled = torch.compile(module.eval(), fullgraph=True, backend="eager")
            assert all(map(same, _output(compiled, net), _output(module, net)))


def test_random_networks_are_pickled_and_copied_and_need_no_memory() -> None:
    for net in islice(networks(0), 8):
        for module in (net.build(), source_class(net)()):
            assert_alike(module, pickle.loads(pickle.dumps(module)), net)
        with torch.device("meta"):
            module = source_class(net)()
        built = net.build(device="meta")
        assert repr(built.state_dict()) == repr(module.state_dict())
        assert {t.device.type for t in built.state_dict().values()} <= {"meta"}
