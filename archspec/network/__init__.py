"""A network as it is: every repeat unrolled, every shape known, every structure kept.

The tree has the spec's structure. A block stays a module with its arguments, a loop stays a group
of turns, an absent node keeps its place, so that a printer can see what a spec says and not only
what one choice of its values yields. The flat views (`walk`, `Body.steps`) are derived from it.

Formulas are written in the names of the scope where they stand: the parameters of the block, the
variables of the loops around. `BlockUse.bindings` and `Turn.bindings` say what these names mean
one scope further out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from archspec import expressions, spec
from archspec.allowed import Allowed
from archspec.expressions import Formula, Value
from archspec.network.block_uses import BlockUse, Bound
from archspec.network.deciding import decisions, of_any_number, renumbered
from archspec.network.decisions import Decision
from archspec.network.maps import maps
from archspec.network.nodes import (
    INPUT,
    Absent,
    Body,
    Child,
    Fill,
    Leaf,
    Loop,
    Node,
    Output,
    Turn,
    execution,
    walk,
)
from archspec.network.results import result
from archspec.network.sides import Side, Sides
from archspec.ops import BY_NAME, Ops, Shape, naming, sized


@dataclass(frozen=True, eq=False)
class Network:
    """A checked network.

    Attributes:
        name: class name.
        file: name of the spec's file, as it was given.
        inputs: shape of each input, without the batch dimension; the only input is `input`.
        outputs: what it returns, as pairs of label and name of a child of the root; one pair
            with an empty label for a network with a single output.
        vars: the values it was resolved with.
        allowed: what its vars may be, of those that are not free.
        open: what stands in formulas under a name: vars and, as `in_channels` or `in_features`, the
            channels of a sole input.
        closed: the vars of which another value would change more than arguments, with what they
            decide; where they are open all the same, no formula is one for other values.
        computed: what stands in formulas under a name though it is computed from open vars and
            names before it: further vars, and sizes that have grown.
        root: the tree.
        ops: the ops that its spec may use.
        sides: which sides of maps the module takes, where that has been found out.
        sides_in_eval: the same in eval mode, where a part that is there in training mode alone
            may need more.
        usual: the network of the usual values, where this is of longer lists in their place.
        frozen: whether it holds what is computed of a side once, for its own input.
    """

    name: str
    file: str
    description: str
    paper: str
    inputs: Mapping[str, Shape]
    outputs: tuple[tuple[str, str], ...]
    vars: Mapping[str, Value]
    root: Body
    expect: spec.Expect
    init: tuple[spec.InitRule, ...]
    is_default: bool
    open: tuple[str, ...] = ()
    closed: Mapping[str, Decision] = field(default_factory=dict)
    computed: Mapping[str, Formula] = field(default_factory=dict)
    ops: Ops = field(default_factory=lambda: BY_NAME)
    allowed: Mapping[str, Allowed] = field(default_factory=dict)
    sides: Sides | None = None
    sides_in_eval: Sides | None = None
    usual: Network | None = None
    frozen: bool = False

    @property
    def late(self) -> frozenset[str]:
        """What is open and had to be closed."""
        return frozenset(self.open) & self.closed.keys()

    @property
    def opened(self) -> dict[str, Value]:
        """The values of what is open."""
        shape = next(iter(self.inputs.values()))
        known = {**{name: shape[index] for name, index in naming(shape).items()}, **self.vars}
        return {name: known[name] for name in self.open}

    @property
    def defaults(self) -> dict[str, Value]:
        """The usual values of what is open."""
        usual = self.vars if self.usual is None else self.usual.vars
        return {name: usual.get(name, value) for name, value in self.opened.items()}

    def scope(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """Return the values of all names of the network's own, where its vars have some values."""
        values = {**given}
        for name, formula in self.computed.items():
            values[name] = expressions.evaluate(formula, values)
        return values

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """Every use of an op, in the order of execution."""
        return tuple(node for node in walk(self.root) if isinstance(node, Leaf))

    @cached_property
    def maps(self) -> dict[str, Shape]:
        """The inputs that are signals, feature maps or volumes, by name."""
        return maps(self.root, self.inputs)

    @cached_property
    def output(self) -> Shape | dict[str, Shape]:
        """Shape of the output in eval mode, or of each output by label when there are several."""
        plain = {label: sized(shape, map(int, shape)) for label, shape in self.leaving.items()}
        return next(iter(plain.values())) if len(plain) == 1 else plain

    @property
    def leaving(self) -> dict[str, Shape]:
        """Shape of each output in eval mode by label, whose sizes remember their formulas."""
        shapes = {name: result(self.root, name) for _, name in self.outputs}
        known = {n: self.inputs[n] if size is None else size for n, size in shapes.items()}
        return {label: known[name] for label, name in self.outputs if name not in self.side}

    @cached_property
    def side(self) -> frozenset[str]:
        """Names of the root's children that are there in training mode alone."""
        return frozenset(node.name for node in self.root.nodes if node.training_only)


__all__ = [
    "INPUT",
    "Absent",
    "BlockUse",
    "Body",
    "Bound",
    "Child",
    "Decision",
    "Fill",
    "Leaf",
    "Loop",
    "Network",
    "Node",
    "Output",
    "Side",
    "Sides",
    "Turn",
    "decisions",
    "execution",
    "of_any_number",
    "renumbered",
    "result",
    "walk",
]
