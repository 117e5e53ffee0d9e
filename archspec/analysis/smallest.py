"""The smallest input of a network: for whoever gave it a smaller one, or reads its source."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from archspec import limits
from archspec.errors import SpecError
from archspec.network import INPUT, Body, Network, Sides
from archspec.ops import Form, Misfit, Op, Shape, windowed
from archspec.resolve import resolve
from archspec.resolve.flows import Flow, for_each_sample
from archspec.spec import Given, Written

TOO_SMALL: Final = "G316"
"""The code of a window that is larger than what arrives."""

SIZES: Final = range(1, 1025)
"""Heights and widths that are tried."""

_AFFORDABLE: Final = limits.TRIED // len(SIZES).bit_length()
"""Nodes of a network that may be made anew for each size that is tried."""

_STEPS: Final = (2, 4, 8, 16, 32, 64)
"""What sizes must be multiples of where maps are halved and grow back."""


def with_smallest_input(
    error: SpecError, written: Written, overrides: Mapping[str, Given], shape: Shape | None
) -> SpecError:
    """Return an error whose help names the smallest square image that mends it.

    Args:
        error: what resolving the spec has raised. If anything but too small an image is wrong, or
            no size up to 1024 mends it, it is returned as it is.
        written: the spec.
        overrides: the values of its vars that it was resolved with.
        shape: the input shape that it was resolved with, where it was not the spec's own.
    """
    given = shape or written.spec.input
    if not _is_too_small(error) or not isinstance(given, tuple) or len(given) != 3:
        return error

    def fits(size: int) -> bool:
        try:
            resolve(written, overrides, (given[0], size, size), _AFFORDABLE)
        except SpecError as other:
            if not _is_too_small(other):
                raise
            return False
        return True

    try:
        # Most often no size mends a window after global pooling; that is found out first.
        if not fits(SIZES[-1]):
            return error
        size = SIZES[bisect_left(SIZES, True, key=fits)]
    except SpecError:
        return error
    help = f"the smallest input that works is {given[0]}×{size}×{size}"
    return SpecError(
        replace(diagnostic, help=help) if diagnostic.help == windowed.TOO_SMALL else diagnostic
        for diagnostic in error.diagnostics
    )


def sides(network: Network, written: Written, overrides: Mapping[str, Given]) -> Sides | None:
    """Return the heights and widths that a network's module takes without any change to it.

    Args:
        network: the network, resolved for a square image.
        written: its spec.
        overrides: the values of its vars that it was resolved with.

    Returns:
        None where the inputs are no square images of one size, or sizes fit without a rule.
    """
    shapes = {tuple(map(int, shape)) for shape in network.inputs.values()}
    sizes = {shape[1:] for shape in shapes}
    if any(len(shape) != 3 or shape[1] != shape[2] for shape in shapes) or len(sizes) > 1:
        return None
    channels, size, _ = next(iter(shapes))
    expected = _layers(network)

    def fits(side: int) -> bool:
        if len(network.inputs) > 1:
            return _carries(network, side)
        try:
            made = resolve(written, overrides, (channels, side, side))
        except SpecError:
            return False
        return _layers(made) == expected

    if not fits(2 * size):
        return Sides(size, is_fixed=True)
    if not fits(size + 1):
        step = next((n for n in _STEPS if size % n == 0 and fits(size + n)), 0)
        between = any(map(fits, range(size + 1, size + step)))
        return Sides(step, step) if step and fits(step) and not between else None
    if fits(1):
        return Sides(1)
    return Sides(2 + bisect_left(range(2, size), True, key=fits))


def sides_in_eval(network: Network, sides: Sides | None) -> Sides | None:
    """Return the heights and widths in eval mode; None where they are those of training mode.

    Args:
        network: the network.
        sides: what it takes in training mode.
    """
    if sides is None or not network.side or sides.is_fixed or sides.step > 1:
        return None
    if not _carries(network, sides.least, training=False):
        return None
    sizes = range(1, sides.least)
    return Sides(1 + bisect_left(sizes, True, key=lambda n: _carries(network, n, training=False)))


def _carries(network: Network, side: int, *, training: bool = True) -> bool:
    """Tell whether square images of a size get through the layers of a mode as they are."""
    given = {
        name: (int(shape[0]), side, side) if len(shape) == 3 else shape
        for name, shape in network.inputs.items()
    }
    try:
        _pass(network.root, given, training=training)
    except Misfit:
        return False
    return True


def _pass(body: Body, given: Mapping[str, Shape], *, training: bool) -> dict[str, Shape]:
    """Return the shapes of all children of a body.

    Raises:
        Misfit: when a layer was made for another shape.
    """
    shapes = dict(given)
    for node in body.steps:
        read = [Flow(n, shapes[n], owned=n in body.own) for n in node.reads if n in shapes]
        inputs: Sequence[Shape] = [flow.size for flow in read]
        if node.training_only and not training:
            continue
        if isinstance(node, Body):
            shapes[node.name] = _pass(node, {INPUT: inputs[0]}, training=training)[node.result]
        elif node.op.form is Form.TENSOR:
            shapes[node.name] = node.output
        else:
            if any(flow.owned for flow in read):
                inputs = for_each_sample(read, type(node.op))
            inferred = ((n, getattr(node.op, n)) for n in node.op.inferred())
            if any(value != node.op.arriving(n, value, inputs[0]) for n, value in inferred):
                raise Misfit("the layer was made for another shape")
            shapes[node.name] = node.op.output(*inputs)
    return shapes


def _layers(network: Network) -> list[tuple[str, Op]]:
    """Return what decides whether two networks are one and the same module."""
    return [(leaf.path, leaf.op) for leaf in network.leaves]


def _is_too_small(error: SpecError) -> bool:
    return all(diagnostic.code == TOO_SMALL for diagnostic in error.diagnostics)
