"""What a class hands on to the blocks that it calls, so that it is no constant there.

`Shortcut(channels, stride)` may be called with a stride of 2 alone; but where the class that calls
it hands on a `stride` of its own, that class takes any, and so must `Shortcut`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archspec import expressions
from archspec.expressions import Formula, Value
from archspec.network import BlockUse, Body, Child, Loop


@dataclass(frozen=True, slots=True)
class _Call:
    """One use of a block: its path, who calls it (`""` for the network), and with what."""

    path: str
    caller: str
    block: BlockUse
    formulas: Mapping[str, Formula]


def handed_on(root: Body) -> dict[str, frozenset[str]]:
    """Return, by the path of each use of a block, its names that come from one that varies.

    A name of a block varies when its uses differ in it, or when it comes from one that does.
    """
    calls = [*_calls(root.children, {}, "")]
    first: dict[str, BlockUse] = {}
    for call in calls:
        first.setdefault(call.block.name, call.block)
    varying = {
        (call.block.name, name)
        for call in calls
        for name, value in call.block.values.items()
        if not same(first[call.block.name].values.get(name), value)
    }
    passed = [
        ((call.caller, read), (call.block.name, name))
        for call in calls
        for name, formula in call.formulas.items()
        for read in expressions.names(formula)
    ]
    while new := {inner for outer, inner in passed if outer in varying} - varying:
        varying |= new
    return {
        call.path: frozenset(
            name
            for name, formula in call.formulas.items()
            if any((call.caller, read) in varying for read in expressions.names(formula))
        )
        for call in calls
    }


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
            yield _Call(child.path, caller, use, formulas)
            yield from _calls(child.children, {}, use.name)
