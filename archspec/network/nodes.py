"""The tree of a network: uses of ops and blocks, loops with their turns, and what is absent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

from archspec import spec
from archspec.expressions import Formula, Value
from archspec.network.block_uses import BlockUse
from archspec.network.decisions import Decision
from archspec.ops import Form, Op, Shape

INPUT = "input"
"""What the first node of a body reads."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Node:
    """One use of an op or a block.

    Attributes:
        name: its attribute in the module around it; `path` is the whole way there.
        reads: the siblings it reads, `input` for the body's input.
        written_reads: the same as the spec names them: an absent sibling is still itself here.
        inputs: shapes that arrive, without the batch dimension.
        output: shape that leaves.
        condition: the formula under `if`, when there is one and it held.
        decided_by: the open vars with other values of which it might not have held.
        training_only: present in training mode alone.
        reuses: the earlier sibling whose module it calls again, or None.
        place: its place among its siblings in the order of the spec.
        callee: the formula that chose the op or block, when an expression did.
    """

    name: str
    path: str
    written: spec.Node
    reads: tuple[str, ...]
    written_reads: tuple[str, ...]
    inputs: tuple[Shape, ...]
    output: Shape
    condition: Formula | None = None
    decided_by: Mapping[str, Decision] = field(default_factory=dict)
    training_only: bool = False
    reuses: str | None = None
    callee: Formula | None = None
    place: int = 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fill:
    """One tensor filled by a function of `torch.nn.init`, as a rule says."""

    tensor: str
    function: str
    arguments: Mapping[str, Value]
    rule: spec.InitRule


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Leaf(Node):
    """One use of an op, with the formulas of its arguments."""

    op: Op
    formulas: Mapping[str, Formula] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Name of the op."""
        return type(self.op).__name__


@dataclass(frozen=True, slots=True)
class Absent:
    """A node whose `if` was false, or an alias: its name stands for what it would have read.

    Attributes:
        stands_for: the sibling that it would have read, or `input`.
        written_stands_for: the same as the spec names it: an absent sibling is still itself here.
        decided_by: the open vars with other values of which it might be there, or mean another.
    """

    name: str
    condition: Formula | None
    stands_for: str
    written_stands_for: str
    written: spec.Node
    decided_by: Mapping[str, Decision] = field(default_factory=dict)

    @property
    def is_alias(self) -> bool:
        """Tell whether it is another name by intent, and not what an `if` has left out."""
        return isinstance(self.written, spec.Alias)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a loop: what its variables mean outside, and what it made.

    `entry` is the entry of a `cfg`.
    """

    bindings: Mapping[str, Formula]
    values: Mapping[str, Value]
    children: tuple[Child, ...]
    entry: Value = None


@dataclass(frozen=True, slots=True)
class Loop:
    """A `repeat`, `for` or `cfg`; the children of its turns belong to the body around it.

    Attributes:
        written: the loop.
        count: the formula under `repeat`.
        turns: one after the other.
        number: how many there are, where an open var says that.
        grows: the places of sizes to which each turn of such a loop adds the same.
        starts: where the variables begin that grow by one from turn to turn of such a loop.
        decided_by: this var.
    """

    written: spec.Loop | spec.Cfg
    count: Formula | None
    turns: tuple[Turn, ...]
    number: Formula | None = None
    grows: frozenset[int] = frozenset()
    starts: Mapping[str, int] = field(default_factory=dict)
    decided_by: Mapping[str, Decision] = field(default_factory=dict)


class Output(NamedTuple):
    """One of the tensors that leave a module under names.

    Attributes:
        label: its name outside.
        name: the child that gives it, or the input that it is.
        written: the same as the spec names it: an absent child is still itself here.
        shape: its shape in the names around the module.
    """

    label: str
    name: str
    written: str
    shape: Shape


# No `slots`: `nodes` and `steps` are computed once and kept.
@dataclass(frozen=True, eq=False, kw_only=True)
class Body(Node):
    """A module with children.

    Attributes:
        children: in the order of registration, which `before` sets apart from that of the spec.
        entries: the names under which its children read what enters, as `inputs` are ordered.
        result: the child whose output is the body's.
        outputs: what leaves it, where the spec gives that names.
        block: the call that made it, or None for a list or mapping in place.
        merge: True when the last child joins the others, which are its branches.
        fills: what is filled as soon as the module is built, by the path of the module below.
    """

    children: tuple[Child, ...]
    result: str
    entries: tuple[str, ...] = (INPUT,)
    outputs: tuple[Output, ...] = ()
    numbered: bool = False
    block: BlockUse | None = None
    merge: bool = False
    fills: Mapping[str, tuple[Fill, ...]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Name of the block; `Sequential` or `Module` for a body in place."""
        if self.block is not None:
            return self.block.name
        return "Sequential" if self.is_chain else "Module"

    @property
    def returned(self) -> tuple[str, ...]:
        """The names of the children, or inputs, whose values leave it."""
        return tuple(output.name for output in self.outputs) or (self.result,)

    @cached_property
    def nodes(self) -> tuple[Leaf | Body, ...]:
        """The nodes that are there, in the order of registration."""
        return tuple(_present(self.children))

    @cached_property
    def steps(self) -> tuple[Leaf | Body, ...]:
        """The nodes in the order of execution.

        It is the order of the spec, except that a training-only side branch runs right after what
        it reads, and the side branches before it, so that it draws random numbers and adds
        gradients there.
        """
        return tuple(execution(self.nodes))

    @cached_property
    def own(self) -> frozenset[str]:
        """The names of tensors of the module itself, which have no batch dimension."""
        leaves = (node for node in self.nodes if isinstance(node, Leaf))
        return frozenset(leaf.name for leaf in leaves if leaf.op.form is Form.TENSOR)

    def once(self, leaf: Leaf) -> tuple[int, ...]:
        """Return which of the tensors that a child reads have no batch dimension."""
        return tuple(i for i, name in enumerate(leaf.reads) if name in self.own)

    @cached_property
    def is_chain(self) -> bool:
        """Tell whether every child is a module of its own that reads just the one before it."""
        (before, *others) = self.entries
        for node in self.nodes:
            plain = not isinstance(node, Leaf) or (
                node.op.is_module() and node.op.invocation is None
            )
            if node.reads != (before,) or node.reuses or node.training_only or not plain:
                return False
            before = node.name
        return self.result == before and bool(self.nodes) and not others


Child: TypeAlias = Leaf | Body | Absent | Loop


def walk(body: Body) -> Iterator[Leaf | Body]:
    """Yield all nodes below a body in the order of execution, a module before its children.

    >>> import archspec
    >>> [node.path for node in walk(archspec.load("lenet").network.root)][:3]
    ['features', 'features.0', 'features.1']
    """
    for node in body.steps:
        yield node
        if isinstance(node, Body):
            yield from walk(node)


def execution(nodes: Iterable[Leaf | Body]) -> list[Leaf | Body]:
    """Return the nodes of a body in the order in which they run."""
    steps: list[Leaf | Body] = []
    for node in sorted(nodes, key=lambda node: node.place):
        place = len(steps)
        if node.training_only:
            read = [i for i, step in enumerate(steps) if step.name in node.reads]
            place = 1 + max(read, default=-1)
            while place < len(steps) and steps[place].training_only:  # side branches keep in order
                place += 1
        steps.insert(place, node)
    return steps


def _present(children: tuple[Child, ...]) -> Iterator[Leaf | Body]:
    for child in children:
        if isinstance(child, Loop):
            for turn in child.turns:
                yield from _present(turn.children)
        elif not isinstance(child, Absent):
            yield child
