"""What stands for a node that an `if` has left out, and for another name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archspec import expressions, spec
from archspec.errors import Span, SpecError, fail
from archspec.network import Absent
from archspec.resolve.builder import Builder
from archspec.resolve.expansion import Expansion
from archspec.resolve.flows import Flow, only
from archspec.resolve.holding import Around, filled, held, is_own, is_side, joins
from archspec.resolve.scope import Scope
from archspec.resolve.siblings import Siblings
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
    flows, written = builder.reading(node, around.reads, scope)
    merge = held(node)
    if around.reads is None and isinstance(merge, spec.Use) and merge.operands is not None:
        names = [filled(name, scope) for name in merge.operands]
        flow, name = _stand_in(node, names, builder.siblings, builder.resolver.expansion)
        flows, written = [flow], (name,)
    if isinstance(node, spec.Loop) and key is not None and joins(key, node, scope):
        return
    name = "" if key is None else builder.name(key, scope)
    note = ""
    if node.condition is not None and node.condition.formula is not None:
        note = f", because `{expressions.text(node.condition.formula)}` is false"
    if name:
        origin = "the body's input" if flows[0].ref in builder.inputs else f"`{flows[0].ref}`"
        builder.siblings.flows[name] = replace(flows[0], note=f"{origin}{note}", written=name)
        builder.siblings.left_out.add(name)
        if not is_side(node, around):
            builder.last = builder.siblings.flows[name]
    builder.children.append(Absent(name, around.condition, flows[0].ref, written[0], node))


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
    builder.siblings.flows[name] = replace(flow, written=name)
    if not flow.owned:
        builder.last = builder.siblings.flows[name]
    builder.children.append(Absent(name, around.condition, flow.ref, written[0], node))


def _stand_in(
    node: spec.Node, operands: Sequence[spec.Name], siblings: Siblings, expansion: Expansion
) -> tuple[Flow, str]:
    """Return the one operand of a merge that its name stands for, and the operand's name.

    It is the one that is there. One that an `if` has left out is none, unless what it stands for
    is nothing that the other was made of: that would be lost.

    Args:
        node: the merge that is left out.
        operands: the names of what it would have joined.
        siblings: what can be read.
        expansion: counts what is looked at.

    Raises:
        SpecError: when it is not exactly one; code G329. Without a diagnostic, when one of them
            was already found to be wrong.
    """
    known = {
        name.text: siblings.flows[name.text] for name in operands if name.text in siblings.flows
    }
    if any(flow.shape is None for flow in known.values()):
        raise SpecError(())
    data = {n: flow for n, flow in known.items() if not (flow.owned or flow.training_only)}
    there = {flow.ref: name for name, flow in data.items() if name not in siblings.left_out}
    made_of = _made_of(there, siblings, expansion, node.span)
    lost = {f.ref: n for n, f in data.items() if n in siblings.left_out and f.ref not in made_of}
    found = [*{**lost, **there}.values()]
    if len(found) == 1:
        return data[found[0]], found[0]
    told = " and ".join(f"`{name}`" for name in found)
    message = f"this is left out, and could stand for {told}" if told else "nothing stands for this"
    which = " or ".join(f"`else: {{from: {name}}}`" for name in found)
    raise fail("G329", message, node.span, help=f"say which: {which or '`else: {from: …}`'}")


def _made_of(
    refs: Sequence[str] | dict[str, str], siblings: Siblings, expansion: Expansion, span: Span
) -> set[str]:
    """Return some siblings with all that they are made of."""
    found: set[str] = set()
    left = [*refs]
    while left:
        ref = left.pop()
        if ref not in found:
            expansion.step(span)
            found.add(ref)
            left += siblings.reads.get(ref, ())
    return found
