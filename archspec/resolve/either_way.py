"""What follows a node that open vars may bring or leave out: the same, either way.

The class in the source then asks for itself, and the vars stay open. Where the node is there, it is
seen what its name stands for without it; where it is not, the node is made all the same, to see
what it would give. Of the two shapes the one is taken that holds either way: behind
`{if: =in_channels != channels, Conv2d: =channels}` there are `channels`, also where it is left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from archspec import spec
from archspec.errors import Diagnostics, SpecError
from archspec.ops import Shape, sized
from archspec.resolve.builder import Builder
from archspec.resolve.conditions import Question
from archspec.resolve.expansion import Expansion
from archspec.resolve.flows import Flow, only
from archspec.resolve.holding import Around, held, is_own
from archspec.resolve.stand_ins import stand_in
from archspec.traced import formula_of, hidden_of, known_as

_MOST: Final = 200
"""Nodes up to which something is made to see what it would give."""


def can_ask(asked: Question, around: Around) -> bool:
    """Tell whether a class can ask by itself whether a node is there: not of sides of maps."""
    node, told = asked.node, asked.scope.told(asked.formula)
    inner = held(node)
    one = isinstance(inner, spec.Body) or (isinstance(inner, spec.Use) and not is_own(inner))
    plain = isinstance(node.otherwise, spec.Alias | None) and around.question is None
    return one and plain and not (around.training_only or asked.scope.secret(told))


def within(builder: Builder, key: spec.Name | None, around: Around, made: Shape) -> Shape:
    """Return the shape that leaves a node that is there, right also where it would not be."""
    asked = around.question
    if asked is None or not _matters(asked):
        return made
    node = asked.node
    try:
        if isinstance(node.otherwise, spec.Alias):
            reads = around.of(node.otherwise).reads
            other = only(builder.reading(node.otherwise, reads, asked.scope)[0], node.span)
        elif key is None:  # in a list
            other = builder.last
        else:
            other, _ = stand_in(builder, node, asked.scope, around)
    except SpecError:
        return _settled(builder, asked, made, None)
    return _settled(builder, asked, made, other.shape)


def without(builder: Builder, key: spec.Name | None, around: Around, flow: Flow) -> Flow:
    """Return what stands for a node that is left out, right also where it would be there."""
    asked = around.question
    if asked is None or flow.shape is None or not _matters(asked):
        return flow
    other = _would_give(builder, key, around, asked)
    return replace(flow, shape=_settled(builder, asked, flow.shape, other))


def _matters(asked: Question) -> bool:
    """Tell whether an `if` may decide what is said of a shape: by open vars, or equal sizes."""
    return bool(asked.vars or asked.equal(holds=True) or asked.equal(holds=False))


def _settled(builder: Builder, asked: Question, this: Shape, other: Shape | None) -> Shape:
    """Return the shape that holds either way; where none does, the vars are closed."""
    shape = None if other is None else _either(asked, this, other)
    if shape is not None:
        return shape
    builder.resolver.close_all(asked.deciding("sizes behind a node that may be there"))
    return this


def _either(asked: Question, this: Shape, other: Shape) -> Shape | None:
    """Return the shape that is right whether a condition holds or not; None where none is.

    Args:
        asked: the condition.
        this: what leaves as it is now.
        other: what would leave if it were otherwise.
    """
    if len(this) != len(other) or type(this) is not type(other):
        return None
    now, then = asked.equal(holds=asked.holds), asked.equal(holds=not asked.holds)
    sizes: list[int] = []
    for mine, theirs in zip(this, other, strict=True):
        pair = frozenset(map(asked.scope.quantity_of_size, (mine, theirs)))
        if len(pair) == 1:
            # What is right either way is a word for more uses than what is right now.
            said = asked.says_equal(formula_of(mine), formula_of(theirs))
            sizes.append(known_as(mine, formula_of(theirs)) if said else mine)
        # What is known of a side of a map may be known under the condition alone.
        elif asked.vars & (hidden_of(mine) | hidden_of(theirs)) or pair not in now | then:
            return None
        else:
            sizes.append(mine if pair in then else known_as(mine, formula_of(theirs)))
    return sized(this, sizes)


def _would_give(
    builder: Builder, key: spec.Name | None, around: Around, asked: Question
) -> Shape | None:
    """Return what a node that is left out would give; None where it cannot be made.

    Vars that are closed by what is in it are closed, if it may ever be there.
    """
    mine, node = builder.resolver, held(asked.node)
    made_of = Expansion(min(mine.aside, _MOST), depth=mine.expansion.depth)
    aside = replace(
        mine,
        diagnostics=Diagnostics(),
        expansion=made_of,
        closed={},
        patience=0,
        named={**mine.named},
        grown={},
        aside=0,
    )
    name = builder.told(key, asked.scope).rpartition(".")[2]
    try:
        operands = node.operands if isinstance(node, spec.Use) else None
        flows, _ = builder.reading(node, operands or around.of(node).reads, asked.scope)
        flows = [replace(flow, shape=asked.assumed(flow.size)) for flow in flows]
        made = replace(builder.place(name, asked.within, flows), resolver=aside).make(node)
    except SpecError:
        return None
    finally:
        mine.aside -= made_of.nodes
    if asked.vars:
        mine.close_all(aside.closed)
    return made.output
