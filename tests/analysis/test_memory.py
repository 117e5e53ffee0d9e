"""Activation memory against PyTorch: what is alive while a network runs, what backward needs."""

from __future__ import annotations

import math
import random
import weakref
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import pytest
import torch
from modules import source
from random_arguments import DRAWS, made
from torch import Tensor, fx, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import archspec
from archspec import analysis
from archspec.live import evaluate
from archspec.live.module import apply
from archspec.ops import BY_NAME, Form, Inner, Invocation, Op, Shape

pytestmark = pytest.mark.usefixtures("single_thread")

BATCH = 3
CASES = 12


class Tracked(TorchDispatchMode):
    """Counts the bytes of all tensors that operators have made and that are still held."""

    def __init__(self, *known: Tensor) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._known = {tensor.untyped_storage()._cdata for tensor in known}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor):
                self._track(tensor.untyped_storage())
        return result

    def _track(self, storage: Any) -> None:
        key = storage._cdata
        if key in self._known:
            return
        self._known.add(key)
        self.now += storage.nbytes()
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._freed, key, storage.nbytes())

    def _freed(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.now -= size


def saved_bytes(run: Callable[[], Any], apart: Iterable[Tensor]) -> int:
    """Return the bytes of what autograd keeps while something runs, each storage once.

    Storages of the tensors `apart`, such as parameters, do not count.
    """
    kept: dict[int, Any] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage._cdata] = storage
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        result = run()
    for tensor in apart:
        kept.pop(tensor.untyped_storage()._cdata, None)
    del result
    return sum(storage.nbytes() for storage in kept.values())


def module_of(op: Op) -> nn.Module | None:
    return evaluate(op.call()) if op.is_module() else None


def runs(op: Op, module: nn.Module | None, tensors: list[Tensor]) -> Tensor:
    if module is None:
        arguments = {a.name: a.value for a in op.call().arguments}
        return apply(op.torch, tensors, arguments)
    copies, keywords, item = op.invocation or Invocation()
    output = module(*tensors * copies, **dict(keywords))
    return output if item is None else output[item]


@pytest.mark.parametrize("name", sorted(DRAWS))
def test_op_keeps_what_torch_keeps(name: str) -> None:
    rng = random.Random(name)
    if BY_NAME[name].form is Form.TENSOR:
        return
    for _ in range(CASES):
        arguments, shapes = DRAWS[name](rng)
        op, _ = made(BY_NAME[name], arguments, shapes)
        # A sequence of one position needs fewer copies.
        if op is None or (name == "MultiheadAttention" and shapes[0][0] == 1):
            continue
        told = f"{name}({arguments}) on {shapes}"
        tensors = [torch.randn(BATCH, *shape, requires_grad=True) for shape in shapes]
        module = module_of(op)
        owned = [*module.parameters(), *module.buffers()] if module else []
        copies = [t * 1 for t in tensors]
        assert saved_bytes(partial(runs, op, module, copies), owned) == _kept(op, shapes), told
        # What it reads apart from all else: an op that works in place may keep a copy of it.
        copies = [t * 1 for t in tensors]
        within = saved_bytes(partial(runs, op, module, copies), [*owned, *copies])
        assert within == _kept(op, shapes, apart=True), told


def _size(shape: Shape) -> int:
    return BATCH * math.prod(int(n) for n in shape)


def _bytes(inner: Inner) -> int:
    return 4 * (BATCH * inner.elements + inner.once) + 8 * BATCH * inner.integers


def _kept(op: Op, shapes: list[Shape], *, apart: bool = False) -> int:
    """Return the bytes that an op keeps, or those of it that are not what it reads."""
    saved = op.saved(tuple(shapes), op.output(*shapes))
    assert saved is not None
    read = saved.inputs and not apart
    whole = _bytes(saved.inner) + (4 * sum(_size(shape) for shape in shapes) if read else 0)
    shared = op.passes_on(training=True) and (saved.inputs or apart)
    return whole + (4 * _size(op.output(*shapes)) if saved.output and not shared else 0)


@pytest.fixture
def unfused() -> Iterator[None]:
    """Attention as it runs where PyTorch's fast path, one operator for all of it, is not taken."""
    torch.backends.mha.set_fastpath_enabled(False)
    yield
    torch.backends.mha.set_fastpath_enabled(True)


