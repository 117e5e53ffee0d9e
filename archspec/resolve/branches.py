"""The branches of a merge, which all read what enters the body, and the merge itself."""

from __future__ import annotations

from dataclasses import replace

from archspec import spec
from archspec.expressions import Formula
from archspec.network import Absent, Loop
from archspec.resolve.bodies import add
from archspec.resolve.builder import Builder
from archspec.resolve.flows import Flow
from archspec.resolve.scope import Scope


def add_branches(use: spec.Use, scope: Scope, builder: Builder) -> None:
    """Add the branches of a merge, which all read the body's input, and the merge itself."""
    assert use.branches is not None
    start, ends = builder.last, []
    conditions: list[Formula | None] = []
    for key, node in use.branches.items:
        builder.last = start
        known, turns_end = set(map(id, builder.children)), list[Flow]()
        add(builder, key, node, scope, branches=turns_end)
        new = [child for child in builder.children if id(child) not in known]
        looped = any(isinstance(child, Loop) for child in new)
        # With an `else`, one or the other is always there.
        is_choice = node.otherwise is not None
        conditions += [None if is_choice else getattr(child, "condition", None) for child in new]
        ends += turns_end if looped else builder.ends(new)
    # Of two branches one of which is not always there, the merge is there when that is.
    conditional = [c for c in conditions if c is not None] if len(conditions) == 2 else []
    condition = conditional[0] if len(conditional) == 1 else None
    label = str(use.callee.value)
    name = label.lower() + "_" * (label.lower() in builder.siblings.flows)
    if len(ends) < 2 or any(end.shape is None for end in ends):
        builder.last = ends[0] if ends else start
        ref = builder.last.ref
        builder.children.append(Absent(name, condition, ref, builder.last.written or ref, use))
        return
    made = builder.place(name, scope, ends).op(builder.resolver.ops[label], use)
    refs = tuple(end.ref for end in ends)
    written = tuple(end.written or end.ref for end in ends)
    made = replace(made, reads=refs, written_reads=written, condition=condition)
    builder.children.append(replace(made, place=next(builder.places)))
    builder.last = Flow(name, made.output, use.span)
