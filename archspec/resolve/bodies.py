"""The nodes of a body one after the other: each a child, the turns of a loop, or nothing."""

from __future__ import annotations

import re
from dataclasses import replace

from archspec import spec
from archspec.errors import fail
from archspec.expressions import Formula
from archspec.network import Child, Loop, Turn
from archspec.resolve.builder import Builder
from archspec.resolve.children import add_child
from archspec.resolve.conditions import question
from archspec.resolve.counting import CHANGING, TURNS, Counting, Scopes, counting
from archspec.resolve.either_way import can_ask
from archspec.resolve.flows import Flow, only
from archspec.resolve.growth import named
from archspec.resolve.holding import Around, decided, filled, joins
from archspec.resolve.left_out import add_absent, add_alias
from archspec.resolve.loops import Planned, structural, turns
from archspec.resolve.scope import Scope, open_vars
from archspec.resolve.shapes_across_scopes import leaving, renamed
from archspec.traced import formula_of


def add_items(builder: Builder, body: spec.Body, scope: Scope) -> None:
    """Add all children of a body as written."""
    written = {key.text: key.span for key, _ in body.items if key is not None}
    builder.siblings.written |= written
    for key, node in body.items:
        add(builder, key, node, scope)


def add(
    builder: Builder,
    key: spec.Name | None,
    node: spec.Node,
    scope: Scope,
    around: Around | None = None,
    branches: list[Flow] | None = None,
) -> None:
    """Add what a node spells: a child, several, or none; mistakes are recorded.

    Args:
        builder: the body.
        key: its name, unless a list has it.
        node: the node.
        scope: the names that it sees.
        around: what it has from the nodes that hold it.
        branches: filled with what the turns of a loop come to, where each is a branch.
    """
    around = (around or Around()).of(node)
    told = builder.resolver.diagnostics.collect(builder.told(key, scope), scope.trail)
    with told, builder.resolver.expansion.within(node.span):
        # Branches of a merge that may not be there are another number of them.
        there, around, scope = _chosen(builder, node, scope, around, asks=branches is None)
        if there is None:
            add_absent(builder, key, node, scope, around)
        elif there is not node:
            add(builder, key, there, scope, around, branches)
        elif isinstance(node, spec.Alias):
            add_alias(builder, key, node, scope, around)
        elif isinstance(node, spec.Do):
            add(builder, key, node.node, scope, around, branches)
        elif isinstance(node, spec.Loop | spec.Cfg) and joins(key, node, scope):
            _expand(builder, key, node, scope, around, branches)
        else:
            add_child(builder, key, node, scope, around)
        return
    # One wrong node is one mistake: what reads it stays silent.
    builder.leave_unknown(key, around, scope)
    if key is not None and isinstance(node, spec.Loop | spec.Cfg):
        builder.siblings.lose(".*" if getattr(node, "splice", False) else re.escape(key.text))


def _chosen(
    builder: Builder, node: spec.Node, scope: Scope, around: Around, *, asks: bool
) -> tuple[spec.Node | None, Around, Scope]:
    """Return the node itself, what stands under its `else`, or None when neither is there.

    What is around it gets to know the condition, and what open vars decide if the class of the
    body `asks` for itself; the scope, what holds under it.
    """
    if node.condition is None or node.training_only:
        return node, around, scope
    holds, formula = decided(node.condition, scope)
    asked = question(node, scope, holds=holds)
    if asked is not None and not (asks and can_ask(asked, around)):
        builder.resolver.close_all(asked.decided)
        asked = None
    # Of two nodes one of which is always there, neither is there under a condition.
    is_choice = not isinstance(node.otherwise, spec.Alias | None)
    around = replace(around, condition=None if is_choice else formula, question=asked)
    within = asked.within if asked is not None and asked.vars and holds else scope
    return (node if holds else node.otherwise), around, within


