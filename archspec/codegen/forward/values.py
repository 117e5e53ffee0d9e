"""The values of a forward pass: what each child reads, and how its call is written."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from typing import Final, TypeAlias

from archspec.codegen.python.trees import attribute_of, call, indexed, listed, literal
from archspec.codegen.uses.children import Item, attribute, is_own, is_passed_on
from archspec.codegen.uses.common_formula import Differ, nodes
from archspec.network import Absent, Body, Leaf, execution
from archspec.ops import Invocation, Kind, Shape
from archspec.traced import untraced

_INFIX: Final[Mapping[str, ast.operator]] = {
    "operator.add": ast.Add(),
    "operator.mul": ast.Mult(),
    "operator.matmul": ast.MatMult(),
}

Written: TypeAlias = Callable[[Sequence[ast.expr]], ast.expr]
"""How a value is written, from how those that it reads are."""


@dataclass(frozen=True)
class Line:
    """One value of a forward pass, before it has a variable.

    A value with a `flag` is made only where that attribute is true; elsewhere the value of
    `stand_in` is taken for it. What is `is_pairwise` joins three values or more, two at a time, or
    writes one twice: its operands are made before it, or gradients would be added up in another
    order.
    """

    name: str
    reads: tuple[str, ...]
    call: Written
    kind: Kind | None
    shape: Shape
    flag: str = ""
    stand_in: str = ""
    training_only: bool = False
    is_merge: bool = False
    is_pairwise: bool = False
    is_inline: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """All values that must be at hand: what it reads, and what may stand in for it."""
        return (*self.reads, self.stand_in) if self.flag else self.reads


def ordered(items: list[Item]) -> list[Item]:
    """Return the children that `forward` computes, in an order that is that of every use.

    Raises:
        Differ: when there is none.
    """
    waiting = [item for item in items if not is_own(item)]
    ahead: dict[str, set[str]] = {item.name: set() for item in waiting}
    for use in range(max((len(item.slot) for item in waiting), default=0)):
        views = [(item.name, item.slot[use : use + 1]) for item in waiting]
        names = {id(node): name for name, slot in views for _, node in nodes(slot)}
        there = [node for _, slot in views for _, node in nodes(slot)]
        for before, after in pairwise(execution(there)):
            ahead[names[id(after)]].add(names[id(before)])
    done: dict[str, Item] = {}
    while waiting:
        # Mostly the first is free; nothing but `before` has it wait for another.
        free = next((item for item in waiting if ahead[item.name] <= done.keys()), None)
        if free is None:
            raise Differ
        done[free.name] = free
        waiting.remove(free)
    return list(done.values())


def tensors(items: list[Item]) -> dict[str, ast.expr]:
    """Return the module's own tensors by name, as `forward` writes them."""
    own = [(item.name, nodes(item.slot)[0][1]) for item in items if is_own(item)]
    return {name: attribute(node.reuses or name) for name, node in own}


def line(item: Item, own: Collection[str] = ()) -> Line:
    """Return the value that a child makes.

    Args:
        item: the child.
        own: the names of the module's own tensors.

    Raises:
        Differ: when the uses read different siblings.
    """
    there = [node for _, node in nodes(item.slot)]
    node = there[0]
    if any(other.written_reads != node.written_reads for other in there):
        raise Differ
    is_merge = isinstance(node, Leaf) and not node.op.is_module()
    once = _once(node, own)
    return Line(
        name=item.name,
        reads=node.written_reads,
        call=_call(node, item.name, once),
        kind=node.op.kind if isinstance(node, Leaf) else None,
        shape=node.output,
        flag=item.flag,
        stand_in=_stand_in(item) if item.flag else "",
        training_only=node.training_only,
        is_merge=is_merge,
        is_pairwise=bool(once)
        or item.joins
        or (isinstance(node, Leaf) and node.op.call().target in _INFIX and len(node.reads) > 2),
        is_inline=is_passed_on(item),
    )


def _stand_in(item: Item) -> str:
    """Return what a child that is not in every use stands for where it is absent."""
    absent = [view.child for view in item.slot if isinstance(view.child, Absent)]
    for names in ({a.written_stands_for for a in absent}, {a.stands_for for a in absent}):
        if len(names) == 1:
            return names.pop()
    raise Differ


def _once(node: Leaf | Body, own: Collection[str]) -> tuple[int, ...]:
    """Return which values have no batch dimension and are joined to some that have."""
    if not isinstance(node, Leaf) or node.op.is_module() or node.op.stretches:
        return ()
    return tuple(i for i, name in enumerate(node.reads) if name in own)


def _call(node: Leaf | Body, name: str, once: tuple[int, ...]) -> Written:
    """Return how a child is called in source."""
    if not isinstance(node, Leaf):
        return _module_call(node.reuses or name, None)
    if node.op.is_module():
        return _module_call(node.reuses or name, node.op.invocation)
    how = node.op.call()
    if (infix := _INFIX.get(how.target)) is not None:
        return lambda values: reduce(lambda one, other: ast.BinOp(one, infix, other), values)
    keywords = {a.name: literal(untraced(a.value)) for a in how.arguments}
    rank = len(node.output)

    def joined(values: Sequence[ast.expr]) -> ast.expr:
        batched = next(value for i, value in enumerate(values) if i not in once)
        sizes = [indexed(attribute_of(batched, "shape"), 0), *[literal(-1)] * rank]
        operands = [
            call(attribute_of(value, "expand"), *sizes) if i in once else value
            for i, value in enumerate(values)
        ]
        return call(how.target, listed(operands), **keywords)

    return joined


def _module_call(name: str, how: Invocation | None) -> Written:
    head = attribute(name)
    if how is None:
        return lambda values: call(head, *values)
    further = {key: literal(value) for key, value in how.keywords}

    def made(values: Sequence[ast.expr]) -> ast.expr:
        result = call(head, *[*values] * how.copies, **further)
        return result if how.item is None else indexed(result, how.item)

    return made


def within(outer: Line, inner: Line) -> Line:
    """Return the outer value with the inner one written inside it."""
    place = outer.reads.index(inner.name)
    count = len(inner.reads)
    reads = (*outer.reads[:place], *inner.reads, *outer.reads[place + 1 :])

    def written(values: Sequence[ast.expr]) -> ast.expr:
        nested = inner.call(values[place : place + count])
        return outer.call([*values[:place], nested, *values[place + count :]])

    return replace(outer, reads=reads, call=written)


def without_identities(
    body: list[Line], results: tuple[str, ...], aliases: Mapping[str, str]
) -> tuple[list[Line], tuple[str, ...]]:
    """Let whoever reads an identity, or what is not there, read what it stands for."""
    stands_for = dict(aliases)

    def found(name: str) -> str:
        while name in stands_for:
            name = stands_for[name]
        return name

    kept = []
    for entry in body:
        reads, stand_in = tuple(map(found, entry.reads)), found(entry.stand_in)
        if entry.is_inline:
            stands_for[entry.name] = reads[0]
        else:
            kept.append(replace(entry, reads=reads, stand_in=stand_in))
    return kept, tuple(map(found, results))
