"""The shapes in and out of a block, in the names of its parameters.

Map (N, in_channels, H, W) to (N, 4 * channels, H / stride, W / stride).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from archspec import expressions
from archspec.codegen.frame import Frame
from archspec.expressions import Formula
from archspec.network import Body
from archspec.ops import ChannelsLast
from archspec.traced import formula_of

_NAMES: Final = {
    (3, False): ("C", "H", "W"),
    (3, True): ("H", "W", "C"),
    (2, True): ("T", "C"),
    (1, False): ("features",),
}
_LONGEST: Final = 76
_STEPS: Final = (2, 4, 8, 16)


def mapping(bodies: Sequence[Body], frame: Frame) -> str:
    """Return the docstring of a block's `forward`."""
    exact = f"Map {_entering(bodies, frame)} to {_leaving(bodies, frame, exact=True)}."
    if len(exact) <= _LONGEST:
        return exact
    return f"Map {_entering(bodies, frame)} to {_leaving(bodies, frame, exact=False)}."


def _names(bodies: Sequence[Body], *, after: bool) -> tuple[str, ...] | None:
    shapes = [body.output if after else body.inputs[0] for body in bodies]
    layouts = {(len(shape), isinstance(shape, ChannelsLast)) for shape in shapes}
    return _NAMES.get(layouts.pop()) if len(layouts) == 1 else None


def _entering(bodies: Sequence[Body], frame: Frame) -> str:
    names = _names(bodies, after=False)
    if names is None:
        return "a tensor"
    return f"(N, {', '.join(_size_in(name, i, bodies, frame) for i, name in enumerate(names))})"


def _size_in(name: str, index: int, bodies: Sequence[Body], frame: Frame) -> str:
    """Return a size that enters: a parameter or a number where it is one, else a letter."""
    if name in ("H", "W", "T"):
        return name
    size = "in_channels" if len(bodies[0].inputs[0]) == 3 else "in_features"
    if size in frame.needed:
        return size
    sizes = {int(body.inputs[0][index]) for body in bodies}
    return str(sizes.pop()) if len(sizes) == 1 else name


def _leaving(bodies: Sequence[Body], frame: Frame, *, exact: bool) -> str:
    names = _names(bodies, after=True)
    if names is None:
        return "a tensor"
    before = _names(bodies, after=False) or ()
    sizes = []
    for i, name in enumerate(names):
        if name in ("H", "W", "T"):
            there = before.index(name) if name in before else -1
            sizes.append(_side(name, there, i, bodies, frame))
        else:
            there = before.index(name) if name in before else -1
            sizes.append(_channels(name, there, i, bodies, frame, exact=exact))
    return f"(N, {', '.join(sizes)})"


def _side(name: str, there: int, here: int, bodies: Sequence[Body], frame: Frame) -> str:
    """Return a height, width or length that leaves, as a formula of the one that entered."""
    if there < 0:
        return name
    pairs = [(int(body.inputs[0][there]), int(body.output[here])) for body in bodies]
    if all(before == after for before, after in pairs):
        return name
    if all(after == 1 for _, after in pairs):
        return "1"
    steps = [scope.get("stride") for scope in frame.scopes]
    if "stride" in frame.needed and len(steps) == len(pairs):
        strides = [step for step in steps if isinstance(step, int)]
        if len(strides) == len(pairs) and all(
            -(-before // step) == after
            for (before, after), step in zip(pairs, strides, strict=True)
        ):
            return f"{name} / stride"
    for step in _STEPS:
        if all(-(-before // step) == after for before, after in pairs):
            return f"{name} / {step}"
        if all(before * step == after for before, after in pairs):
            return f"{step} * {name}"
    return f"{name}'"


def _channels(
    name: str, there: int, here: int, bodies: Sequence[Body], frame: Frame, *, exact: bool
) -> str:
    """Return the channels that leave: those that entered, a formula of parameters, a number."""
    sizes = [int(body.output[here]) for body in bodies]
    if there >= 0 and sizes == [int(body.inputs[0][there]) for body in bodies]:
        return _size_in(name, there, bodies, frame)
    formula = _common(bodies, here, frame) if exact else ""
    if formula:
        return formula
    return str(sizes[0]) if len({*sizes}) == 1 else f"{name}'"


def _common(bodies: Sequence[Body], index: int, frame: Frame) -> str:
    """Return a size that leaves as a formula of parameters that holds in all uses, or nothing."""
    uses = [body.block for body in bodies if body.block is not None]
    if len(uses) < len(bodies):
        return ""
    for formula in (formula for body in bodies for formula in _formulas(body, index, frame)):
        try:
            sizes = [expressions.evaluate(formula, use.values) for use in uses]
        except expressions.ExpressionError:
            continue
        if sizes == [int(body.output[index]) for body in bodies]:
            return frame.text(formula)
    return ""


def _formulas(body: Body, index: int, frame: Frame) -> Iterator[Formula]:
    """Yield the size that leaves as a formula, where it is one of parameters alone."""
    result = next((node for node in body.nodes if node.name == body.result), None)
    if result is not None and len(result.output) > index:
        formula = expressions.substitute(formula_of(result.output[index]), frame.constants)
        names = expressions.names(formula)
        if names and names <= frame.needed:
            yield formula
