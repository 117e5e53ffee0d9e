"""What is known of how a node came to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from archspec.analysis import Cost
from archspec.expressions import Value
from archspec.ops import Shape

Origin: TypeAlias = Literal[
    "written", "default", "defaults", "arrives", "turn", "computed default", "caller"
]
"""Where a value comes from.

`written`: at the node, block or loop itself; `default`: nobody gave it; `defaults`: the key of that
name in the spec; `arrives`: a size of the tensor that arrives; `turn`: the number of a loop's turn;
`computed default`: of a block's parameter, computed anew at each use; `caller`: `--set`, or a
keyword of `archspec.load`.
"""


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a file, and its text; `line` is None of what stands in no file."""

    file: str
    line: int | None
    text: str

    @property
    def place(self) -> str:
        """File and line as messages have them."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Known:
    """A name or an argument, its value, and where that comes from.

    Attributes:
        formula: yields the value in the names of the scope where it was written; empty for a
            plain value.
        quote: where and how the value was written; None where it was not.
        visible: whether the node itself can read the name.
    """

    name: str
    value: Value
    origin: Origin
    formula: str = ""
    quote: Quote | None = None
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """Names that came to be together: a block's, a loop's, those of a body, the vars.

    Attributes:
        kind: what they are of.
        what: in words whose names these are.
        place: where that is written; empty for the sizes of a body and for the vars.
    """

    kind: Literal["vars", "body", "block", "turn"]
    what: str
    place: str
    names: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of the emitted source, and the class or function in which they stand."""

    within: str
    line: int
    end_line: int
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Emitted:
    """What a node became in the emitted source.

    Attributes:
        own_class: the class line of the node's own class, where it has one.
        calls: from the network's class inwards, the calls that make it.
        forward: where a node that is no module of its own is computed.
        silent: why nothing is told, where that is so.
    """

    own_class: Lines | None = None
    calls: tuple[Lines, ...] = ()
    forward: Lines | None = None
    silent: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a node came to be.

    Attributes:
        path: the node.
        label: its op or block; `alias` or `absent` for a name without a node.
        written: its text in the spec.
        conditions: what stands under `if`, and whether it held.
        told: in words what a reader would wonder about: why it is not there, what it calls again.
        scopes: the names around it, from the inside out.
        arguments: of its op or block.
        inputs: what it reads, each with its shape.
        entries: what a block calls these, where it gives them names.
        output: the shape that leaves it; None for a name without a node.
        cost: what it costs, as `summary` counts; likewise.
        emitted: its lines of source.
    """

    path: str
    label: str
    written: Quote
    conditions: tuple[tuple[Quote, bool], ...]
    told: str
    scopes: tuple[Scope, ...]
    arguments: tuple[Known, ...]
    inputs: tuple[tuple[str, Shape], ...]
    entries: tuple[str, ...]
    output: Shape | None
    cost: Cost | None
    emitted: Emitted
