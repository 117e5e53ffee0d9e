"""A spec as it was written: the types that `schema` fills and `resolve` reads.

Nothing here is computed yet: an argument may still be an expression, a repeat is one node, a
block has parameters and no shapes. Every part keeps its place in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, InstanceOf

from archspec.allowed import Allowed
from archspec.errors import Diagnostic, Span
from archspec.expressions import Formula, Value, names
from archspec.ops import BY_NAME, Ops


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A value as written: a plain one, an expression, or a list of these."""

    span: Span
    value: Value = None
    formula: Formula | None = None
    items: tuple[Given, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Var(Given):
    """A var: its default as written, and what it may be.

    `place` is where the latter is said, None where nothing is.
    """

    allowed: Allowed = field(default_factory=Allowed)
    place: Span | None = None


def read_names(part: Given | Formula | None) -> frozenset[str]:
    """Return the names that something reads."""
    if isinstance(part, Given):
        inner = part.items if part.items is not None else ()
        return frozenset().union(read_names(part.formula), *map(read_names, inner))
    return frozenset() if part is None else names(part)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, with its place; of a tensor, `fills` is the input that it is given to."""

    text: str
    span: Span
    fills: Name | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Node:
    """What stands where a body wants a child; the keys that every node takes.

    `otherwise` stands in its place where `condition` is false.
    """

    span: Span
    condition: Given | None = None
    otherwise: Node | None = None
    reads: tuple[Name, ...] | None = None
    before: Name | None = None

    @property
    def training_only(self) -> bool:
        """Tell whether the node stands under `if: =training`."""
        formula = self.condition.formula if self.condition else None
        return getattr(formula, "id", None) == "training"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Use(Node):
    """An op or a block with arguments.

    `callee` names it (an expression yields a name). A merge has `operands` or `branches`.
    """

    callee: Given
    positional: tuple[Given, ...] = ()
    is_list: bool = False
    keywords: tuple[tuple[Name, Given], ...] = ()
    operands: tuple[Name, ...] | None = None
    branches: Body | None = None

    def arguments(self) -> tuple[Given, ...]:
        """Return what is written for its arguments, a list of the first ones as one."""
        first = self.positional
        if self.is_list and first:
            first = (Given(first[0].span.to(first[-1].span), items=first),)
        return (*first, *(given for _, given in self.keywords))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reuse(Node):
    """A sibling called again, with the weights it has."""

    name: Name


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Alias(Node):
    """`{from: a}` without an op, or the word `input`: another name for what it reads."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Do(Node):
    """`do`: a node held by keys such as `if` and `from`."""

    node: Node


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Loop(Node):
    """`repeat` or `for`: `node` once per turn.

    `columns` are the loop variables with their lists; a repeat has none, but a `count`. With
    `splice` the node is a body whose children join the body around it.
    """

    count: Given | None = None
    columns: tuple[tuple[Name, Given], ...] = ()
    node: Node
    splice: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cfg(Node):
    """VGG's list: each entry is spelt by the case that equals it, a number by the case `n`."""

    entries: Given
    cases: tuple[tuple[Name, Node], ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Body(Node):
    """A list (children are numbered, keys are None) or a mapping (children are named)."""

    items: tuple[tuple[Name | None, Node], ...]

    @property
    def numbered(self) -> bool:
        """Tell whether the children are numbered."""
        return all(name is None for name, _ in self.items)


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A parameter of a block; without a default it must be given.

    A default that is one word has both a value and a formula: it is the name that it spells, where
    the block sees one, and else the word.
    """

    name: str
    default: Given | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A module of the spec's own.

    `inputs` are the names of the tensors that it reads, where it gives them names, and `outputs`
    what leaves it, as pairs of label and node; without them the last node's value does.
    """

    name: Name
    parameters: tuple[Parameter, ...]
    body: Node
    inputs: tuple[Name, ...] = ()
    outputs: tuple[tuple[Name, Name], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class InitRule:
    """How the tensors of the modules that `selector` names are first filled.

    `selector` is an op or the path of one node; `fills` are a tensor's name, a function of
    `torch.nn.init` and its keyword arguments. A rule `within` a block is followed as soon as each
    module of that block is built, the others when all is built.
    """

    selector: Name
    fills: tuple[tuple[Name, Name, tuple[tuple[Name, Given], ...]], ...]
    within: Name | None = None


Sizes: TypeAlias = tuple[int, ...]


class Expect(BaseModel):
    """The file's own test."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    params: int | None = None
    macs: int | None = None
    output: Sizes | dict[str, Sizes] | None = None
    receptive_field: int | str | None = None


class Spec(BaseModel):
    """A whole spec, as written, bases merged."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    archspec: Literal[1] = 1
    name: str
    description: str = ""
    paper: str = ""
    input: Sizes | dict[str, Sizes]
    # These are read by hand, with their places; Pydantic checks that nothing else gets in.
    vars: dict[str, InstanceOf[Var]] = {}
    defaults: dict[str, tuple[tuple[InstanceOf[Name], InstanceOf[Given]], ...]] = {}
    blocks: dict[str, InstanceOf[Block]] = {}
    net: InstanceOf[Node]
    outputs: str | dict[str, str] | None = None
    init: tuple[InstanceOf[InitRule], ...] = ()
    expect: Expect = Expect()


@dataclass(frozen=True, slots=True)
class Written:
    """A spec with the name of the file it came from, places in it, and the ops it may use.

    `places` are those of its top-level keys, and of the values under `expect` and `outputs`;
    `warnings` are of what the file does to its base.
    """

    spec: Spec
    file: str
    places: dict[str, Span] = field(default_factory=dict)
    ops: Ops = field(default_factory=lambda: BY_NAME)
    warnings: tuple[Diagnostic, ...] = ()
