"""What a call of an op keeps in memory beside what it reads and gives."""

from __future__ import annotations

from typing import NamedTuple


class Inner(NamedTuple):
    """Memory of what lives within an op: neither read by it nor its result.

    Attributes:
        elements: elements for each sample.
        integers: integers of 8 bytes for each sample, whatever the dtype.
        once: elements for each call, however many samples it has.
    """

    elements: int = 0
    integers: int = 0
    once: int = 0


class Saved(NamedTuple):
    """What PyTorch keeps of a forward pass in training for the backward pass, but for parameters.

    Attributes:
        inputs: whether it keeps the tensors that the op reads.
        output: whether it keeps the result.
        inner: what else it keeps.
    """

    inputs: bool = False
    output: bool = False
    inner: Inner = Inner()
