"""Trials of a block: what becomes of sides in its uses, and with other values of its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from archspec import expressions
from archspec.analysis.reach import Reach
from archspec.analysis.sides import entering
from archspec.analysis.sizes import Sizes
from archspec.analysis.verdicts import GOOD
from archspec.codegen.agreement import View, entered, inside
from archspec.codegen.frame import Frame
from archspec.expressions import ExpressionError, Formula, Value
from archspec.network import INPUT, Body, Leaf, Loop
from archspec.ops import ChannelsLast, Form, Misfit, Shape, sized
from archspec.ops.reshape import Narrow, place

GEOMETRY: Final = frozenset(
    (
        *("kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"),
        *("size", "scale_factor", "upscale_factor", "downscale_factor", "block_size"),
        *("unflattened_size", "length"),
    )
)
"""Arguments of ops that decide sizes, and not how many channels there are."""

_HOLDING: Final = GEOMETRY | {"shape", "normalized_shape"}
"""Arguments for which an op may take one size alone."""

_FURTHER: Final = (0, 1, 3, 9, 31, 63)
"""What is added to the size that arrives in the network, until it is enough for other values."""

_VALUES: Final = (1, 2, 3)
_VARIED: Final = 2
"""Values that a parameter must have had for something to be known of it."""
_USES: Final = 4
_PARAMETERS: Final = 4


class _UntriedError(Exception):
    """Other values ask for other layers than the ones that are there: nothing is learned."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A pass through a block with some values of its parameters, for all sides that enter.

    Attributes:
        values: the parameters that decide sizes.
        reach: which sides get through.
        leaving: what leaves, by what enters.
    """

    values: Mapping[str, int]
    reach: Reach
    leaving: Sizes


@dataclass(frozen=True, slots=True)
class Trials:
    """Trials of a block.

    Attributes:
        uses: one for each of its uses, with the values that it has there.
        others: some with other values; none where a parameter that decides sizes is no whole
            number, or there are many.
        parameters: the parameters that decide sizes.
        holding: parameters that may decide which sizes fit.
        complete: whether they could be tried.
    """

    uses: tuple[Trial, ...]
    others: tuple[Trial, ...] = ()
    parameters: tuple[str, ...] = ()
    holding: frozenset[str] = frozenset()
    complete: bool = True

    @property
    def all(self) -> tuple[Trial, ...]:
        """The trials of all kinds."""
        return (*self.uses, *self.others)


def trials(bodies: Sequence[Body], frame: Frame, letters: Mapping[int, str]) -> Trials:
    """Try a block: its uses as they are, and some with other values of its parameters.

    Args:
        bodies: the uses.
        frame: the names of its class.
        letters: names for the sizes that enter and may be any, by their index.
    """
    views = [
        View(use, frame.spelt, scope) for use, scope in zip(bodies, frame.scopes, strict=False)
    ]
    read, holding = (
        frame.needed & {n for v in views for n in _read(inside(v), names)}
        for names in (GEOMETRY, _HOLDING)
    )
    varied = tuple(name for name in frame.order if name in read)
    whole = all(type(view.scope.get(name)) is int for view in views for name in varied)
    complete = len(views) == len(bodies) and whole and len(varied) <= _PARAMETERS
    given = [_given(view, varied) if complete else {} for view in views]
    uses = tuple(
        _trial(use, values, letters)
        for use, values in zip(bodies, given or [{}] * len(bodies), strict=False)
    )
    if not complete or not varied:
        return Trials(uses, (), varied, frozenset(holding), complete)
    # Uses of the same layers tell the same.
    kinds = {
        tuple(node.name for node in use.nodes): view
        for use, view in zip(bodies, views, strict=True)
    }
    found = [trial for view in [*kinds.values()][:_USES] for trial in _tried(view, varied, letters)]
    made = tuple(trial for trial in found if trial is not None)
    # What could not be tried agrees with nothing: of a parameter that kept its value, all is open.
    kept = any(len({trial.values[name] for trial in made}) < _VARIED for name in varied)
    known = not (kept and None in found)
    return Trials(uses, made, varied, frozenset(holding), known)


def _trial(body: Body, values: Mapping[str, int], letters: Mapping[int, str]) -> Trial:
    reach = Reach()
    return Trial(values, reach, reach.through(body, {INPUT: entering(body.inputs[0], letters)}))


def _given(view: View, varied: Sequence[str]) -> dict[str, int]:
    return {name: n for name in varied if type(n := view.scope[name]) is int}


def _read(views: Sequence[View], arguments: frozenset[str]) -> Iterator[str]:
    """Yield the names in some arguments of ops."""
    for view in _there(views):
        if isinstance(view.child, Body):
            yield from _read(entered(view), arguments)
        elif isinstance(view.child, Leaf):
            for name in arguments & (view.child.formulas.keys() - _of_channels(view.child)):
                yield from expressions.names(view.outside(view.child.formulas[name]))


def _of_channels(leaf: Leaf) -> frozenset[str]:
    """Return arguments that decide a size elsewhere, and here how many channels there are."""
    if not isinstance(leaf.op, Narrow) or len(shape := leaf.inputs[0]) != len("CHW"):
        return frozenset()
    is_side = place(shape, leaf.op.dim) != _channels(shape)
    return frozenset() if is_side else frozenset(("length",))


def _there(views: Sequence[View]) -> Iterator[View]:
    """Yield the nodes that are there, those of loops too."""
    for view in views:
        if isinstance(view.child, Loop):
            for turn in view.child.turns:
                yield from _there(view.turn(turn))
        elif isinstance(view.child, Leaf | Body):
            yield view


def _tried(view: View, varied: Sequence[str], letters: Mapping[int, str]) -> Iterator[Trial | None]:
    """Yield trials with other values, if layers can be made with them; None where none can tell."""
    body = view.child
    assert isinstance(body, Body)
    for row in product(_VALUES, repeat=len(varied)):
        values = dict(zip(varied, row, strict=True))
        try:
            made = _made(view, {**view.scope, **values}, varied)
        except _UntriedError:
            yield None
            continue
        if made is not None:
            trial = _trial(made, values, letters)
            if trial.reach.is_apart and all(
                GOOD in v.values for v in trial.reach.verdicts.values()
            ):
                yield trial


def _made(view: View, values: Mapping[str, Value], varied: Sequence[str]) -> Body | None:
    """Return a body with other values of its parameters, for the first size that is enough.

    Raises:
        _UntriedError: when it is not known whether there is one.
    """
    body = view.child
    assert isinstance(body, Body)
    untried: _UntriedError | None = None
    for more in _FURTHER:
        try:
            before = _enlarged(body.inputs[0], more)
            return _remade(body, inside(view), before, values, varied)
        except _UntriedError as error:
            untried = error
        except (Misfit, ExpressionError, ArithmeticError, TypeError, ValueError):
            continue
    if untried is not None:
        raise untried
    return None


def _enlarged(shape: Shape, more: int) -> Shape:
    """Return a shape whose heights, widths and lengths are larger; the channels stay."""
    if len(shape) < 2:
        return tuple(map(int, shape))
    channels = _channels(shape)
    return sized(shape, (int(n) + (more if i != channels else 0) for i, n in enumerate(shape)))


def _channels(shape: Shape) -> int:
    """Return which size of a shape is that of its channels."""
    return len(shape) - 1 if isinstance(shape, ChannelsLast) or len(shape) == 2 else 0


def _remade(
    body: Body,
    views: Sequence[View],
    before: Shape,
    values: Mapping[str, Value],
    varied: Sequence[str],
) -> Body:
    """Return a body with other values, whose formulas the views have in the names of these."""
    _same_children(views, values, varied)
    found = {view.child.name: view for view in _there(views) if not isinstance(view.child, Loop)}
    made: dict[str, Leaf | Body] = {}
    shapes: dict[str, Shape] = {INPUT: before}
    for node in body.steps:
        view, inputs = found[node.name], [shapes[name] for name in node.reads]
        if isinstance(node, Body):
            made[node.name] = _remade(node, entered(view), inputs[0], values, varied)
        else:
            made[node.name] = _leaf(body, node, view, inputs, values, varied)
        shapes[node.name] = made[node.name].output
    return replace(
        body,
        children=tuple(made[node.name] for node in body.nodes),
        inputs=(before,),
        output=shapes[body.result],
    )


def _same_children(
    views: Sequence[View], values: Mapping[str, Value], varied: Sequence[str]
) -> None:
    """Check that what is there would be there with other values, and nothing else.

    Raises:
        _UntriedError: when it would not.
    """
    for view in views:
        if isinstance(view.child, Loop):
            for turn in view.child.turns:
                _same_children(view.turn(turn), values, varied)
        elif view.child.condition is not None:
            condition = view.outside(view.child.condition)
            there = isinstance(view.child, Leaf | Body)
            asks = expressions.names(condition) & {*varied}
            if asks and bool(expressions.evaluate(condition, values)) != there:
                raise _UntriedError("other children")


def _leaf(
    body: Body,
    node: Leaf,
    view: View,
    inputs: Sequence[Shape],
    values: Mapping[str, Value],
    varied: Sequence[str],
) -> Leaf:
    """Return a layer with other values.

    Raises:
        Misfit: when it cannot be made with them, or for what would arrive.
        _UntriedError: when another would have to be made in its place.
    """
    if node.op.form is Form.TENSOR:
        return node
    if body.once(node):
        if [*inputs] != [*node.inputs]:
            raise _UntriedError("a tensor of the module's own has the size of what it meets")
        return node
    changed = {
        name: expressions.evaluate(formula, values)
        for name, formula in _geometry(node, view)
        if expressions.names(formula) & {*varied}
    }
    op = node.op.model_copy(update=changed) if changed else node.op
    inferred = ((name, getattr(op, name)) for name in op.inferred())
    if any(value != op.arriving(name, value, inputs[0]) for name, value in inferred):
        raise _UntriedError("the layer was made for another shape")
    return replace(node, op=op, inputs=(*inputs,), output=op.output(*inputs))


def _geometry(node: Leaf, view: View) -> Iterator[tuple[str, Formula]]:
    for name in sorted(GEOMETRY & node.formulas.keys()):
        yield name, view.outside(node.formulas[name])