def _expand(
    builder: Builder,
    key: spec.Name | None,
    node: spec.Loop | spec.Cfg,
    scope: Scope,
    around: Around,
    branches: list[Flow] | None = None,
) -> None:
    """Add the children of each turn of a loop; what a turn comes to is one of `branches`."""
    if around.training_only:
        message = "what runs in training mode alone is one named node"
        raise fail("G326", message, node.span, help="under a plain key a loop is one module")
    if around.before is not None:
        message = "`before` is for one node, not for the turns of a loop"
        raise fail("S214", message, around.before.span, help="put it into the loop")
    if around.reads is not None:
        builder.last = only(builder.reading(node, around.reads, scope)[0], node.span)
    planned, count = turns(node, scope)
    many = branches is None  # those of a merge are as many as it joins
    found = counting(node, len(planned), scope, builder.resolver) if many else TURNS
    counts = found if isinstance(found, Counting) else None
    if isinstance(found, str):
        builder.resolver.close(structural(node, scope), found, node.span)
    start, made, before = builder.last, [], len(builder.siblings.flows)
    for turn in planned:
        if branches is not None:  # each turn reads what enters all of them
            builder.last = start
        made.append(_turn(builder, key, node, turn, scope, counts))
        if branches is not None:
            branches += builder.ends(made[-1].children)
    loop = Loop(node, count, tuple(made))
    builder.children.append(loop if counts is None else counts.told(loop, node.span))
    if counts is not None:
        names = builder.siblings.since(before)
        builder.siblings.counted |= dict.fromkeys(names, counts.decided(node.span))
        builder.last = counts.behind(builder.last)
        if builder.last.ref in builder.siblings.flows:
            builder.siblings.flows[builder.last.ref] = builder.last


def _turn(
    builder: Builder,
    key: spec.Name | None,
    node: spec.Loop | spec.Cfg,
    plan: Planned,
    outer: Scope,
    counts: Counting | None,
) -> Turn:
    """Add one turn; within it, the sizes that enter have names of their own."""
    builder.resolver.expansion.step(node.span)
    number, entering = plan.values["index"], builder.last.shape
    scope, bindings = _entered(builder, plan, outer, node, counts)
    before, around = len(builder.siblings.flows), builder.children
    builder.children = []
    if isinstance(plan.node, spec.Body) and (isinstance(node, spec.Cfg) or node.splice):
        add_items(builder, plan.node, scope)
    else:
        # The name is this turn's own; a loop within it makes one module of that name.
        add(builder, None if key is None else filled(key, scope), plan.node, scope)
    children: tuple[Child, ...]
    children, builder.children = tuple(builder.children), around
    if counts is not None and entering is not None and builder.last.shape is not None:
        scopes = Scopes(outer, scope, bindings)
        kept = counts.is_kept(int(number), entering, builder.last.shape, scopes)  # type: ignore[arg-type]
        builder.resolver.close(() if kept else counts.vars, CHANGING, node.span)
    _leave(builder, builder.siblings.since(before), bindings, outer)
    return Turn(bindings, plan.values, children, plan.entry)


def _entered(
    builder: Builder, plan: Planned, outer: Scope, node: spec.Node, counts: Counting | None
) -> tuple[Scope, dict[str, Formula]]:
    """Return what a turn sees, and what its names mean outside; what it reads is said in them."""
    bindings = plan.bindings
    number = plan.values["index"]
    counted = {} if counts is None else counts.sources(int(number))  # type: ignore[arg-type]
    scope = outer.with_loop(plan.values, bindings, plan.origins, counted)
    scope = replace(scope, trail=(plan.told(node.span), *scope.trail))
    # Within, a var of the same name cannot be told from the loop's own.
    resolver = builder.resolver
    for var in (*open_vars(resolver.globals), *resolver.grown):
        source = resolver.globals.source_of(var)
        if source is not None and scope.called.get(var, var) in plan.values:
            what = f"nothing where a loop has a `{var}` of its own"
            resolver.close(source.vars, what, node.span)
    shape = builder.last.shape
    if shape is None:
        return scope, bindings
    own = {i: f"@{scope.depth}.{i}" for i in range(len(shape))}
    sizes = {own[i]: n for i, n in enumerate(shape)}
    builder.last = replace(builder.last, shape=renamed(shape, own))
    bindings = {**bindings, **{name: formula_of(n) for name, n in sizes.items()}}
    scope = scope.with_sizes(sizes, outer)
    grown = {} if counts is None else counts.sizes(int(number), own, outer)  # type: ignore[arg-type]
    return replace(scope, unwritten=scope.unwritten | grown), bindings


def _leave(builder: Builder, names: list[str], bindings: dict[str, Formula], outer: Scope) -> None:
    """Say what a turn has made under these names, and what the next one reads, in outer names."""
    flows = builder.siblings.flows
    for name in names:
        flows[name] = _left(flows[name], bindings)
    builder.last = _left(builder.last, bindings)
    if outer.depth == outer.blocks == 0:
        builder.last = named(builder.last, outer, builder.resolver.grown)
        if builder.last.ref in flows:
            flows[builder.last.ref] = builder.last


def _left(flow: Flow, bindings: dict[str, Formula]) -> Flow:
    return flow if flow.shape is None else replace(flow, shape=leaving(flow.shape, bindings))
