"""What there is to draw: fused layers, and blocks of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from archspec.draw.units.feature_maps import along_channels
from archspec.network import Body, Leaf
from archspec.ops import Kind, Shape


class Shared(NamedTuple):
    """A module that is called more than once; `again` where it was called before."""

    name: str
    again: bool


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One thing to draw.

    Attributes:
        key: what siblings read it by.
        reads: keys of siblings, or `input`.
        inputs: the shapes that arrive.
        side: beside the line: there in training mode alone, or removed.
        gone: removed, in a picture of two networks.
        places: the grouping modules around it, from the outside in.
    """

    key: str
    path: str
    reads: tuple[str, ...]
    inputs: tuple[Shape, ...]
    output: Shape
    side: bool = False
    gone: bool = False
    places: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Layer(Unit):
    """Ops drawn as one node; `leaves[main]` gives it its name.

    Attributes:
        own: by the path of an op, the parameters of the module around that it joins to what it
            reads.
        name: what the spec calls ops that only move elements, where they are drawn as one.
        shared: by the path of an op, its module, where that is called more than once.
    """

    leaves: tuple[Leaf, ...]
    main: int = 0
    own: Mapping[str, tuple[Leaf, ...]] = field(default_factory=dict)
    name: str = ""
    shared: Mapping[str, Shared] = field(default_factory=dict)

    @property
    def leaf(self) -> Leaf:
        """The op that gives the layer its name."""
        return self.leaves[self.main]

    @property
    def tensors(self) -> tuple[Leaf, ...]:
        """The parameters that its ops join, each once."""
        return tuple(dict.fromkeys(leaf for leaves in self.own.values() for leaf in leaves))


@dataclass(frozen=True, kw_only=True)
class Group(Unit):
    """A block: folded to one node or opened to its units.

    Attributes:
        silent: its identities.
        shared: its module, where that is called more than once.
    """

    body: Body
    units: tuple[Unit, ...]
    result: str
    silent: Mapping[str, str]
    shared: Shared | None = None


@dataclass(frozen=True)
class Chart:
    """The units of a body, in the order of execution.

    Attributes:
        names: what each child's name stands for: a key, or `input`.
        silent: the paths of identities by the keys they read.
    """

    units: tuple[Unit, ...]
    names: Mapping[str, str]
    silent: Mapping[str, str]


def readers(units: Iterable[Unit], results: Iterable[str] = ()) -> Counter[str]:
    """Count by key who reads a unit; a result is read from outside."""
    return Counter([*results, *(key for unit in units for key in unit.reads)])


def is_merge(unit: Unit) -> bool:
    """Tell whether a unit is an op that joins several feature maps; parameters are none."""
    return isinstance(unit, Layer) and unit.leaf.op.kind is Kind.MERGE and len(unit.reads) > 1


def joins(unit: Unit) -> bool:
    """Tell whether a unit reads several maps: a merge, or a block of several inputs."""
    return is_merge(unit) or (isinstance(unit, Group) and len(unit.reads) > 1)


def is_concat(unit: Unit) -> bool:
    """Tell whether a unit puts channels beside channels."""
    if not isinstance(unit, Layer) or not is_merge(unit) or unit.own:
        return False
    return along_channels(unit.leaf.op, unit.output)
