"""How much of a network has been made, held against the limits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from archspec import limits
from archspec.errors import Span, fail
from archspec.expressions import TooMuchError
from archspec.ops import Shape, shown


@dataclass(slots=True)
class Expansion:
    """Counts while repeats are unrolled and blocks are put in place of their names.

    Attributes:
        most: how many nodes there may be.
        nodes: what has been made.
        steps: what has been looked at, also where nothing came of it: turns of loops, reads, nodes
            that an `if` leaves out.
        depth: of what is being made.
    """

    most: int = limits.NODES
    nodes: int = 0
    steps: int = 0
    depth: int = 0

    def node(self, span: Span) -> None:
        """Count one more node.

        Raises:
            SpecError: past the limit; code L201.
        """
        self.nodes += 1
        if self.nodes > self.most:
            raise fail("L201", f"the network has more than {self.most:,} nodes", span)

    def step(self, span: Span, count: int = 1) -> None:
        """Count one more step, or several.

        Raises:
            SpecError: past the limit; code L201.
        """
        self.steps += count
        if self.steps > limits.STEPS:
            message = f"loops and conditions take more than {limits.STEPS:,} steps"
            raise fail("L201", message, span)

    @contextmanager
    def within(self, span: Span) -> Iterator[None]:
        """Count one more step, and all in the body of the `with` as within it.

        Raises:
            SpecError: past a limit; codes L201, L202 and L204.
        """
        self.step(span)
        self.depth += 1
        try:
            if self.depth > limits.DEPTH:
                message = f"modules, loops and blocks are nested deeper than {limits.DEPTH} levels"
                raise fail("L202", message, span)
            yield
        except TooMuchError as error:
            raise fail("L204", str(error), span) from None
        finally:
            self.depth -= 1


def check_reads(count: int, span: Span) -> None:
    """Hold against the limit how many tensors a node reads.

    Raises:
        SpecError: past it; code L203.
    """
    if count > limits.READS:
        raise fail("L203", f"one node reads {count:,} tensors; {limits.READS:,} are allowed", span)


def check_sizes(shape: Shape, span: Span | None) -> None:
    """Hold a tensor against the largest that PyTorch can have.

    Raises:
        SpecError: past it; codes L205 and L206.
    """
    if len(shape) > limits.RANK:
        message = f"a tensor of {len(shape):,} sizes; {limits.RANK} are allowed"
        raise fail("L206", message, span)
    count = math.prod(int(size) for size in shape)
    if count > limits.ELEMENTS:
        message = f"{shown(shape)} has {count:,} elements; {limits.ELEMENTS:,} are allowed"
        raise fail("L205", message, span)
