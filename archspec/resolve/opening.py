"""Which vars can become arguments of the emitted class: those that change arguments alone.

A var is open when nothing that is there depends on it: no `if`, no number of turns, no choice of an
op. What depends on it by arithmetic that keeps no formula (the sides of a feature map, say) is
found by trial: with other values of the var, all formulas must still yield the arguments that
resolving anew yields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from archspec import expressions, limits
from archspec.errors import SpecError
from archspec.expressions import Formula, Value
from archspec.network import Absent, Body, Child, Leaf, Loop, Network, walk
from archspec.ops import Shape
from archspec.resolve import resolve, resolve_open
from archspec.spec import Given, Written
from archspec.traced import formula_of, untraced

_LONGEST: Final = 60
"""Characters of a formula that can be read at a glance."""

_OFTEN: Final = 2
"""Uses from which on what is computed reads better under its name."""


def with_open_vars(
    written: Written, overrides: Mapping[str, Given], shape: Shape | None
) -> Network:
    """Resolve a spec that is known to be right, with as many open vars as can be.

    Args:
        written: the spec.
        overrides: values for its vars.
        shape: an input shape without the batch dimension, instead of the spec's.
    """
    values = resolve(written, overrides, shape).vars
    wanted = [
        name
        for name, default in written.spec.vars.items()
        if type(values[name]) in (int, float) and default.formula is None
    ]
    try:
        _, closed = resolve_open(written, overrides, shape, wanted)
    except SpecError:  # formulas of open vars can grow past the limits, where numbers do not
        return resolve(written, overrides, shape)
    wanted = [name for name in wanted if name not in closed]
    named = [
        name
        for name, default in written.spec.vars.items()
        if default.formula is not None and type(values[name]) in (int, float)
    ]
    named = [name for name in named if name not in overrides]
    network, _ = resolve_open(written, overrides, shape, wanted, named)
    unreadable = _in_long_formulas(network)
    kept = [name for name in wanted if name not in unreadable]
    # Mostly they all are, and one look at other values of all of them tells.
    if not _are_open(network, kept, written, overrides, shape):
        kept = kept if _is_affordable(network, 2 * len(kept)) else []
        kept = [name for name in kept if _are_open(network, [name], written, overrides, shape)]
    often = [name for name in named if _is_read_often(network, name)]
    if (kept, often) != (wanted, named):
        network, _ = resolve_open(written, overrides, shape, kept, often)
    return network


def _is_affordable(network: Network, times: int) -> bool:
    """Tell whether a network may be made anew so many times only to try something out."""
    return times * sum(1 for _ in walk(network.root)) <= limits.TRIED


def _in_long_formulas(network: Network) -> set[str]:
    """Return the names in formulas that grow too long to read, as those of dense connections."""
    long = (f for f in _formulas(walk(network.root)) if len(expressions.text(f)) > _LONGEST)
    found = {name for formula in long for name in expressions.names(formula)}
    for name, formula in reversed([*network.computed.items()]):
        if name in found:
            found |= expressions.names(formula)
    return found


def _is_read_often(network: Network, name: str) -> bool:
    """Tell whether several formulas read a name."""
    formulas = [*network.computed.values(), *_formulas(walk(network.root))]
    return sum(name in expressions.names(formula) for formula in formulas) >= _OFTEN


def _formulas(nodes: Iterable[Leaf | Body]) -> Iterator[Formula]:
    """Yield the formulas of arguments, but for vars that are only passed on."""
    for node in nodes:
        if isinstance(node, Leaf):
            yield from node.formulas.values()
        elif node.block is not None:
            passed = node.block.vars
            yield from (f for name, f in node.block.bindings.items() if name not in passed)


def _are_open(
    network: Network,
    names: Sequence[str],
    written: Written,
    overrides: Mapping[str, Given],
    shape: Shape | None,
) -> bool:
    """Tell whether the network's formulas hold for other values of some vars."""
    tried = 0
    for others in zip(*(_others(network.vars[name]) for name in names), strict=True):
        changed = {
            name: Given(written.spec.vars[name].span, value=value)
            for name, value in zip(names, others, strict=True)
        }
        try:
            made = resolve(written, {**overrides, **changed}, shape)
        except SpecError:
            continue  # A width of 65 may not divide into groups, and 128 may.
        tried += 1
        if not _holds(network, made):
            return False
    return tried > 0


def _others(value: Any) -> tuple[float, float]:
    return (value + 1, 2 * value) if isinstance(value, int) else (value / 2, (1 + value) / 2)


def _holds(network: Network, made: Network) -> bool:
    """Tell whether a network's formulas yield what was made with other values of its vars."""
    try:
        scope = network.scope(made.vars)
    except expressions.ExpressionError:
        return False
    return _follows(network.root.children, made.root.children, scope)


def _follows(children: Sequence[Child], made: Sequence[Child], scope: Mapping[str, Value]) -> bool:
    """Tell whether formulas, with the names of a scope, yield what was made."""
    if len(children) != len(made):
        return False
    return all(_yields(a, b, scope) for a, b in zip(children, made, strict=True))


def _yields(child: Child, made: Child, scope: Mapping[str, Value]) -> bool:
    try:
        if isinstance(child, Loop):
            return isinstance(made, Loop) and _turns(child, made, scope)
        if isinstance(child, Absent):
            return isinstance(made, Absent) and child.name == made.name
        if isinstance(made, Loop | Absent) or (child.name, child.reads) != (made.name, made.reads):
            return False
        if isinstance(child, Leaf):
            return isinstance(made, Leaf) and _arguments(child, made, scope)
        return isinstance(made, Body) and _body(child, made, scope)
    except expressions.ExpressionError:
        return False


def _turns(loop: Loop, made: Loop, scope: Mapping[str, Value]) -> bool:
    return len(loop.turns) == len(made.turns) and all(
        _follows(
            turn.children,
            other.children,
            {**scope, **{n: expressions.evaluate(f, scope) for n, f in turn.bindings.items()}},
        )
        for turn, other in zip(loop.turns, made.turns, strict=True)
    )


def _body(body: Body, made: Body, scope: Mapping[str, Value]) -> bool:
    if body.block is not None:
        scope = {n: expressions.evaluate(f, scope) for n, f in body.block.bindings.items()}
    return _follows(body.children, made.children, scope)


def _arguments(leaf: Leaf, made: Leaf, scope: Mapping[str, Value]) -> bool:
    return type(leaf.op) is type(made.op) and all(
        expressions.evaluate(leaf.formulas.get(name, formula_of(getattr(leaf.op, name))), scope)
        == untraced(getattr(made.op, name))
        for name in type(leaf.op).model_fields
    )
