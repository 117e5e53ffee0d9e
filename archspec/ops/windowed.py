"""Windows along the sides of a map: how outputs read inputs, and the sizes that come of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

from archspec.ops.shape import Misfit


class Axis(NamedTuple):
    """How outputs read inputs along one spatial axis.

    Output i reads `size` positions from `i * stride - padding` on; `size` includes the gaps of a
    dilated kernel.
    """

    size: int
    stride: int
    padding: int

    @property
    def phases(self) -> Phases:
        """The same as reads of a position that is like all others."""
        return Phases(((-self.padding, self.size - 1 - self.padding),), self.stride)


class Phases(NamedTuple):
    """How outputs read inputs along one spatial axis where they do not all read alike.

    Output `i`, the r-th of its period, reads from `reads[r][0]` to `reads[r][1]`, counted from
    `step` times the number of whole periods before it; None where it reads nothing.
    """

    reads: tuple[tuple[int, int] | None, ...]
    step: int

    @property
    def phases(self) -> Phases:
        """The same."""
        return self


class Everything:
    """The window of an op each of whose outputs reads all positions."""


EVERYTHING = Everything()
Window: TypeAlias = tuple[Axis | Phases, ...] | Everything | None
"""An axis for each side, everything, or None where each position reads only itself."""

LONGEST: Final = 1024
"""Outputs after which reads must repeat to be told apart; past it an output may read everything."""

TOO_SMALL: Final = "the input is too small here, or the layers before shrink it too much"
"""The help where nothing better is known."""


class TooSmall(Misfit):
    """A window is larger than what arrives; a larger map would mend it."""


def axis(size: int, stride: int, padding: int, dilation: int = 1) -> Axis:
    """Return the window of a kernel along one axis; a dilated kernel spans its gaps too."""
    return Axis(dilation * (size - 1) + 1, stride, padding)


def sizes(
    shape: tuple[int, ...], axes: tuple[Axis, ...], *, ceil_mode: bool = False
) -> tuple[int, ...]:
    """Return the sides of the output.

    `floor((n + 2 padding - size) / stride) + 1`, as PyTorch documents it for `Conv2d`; with
    `ceil_mode` rounded up, except that the last window must begin inside the input or its left
    padding.

    Raises:
        TooSmall: when the window is larger than the padded input.
    """
    lengths = []
    for n, (size, stride, padding) in zip(shape, axes, strict=True):
        room = n + 2 * padding - size
        length = (-(-room // stride) if ceil_mode else room // stride) + 1
        if ceil_mode and (length - 1) * stride >= n + padding:
            length -= 1
        if length < 1:
            window = times(axis.size for axis in axes)
            padded = times(m + 2 * a.padding for m, a in zip(shape, axes, strict=True))
            raise TooSmall(
                f"a {window} window does not fit into the {times(shape)} input"
                + (f" padded to {padded}" if padding else ""),
                "kernel_size",
                help=TOO_SMALL,
            )
        lengths.append(length)
    return tuple(lengths)


def times(sides: Iterable[int]) -> str:
    """Return sides as messages write them: `56×56`."""
    return "×".join(str(int(n)) for n in sides)
