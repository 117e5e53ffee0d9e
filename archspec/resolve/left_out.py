"""What stands for a node that an `if` has left out, and for another name."""

from __future__ import annotations

from dataclasses import replace

from archspec import expressions, spec
from archspec.network import Absent
from archspec.resolve.builder import Builder
from archspec.resolve.either_way import without
from archspec.resolve.flows import only
from archspec.resolve.holding import Around, held, is_own, is_side, joins
from archspec.resolve.scope import Scope
from archspec.resolve.stand_ins import stand_in
from archspec.resolve.standing import check_alias


def add_absent(
    builder: Builder, key: spec.Name | None, node: spec.Node, scope: Scope, around: Around
) -> None:
    """Let a name stand for what the node that an `if` has left out would have read.

    Raises:
        SpecError: when that is nothing, or could be several.
    """
    if is_own(held(node)):
        # Nothing stands for a tensor: who would read it must not be there either.
        if key is not None:
            builder.siblings.gone.add(name := builder.name(key, scope))
            builder.children.append(Absent(name, around.condition, "", "", node))
        return
    flow, written = stand_in(builder, node, scope, around)
    if isinstance(node, spec.Loop) and key is not None and joins(key, node, scope):
        return
    name = "" if key is None else builder.name(key, scope)
    note = ""
    if node.condition is not None and node.condition.formula is not None:
        note = f", because `{expressions.text(node.condition.formula)}` is false"
    ref = flow.ref
    flow = without(builder, key, around, flow if name else builder.last)
    if name:
        origin = "the body's input" if flow.ref in builder.inputs else f"`{flow.ref}`"
        builder.siblings.flows[name] = replace(flow, note=f"{origin}{note}", written=name)
        builder.siblings.left_out.add(name)
        if not is_side(node, around):
            builder.last = builder.siblings.flows[name]
    else:
        builder.last = flow
    builder.children.append(Absent(name, around.condition, ref, written, node, around.decided_by))


def add_alias(
    builder: Builder, key: spec.Name | None, node: spec.Alias, scope: Scope, around: Around
) -> None:
    """Let a name stand for what another one stands for.

    Raises:
        SpecError: where it cannot, or nothing has that other name.
    """
    check_alias(node, key, around)
    flows, written = builder.reading(node, around.reads, scope)
    flow, name = only(flows, node.span), builder.name(key, scope)
    flow = without(builder, key, around, flow)
    builder.siblings.flows[name] = replace(flow, written=name)
    if not flow.owned:
        builder.last = builder.siblings.flows[name]
    builder.children.append(
        Absent(name, around.condition, flow.ref, written[0], node, around.decided_by)
    )
