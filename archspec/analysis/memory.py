"""Activation memory: what is alive while a network runs, and what training keeps of it.

The nodes run one after the other in the order of execution. A tensor is alive from the node that
makes it to the last one that reads it; what the network returns lives to the end, and its input
all the time, since whoever calls the network holds it. A view and what it views are one tensor, and
so is what is written in place. Nodes that are there in training mode alone do not run in inference.

The peak is the largest sum of all that is alive while a node runs: what it reads, its result, what
lives within it (`Op.scratch`), and what waits for later nodes.

What training keeps is what PyTorch's autograd saves for the backward pass (`Op.saved`), each tensor
once, parameters and buffers not counted. A node whose result depends on no learned parameter saves
nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from archspec.network import INPUT, Body, Leaf, Network
from archspec.ops import Form, Inner, Shape
from archspec.ops.reshape import Flatten, Narrow, Permute

DTYPES: Final = {"float32": 4, "float16": 2, "bfloat16": 2, "float64": 8}
"""Bytes of one element."""

_INTEGER: Final = 8
"""Bytes of an integer of PyTorch, such as the place of a maximum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a batch is made of.

    Attributes:
        batch: samples.
        dtype: a key of `DTYPES`.
    """

    batch: int = 1
    dtype: str = "float32"

    def bytes(self, elements: int, *, once: bool = False) -> int:
        """Return the bytes of elements of each sample, or of each call."""
        return elements * DTYPES[self.dtype] * (1 if once else self.batch)

    def of(self, shape: Shape) -> int:
        """Return the bytes of a batch of tensors."""
        return self.bytes(math.prod(int(n) for n in shape))

    def inner(self, inner: Inner) -> int:
        """Return the bytes of what lives within an op."""
        integers = inner.integers * _INTEGER * self.batch
        return self.bytes(inner.elements) + self.bytes(inner.once, once=True) + integers


ONE: Final = Setting()
"""One sample in float32."""


@dataclass(frozen=True, slots=True)
class Alive:
    """A tensor that is alive at the peak: the node that made it, and its bytes."""

    path: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory that activations take in inference.

    Attributes:
        bytes: their sum.
        path: the node that runs then.
        alive: the tensors, the largest first; what lives within the node has its path in brackets.
    """

    bytes: int
    path: str
    alive: tuple[Alive, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What training keeps for the backward pass.

    Attributes:
        bytes: their sum; a lower bound where some op does not say.
        unknown: uses of ops that do not say what they keep.
    """

    bytes: int
    unknown: int


@dataclass(slots=True, eq=False)
class _Storage:
    """Memory that one node makes: from which step to which it lives."""

    path: str
    bytes: int
    born: int
    last: int


@dataclass(frozen=True, slots=True)
class _Value:
    """A tensor: the memory in which it lies; None for a learned tensor.

    Attributes:
        learns: whether it depends on a learned parameter.
        scattered: whether it is a view that skips or reorders elements.
    """

    storage: _Storage | None
    learns: bool
    scattered: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    leaf: Leaf
    reads: tuple[_Value, ...]
    result: _Value


@dataclass(slots=True)
class _Run:
    """One run of a network in one mode."""

    network: Network
    setting: Setting
    training: bool
    steps: list[_Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        start = {
            name: _Value(_Storage(name, self.setting.of(shape), 0, 0), learns=False)
            for name, shape in self.network.inputs.items()
        }
        values = self._body(self.network.root, start)
        returned = [values[name] for _, name in self.network.outputs if name in values]
        for value in (*start.values(), *returned):
            if value.storage is not None:
                value.storage.last = len(self.steps)

    def _body(self, body: Body, start: dict[str, _Value]) -> dict[str, _Value]:
        """Run a body, and return its values by name."""
        here = dict(start)
        for node in body.steps:
            if node.training_only and not self.training:
                continue
            reads = tuple(here[name] for name in node.reads)
            if isinstance(node, Leaf):
                here[node.name] = self._leaf(node, reads)
            else:
                here[node.name] = self._body(node, dict(zip(node.entries, reads, strict=True)))[
                    node.result
                ]
        return here

    def _leaf(self, leaf: Leaf, reads: tuple[_Value, ...]) -> _Value:
        now = len(self.steps)
        for value in reads:
            if value.storage is not None:
                value.storage.last = now
        result = self._result(leaf, reads, now)
        self.steps.append(_Step(leaf, reads, result))
        return result

    def _result(self, leaf: Leaf, reads: tuple[_Value, ...], now: int) -> _Value:
        if leaf.op.form is Form.TENSOR:
            return _Value(None, learns=True)
        learned = any(tensor.learned for tensor in leaf.op.tensors())
        learns = learned or any(value.learns for value in reads)
        if leaf.op.passes_on(training=self.training):
            first = reads[0]
            scattered = first.scattered or isinstance(leaf.op, Permute | Narrow)
            # Dimensions that do not lie side by side are joined in a copy.
            if not (scattered and isinstance(leaf.op, Flatten) and leaf.op.joins(leaf.inputs[0])):
                return _Value(first.storage, learns, scattered)
        storage = _Storage(leaf.path, self.setting.of(leaf.output), now, now)
        return _Value(storage, learns)


@lru_cache(maxsize=4)
def _run(network: Network, setting: Setting, *, training: bool) -> _Run:
    return _Run(network, setting, training)


def peak(network: Network, setting: Setting = ONE) -> Peak:
    """Return the most memory that activations take in inference, and what is alive then."""
    run = _run(network, setting, training=False)
    storages = _storages(run)
    inner = [_scratch(step.leaf, setting) for step in run.steps]
    change = [0] * (len(run.steps) + 2)
    for storage in storages:
        change[storage.born] += storage.bytes
        change[storage.last + 1] -= storage.bytes
    most, place, alive = 0, 0, 0
    for index, within in enumerate(inner):
        alive += change[index]
        if alive + within > most:
            most, place = alive + within, index
    if not run.steps:
        return Peak(sum(storage.bytes for storage in storages), INPUT, ())
    path = run.steps[place].leaf.path
    held = [Alive(s.path, s.bytes) for s in storages if s.born <= place <= s.last]
    if inner[place]:
        held.append(Alive(f"({path})", inner[place]))
    return Peak(most, path, tuple(sorted(held, key=lambda part: -part.bytes)))


def _storages(run: _Run) -> list[_Storage]:
    """Return all memory of a run, each once."""
    values = (value for step in run.steps for value in (*step.reads, step.result))
    found = {id(value.storage): value.storage for value in values if value.storage is not None}
    return list(found.values())


def _scratch(leaf: Leaf, setting: Setting) -> int:
    return max(map(setting.inner, leaf.op.scratch(leaf.inputs, leaf.output)), default=0)


def kept(network: Network, setting: Setting = ONE) -> Kept:
    """Return what PyTorch keeps for the backward pass in training."""
    whole, unknown = 0, 0
    tensors: dict[int, _Storage] = {}
    for step in _run(network, setting, training=True).steps:
        saved = step.leaf.op.saved(step.leaf.inputs, step.leaf.output)
        if not step.result.learns:
            continue
        if saved is None:
            unknown += 1
            continue
        whole += setting.inner(saved.inner)
        values = [*_needed(step)] if saved.inputs else []
        values += [step.result] if saved.output else []
        tensors |= {id(v.storage): v.storage for v in values if v.storage is not None}
    return Kept(whole + sum(storage.bytes for storage in tensors.values()), unknown)


def _needed(step: _Step) -> Iterator[_Value]:
    """Yield what a node reads and saves: a factor only where the other one learns."""
    for index, value in enumerate(step.reads):
        others = [*step.reads[:index], *step.reads[index + 1 :]]
        if not others or any(other.learns for other in others):
            yield value


@lru_cache(maxsize=4)
def written(network: Network, setting: Setting = ONE) -> Mapping[str, int]:
    """Return the bytes of the activations that each node makes in inference, by path.

    Those of a module are the sum of its children's; a view and what works in place make none.
    """
    run = _run(network, setting, training=False)
    leaves: dict[str, int] = {}
    for index, step in enumerate(run.steps):
        storage = step.result.storage
        made = storage is not None and storage.born == index and storage.path == step.leaf.path
        leaves[step.leaf.path] = storage.bytes if made and storage is not None else 0
    found: dict[str, int] = {}
    _add_up(network.root, leaves, found)
    return found


def _add_up(body: Body, leaves: dict[str, int], found: dict[str, int]) -> None:
    for node in body.nodes:
        if isinstance(node, Leaf):
            found[node.path] = leaves.get(node.path, 0)
        else:
            _add_up(node, leaves, found)
    found[body.path] = sum(found[node.path] for node in body.nodes)
