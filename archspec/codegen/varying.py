"""Which names of a block can have other values than those of one use of it.

`Shortcut(channels, stride)` may be called with a stride of 2 alone; but where the class that calls
it hands on a `stride` of its own, that class takes any, and so must `Shortcut`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archspec import expressions
from archspec.expressions import Formula, Value
from archspec.network import Body, Child, Loop


@dataclass(frozen=True, slots=True)
class _Call:
    """One use of a block: who calls it (`""` for the network), and with what."""

    caller: str
    name: str
    values: Mapping[str, Value]
    formulas: Mapping[str, Formula]


def varying(root: Body) -> dict[str, frozenset[str]]:
    """Return the names of each block that differ between its uses, or come from such a name."""
    calls = [*_calls(root.children, {}, "")]
    first: dict[str, _Call] = {}
    for call in calls:
        first.setdefault(call.name, call)
    found = {
        (call.name, name)
        for call in calls
        for name, value in call.values.items()
        if not same(first[call.name].values.get(name), value)
    }
    passed = [
        ((call.caller, read), (call.name, name))
        for call in calls
        for name, formula in call.formulas.items()
        for read in expressions.names(formula)
    ]
    while new := {inner for outer, inner in passed if outer in found} - found:
        found |= new
    return {block: frozenset(name for own, name in found if own == block) for block in first}


def same(a: Value, b: Value) -> bool:
    """Tell whether two values are one to a reader: `true` is not 1."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def _calls(
    children: tuple[Child, ...], bindings: Mapping[str, Formula], caller: str
) -> Iterator[_Call]:
    """Yield the uses of blocks; bindings turn the variables of loops into the caller's names."""
    for child in children:
        if isinstance(child, Loop):
            for turn in child.turns:
                inner = {n: expressions.substitute(f, bindings) for n, f in turn.bindings.items()}
                yield from _calls(turn.children, {**bindings, **inner}, caller)
        elif isinstance(child, Body) and child.block is None:
            yield from _calls(child.children, bindings, caller)
        elif isinstance(child, Body) and child.block is not None:
            use = child.block
            formulas = {n: expressions.substitute(f, bindings) for n, f in use.bindings.items()}
            yield _Call(caller, use.name, use.values, formulas)
            yield from _calls(child.children, {}, use.name)
