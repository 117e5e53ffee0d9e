"""What the name of a node that an `if` has left out stands for."""

from __future__ import annotations

from collections.abc import Sequence

from archspec import spec
from archspec.errors import Span, SpecError, fail
from archspec.resolve.builder import Builder
from archspec.resolve.expansion import Expansion
from archspec.resolve.flows import Flow
from archspec.resolve.holding import Around, filled, held
from archspec.resolve.scope import Scope
from archspec.resolve.siblings import Siblings


def stand_in(builder: Builder, node: spec.Node, scope: Scope, around: Around) -> tuple[Flow, str]:
    """Return what a node would have read, and how the spec calls that.

    Raises:
        SpecError: when that is nothing, or could be several.
    """
    flows, written = builder.reading(node, around.reads, scope)
    merge = held(node)
    if around.reads is None and isinstance(merge, spec.Use) and merge.operands is not None:
        names = [filled(name, scope) for name in merge.operands]
        return _of_merge(node, names, builder.siblings, builder.resolver.expansion)
    if len(flows) > 1:
        raise _could_be(node, written)
    return flows[0], written[0]


def _of_merge(
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
    raise _could_be(node, found)


def _could_be(node: spec.Node, found: Sequence[str]) -> SpecError:
    """Return the error about a node that is left out, and whose name could stand for these."""
    told = " and ".join(f"`{name}`" for name in found)
    message = f"this is left out, and could stand for {told}" if told else "nothing stands for this"
    which = " or ".join(f"`else: {{from: {name}}}`" for name in found)
    return fail("G329", message, node.span, help=f"say which: {which or '`else: {from: …}`'}")


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
