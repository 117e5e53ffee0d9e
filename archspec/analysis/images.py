"""Images that enter with their channels last, or with the batch: read as something else."""

from __future__ import annotations

from collections.abc import Iterator

from archspec.errors import Diagnostic, Span
from archspec.network import Network
from archspec.ops import Op, shown
from archspec.ops.conv import Conv2d
from archspec.resolve.images import Inputs, has_batch, has_channels_last


def images(network: Network, place: Span) -> Iterator[Diagnostic]:
    """Yield a warning for each input that is an image to who wrote it alone; code W127.

    Args:
        network: a network.
        place: that of its inputs.
    """
    inputs = Inputs(tuple(network.inputs.values()), place)
    for shape in inputs.shapes:
        readers = [leaf.op for leaf in network.leaves if leaf.inputs[:1] == (shape,)]
        if has_channels_last(shape) and any(map(_is_wide, readers)):
            channels, height, width = shape
            message = f"{channels} channels of {height}×{width} enter: channels come first"
            help = f"images of {channels}×{height} are {inputs.channels_first(shape)}"
            yield Diagnostic("W127", message, place, help=help)
        elif has_batch(shape) and any(type(op).__name__ == "Flatten" for op in readers):
            message = f"each sample has the shape {shown(shape)}, beside the batch"
            help = f"`input` has no batch: {inputs.spelt(shape[1:])}"
            yield Diagnostic("W127", message, place, help=help)


def _is_wide(op: Op) -> bool:
    """Tell whether something is a convolution over more than one column, as over an image."""
    return isinstance(op, Conv2d) and op.each(op.kernel_size)[1] > 1


__all__ = ["images"]
