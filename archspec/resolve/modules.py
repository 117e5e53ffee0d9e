"""A module made of what a body spells: a list, a mapping, a loop, branches or a single node."""

from __future__ import annotations

from archspec import spec
from archspec.errors import SpecError
from archspec.network import Body
from archspec.resolve.bodies import add, add_items
from archspec.resolve.branches import add_branches
from archspec.resolve.builder import Builder
from archspec.resolve.flows import Flow
from archspec.resolve.resolver import Resolver
from archspec.resolve.scope import Scope


def module(
    resolver: Resolver,
    node: spec.Node,
    name: str,
    path: str,
    scope: Scope,
    inputs: dict[str, Flow],
    block: spec.Block | None = None,
) -> Body:
    """Return the module that a body spells, also when the body is a single node.

    What a `block` gives names leaves it under them.

    Raises:
        SpecError: when nothing can be made of it; without a diagnostic when that was reported.
    """
    first = next(iter(inputs.values()))
    scope = scope.entered(first.size)
    builder = Builder(resolver, path, inputs)
    outputs = block.outputs if block is not None else ()
    if block is not None:
        for entry in block.inputs:
            resolver.named.setdefault(entry.text, entry.span)
    if isinstance(node, spec.Body):
        add_items(builder, node, scope)
        return builder.body(node, name, numbered=node.numbered, outputs=outputs)
    if isinstance(node, spec.Use) and node.branches is not None:
        with resolver.diagnostics.collect(path, scope.trail):
            add_branches(node, scope, builder)
            return builder.body(node, name, merge=True, outputs=outputs)
        raise SpecError(())
    add(builder, None, node, scope)
    return builder.body(node, name, numbered=True, outputs=outputs)
