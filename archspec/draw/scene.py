"""What is in the picture: every choice is made, nothing is laid out.

A scene knows no DOT and no colours. Its nodes carry keys of their own; `path` is the place in the
network that a node shows, which becomes the `id` in an SVG.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from archspec.ops import Kind


@dataclass(frozen=True, slots=True)
class Band:
    """A thin cell of a fused layer: the norm, activation or dropout that goes with it."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a bar, as long as its share of the channels; `colour` counts branches."""

    text: str
    channels: int
    colour: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Anything an edge can touch.

    Attributes:
        key: unique in the scene.
        path: the node's path in the network, or empty for what the network has no name for.
        tooltip: lines to show on hovering.
        spine: on the straight line from the input to the output.
    """

    key: str
    path: str = ""
    tooltip: tuple[str, ...] = ()
    spine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Box(Node):
    """A fused layer: a title and a detail in one row, thin bands above and below."""

    kind: Kind
    title: str
    detail: str = ""
    above: tuple[Band, ...] = ()
    below: tuple[Band, ...] = ()
    count: int = 1
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded(Node):
    """A block or stage drawn as one node: a title, lines under it, its branches as a bar."""

    title: str
    lines: tuple[str, ...] = ()
    count: int = 1
    bar: tuple[Segment, ...] = ()
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Node):
    """A concatenation; `columns` is how many branches stand above it."""

    segments: tuple[Segment, ...]
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Node):
    """A round node: + or ×."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork(Node):
    """The point where one feature map goes several ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Node):
    """A word on an arc: *identity*."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal(Node):
    """An input or output of the network."""

    title: str
    detail: str


class Border(Enum):
    """What a frame says: a stage, an opened block, or a block that is repeated."""

    STAGE = "stage"
    BLOCK = "block"
    PLATE = "plate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A rounded frame around parts, with a label in its corner."""

    key: str
    border: Border
    label: str
    parts: tuple[Part, ...]
    path: str = ""
    tooltip: tuple[str, ...] = ()
    count: int = 1
    note: str = ""


Part: TypeAlias = Box | Folded | Bar | Sign | Fork | Word | Terminal | Frame


class Role(Enum):
    """What an edge is: it decides weight, colour and the side it leaves from."""

    SPINE = "spine"
    FLOW = "flow"
    SKIP = "skip"
    BRANCH = "branch"
    TRAINING = "training"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A feature map on its way from one node to another.

    Attributes:
        shape: what it carries; always in the tooltip.
        label: the shape again where it is shown.
        colour: the branch of a concatenation it belongs to.
        share: the branch's part of the channels, 0 to 1.
        segment: the segment of a bar that it enters.
        arrow: whether it ends in an arrowhead.
        beside: it leaves a fork sideways.
        returns: it comes back into a merge from the side.
    """

    tail: str
    head: str
    role: Role
    shape: str = ""
    label: str = ""
    colour: int | None = None
    share: float = 0.0
    segment: int | None = None
    arrow: bool = True
    beside: bool = False
    returns: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A chip of the legend: a kind of op, `block`, or a branch colour."""

    text: str
    kind: Kind | None = None
    colour: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A whole picture; `ranks` are sets of keys that stand side by side."""

    title: str
    facts: tuple[str, ...]
    parts: tuple[Part, ...]
    edges: tuple[Edge, ...]
    ranks: tuple[tuple[str, ...], ...] = ()
    legend: tuple[tuple[Entry, ...], ...] = ()
