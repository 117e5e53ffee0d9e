"""One child of a body: an op, a module, or a sibling that is called again."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from archspec import spec
from archspec.errors import Note, SpecError, did_you_mean, fail
from archspec.network import Body, Leaf
from archspec.reading import bundled_names
from archspec.resolve.builder import Builder
from archspec.resolve.either_way import within
from archspec.resolve.flows import Flow
from archspec.resolve.holding import Around, is_own
from archspec.resolve.making import tensors
from archspec.resolve.positions import is_as_in_torch, reading, small_size
from archspec.resolve.provenance import EQUAL, different
from archspec.resolve.scope import Scope
from archspec.resolve.shapes_across_scopes import entering
from archspec.resolve.standing import check_name, check_reads, check_training_only
from archspec.schema.foreign import known_op

_CHANNELS: Final = ("in_channels", "in_features")
"""What a block calls the channels that enter."""


def add_child(
    builder: Builder, key: spec.Name | None, node: spec.Node, scope: Scope, around: Around
) -> None:
    """Add one child.

    Raises:
        SpecError: when it cannot be there, has no such name, or cannot be made of what it reads.
    """
    check_name(node, key)
    operands = node.operands if isinstance(node, spec.Use) else None
    flows, written = builder.reading(node, operands or around.reads, scope)
    check_reads(node, flows, written)
    check_training_only(node, key, around, builder.path)
    name = builder.name(key, scope)
    if any(flow.shape is None for flow in flows):
        builder.leave_unknown(key, around, scope)
        return
    made = _made(builder, node, name, scope, flows)
    made = replace(
        made,
        name=name,
        output=within(builder, key, around, made.output),
        reads=tuple(flow.ref for flow in flows),
        written_reads=written,
        condition=around.condition,
        decided_by=around.decided_by,
        training_only=around.training_only,
        place=next(builder.places),
    )
    builder.children.insert(builder.registered(around.before), made)
    if not isinstance(node, spec.Reuse):
        builder.made[name] = (node, scope, made)
    own = is_own(node)
    side, doubt = around.training_only, _doubt(made, flows)
    flow = Flow(name, made.output, node.span, training_only=side, owned=own, doubt=doubt)
    builder.siblings.flows[name] = flow
    builder.siblings.reads[name] = made.reads
    if not (side or own):
        builder.last = flow


def _doubt(made: Leaf | Body, flows: list[Flow]) -> Note | None:
    """Return how a value or a list is read that may be meant otherwise: here, or before."""
    use = made.written
    if isinstance(made, Leaf) and isinstance(use, spec.Use):
        if is_as_in_torch(made, use):
            return Note(f"{reading(made, use)}: what arrives is inferred", use.positional[0].span)
        if told := small_size(made, use):
            return Note(f"{told}; a factor is `scale_factor`", use.positional[0].span)
    return next((flow.doubt for flow in flows if flow.doubt is not None), None)


def _made(
    builder: Builder, node: spec.Node, name: str, scope: Scope, flows: list[Flow]
) -> Leaf | Body:
    """Return the op or module that a node spells, or a sibling called again."""
    if not isinstance(node, spec.Reuse):
        return builder.place(name, scope, flows).make(node)
    target = node.name.text
    if target in builder.siblings.flows and builder.siblings.flows[target].shape is None:
        raise SpecError(())
    if target not in builder.made:
        blocks = builder.resolver.document.blocks
        near = did_you_mean(target, builder.made) or known_op(target, builder.resolver.ops, blocks)
        if target in bundled_names():
            near = f"`{target}` is a spec and no node: one extends it (`extends: {target}`)"
        if builder.path.rpartition(".")[2] == "outputs":
            message = f"nothing named `{target}` stands above in this body"
            help = "`outputs` is a key of the file; a body returns what its last node gives"
            raise fail("G307", message, node.span, help=help)
        raise builder.siblings.unread(node.name, near, list(builder.made))
    written, its_scope, first = builder.made[target]
    builder.resolver.close_all(builder.siblings.counted.get(target, {}))
    builder.resolver.close_all(first.decided_by)  # what is not there cannot be called again
    if is_own(written):
        message = f"`{target}` is a parameter, which is nothing to call"
        raise fail("G328", message, node.span, help="a merge reads it by its name")
    again = builder.place(name, its_scope, flows).again(written, first, node)
    # Weights have the sizes of the channels that enter: these are the same, whatever the vars are.
    for shapes in zip(first.inputs, again.inputs, strict=False):
        there = zip(shapes, (its_scope, scope), strict=True)
        entered = [
            (n, s) for shape, s in there for key, n in entering(shape).items() if key in _CHANNELS
        ]
        builder.resolver.close(different(*entered) if tensors(first) else (), EQUAL, node.span)
    return again
