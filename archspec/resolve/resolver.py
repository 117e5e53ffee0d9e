"""What all bodies of one spec share, and the way from one body to the next within it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from archspec import spec
from archspec.errors import Diagnostics, SpecError
from archspec.expressions import Formula
from archspec.network import Body
from archspec.ops import Ops, Shape
from archspec.resolve.bodies import Builder
from archspec.resolve.branches import add_branches
from archspec.resolve.expansion import Expansion
from archspec.resolve.flows import Flow
from archspec.resolve.scope import Scope


@dataclass(slots=True)
class Resolver:
    """What all bodies of one spec share.

    Attributes:
        inputs: the shapes of the network's inputs.
        closed: the open vars that decide what is there, and not only what its arguments are.
        grown: sizes that were given a name since their formulas grew, with these.
    """

    document: spec.Spec
    ops: Ops
    diagnostics: Diagnostics
    globals: Scope
    expansion: Expansion
    inputs: Collection[Shape] = ()
    closed: set[str] = field(default_factory=set)
    grown: dict[str, Formula] = field(default_factory=dict)

    def module(
        self, node: spec.Node, name: str, path: str, scope: Scope, inputs: dict[str, Flow]
    ) -> Body:
        """Return the module that a body spells, also when the body is a single node."""
        first = next(iter(inputs.values()))
        scope = scope.entered(first.size)
        builder = Builder(self, path, scope, inputs)
        if isinstance(node, spec.Body):
            builder.add_items(node, scope)
            return builder.body(node, name, numbered=node.numbered)
        if isinstance(node, spec.Loop | spec.Cfg):
            builder.add(None, node, scope)
            return builder.body(node, name, numbered=True)
        if isinstance(node, spec.Use) and node.branches is not None:
            with self.diagnostics.collect(path, scope.trail):
                add_branches(node, scope, builder)
                return builder.body(node, name, merge=True)
            raise SpecError(())
        builder.add(None, node, scope)
        return builder.body(node, name, numbered=True)
