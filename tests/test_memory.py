"""Activation memory against PyTorch: what is alive while a network runs, what backward needs."""

from __future__ import annotations

import math
import random
import weakref
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import pytest
import torch
from test_ops import DRAWS, _ours
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from archspec.live import evaluate
from archspec.live.module import apply
from archspec.ops import BY_NAME, Form, Inner, Invocation, Op, Shape

BATCH = 3
CASES = 25


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


def saved_bytes(run: Any, apart: Iterable[Tensor]) -> int:
    """Return the bytes of what autograd keeps while something runs, each storage once."""
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
        op, _ = _ours(BY_NAME[name], arguments, shapes)
        if op is None:
            continue
        told = f"{name}({arguments}) on {shapes}"
        tensors = [torch.randn(BATCH, *shape, requires_grad=True) for shape in shapes]
        module = module_of(op)
        owned = [*module.parameters(), *module.buffers()] if module else []
        copies = [t * 1 for t in tensors]
        assert saved_bytes(partial(runs, op, module, copies), owned) == _kept(op, shapes), told


def _size(shape: Shape) -> int:
    return BATCH * math.prod(int(n) for n in shape)


def _bytes(inner: Inner) -> int:
    return 4 * (BATCH * inner.elements + inner.once) + 8 * BATCH * inner.integers


def _kept(op: Op, shapes: list[Shape]) -> int:
    saved = op.saved(tuple(shapes), op.output(*shapes))
    assert saved is not None
    whole = _bytes(saved.inner)
    whole += 4 * sum(_size(shape) for shape in shapes) if saved.inputs else 0
    own = not (op.passes_on(training=True) and saved.inputs)
    return whole + (4 * _size(op.output(*shapes)) if saved.output and own else 0)


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
        op, _ = _ours(BY_NAME[name], arguments, shapes)
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
