"""What is in the picture: every choice is made, nothing is laid out.

A scene knows no DOT and no colours. Its nodes carry keys of their own; `path` is the place in the
network that a node shows, which becomes the `id` in an SVG.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from archspec.ops import Kind


class Beside(Enum):
    """A side of the straight line, seen from above."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Band:
    """A thin cell of a fused layer: the norm, activation or dropout that goes with it.

    `shows` are the paths of what it stands for, as of a `Node`.
    """

    text: str
    kind: Kind
    shows: tuple[str, ...] = ()


PASSED: Final = -1
"""The colour of channels that are passed on as they arrived."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a bar, as long as its share of the channels.

    `colour` counts the branches of the concatenation, or is `PASSED`.
    """

    text: str
    channels: int
    colour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What there is to know of a node or frame.

    Attributes:
        ops: path and call of each op, or path and type of a block.
        figures: names and values: shape, parameters, MACs, receptive field.
        shows: the paths of what it shows, for each of the equal units that are drawn once.
    """

    ops: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, str], ...]
    shows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Anything an edge can touch.

    Attributes:
        key: unique in the scene.
        path: the node's path in the network, or empty for what the network has no name for.
        tooltip: lines to show on hovering.
        line: the straight line it stands on: `main` from the input to the output, `inset` in a
            block that is drawn apart, or empty.
        shows: paths of the ops that it stands for, in each of the equal blocks that are drawn once.
        about: the same as the tooltip and more, as data.
    """

    key: str
    path: str = ""
    tooltip: tuple[str, ...] = ()
    line: str = ""
    shows: tuple[str, ...] = ()
    about: About | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Box(Node):
    """A fused layer: a title and a detail in one row, thin bands above and below.

    A note under the title tells how equal layers differ that are drawn once.
    """

    kind: Kind
    title: str
    detail: str = ""
    note: str = ""
    above: tuple[Band, ...] = ()
    below: tuple[Band, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded(Node):
    """A block or stage drawn as one node: a title, lines under it, its branches as a bar.

    It is `dashed` when it is there in training alone, or no more.
    """

    title: str
    detail: str = ""
    lines: tuple[str, ...] = ()
    count: int = 1
    bar: tuple[Segment, ...] = ()
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Node):
    """A concatenation."""

    segments: tuple[Segment, ...]


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
    beside: Beside
    colour: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Node):
    """Plain text where an edge begins or ends."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Node):
    """Nothing to see: it keeps the middle between branches free for the straight line."""


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
    """A rounded frame around parts, with a label in its corner.

    Attributes:
        about: as of a `Node`.
        folded: what stands in its place while it is closed, in a picture that opens and closes.
        opened: whether it is open when nobody has touched such a picture.
        aside: whether it stands beside the line, there in training alone.
    """

    key: str
    border: Border
    label: str
    parts: tuple[Part, ...]
    path: str = ""
    tooltip: tuple[str, ...] = ()
    count: int = 1
    about: About | None = None
    folded: Folded | None = None
    opened: bool = True
    aside: bool = False


Part: TypeAlias = Box | Folded | Bar | Sign | Fork | Word | Mark | Gap | Terminal | Frame


class Role(Enum):
    """What an edge is: it decides weight, colour and the side it leaves from."""

    SPINE = "spine"
    FLOW = "flow"
    SKIP = "skip"
    BRANCH = "branch"
    ASIDE = "aside"
    INSET = "inset"
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
        into: the frame at which it ends, before its head.
        arrow: whether it ends in an arrowhead.
        leaves: the side on which it leaves a fork.
        returns: the side from which it comes back into a merge.
    """

    tail: str
    head: str
    role: Role
    shape: str = ""
    label: str = ""
    colour: int | None = None
    share: float = 0.0
    segment: int | None = None
    into: str = ""
    arrow: bool = True
    leaves: Beside | None = None
    returns: Beside | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A chip of the legend: a kind of op, a folded block, a branch or a bar; else just text."""

    text: str
    kind: Kind | None = None
    colour: int | None = None
    block: bool = False
    bar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A whole picture.

    Attributes:
        facts: the network's figures.
        insets: what stands beside the rest: a block drawn once more, and what is there in training
            alone or no more.
        ranks: keys of nodes that stand side by side, from left to right.
    """

    title: str
    facts: tuple[str, ...]
    parts: tuple[Part, ...]
    edges: tuple[Edge, ...]
    insets: tuple[Part, ...] = ()
    ranks: tuple[tuple[str, ...], ...] = ()
    legend: tuple[tuple[Entry, ...], ...] = ()
