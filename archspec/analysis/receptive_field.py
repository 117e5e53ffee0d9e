"""Receptive fields: which pixels of the input one position of a feature map depends on.

Each axis is tracked as in Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional
Neural Networks" (Distill, 2019): position i of a feature map reads the input from
`first + i * jump` to `last + i * jump`. A window of `size`, `stride` and `padding` gives

    first' = first - padding * jump
    last'  = last + (size - 1 - padding) * jump
    jump'  = jump * stride

and a merge takes the union of its inputs. Behind an upsampling neighbours read alike, and the jump
would be a fraction: there a map has a first and a last pixel for each position of a period, after
which all of it repeats. The field is then that of the position that sees most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from archspec.network import Body, Leaf, Network
from archspec.ops import Everything, Form, Phases, Shape, Window, spatial

Read: TypeAlias = tuple[int, int] | None
"""The first and the last pixel that a position depends on; None where it depends on none."""

_LONGEST: Final = 4096
"""Positions after which what they read must repeat."""

_MOST: Final = 100_000
"""Positions that are looked at for the reads of one node."""


@dataclass(frozen=True, slots=True)
class Line:
    """The pixels along one axis that positions depend on.

    Attributes:
        reads: those of each position of a period.
        step: pixels from one period to the next.
    """

    reads: tuple[Read, ...]
    step: int

    @property
    def size(self) -> int:
        """Number of pixels that the position with the widest view depends on."""
        return max((read[1] - read[0] + 1 for read in self.reads if read), default=0)

    @property
    def jump(self) -> float:
        """Pixels from one position to the next."""
        return self.step / len(self.reads)

    @property
    def stride(self) -> int | float:
        """The jump as a whole number where it is one: 32, 0.5."""
        whole, rest = divmod(self.step, len(self.reads))
        return self.jump if rest else whole

    @property
    def offset(self) -> int:
        """The first pixel of the first position; negative where that lies in the padding.

        A position that depends on nothing has none; then it is the next one's.
        """
        return next((read[0] for read in self.reads if read), 0)

    def at(self, position: int) -> Read:
        """Return the pixels that a position depends on, where no border cuts them off."""
        periods, index = divmod(position, len(self.reads))
        read = self.reads[index]
        return read and (read[0] + periods * self.step, read[1] + periods * self.step)

    def through(self, phases: Phases) -> Line | None:
        """Return the pixels of what reads this through a window; None where too few repeat."""
        own, period = len(self.reads), len(phases.reads)
        turns = own // math.gcd(own, phases.step)
        longest = max((last - first + 1 for first, last in filter(None, phases.reads)), default=0)
        if turns * period > _LONGEST or turns * period * min(longest, 2 * own) > _MOST:
            return None
        reads = tuple(
            self._within(window[0] + start, window[1] + start) if window else None
            for start in range(0, turns * phases.step, phases.step)
            for window in phases.reads
        )
        return Line(reads, self.step * turns * phases.step // own)

    def _within(self, first: int, last: int) -> Read:
        """Return the pixels that positions from `first` to `last` depend on."""
        own = len(self.reads)
        # What lies a period further in reads no pixel further out.
        ends = {
            *range(first, min(last + 1, first + own)),
            *range(max(first, last + 1 - own), last + 1),
        }
        return _hull(map(self.at, ends))

    def __or__(self, other: Line) -> Line:
        if self.jump != other.jump:  # maps that only happen to be of one size
            wide, narrow = sorted((self, other), key=lambda line: -line.jump)
            return Line(tuple(_hull((read, *narrow.reads)) for read in wide.reads), wide.step)
        period = math.lcm(len(self.reads), len(other.reads))
        reads = tuple(_hull((self.at(i), other.at(i))) for i in range(period))
        return Line(reads, self.step * period // len(self.reads))


def _hull(reads: Iterable[Read]) -> Read:
    found = [read for read in reads if read]
    return (min(found)[0], max(last for _, last in found)) if found else None


@dataclass(frozen=True, slots=True)
class Field:
    """A receptive field: a line along each side of a map; None where all pixels are seen."""

    lines: tuple[Line, ...] | None

    @property
    def size(self) -> tuple[int, ...] | None:
        """Pixels along each side, such as height and width; None for all of the input."""
        return None if self.lines is None else tuple(line.size for line in self.lines)

    @property
    def stride(self) -> tuple[int | float, ...] | None:
        """Pixels from one position to the next along each side; None for all of the input."""
        return None if self.lines is None else tuple(line.stride for line in self.lines)

    @property
    def offset(self) -> tuple[int, ...] | None:
        """The first pixel along each side that the first position depends on; None for all."""
        return None if self.lines is None else tuple(line.offset for line in self.lines)

    def through(self, window: Window) -> Field:
        """Return the field of what reads this through a window."""
        if self.lines is None or window is None:
            return self
        if isinstance(window, Everything) or len(window) != len(self.lines):
            return GLOBAL  # the sides of a map are cut up or joined where their number changes
        through = (line.through(axis.phases) for line, axis in zip(self.lines, window, strict=True))
        lines = tuple(line for line in through if line is not None)
        return Field(lines) if len(lines) == len(window) else GLOBAL

    def __or__(self, other: Field) -> Field:
        if self.lines is None or other.lines is None or len(self.lines) != len(other.lines):
            return GLOBAL
        return Field(tuple(a | b for a, b in zip(self.lines, other.lines, strict=True)))


GLOBAL: Final = Field(None)
_UNSEEN: Final = Line((None,), 1)
_PIXEL: Final = Line(((0, 0),), 1)


@lru_cache(maxsize=4)
def fields(network: Network) -> Mapping[str, Field]:
    """Return the receptive field of every node, by path; a path that runs twice has the last.

    >>> import archspec
    >>> field = fields(archspec.load("resnet34").network)["layer2.0.conv1"]
    >>> field.size, field.stride
    ((67, 67), (8, 8))
    """
    found: dict[str, Field] = {}
    starts = dict.fromkeys(network.inputs, GLOBAL)
    starts |= {name: Field((_PIXEL,) * (len(n) - 1)) for name, n in network.maps.items()}
    rank = max((len(start.lines) for start in starts.values() if start.lines), default=0)
    _body(network.root, starts, found, Field((_UNSEEN,) * rank) if rank else GLOBAL)
    return found


def receptive_field(network: Network) -> tuple[int, ...] | None:
    """Return the sides in pixels of `last_field`; None for the whole input."""
    return last_field(network).size


def last_field(network: Network) -> Field:
    """Return the receptive field of the last feature map.

    That is the one before global pooling or the classifier. It is the whole input when that map
    sees all of it, as behind squeeze-and-excitation.
    """
    found = fields(network)
    last = GLOBAL
    for leaf in network.leaves:
        if _is_side(network, leaf.path) or leaf.op.form is Form.TENSOR:
            continue
        field = found[leaf.path]
        if field.lines is not None or _has_positions(leaf.output):
            last = field
    return last


def _has_positions(shape: Shape) -> bool:
    """Tell whether a shape has several positions: a feature map or a sequence."""
    return math.prod(shape[axis] for axis in spatial(shape)) > 1


def _is_side(network: Network, path: str) -> bool:
    return path.partition(".")[0] in network.side


def _body(body: Body, starts: dict[str, Field], found: dict[str, Field], nothing: Field) -> Field:
    here = dict(starts)
    for node in body.steps:
        # A tensor of the module's own depends on no pixel.
        read = [here[name] for name in node.reads if name not in body.own]
        if not read:
            field = nothing
        elif isinstance(node, Leaf):
            field = read[0].through(node.op.window(node.inputs[0]))
            for other in read[1:]:
                field |= other
        else:
            field = _body(node, dict(zip(node.entries, read, strict=True)), found, nothing)
        here[node.name] = found[node.path] = field
    return here[body.result]
