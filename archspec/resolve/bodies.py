"""Bodies to modules: who reads whom, what is there, what goes in and out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archspec import expressions, spec
from archspec.errors import SpecError, did_you_mean, fail
from archspec.expressions import Formula
from archspec.network import INPUT, Absent, Body, Child, Leaf, Loop, Turn
from archspec.resolve.branches import ends_of
from archspec.resolve.flows import Flow, only
from archspec.resolve.growth import named
from archspec.resolve.holding import Around, decided, filled, held, is_own, is_side, joins
from archspec.resolve.left_out import stand_in
from archspec.resolve.loops import Planned, structural, turns
from archspec.resolve.making import Place
from archspec.resolve.scope import Scope, formula_of, leaving, name_formula, open_vars, renamed
from archspec.resolve.siblings import Siblings
from archspec.resolve.standing import (
    check_alias,
    check_name,
    check_reads,
    check_training_only,
)
from archspec.schema import names
from archspec.schema.foreign import known_op

if TYPE_CHECKING:
    from archspec.resolve.resolver import Resolver


@dataclass(slots=True)
class Builder:
    """Fills one body, node by node."""

    resolver: Resolver
    path: str
    scope: Scope
    inputs: dict[str, Flow]
    children: list[Child] = field(default_factory=list)
    siblings: Siblings = field(default_factory=Siblings)
    made: dict[str, tuple[spec.Node, Scope, Leaf | Body]] = field(default_factory=dict)
    last: Flow = field(init=False)
    number: int = 0
    places: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.siblings.flows.update(self.inputs)
        several = Flow(INPUT, None) if len(self.inputs) > 1 else None
        self.last = several or next(iter(self.inputs.values()))

    def body(
        self, node: spec.Node, name: str, *, numbered: bool = False, merge: bool = False
    ) -> Body:
        """Return the module with all children added so far.

        Raises:
            SpecError: without a diagnostic, when what it would return was already reported.
        """
        if self.last.shape is None:
            self._check_chosen(node)
            raise SpecError(())
        return Body(
            name=name,
            path=self.path,
            written=node,
            reads=tuple(self.inputs),
            written_reads=tuple(self.inputs),
            inputs=tuple(flow.shape or () for flow in self.inputs.values()),
            output=self.last.shape,
            children=tuple(self.children),
            result=self.last.ref,
            numbered=numbered,
            merge=merge,
        )

    def add_items(self, body: spec.Body, scope: Scope) -> None:
        """Add all children of a body as written."""
        self.siblings.written |= {key.text: key.span for key, _ in body.items if key is not None}
        for key, node in body.items:
            self.add(key, node, scope)

    def add(
        self,
        key: spec.Name | None,
        node: spec.Node,
        scope: Scope,
        around: Around | None = None,
        branches: list[Flow] | None = None,
    ) -> None:
        """Add what a node spells: a child, several, or none; mistakes are recorded.

        Args:
            key: its name, unless a list has it.
            node: the node.
            scope: the names that it sees.
            around: what it has from the nodes that hold it.
            branches: filled with what the turns of a loop come to, where each is a branch.
        """
        around = (around or Around()).of(node)
        told = self.resolver.diagnostics.collect(self._told(key, scope), scope.trail)
        with told, self.resolver.expansion.within(node.span):
            if node.condition is not None and not node.training_only:
                self.resolver.closed |= scope.origin(node.condition)
                holds, formula = decided(node.condition, scope)
                if not holds and node.otherwise is None:
                    self._absent(key, node, scope, around, formula)
                    return
                # Of two nodes one of which is always there, neither is there under a condition.
                is_choice = not isinstance(node.otherwise, spec.Alias | None)
                around = replace(around, condition=None if is_choice else formula)
                if not holds and node.otherwise is not None:
                    self.add(key, node.otherwise, scope, around, branches)
                    return
            if isinstance(node, spec.Alias):
                self._alias(key, node, scope, around)
            elif isinstance(node, spec.Do):
                self.add(key, node.node, scope, around, branches)
            elif isinstance(node, spec.Loop | spec.Cfg) and joins(key, node, scope):
                self._expand(key, node, scope, around, branches)
            else:
                self._child(key, node, scope, around)
            return
        # One wrong node is one mistake: what reads it stays silent.
        self._unknown(key, around, scope)
        if key is not None and isinstance(node, spec.Loop | spec.Cfg):
            self.siblings.lose(".*" if getattr(node, "splice", False) else re.escape(key.text))

    def _unknown(self, key: spec.Name | None, around: Around, scope: Scope) -> None:
        flow = Flow("", None)
        name = "" if key is None else filled(key, scope).text
        if name and not names.TEMPLATE.search(name):
            self.siblings.flows[name] = flow
        if not around.training_only:
            self.last = flow

    def _told(self, key: spec.Name | None, scope: Scope) -> str:
        """Return the path under which messages know a child that is not made yet."""
        name = str(self.number) if key is None else filled(key, scope).text
        return f"{self.path}.{name}" if self.path else name

    def _name(self, key: spec.Name | None, scope: Scope) -> str:
        """Return the child's name: its number, or the key with loop variables filled in."""
        if key is None:
            self.number += 1
            return str(self.number - 1)
        name = self._filled(key, scope).text
        if trouble := names.child_problem(name, self.resolver.ops):
            raise fail("S207", f"`{name}`: {trouble}", key.span)
        self.siblings.claim(name, key.span)
        return name

    def _reading(
        self, node: spec.Node, reads: tuple[spec.Name, ...] | None, scope: Scope
    ) -> tuple[list[Flow], tuple[str, ...]]:
        """Return what a node reads, and the names as written."""
        if is_own(node):
            if reads is not None:
                raise fail("G328", "a parameter reads nothing", reads[0].span)
            return [], ()
        if reads is None:
            self._check_chosen(node)
            return [self.last], (self.last.written or self.last.ref,)
        self.resolver.expansion.step(node.span, len(reads))
        known = [self._filled(name, scope) for name in reads]
        return [self.siblings.flow(name) for name in known], tuple(name.text for name in known)

    def _check_chosen(self, node: spec.Node) -> None:
        """Refuse what reads "the node before" where nothing has read any of several inputs yet.

        Raises:
            SpecError: code G306.
        """
        if self.last.shape is None and self.last.ref == INPUT:
            told = f"the first node says `from` which input it reads: {', '.join(self.inputs)}"
            raise fail("G306", told, node.span)

    def _filled(self, name: spec.Name, scope: Scope) -> spec.Name:
        """Return a name with the loop variables in it filled in.

        Raises:
            SpecError: when there is no such variable; code G304.
        """
        self.resolver.closed |= scope.origin(*map(name_formula, names.TEMPLATE.findall(name.text)))
        known = filled(name, scope)
        if missing := names.TEMPLATE.search(known.text):
            help = did_you_mean(missing[1], scope.values)
            raise fail("G304", f"`{missing[1]}` is not defined here", name.span, help=help)
        return known

    def _absent(
        self,
        key: spec.Name | None,
        node: spec.Node,
        scope: Scope,
        around: Around,
        formula: Formula,
    ) -> None:
        if is_own(held(node)):
            # Nothing stands for a tensor: who would read it must not be there either.
            if key is not None:
                self.siblings.gone.add(name := self._name(key, scope))
                self.children.append(Absent(name, formula, "", "", node))
            return
        flows, written = self._reading(node, around.reads, scope)
        merge = held(node)
        if around.reads is None and isinstance(merge, spec.Use) and merge.operands is not None:
            names = [filled(name, scope) for name in merge.operands]
            flow, name = stand_in(node, names, self.siblings, self.resolver.expansion)
            flows, written = [flow], (name,)
        if isinstance(node, spec.Loop) and key is not None and joins(key, node, scope):
            return
        name = "" if key is None else self._name(key, scope)
        note = ""
        if node.condition is not None and node.condition.formula is not None:
            note = f", because `{expressions.text(node.condition.formula)}` is false"
        if name:
            origin = "the body's input" if flows[0].ref in self.inputs else f"`{flows[0].ref}`"
            self.siblings.flows[name] = replace(flows[0], note=f"{origin}{note}", written=name)
            self.siblings.left_out.add(name)
            if not is_side(node, around):
                self.last = self.siblings.flows[name]
        self.children.append(Absent(name, formula, flows[0].ref, written[0], node))

    def _alias(self, key: spec.Name | None, node: spec.Alias, scope: Scope, around: Around) -> None:
        """Let a name stand for what another one stands for."""
        check_alias(node, key, around)
        flows, written = self._reading(node, around.reads, scope)
        flow, name = only(flows, node.span), self._name(key, scope)
        self.siblings.flows[name] = replace(flow, written=name)
        if not flow.owned:
            self.last = self.siblings.flows[name]
        self.children.append(Absent(name, around.condition, flow.ref, written[0], node))

    def _expand(
        self,
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
            self.last = only(self._reading(node, around.reads, scope)[0], node.span)
        planned, count = turns(node, scope)
        self.resolver.closed |= structural(node, scope)
        start, made = self.last, []
        for turn in planned:
            if branches is not None:  # each turn reads what enters all of them
                self.last = start
            made.append(self._turn(key, node, turn, scope))
            if branches is not None:
                branches += ends_of(made[-1].children, self)
        self.children.append(Loop(node, count, tuple(made)))

    def _turn(
        self, key: spec.Name | None, node: spec.Loop | spec.Cfg, plan: Planned, outer: Scope
    ) -> Turn:
        """Add one turn; within it, the sizes that enter have names of their own."""
        self.resolver.expansion.step(node.span)
        bindings = plan.bindings
        scope = outer.with_loop(plan.values, bindings)
        scope = replace(scope, places={**scope.places, **plan.places})
        scope = replace(scope, trail=(plan.told(node.span), *scope.trail))
        # Within, a var of the same name cannot be told from the loop's own.
        for var in (*open_vars(self.resolver.globals), *self.resolver.grown):
            if scope.called.get(var, var) in plan.values:
                self.resolver.closed |= self.resolver.globals.sources[var].vars
        before, around = len(self.siblings.flows), self.children
        if self.last.shape is not None:
            own = {i: f"@{scope.depth}.{i}" for i in range(len(self.last.shape))}
            sizes = {own[i]: n for i, n in enumerate(self.last.shape)}
            bindings = {**bindings, **{name: formula_of(n) for name, n in sizes.items()}}
            self.last = replace(self.last, shape=renamed(self.last.shape, own))
            scope = scope.with_sizes(sizes, outer)
        self.children = []
        if isinstance(plan.node, spec.Body) and (isinstance(node, spec.Cfg) or node.splice):
            self.add_items(plan.node, scope)
        else:
            # The name is this turn's own; a loop within it makes one module of that name.
            self.add(None if key is None else filled(key, scope), plan.node, scope)
        children, self.children = tuple(self.children), around
        for name in self.siblings.since(before):
            self.siblings.flows[name] = _left(self.siblings.flows[name], bindings)
        self.last = _left(self.last, bindings)
        if outer.depth == outer.blocks == 0:
            self.last = named(self.last, outer, self.resolver.grown)
            if self.last.ref in self.siblings.flows:
                self.siblings.flows[self.last.ref] = self.last
        return Turn(bindings, plan.values, children, plan.entry)

    def _child(self, key: spec.Name | None, node: spec.Node, scope: Scope, around: Around) -> None:
        """Add one child."""
        check_name(node, key)
        operands = node.operands if isinstance(node, spec.Use) else None
        flows, written = self._reading(node, operands or around.reads, scope)
        check_reads(node, flows, written)
        check_training_only(node, key, around, self.path)
        name = self._name(key, scope)
        if any(flow.shape is None for flow in flows):
            self._unknown(key, around, scope)
            return
        made = replace(
            self._made(node, name, scope, flows),
            name=name,
            reads=tuple(flow.ref for flow in flows),
            written_reads=written,
            condition=around.condition,
            training_only=around.training_only,
            place=next(self.places),
        )
        self.children.insert(self._registered(around.before), made)
        if not isinstance(node, spec.Reuse):
            self.made[name] = (node, scope, made)
        own = is_own(node)
        flow = Flow(name, made.output, node.span, training_only=around.training_only, owned=own)
        self.siblings.flows[name] = flow
        self.siblings.reads[name] = made.reads
        if not (around.training_only or own):
            self.last = flow

    def _registered(self, before: spec.Name | None) -> int:
        """Return where among the children the next one is registered."""
        known = None if before is None else self.siblings.flows.get(before.text)
        if before is None or (known is not None and known.shape is None):
            return len(self.children)  # what stands there was already found to be wrong
        names = [getattr(child, "name", "") for child in self.children]
        if before.text not in names:
            help = did_you_mean(before.text, names) or "only siblings in the same body can follow"
            message = f"nothing named `{before.text}` stands above in this body"
            raise fail("G307", message, before.span, help=help)
        return names.index(before.text)

    def place(self, name: str, scope: Scope, flows: list[Flow]) -> Place:
        """Return where a child of that name is made."""
        path = f"{self.path}.{name}" if self.path else name
        return Place(self.resolver, name, path, scope, flows)

    def _made(self, node: spec.Node, name: str, scope: Scope, flows: list[Flow]) -> Leaf | Body:
        """Return the op or module that a node spells, or a sibling called again."""
        if not isinstance(node, spec.Reuse):
            return self.place(name, scope, flows).make(node)
        target = node.name.text
        if target in self.siblings.flows and self.siblings.flows[target].shape is None:
            raise SpecError(())
        if target not in self.made:
            blocks = self.resolver.document.blocks
            near = did_you_mean(target, self.made) or known_op(target, self.resolver.ops, blocks)
            if self.path.rpartition(".")[2] == "outputs":
                message = f"nothing named `{target}` stands above in this body"
                help = "`outputs` is a key of the file; a body returns what its last node gives"
                raise fail("G307", message, node.span, help=help)
            raise self.siblings.unread(node.name, near, list(self.made))
        written, its_scope, first = self.made[target]
        if is_own(written):
            message = f"`{target}` is a parameter, which is nothing to call"
            raise fail("G328", message, node.span, help="a merge reads it by its name")
        return self.place(name, its_scope, flows).again(written, first, node)


def _left(flow: Flow, bindings: dict[str, Formula]) -> Flow:
    return flow if flow.shape is None else replace(flow, shape=leaving(flow.shape, bindings))
