"""One node made: an op with its arguments, a block's body, a sibling called again."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from archspec import limits, spec
from archspec.errors import Note, SpecError, fail
from archspec.expressions import Formula
from archspec.network import INPUT, Body, Leaf
from archspec.ops import Misfit, Op, Shape, Tensor, shown
from archspec.plugins.answers import check_answers
from archspec.plugins.blame import blaming
from archspec.resolve.arguments import make_op
from archspec.resolve.calls import endless, enter
from archspec.resolve.expansion import check_reads, check_sizes
from archspec.resolve.flows import Flow, for_each_sample, joining, meeting, only, origins
from archspec.resolve.hints import wrong
from archspec.resolve.interfaces import arriving, names_of_sizes
from archspec.resolve.misfits import misfit
from archspec.resolve.provenance import closed_by, followed
from archspec.resolve.resolver import Resolver
from archspec.resolve.scope import Scope
from archspec.resolve.shapes_across_scopes import entering, leaving
from archspec.schema.foreign import unknown_op


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is made: its name and path, the names in reach, the tensors that arrive."""

    resolver: Resolver
    name: str
    path: str
    scope: Scope
    flows: list[Flow]

    def make(self, node: spec.Node) -> Leaf | Body:
        """Return the op or module that a node spells.

        Raises:
            SpecError: when it cannot be made of what arrives.
        """
        self.resolver.expansion.node(node.span)
        if not isinstance(node, spec.Use) or node.branches is not None:
            inputs = {INPUT: replace(only(self.flows, node.span), ref=INPUT, written="")}
            # `from` and `if` were the body's around; within the module they mean nothing.
            bare = replace(node, reads=None, condition=None)
            return self.resolver.module(bare, self.name, self.path, self.scope, inputs)
        value, formula = self.scope.compute(node.callee)
        self.resolver.close(
            self.scope.origin(node.callee), "which op or block is used", node.callee.span
        )
        callee = None if isinstance(formula, ast.Constant) else formula
        label, blocks = str(value), self.resolver.document.blocks
        if label in self.resolver.ops:
            leaf = self.op(self.resolver.ops[label], node)
            return leaf if callee is None else replace(leaf, callee=callee)
        if label in blocks:
            return self._block(blocks[label], node, callee)
        help = unknown_op(label, self.resolver.ops, blocks)
        message = f"unknown op `{label}`"
        raise wrong("S202", message, node.callee, self.scope, help)

    def again(self, node: spec.Node, first: Leaf | Body, again: spec.Reuse) -> Leaf | Body:
        """Return a sibling called again: the node it was made of, on what arrives now.

        Raises:
            SpecError: when it cannot be made of that, or its weights would have another shape;
                code G309.
        """
        told = Note(f"{self.path}, which calls `{first.name}` again at", again.span)
        scope = replace(self.scope, trail=(told, *self.scope.trail))
        try:
            made = replace(self, scope=scope).make(node)
        except SpecError as error:
            found = (replace(d, trail=d.trail or scope.trail) for d in error.diagnostics)
            raise SpecError(found) from None
        if tensors(made) != tensors(first):
            raise fail(
                "G309",
                f"`{first.name}` cannot read this: its weights would have another shape",
                again.span,
                details=(Note(f"it reads {shown(first.inputs[0])}"), *origins(self.flows)),
            )
        return replace(made, reuses=first.name)

    def op(self, kind: type[Op], use: spec.Use) -> Leaf:
        """Return one use of an op.

        Raises:
            SpecError: when arguments and shapes do not fit.
        """
        label = kind.__name__
        try:
            shapes = self._arriving(kind, use)
            defaults = self.resolver.document.defaults.get(label, ())
            with blaming(kind, use.span):
                op, formulas, equal = make_op(
                    kind, use, self.scope, defaults, shapes, self.resolver.named
                )
                output = op.output(*shapes)
                op.check_asks(*shapes)  # one of a plugin may not have done so
                check_answers(op, shapes, output)
        except Misfit as error:
            raise misfit(error, kind, use, self.flows, self.scope, self.resolver.inputs) from None
        for size in (output, *(tensor.shape for tensor in op.tensors())):
            check_sizes(size, use.span)
        equal += meeting(self.flows, kind)
        for var, what in closed_by(op, formulas, shapes, self.scope, equal).items():
            self.resolver.close((var,), what, use.span)
        return Leaf(
            name=self.name,
            path=self.path,
            written=use,
            reads=(),
            written_reads=(),
            inputs=shapes,
            output=followed(op, formulas, shapes, output, self.scope),
            op=op,
            formulas=formulas,
        )

    def _arriving(self, kind: type[Op], use: spec.Use) -> tuple[Shape, ...]:
        """Return the shapes that an op reads."""
        check_reads(len(self.flows), use.span)
        if kind.inputs is None and len(self.flows) > 1:
            return for_each_sample(self.flows, kind)
        if kind.inputs is not None and len(self.flows) == kind.inputs:
            return tuple(flow.size for flow in self.flows)
        few = {0: "nothing", 1: "one tensor", None: "two tensors or more"}
        needs = few.get(kind.inputs) or f"{kind.inputs} tensors"
        message = f"`{kind.__name__}` reads {needs}, not {len(self.flows)}"
        names = "ab" if kind.inputs is None else "abcdefgh"[: kind.inputs]
        help = f"name them: `from: [{', '.join(names)}]`" if len(names) > 1 else ""
        if kind.inputs == 1:
            help = joining(self.flows)
        elif kind.inputs is None:
            help = f"`{{{kind.__name__}: [a, b]}}`; one tensor has a second name by `{{from: a}}`"
        raise fail("G310", message, use.span, details=origins(self.flows), help=help)

    def _block(self, block: spec.Block, use: spec.Use, callee: Formula | None) -> Body:
        """Return the module that a block's body makes of the arguments.

        Args:
            block: the block.
            use: where it is used.
            callee: what has chosen it, where that is a formula.
        """
        flows = arriving(block, self.flows, use)
        shapes = {name: flow.size for name, flow in flows.items()}
        known = names_of_sizes(block, shapes, {*self.resolver.globals.names})
        first, *_ = shapes.values()
        sizes = [{size: shapes[name][i] for i, size in n.items()} for name, n in known.items()]
        arriving_sizes = [entering(first), *sizes[1:]]
        outermost = self.resolver.globals
        scope, call = enter(block, use, arriving_sizes, self.path, self.scope, outermost)
        if self.scope.blocks >= limits.BLOCK_DEPTH:
            raise endless(block, use, self.scope, scope)
        inputs = {name: flow.entering(name, known[name]) for name, flow in flows.items()}
        made = self.resolver.module(block.body, self.name, self.path, scope, inputs, block)
        return replace(
            made,
            block=call,
            callee=callee,
            written=use,
            inputs=tuple(shapes.values()),
            output=leaving(made.output, call.bindings),
            outputs=tuple(
                out._replace(shape=leaving(out.shape, call.bindings)) for out in made.outputs
            ),
        )


def tensors(node: Leaf | Body) -> list[Tensor]:
    """Return the names and shapes of the tensors of a module."""
    if isinstance(node, Leaf):
        return [*node.op.tensors()]
    return [tensor for child in node.nodes for tensor in tensors(child)]
