"""A block made anew with other values of its parameters: the same layers, of other sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

from archspec import expressions
from archspec.codegen.uses.common_formula import View, entered, inside
from archspec.expressions import ExpressionError, Formula, Value
from archspec.network import Body, Leaf, Loop
from archspec.ops import ChannelsLast, Form, Misfit, Shape, sized

GEOMETRY: Final = frozenset(
    (
        *("kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"),
        *("size", "scale_factor", "upscale_factor", "downscale_factor", "block_size"),
        *("unflattened_size", "length"),
    )
)
"""Arguments of ops that decide sizes, and not how many channels there are."""

_FURTHER: Final = (0, 1, 3, 9, 31, 63)
"""What is added to the size that arrives in the network, until it is enough for other values."""


class UntriedError(Exception):
    """Other values ask for other layers than the ones that are there: nothing is learned."""


def there(views: Sequence[View]) -> Iterator[View]:
    """Yield the nodes that are there, those of loops too."""
    for view in views:
        if isinstance(view.child, Loop):
            for turn in view.child.turns:
                yield from there(view.turn(turn))
        elif isinstance(view.child, Leaf | Body):
            yield view


def remade(
    view: View,
    values: Mapping[str, Value],
    varied: Sequence[str],
    factors: Sequence[Mapping[int, int]],
) -> Body | None:
    """Return a body with other values of its parameters, for the first size that is enough.

    Args:
        view: the body.
        values: what its names mean.
        varied: those that have other values.
        factors: by how much sizes that enter grow together, by their index, for each input.

    Raises:
        UntriedError: when it is not known whether there is one.
    """
    body = view.child
    assert isinstance(body, Body)
    untried: UntriedError | None = None
    for more in _FURTHER:
        pairs = zip(body.inputs, factors, strict=True)
        for before in product(*(_enlarged(shape, more, factor) for shape, factor in pairs)):
            try:
                return _body(body, inside(view), before, values, varied)
            except UntriedError as error:
                untried = error
            except (Misfit, ExpressionError, ArithmeticError, TypeError, ValueError):
                continue
    if untried is not None:
        raise untried
    return None


def _enlarged(shape: Shape, more: int, factors: Mapping[int, int]) -> Iterator[Shape]:
    """Yield shapes whose sides are larger; the channels stay.

    Of two sizes, which may be a signal (C, L) or a sequence (T, C), it is the one or the other.
    """
    last = len(shape) - 1
    both = last == 1 and not isinstance(shape, ChannelsLast)
    for channels in (last, 0) if both else (channels_of(shape),):
        grown = (more * factors.get(i, 1) if last and i != channels else 0 for i in range(last + 1))
        yield sized(shape, (int(n) + by for n, by in zip(shape, grown, strict=True)))


def channels_of(shape: Shape) -> int:
    """Return which size of a shape is that of its channels."""
    return len(shape) - 1 if isinstance(shape, ChannelsLast) else 0


def _body(
    body: Body,
    views: Sequence[View],
    before: Sequence[Shape],
    values: Mapping[str, Value],
    varied: Sequence[str],
) -> Body:
    """Return a body with other values, whose formulas the views have in the names of these."""
    _same_children(views, values, varied)
    found = {view.child.name: view for view in there(views) if not isinstance(view.child, Loop)}
    made: dict[str, Leaf | Body] = {}
    shapes: dict[str, Shape] = dict(zip(body.entries, before, strict=True))
    for node in body.steps:
        view, inputs = found[node.name], [shapes[name] for name in node.reads]
        if isinstance(node, Body):
            made[node.name] = _body(node, entered(view), inputs, values, varied)
        else:
            made[node.name] = _leaf(body, node, view, inputs, values, varied)
        shapes[node.name] = made[node.name].output
    return replace(
        body,
        children=tuple(made[node.name] for node in body.nodes),
        inputs=(*before,),
        output=shapes[body.result],
    )


def _same_children(
    views: Sequence[View], values: Mapping[str, Value], varied: Sequence[str]
) -> None:
    """Check that what is there would be there with other values, and nothing else.

    Raises:
        UntriedError: when it would not.
    """
    for view in views:
        if isinstance(view.child, Loop):
            for turn in view.child.turns:
                _same_children(view.turn(turn), values, varied)
        elif view.child.condition is not None:
            condition = view.outside(view.child.condition)
            is_there = isinstance(view.child, Leaf | Body)
            asks = expressions.names(condition) & {*varied}
            if asks and bool(expressions.evaluate(condition, values)) != is_there:
                raise UntriedError("other children")


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
        UntriedError: when another would have to be made in its place.
    """
    if node.op.form is Form.TENSOR:
        return node
    if body.once(node):
        if [*inputs] != [*node.inputs]:
            raise UntriedError("a tensor of the module's own has the size of what it meets")
        return node
    changed = {
        name: expressions.evaluate(formula, values)
        for name, formula in geometry(node, view)
        if expressions.names(formula) & {*varied}
    }
    held = {name: getattr(node.op, name) for name in type(node.op).model_fields}
    op = type(node.op).model_validate({**held, **changed}) if changed else node.op
    inferred = ((name, getattr(op, name)) for name in op.inferred())
    if any(value != op.arriving(name, value, inputs[0]) for name, value in inferred):
        raise UntriedError("the layer was made for another shape")
    return replace(node, op=op, inputs=(*inputs,), output=op.output(*inputs))


def geometry(node: Leaf, view: View) -> Iterator[tuple[str, Formula]]:
    """Yield the arguments of a layer that decide sizes, as formulas of the block's parameters."""
    for name in sorted(GEOMETRY & node.formulas.keys()):
        yield name, view.outside(node.formulas[name])
