"""Receptive fields: which pixels of the input one position of a feature map depends on.

Each axis is tracked as in Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional
Neural Networks" (Distill, 2019): position i of a feature map reads the input from
`first + i * jump` to `last + i * jump`. A window of `size`, `stride` and `padding` gives

    first' = first - padding * jump
    last'  = last + (size - 1 - padding) * jump
    jump'  = jump * stride

and a merge takes the union of its inputs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from archspec.network import INPUT, Body, Leaf, Network
from archspec.ops import ChannelsLast, Everything, Form, Shape, Window


@dataclass(frozen=True, slots=True)
class Line:
    """The pixels along one axis that position 0 depends on, and the step to position 1."""

    first: int
    last: int
    jump: int

    @property
    def size(self) -> int:
        """Number of pixels."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Field:
    """A receptive field: a line along H and one along W; None where all pixels are seen."""

    lines: tuple[Line, Line] | None

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width in pixels; None for all of the input."""
        return None if self.lines is None else (self.lines[0].size, self.lines[1].size)

    def through(self, window: Window) -> Field:
        """Return the field of what reads this through a window."""
        if self.lines is None or window is None:
            return self
        if isinstance(window, Everything):
            return GLOBAL
        first, second = (
            Line(
                line.first - axis.padding * line.jump,
                line.last + (axis.size - 1 - axis.padding) * line.jump,
                line.jump * axis.stride,
            )
            for line, axis in zip(self.lines, window, strict=True)
        )
        return Field((first, second))

    def __or__(self, other: Field) -> Field:
        if self.lines is None or other.lines is None:
            return GLOBAL
        first, second = (
            Line(min(a.first, b.first), max(a.last, b.last), max(a.jump, b.jump))
            for a, b in zip(self.lines, other.lines, strict=True)
        )
        return Field((first, second))


GLOBAL: Final = Field(None)
NOTHING: Final = Field((Line(0, -1, 1), Line(0, -1, 1)))
_PIXEL: Final = Line(0, 0, 1)


def fields(network: Network) -> dict[str, Field]:
    """Return the receptive field of every node, by path; a path that runs twice has the last."""
    found: dict[str, Field] = {}
    starts = {name: _start(shape) for name, shape in network.inputs.items()}
    _body(network.root, starts, found)
    return found


def receptive_field(network: Network) -> tuple[int, int] | None:
    """Return the receptive field of the last feature map, height and width in pixels.

    That is the one before global pooling or the classifier. None when that map sees the whole
    input, as behind squeeze-and-excitation.
    """
    found = fields(network)
    last: Field | None = None
    for leaf in network.leaves:
        if _is_side(network, leaf.path) or leaf.op.form is Form.TENSOR:
            continue
        field = found[leaf.path]
        if field.lines is not None or _has_positions(leaf.output):
            last = field
    return last.size if last else None


def _has_positions(shape: Shape) -> bool:
    """Tell whether a shape has several positions: a feature map or a sequence."""
    sizes = shape[:-1] if isinstance(shape, ChannelsLast) else shape[1:] if len(shape) == 3 else ()
    return math.prod(sizes) > 1


def _is_side(network: Network, path: str) -> bool:
    return path.partition(".")[0] in network.side


def _start(shape: Shape) -> Field:
    return Field((_PIXEL, _PIXEL)) if len(shape) == 3 else GLOBAL


def _body(body: Body, starts: dict[str, Field], found: dict[str, Field]) -> Field:
    here = dict(starts)
    for node in body.steps:
        # A tensor of the module's own depends on no pixel.
        read = [here[name] for name in node.reads if name not in body.own]
        if not read:
            field = NOTHING
        elif isinstance(node, Leaf):
            field = read[0].through(node.op.window(node.inputs[0]))
            for other in read[1:]:
                field |= other
        else:
            field = _body(node, {INPUT: read[0]}, found)
        here[node.name] = found[node.path] = field
    return here[body.result]
