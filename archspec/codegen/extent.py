"""Heights, widths and lengths that leave a block, as formulas of those that enter.

A docstring must hold for every value of the block's parameters, not only for those that the network
happens to pass. So the block is tried with other sizes, strides and kernels, by the arithmetic of
its ops, and only what holds in all trials is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple

from archspec import expressions
from archspec.codegen.agreement import View
from archspec.codegen.construct import entered, inside
from archspec.codegen.frame import Frame
from archspec.expressions import ExpressionError, Formula, Value
from archspec.network import INPUT, Body, Child, Leaf, Loop
from archspec.ops import ChannelsLast, Form, Misfit, Shape, sized

_GEOMETRY: Final = frozenset(
    (
        *("kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"),
        *("size", "scale_factor", "upscale_factor", "downscale_factor", "block_size"),
    )
)
"""Arguments of ops that decide sizes, and not how many channels there are."""

_FURTHER: Final = (0, 1, 2, 3, 6, 9, 17, 31)
"""What is added to the size that arrives in the network, for the trials."""

_VALUES: Final = (1, 2, 3)
_USES: Final = 4
_PARAMETERS: Final = 4
_STEPS: Final = (2, 4, 8, 16, 32)
_SHIFT: Final = 32


class Trial(NamedTuple):
    """What leaves a block for what enters, with some values of its parameters."""

    values: Mapping[str, int]
    before: Shape
    after: Shape


class Extent(NamedTuple):
    """A size that leaves; `odd` is the parameter that must be odd, if one must."""

    text: str
    odd: str = ""


@dataclass(frozen=True, slots=True)
class Trials:
    """Trials of a block, and the parameters that were varied in them."""

    parameters: tuple[str, ...]
    made: tuple[Trial, ...]

    def extent(self, name: str, there: int, here: int) -> Extent | None:
        """Return the size `here` of what leaves, by the name of the size `there` of what enters."""
        for odd in ("", *self.parameters):
            chosen = [t for t in self.made if not odd or t.values[odd] % 2]
            sizes = [(t.before[there], t.after[here], t.values) for t in chosen]
            text = next(_claims(name, sizes, self.parameters), "") if sizes else ""
            if text:
                return Extent(text, odd)
        return None

    def window(self, name: str, there: int, here: int) -> str:
        """Return a size that leaves as the formula of one window, where it is one."""
        if "kernel_size" not in self.parameters or not self.made:
            return ""
        for trial in self.made:
            values = {"padding": 0, "stride": 1, **trial.values}
            room = trial.before[there] + 2 * values["padding"] - values["kernel_size"]
            if room // max(values["stride"], 1) + 1 != trial.after[here]:
                return ""
        padded = f"{name} + 2 * padding" if "padding" in self.parameters else name
        text = f"{padded} - kernel_size"
        return f"({text}) // stride + 1" if "stride" in self.parameters else f"{text} + 1"


def _claims(
    name: str, sizes: Sequence[tuple[int, int, Mapping[str, int]]], parameters: Sequence[str]
) -> Iterator[str]:
    """Yield what holds in all trials, the shortest first."""
    if len({before for before, _, _ in sizes}) == 1:  # no other size gets through
        same = {after for _, after, _ in sizes}
        yield from [] if len(same) > 1 else [name if same == {sizes[0][0]} else str(*same)]
        return
    shift = sizes[0][1] - sizes[0][0]
    if all(after - before == shift for before, after, _ in sizes):
        yield name if not shift else f"{name} {'+' if shift > 0 else '-'} {abs(shift)}"
    if len({after for _, after, _ in sizes}) == 1:
        yield str(sizes[0][1])
    for step in (*parameters, *map(str, _STEPS)):
        rows = [(b, a, v[step] if step in parameters else int(step)) for b, a, v in sizes]
        if step in parameters and all(after == by for _, after, by in rows):
            yield step
        if any(by < 1 for _, _, by in rows):
            continue
        if all(-(-before // by) == after for before, after, by in rows):
            yield f"⌈{name} / {step}⌉"
        if all(before // by == after for before, after, by in rows):
            yield f"{name} // {step}"
        if all(before * by == after for before, after, by in rows):
            yield f"{step} * {name}"
    for by in _STEPS:
        for shift in sorted(range(-_SHIFT, _SHIFT + 1), key=abs):
            if all((before + shift) // by == after for before, after, _ in sizes):
                yield f"({name} {'+' if shift > 0 else '-'} {abs(shift)}) // {by}"


def decides_sizes(children: Sequence[Child], names: frozenset[str]) -> bool:
    """Tell whether some names decide how large what leaves is, beside what enters.

    Args:
        children: the children of a body.
        names: names of the scope that they stand in.
    """
    for child in children:
        if isinstance(child, Loop):
            for turn in child.turns:
                more = (n for n, f in turn.bindings.items() if expressions.names(f) & names)
                if decides_sizes(turn.children, names.union(more)):
                    return True
        elif isinstance(child, Body):
            inner = names if child.block is None else child.block.open
            if decides_sizes(child.children, inner):
                return True
        elif isinstance(child, Leaf) and any(
            expressions.names(child.formulas[name]) & names
            for name in _GEOMETRY & child.formulas.keys()
        ):
            return True
    return False


def trials(bodies: Sequence[Body], frame: Frame) -> Trials:
    """Try a block: its uses as they are, and some with other sizes and values of its parameters.

    None are made where a parameter that decides sizes is no whole number, or there are many.
    """
    uses = [body for body in bodies if len(body.inputs) == 1]
    views = [View(use, frame.spelt, scope) for use, scope in zip(uses, frame.scopes, strict=False)]
    read = frame.needed & {name for view in views for name in _read(inside(view))}
    varied = tuple(name for name in frame.order if name in read)
    whole = all(type(view.scope.get(name)) is int for view in views for name in varied)
    if len(uses) < len(bodies) or not whole or len(varied) > _PARAMETERS:
        return Trials(varied, ())
    pairs = [*zip(uses, views, strict=True)]
    seen = [Trial(_given(view, varied), use.inputs[0], use.output) for use, view in pairs]
    # Uses of the same layers tell the same.
    kinds = {tuple(node.name for node in use.nodes): view for use, view in pairs}
    made = [trial for view in [*kinds.values()][:_USES] for trial in _tried(view, varied)]
    return Trials(varied, (*seen, *made))


def _given(view: View, varied: Sequence[str]) -> dict[str, int]:
    return {name: n for name in varied if type(n := view.scope[name]) is int}


def _read(views: Sequence[View]) -> Iterator[str]:
    """Yield the names that decide sizes."""
    for view in _there(views):
        if isinstance(view.child, Body):
            yield from _read(entered(view))
        elif isinstance(view.child, Leaf):
            for name in _GEOMETRY & view.child.formulas.keys():
                yield from expressions.names(view.outside(view.child.formulas[name]))


def _there(views: Sequence[View]) -> Iterator[View]:
    """Yield the nodes that are there, those of loops too."""
    for view in views:
        if isinstance(view.child, Loop):
            for turn in view.child.turns:
                yield from _there(view.turn(turn))
        elif isinstance(view.child, Leaf | Body):
            yield view


def _tried(view: View, varied: Sequence[str]) -> Iterator[Trial]:
    body = view.child
    assert isinstance(body, Body)
    others = [dict(zip(varied, row, strict=True)) for row in product(_VALUES, repeat=len(varied))]
    for values in (_given(view, varied), *others):
        for more in _FURTHER:
            before = _enlarged(body.inputs[0], more)
            try:
                after = _output(body, inside(view), before, {**view.scope, **values}, varied)
            except (Misfit, ExpressionError, ArithmeticError, TypeError, ValueError):
                continue
            yield Trial(values, before, after)


def _enlarged(shape: Shape, more: int) -> Shape:
    """Return a shape whose heights, widths and lengths are larger; the channels stay."""
    if len(shape) < 2:
        return tuple(map(int, shape))
    last = isinstance(shape, ChannelsLast) or len(shape) == 2
    channels = len(shape) - 1 if last else 0
    return sized(shape, (int(n) + (more if i != channels else 0) for i, n in enumerate(shape)))


def _output(
    body: Body,
    views: Sequence[View],
    before: Shape,
    values: Mapping[str, Value],
    varied: Sequence[str],
) -> Shape:
    """Return the shape that leaves a body, whose formulas the views have in the names of values."""
    found = {view.child.name: view for view in _there(views) if not isinstance(view.child, Loop)}
    shapes: dict[str, Shape] = {INPUT: before}
    for node in body.steps:
        view = found[node.name]
        inputs = [shapes[name] for name in node.reads]
        if isinstance(node, Body):
            shapes[node.name] = _output(node, entered(view), inputs[0], values, varied)
        elif node.op.form is Form.TENSOR:
            shapes[node.name] = node.output
        elif body.once(node):
            if inputs != [*node.inputs]:
                raise Misfit("a tensor of the module's own has the size of what it meets")
            shapes[node.name] = node.output
        else:
            changed = {
                name: expressions.evaluate(formula, values)
                for name, formula in _geometry(node, view)
                if expressions.names(formula) & {*varied}
            }
            op = node.op.model_copy(update=changed) if changed else node.op
            shapes[node.name] = op.output(*inputs)
    return shapes[body.result]


def _geometry(node: Leaf, view: View) -> Iterator[tuple[str, Formula]]:
    for name in sorted(_GEOMETRY & node.formulas.keys()):
        yield name, view.outside(node.formulas[name])
