"""A body while it is made: its children so far, who reads whom, and under which names."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archspec import spec
from archspec.errors import SpecError, did_you_mean, fail
from archspec.network import INPUT, Absent, Body, Child, Leaf
from archspec.ops import Form
from archspec.resolve.flows import Flow
from archspec.resolve.holding import Around, filled, held, is_own
from archspec.resolve.interfaces import (
    Outputs,
    block_of,
    called,
    in_order,
    leaving_under_names,
    named_output,
)
from archspec.resolve.making import Place
from archspec.resolve.resolver import Resolver
from archspec.resolve.scope import Scope
from archspec.resolve.shapes_across_scopes import name_formula
from archspec.resolve.siblings import Siblings
from archspec.schema import names
from archspec.traced import NONE


@dataclass(slots=True)
class Builder:
    """One body as far as it is made.

    Attributes:
        resolver: what all bodies of the spec share.
        path: of the module that it becomes.
        inputs: what enters, by the names under which its nodes read it.
        children: in the order of registration.
        siblings: what can be read.
        made: the nodes that are there, with what they were made of, to be called again.
        last: what a node reads that names nothing.
        number: of the next child without a name.
        places: of its nodes in the order of the spec.
    """

    resolver: Resolver
    path: str
    inputs: dict[str, Flow]
    children: list[Child] = field(default_factory=list)
    siblings: Siblings = field(default_factory=Siblings)
    made: dict[str, tuple[spec.Node, Scope, Leaf | Body]] = field(default_factory=dict)
    last: Flow = field(init=False)
    number: int = 0
    places: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.siblings.flows.update(self.inputs)
        self.siblings.elsewhere = self.resolver.named
        several = Flow(INPUT, None) if len(self.inputs) > 1 else None
        self.last = several or next(iter(self.inputs.values()))

    def body(
        self,
        node: spec.Node,
        name: str,
        *,
        numbered: bool = False,
        merge: bool = False,
        outputs: Outputs = (),
    ) -> Body:
        """Return the module with all children added so far.

        What leaves it are `outputs`, by default the last value.

        Raises:
            SpecError: when an output is not there; without a diagnostic, when what it would
                return was already reported.
        """
        leaving = leaving_under_names(outputs, self.siblings)
        last = next(iter(leaving.values()), self.last)
        if last.shape is None:
            self._check_chosen(node)
            raise SpecError(())
        return Body(
            name=name,
            path=self.path,
            written=node,
            reads=tuple(self.inputs),
            written_reads=tuple(self.inputs),
            inputs=tuple(flow.shape or () for flow in self.inputs.values()),
            output=last.shape,
            children=tuple(self.children),
            entries=tuple(self.inputs),
            result=last.ref,
            outputs=tuple(named_output(label.text, flow) for label, flow in leaving.items()),
            numbered=numbered,
            merge=merge,
        )

    def told(self, key: spec.Name | None, scope: Scope) -> str:
        """Return the path under which messages know a child that is not made yet."""
        name = str(self.number) if key is None else filled(key, scope).text
        return f"{self.path}.{name}" if self.path else name

    def name(self, key: spec.Name | None, scope: Scope) -> str:
        """Return the child's name: its number, or the key with loop variables filled in."""
        if key is None:
            self.number += 1
            return str(self.number - 1)
        name = self._filled(key, scope, scope.counters).text  # turns are known by their numbers
        if trouble := names.child_problem(name, self.resolver.ops):
            raise fail("S207", f"`{name}`: {trouble}", key.span)
        self.siblings.claim(name, key.span)
        self.resolver.named.setdefault(name, key.span)
        return name

    def reading(
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
        if any(name.fills for name in reads):
            reads = self._in_order(node, reads, scope)
        known = [self._filled(name, scope) for name in reads]
        flows = [self.siblings.flow(name, scope.values) for name in known]
        for name in known:  # what a turn made is read by all, whether it is there or not
            self.resolver.close_all(self.siblings.counted.get(name.text, {}))
        return flows, tuple(name.text for name in known)

    def _in_order(
        self, node: spec.Node, reads: tuple[spec.Name, ...], scope: Scope
    ) -> tuple[spec.Name, ...]:
        """Return what a node reads in the order of its inputs, of which `from` names each."""
        there = held(node)
        if isinstance(there, spec.Reuse) and there.name.text in self.made:
            there, scope, _ = self.made[there.name.text]
        block = block_of(there, scope, self.resolver.document.blocks)
        return in_order(called(there, block), block, reads)

    def _check_chosen(self, node: spec.Node) -> None:
        """Refuse what reads "the node before" where nothing has read any of several inputs yet.

        Raises:
            SpecError: code G306.
        """
        if self.last.shape is None and self.last.ref == INPUT:
            told = f"the first node says `from` which input it reads: {', '.join(self.inputs)}"
            raise fail("G306", told, node.span)

    def _filled(self, name: spec.Name, scope: Scope, but: frozenset[str] = NONE) -> spec.Name:
        """Return a name with the loop variables in it filled in.

        Args:
            name: the name.
            scope: what the variables are.
            but: those that may come from open vars.

        Raises:
            SpecError: when there is no such variable; code G304.
        """
        read = map(name_formula, {*names.TEMPLATE.findall(name.text)} - but)
        self.resolver.close(scope.origin(*read), "the name of a node", name.span)
        known = filled(name, scope)
        if missing := names.TEMPLATE.search(known.text):
            help = did_you_mean(missing[1], scope.values)
            raise fail("G304", f"`{missing[1]}` is not defined here", name.span, help=help)
        return known

    def registered(self, before: spec.Name | None) -> int:
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

    def leave_unknown(self, key: spec.Name | None, around: Around, scope: Scope) -> None:
        """Keep the name of a node that is wrong, so that what reads it stays silent."""
        flow = Flow("", None)
        name = "" if key is None else filled(key, scope).text
        if name and not names.TEMPLATE.search(name):
            self.siblings.flows[name] = flow
        if not around.training_only:
            self.last = flow

    def ends(self, children: Sequence[Child]) -> list[Flow]:
        """Return what a branch comes to, of which these were made; nothing, if none is there."""
        last = children[-1] if children else None
        if isinstance(last, Leaf) and last.op.form is Form.TENSOR:
            return [self.siblings.flows[last.name]]
        is_there = any(not isinstance(child, Absent) or child.is_alias for child in children)
        return [self.last] if is_there or self.last.shape is None else []