@pytest.mark.usefixtures("unfused")
@pytest.mark.parametrize("name", sorted(DRAWS))
def test_op_holds_what_torch_holds(name: str) -> None:
    rng = random.Random(name)
    if BY_NAME[name].form is Form.TENSOR:
        return
    for _ in range(CASES):
        arguments, shapes = DRAWS[name](rng)
        op, _ = made(BY_NAME[name], arguments, shapes)
        if op is None:
            continue
        told = f"{name}({arguments}) on {shapes}"
        tensors = [torch.randn(BATCH, *shape) for shape in shapes]
        module = module_of(op)
        owned = [*module.parameters(), *module.buffers()] if module else []
        if module is not None:
            module.eval()
        with torch.no_grad(), Tracked(*tensors, *owned) as tracked:
            output = runs(op, module, tensors)
        moments = op.scratch(tuple(shapes), op.output(*shapes))
        whole = max(map(_bytes, moments), default=0)
        whole += 0 if op.passes_on() else 4 * _size(op.output(*shapes))
        # One position that attends to itself alone needs no copies.
        alone = name == "RelativeAttention" and shapes[0][1] == 1
        assert tracked.peak <= whole if alone else tracked.peak == whole, told
        del output


# --- Whole networks ----------------------------------------------------------------------------

SMALL = (3, 64, 64)
NETWORKS: dict[str, Shape | None] = {
    "lenet": None,
    "resnet18": SMALL,
    "googlenet": SMALL,
    "mobilenet_v3_small": SMALL,
    "shufflenet_v2_x0_5": SMALL,
    "swin_t": SMALL,
    "unet": SMALL,
}
SLOW: dict[str, Shape | None] = {
    "resnet50": SMALL,
    "vgg11_bn": SMALL,
    "inception_v1": None,
    "densenet121": SMALL,
    "mobilenet_v2": SMALL,
    "squeezenet1_1": SMALL,
    "efficientnet_b0": SMALL,
    "regnet_y_400mf": SMALL,
    "convnext_tiny": SMALL,
    "swin_v2_t": SMALL,
    "vit_b_32": None,
}
SETTING = analysis.Setting(batch=2)


class Parts(fx.Tracer):
    """Traces down to the modules that are one op each."""

    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        return type(module).__name__ in BY_NAME


@pytest.fixture(
    scope="module",
    params=[*NETWORKS, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)],
)
def built(request: pytest.FixtureRequest) -> tuple[archspec.Architecture, nn.Module]:
    net = archspec.load(request.param, input=(NETWORKS | SLOW)[request.param])
    return net, net.build(seed=0)


def _images(net: archspec.Architecture) -> Tensor:
    return torch.randn(SETTING.batch, *net.inputs["input"])


def _tracked(run: Callable[[Tensor], Any], images: Tensor, module: nn.Module) -> int:
    """Return the peak of a run, with its input."""
    owned = [*module.parameters(), *module.buffers()]
    with torch.no_grad(), Tracked(images, *owned) as tracked:
        output = run(images)
    del output
    return tracked.peak + images.untyped_storage().nbytes()


@pytest.mark.usefixtures("unfused")
def test_peak_is_that_of_a_run_that_frees_what_is_dead(
    built: tuple[archspec.Architecture, nn.Module],
) -> None:
    """An interpreter of `torch.fx` runs node after node, and frees a value after its last use."""
    net, _ = built
    module = source(net).eval()
    run = fx.Interpreter(fx.GraphModule(module, Parts().trace(module))).run
    assert _tracked(run, _images(net), module) == analysis.peak(net.network, SETTING).bytes


@pytest.mark.usefixtures("unfused")
def test_peak_of_a_call_is_little_more(built: tuple[archspec.Architecture, nn.Module]) -> None:
    """Whoever calls a module holds what it passes until the call returns, used or not.

    Hence the tolerance: never less, and at most two thirds as much again, where large maps that
    nothing reads any more stay with the caller, as the two that U-Net's `Up` reads.
    """
    net, module = built
    most = analysis.peak(net.network, SETTING).bytes
    found = _tracked(module.eval(), _images(net), module)
    assert most <= found <= 5 / 3 * most


def test_training_keeps_what_autograd_saves(
    built: tuple[archspec.Architecture, nn.Module],
) -> None:
    net, module = built
    owned = [*module.parameters(), *module.buffers()]
    images = _images(net)
    found = saved_bytes(lambda: module.train()(images), owned)
    assert found == analysis.kept(net.network, SETTING).bytes
