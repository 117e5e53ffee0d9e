"""Bodies to modules: who reads whom, what is there, what goes in and out."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace
from typing import Any

from archspec import expressions, limits, spec
from archspec.errors import Diagnostics, Span, did_you_mean, fail
from archspec.expressions import Formula, Value, shown_value
from archspec.network import INPUT, Absent, BlockUse, Body, Child, Leaf, Loop, Node, Turn
from archspec.ops import BY_NAME, Misfit, Op, Shape, shown
from archspec.resolve.arguments import bind_parameters, make_op, misfit
from archspec.resolve.scope import Scope, entering, formula_of, leaving, name_formula, renamed
from archspec.schema import names


@dataclass(frozen=True, slots=True)
class Flow:
    """A tensor on its way: which sibling made it, its shape, and where that is written.

    A shape of None means that an error was already reported there. `written` is the name under
    which the spec knows it: an absent node's name, where `ref` is what that stands for.
    """

    ref: str
    shape: Shape | None
    span: Span | None = None
    note: str = ""
    training_only: bool = False
    written: str = ""


@dataclass(slots=True)
class Resolver:
    """What all bodies of one spec share."""

    spec: spec.Spec
    diagnostics: Diagnostics
    globals: Scope
    count: int = 0

    def module(
        self, node: spec.Node, name: str, path: str, scope: Scope, inputs: dict[str, Flow]
    ) -> Body:
        """Return the module that a body spells, also when the body is a single node."""
        builder = Builder(self, path, scope, inputs)
        if isinstance(node, spec.Body):
            builder.add_items(node, scope)
            return builder.body(node, name, numbered=node.numbered)
        if isinstance(node, spec.Loop | spec.Cfg):
            builder.add(None, node, scope)
            return builder.body(node, name, numbered=True)
        if isinstance(node, spec.Use) and node.branches is not None:
            builder.add_branches(node, scope)
            return builder.body(node, name, merge=True)
        builder.add(None, node, scope)
        return builder.body(node, name, numbered=True)

    def counted(self, span: Span) -> None:
        """Count one more node.

        Raises:
            SpecError: past the limit; code L201.
        """
        self.count += 1
        if self.count > limits.NODES:
            raise fail("L201", f"the network has more than {limits.NODES:,} nodes", span)


@dataclass(slots=True)
class Builder:
    """Fills one body, node by node."""

    resolver: Resolver
    path: str
    scope: Scope
    inputs: dict[str, Flow]
    children: list[Child] = field(default_factory=list)
    flows: dict[str, Flow] = field(default_factory=dict)
    made: dict[str, tuple[spec.Node, Scope]] = field(default_factory=dict)
    last: Flow = field(init=False)
    number: int = 0

    def __post_init__(self) -> None:
        self.flows.update(self.inputs)
        several = Flow(INPUT, None) if len(self.inputs) > 1 else None
        self.last = several or next(iter(self.inputs.values()))

    def body(
        self, node: spec.Node, name: str, *, numbered: bool = False, merge: bool = False
    ) -> Body:
        """Return the module with all children added so far."""
        return Body(
            name=name,
            path=self.path,
            written=node,
            reads=tuple(self.inputs),
            written_reads=tuple(self.inputs),
            inputs=tuple(flow.shape or () for flow in self.inputs.values()),
            output=self.last.shape or (),
            children=tuple(self.children),
            result=self.last.ref,
            numbered=numbered,
            merge=merge,
        )

    def add_items(self, body: spec.Body, scope: Scope) -> None:
        """Add all children of a body as written."""
        for key, node in body.items:
            self.add(key, node, scope)

    def add(
        self,
        key: spec.Name | None,
        node: spec.Node,
        scope: Scope,
        reads: tuple[spec.Name, ...] | None = None,
        condition: Formula | None = None,
    ) -> None:
        """Add what a node spells: a child, several, or none; mistakes are recorded."""
        with self.resolver.diagnostics.collect():
            reads = node.reads or reads
            if node.condition is not None and not node.training_only:
                holds, formula = scope.compute(node.condition)
                if not isinstance(holds, bool):
                    raise fail(
                        "G303",
                        f"`if` is true or false, not {shown_value(holds)}",
                        node.condition.span,
                        trail=scope.trail,
                    )
                if not holds:
                    self._absent(key, node, scope, reads, formula)
                    return
                condition = formula
            if isinstance(node, spec.Do):
                held = node.node
                if node.training_only:
                    held = replace(held, condition=node.condition)
                self.add(key, held, scope, reads, condition)
            elif isinstance(node, spec.Loop | spec.Cfg) and (
                key is None or getattr(node, "splice", False) or names.TEMPLATE.search(key.text)
            ):
                self._expand(key, node, scope)
            else:
                self._child(key, node, scope, reads, condition)
            return
        # One wrong node is one mistake: what reads it stays silent.
        self._unknown(key, scope, node)

    def _unknown(self, key: spec.Name | None, scope: Scope, node: spec.Node) -> None:
        flow = Flow("", None)
        if key is not None and not names.TEMPLATE.search(key.text):
            self.flows[key.text] = flow
        if not node.training_only:
            self.last = flow

    def _name(self, key: spec.Name | None, scope: Scope) -> str:
        """Return the child's name: its number, or the key with loop variables filled in."""
        if key is None:
            self.number += 1
            return str(self.number - 1)

        name = _filled(key, scope).text
        if missing := names.TEMPLATE.search(name):
            help = did_you_mean(missing[1], scope.values)
            raise fail("G304", f"`{missing[1]}` is not defined here", key.span, help=help)
        if trouble := names.problem(name, BY_NAME):
            raise fail("S207", f"`{name}`: {trouble}", key.span, trail=scope.trail)
        if name in self.flows:
            raise fail("G305", f"there is already a `{name}` in this body", key.span)
        return name

    def _reading(self, reads: tuple[spec.Name, ...] | None) -> tuple[list[Flow], tuple[str, ...]]:
        """Return what a node reads, and the names as written."""
        if reads is None:
            if self.last.shape is None and len(self.inputs) > 1 and not self.children:
                choices = ", ".join(self.inputs)
                raise fail("G306", f"the first node says `from` which input it reads: {choices}")
            return [self.last], (self.last.written or self.last.ref,)
        return [self._flow(name) for name in reads], tuple(name.text for name in reads)

    def _flow(self, name: spec.Name) -> Flow:
        flow = self.flows.get(name.text)
        if flow is None:
            known = [known for known in self.flows if not known.isdigit()]
            help = did_you_mean(name.text, known) or f"names above: {', '.join(known)}"
            raise fail(
                "G307",
                f"nothing named `{name.text}` stands above in this body",
                name.span,
                trail=self.scope.trail,
                help=help,
            )
        if flow.training_only:
            raise fail(
                "G308",
                f"`{name.text}` is there in training mode alone",
                name.span,
                help="only `outputs` may name it",
            )
        return flow

    def _absent(
        self,
        key: spec.Name | None,
        node: spec.Node,
        scope: Scope,
        reads: tuple[spec.Name, ...] | None,
        formula: Formula,
    ) -> None:
        flows, _ = self._reading(reads)
        name = "" if key is None else self._name(key, scope)
        if isinstance(node, spec.Loop) and key is not None and names.TEMPLATE.search(key.text):
            return
        note = ""
        if node.condition is not None and node.condition.formula is not None:
            note = f", because `{expressions.text(node.condition.formula)}` is false"
        if name:
            origin = "the body's input" if flows[0].ref in self.inputs else f"`{flows[0].ref}`"
            self.flows[name] = replace(flows[0], note=f"{origin}{note}", written=name)
            if not (isinstance(node, spec.Do) and node.node.training_only):
                self.last = self.flows[name]
        self.children.append(Absent(name, formula, flows[0].ref, node))

    def _expand(self, key: spec.Name | None, node: spec.Loop | spec.Cfg, scope: Scope) -> None:
        """Add the children of each turn of a loop to this body."""
        if isinstance(node, spec.Cfg):
            turns, count = self._cfg_turns(node, scope), None
        else:
            turns, count = self._turns(node, scope)
        made = []
        for values, bindings, held in turns:
            made.append(self._turn(key, node, held, scope.with_loop(values), bindings, values))
        self.children.append(Loop(node, count, tuple(made)))

    def _turn(
        self,
        key: spec.Name | None,
        node: spec.Loop | spec.Cfg,
        held: spec.Node,
        scope: Scope,
        bindings: dict[str, Formula],
        values: dict[str, Value],
    ) -> Turn:
        """Add one turn; within it, the sizes that enter have names of their own."""
        before, outer = set(self.flows), self.children
        if self.last.shape is not None:
            own = {i: f"@{scope.depth}.{i}" for i in range(len(self.last.shape))}
            bindings = {
                **bindings,
                **{own[i]: formula_of(n) for i, n in enumerate(self.last.shape)},
            }
            self.last = replace(self.last, shape=renamed(self.last.shape, own))
        self.children = []
        splices = isinstance(node, spec.Cfg) or node.splice
        if splices and isinstance(held, spec.Body):
            self.add_items(held, scope)
        else:
            # The name is this turn's own; a loop within it makes one module of that name.
            self.add(None if key is None else _filled(key, scope), held, scope)
        children, self.children = tuple(self.children), outer
        for name in set(self.flows) - before:
            self.flows[name] = _left(self.flows[name], bindings)
        self.last = _left(self.last, bindings)
        return Turn(bindings, values, children)

    def _turns(
        self, node: spec.Loop, scope: Scope
    ) -> tuple[list[tuple[dict[str, Value], dict[str, Formula], spec.Node]], Formula | None]:
        """Return the variables of each turn, their formulas outside, and what it holds."""
        if node.count is not None:
            count, formula = scope.compute(node.count)
            if not isinstance(count, int) or isinstance(count, bool) or count < 0:
                raise fail(
                    "G320",
                    f"`repeat` takes a whole number, not {shown_value(count)}",
                    node.count.span,
                    trail=scope.trail,
                )
            if count > limits.NODES:
                raise fail(
                    "L201", f"the network has more than {limits.NODES:,} nodes", node.count.span
                )
            indices = [{"index": i} for i in range(count)]
            return [(dict(i), _constants(i), node.node) for i in indices], formula
        columns: dict[str, tuple[tuple[Value, ...], tuple[Formula, ...]]] = {}
        for name, given in node.columns:
            values, formula = scope.compute(given)
            if not isinstance(values, tuple):
                raise fail("G321", f"`{name.text}` is not a list", given.span, trail=scope.trail)
            symbolic = isinstance(formula, ast.Tuple)
            parts = formula.elts if symbolic else [expressions.constant(v) for v in values]  # type: ignore[attr-defined]
            columns[name.text] = (values, tuple(parts))
        lengths = {name: len(values) for name, (values, _) in columns.items()}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
            raise fail(
                "G322",
                f"columns of unequal length: {told}",
                node.columns[0][0].span,
                trail=scope.trail,
            )
        turns = []
        for i in range(next(iter(lengths.values()))):
            row: dict[str, Value] = {name: values[i] for name, (values, _) in columns.items()}
            bindings = {name: parts[i] for name, (_, parts) in columns.items()}
            turns.append(({**row, "index": i}, {**bindings, **_constants({"index": i})}, node.node))
        return turns, None

    def _cfg_turns(
        self, node: spec.Cfg, scope: Scope
    ) -> list[tuple[dict[str, Value], dict[str, Formula], spec.Node]]:
        entries, _ = scope.compute(node.entries)
        if not isinstance(entries, tuple):
            raise fail("G321", "`cfg` is a list", node.entries.span, trail=scope.trail)
        cases = {name.text: held for name, held in node.cases}
        turns = []
        for i, entry in enumerate(entries):
            number = isinstance(entry, int | float) and not isinstance(entry, bool)
            held = cases.get(shown_value(entry)) or (cases.get("n") if number else None)
            if held is None:
                known = ", ".join(cases)
                raise fail(
                    "G323",
                    f"no case under `where` for the entry {shown_value(entry)}",
                    node.entries.span,
                    help=f"there are {known}",
                    trail=scope.trail,
                )
            values: dict[str, Value] = {"index": i, **({"n": entry} if number else {})}
            turns.append((values, _constants(values), held))
        return turns

    def _child(
        self,
        key: spec.Name | None,
        node: spec.Node,
        scope: Scope,
        reads: tuple[spec.Name, ...] | None,
        condition: Formula | None,
    ) -> None:
        """Add one child."""
        operands = node.operands if isinstance(node, spec.Use) else None
        flows, written = self._reading(operands or reads)
        name = self._name(key, scope)
        if any(flow.shape is None for flow in flows):
            self._unknown(key, scope, node)
            return
        made = self._make(node, name, scope, flows)
        made = replace(
            made,
            name=name,
            reads=tuple(flow.ref for flow in flows),
            written_reads=written,
            condition=condition,
            training_only=node.training_only,
        )
        self.children.append(made)
        self.made[name] = (node, scope)
        flow = Flow(name, made.output, node.span, training_only=node.training_only)
        self.flows[name] = flow
        if not node.training_only:
            self.last = flow

    def add_branches(self, use: spec.Use, scope: Scope) -> None:
        """Add the branches of a merge, which all read the body's input, and the merge itself."""
        assert use.branches is not None
        start, ends = self.last, []
        for key, node in use.branches.items:
            self.last = start
            before = len(self.children)
            self.add(key, node, scope)
            if not isinstance(self.children[-1] if len(self.children) > before else None, Absent):
                ends.append(self.last)
        label = str(use.callee.value)
        name = label.lower() + "_" * (label.lower() in self.flows)
        if len(ends) < 2 or any(end.shape is None for end in ends):
            self.last = ends[0] if ends else start
            self.children.append(Absent(name, None, self.last.ref, use))
            return
        made = self._op(BY_NAME[label], use, name, scope, ends)
        refs = tuple(end.ref for end in ends)
        written = tuple(end.written or end.ref for end in ends)
        self.children.append(replace(made, reads=refs, written_reads=written))
        self.last = Flow(name, made.output, use.span)

    def _make(self, node: spec.Node, name: str, scope: Scope, flows: list[Flow]) -> Leaf | Body:
        """Return the op or module that a node spells."""
        self.resolver.counted(node.span)
        if isinstance(node, spec.Reuse):
            return self._again(node, name, flows)
        path = self._below(name)
        if not isinstance(node, spec.Use) or node.branches is not None:
            inputs = {INPUT: replace(self._only(flows, node.span), ref=INPUT)}
            return self.resolver.module(node, name, path, scope, inputs)
        value, formula = scope.compute(node.callee)
        label = str(value)
        callee = formula if not isinstance(formula, ast.Constant) else None
        if label in BY_NAME:
            return replace(self._op(BY_NAME[label], node, name, scope, flows), callee=callee)
        if label in self.resolver.spec.blocks:
            return replace(self._block(label, node, name, scope, flows), callee=callee)
        known = [*BY_NAME, *self.resolver.spec.blocks]
        raise fail(
            "S202",
            f"unknown op `{label}`",
            node.callee.span,
            trail=scope.trail,
            help=did_you_mean(label, known),
        )

    def _again(self, node: spec.Reuse, name: str, flows: list[Flow]) -> Leaf | Body:
        """Return a sibling's module called again."""
        target = node.name.text
        if target not in self.made:
            known = [*self.made, *BY_NAME, *self.resolver.spec.blocks]
            raise fail(
                "G307",
                f"nothing named `{target}` stands above in this body",
                node.span,
                trail=self.scope.trail,
                help=did_you_mean(target, known),
            )
        written, scope = self.made[target]
        if isinstance(written, spec.Reuse):
            return self._again(written, name, flows)
        again = self._make(written, target, scope, flows)
        first = next(child for child in self.children_flat() if child.name == target)
        if tensors(again) != tensors(first):
            raise fail(
                "G309",
                f"`{target}` cannot read this: its weights would have another shape",
                node.span,
                trail=self.scope.trail,
                details=tuple(f"{flow.ref}  {shown(flow.shape or ())}" for flow in flows),
            )
        return replace(again, name=name, path=self._below(name), reuses=target)

    def children_flat(self) -> tuple[Leaf | Body, ...]:
        """Return the children added so far."""
        return self.body(spec.Node(span=self.made[next(iter(self.made))][0].span), "").nodes

    def _below(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _only(self, flows: list[Flow], span: Span) -> Flow:
        if len(flows) != 1:
            raise fail(
                "G310",
                f"a module of the spec reads one tensor, not {len(flows)}",
                span,
                help="merge them before it",
            )
        return flows[0]

    def _op(
        self, kind: type[Op], use: spec.Use, name: str, scope: Scope, flows: list[Flow]
    ) -> Leaf:
        """Return one use of an op."""
        label = kind.__name__
        shapes = tuple(flow.shape or () for flow in flows)
        several = kind.inputs is None
        if several != (len(flows) > 1):
            needs = "two tensors or more" if several else "one tensor"
            raise fail(
                "G310", f"`{label}` reads {needs}, not {len(flows)}", use.span, trail=scope.trail
            )
        try:
            defaults = self.resolver.spec.defaults.get(label, ())
            op, formulas = make_op(kind, use, scope, defaults, shapes)
            output = op.output(*shapes)
        except Misfit as error:
            raise misfit(error, label, use, scope, _origins(flows)) from None
        return Leaf(
            name=name,
            path=self._below(name),
            written=use,
            reads=(),
            written_reads=(),
            inputs=shapes,
            output=output,
            op=op,
            formulas=formulas,
        )

    def _block(self, label: str, use: spec.Use, name: str, scope: Scope, flows: list[Flow]) -> Body:
        """Return the module that a block's body makes of the arguments."""
        block = self.resolver.spec.blocks[label]
        if scope.blocks >= limits.BLOCK_DEPTH:
            raise fail(
                "G324",
                f"blocks nested deeper than {limits.BLOCK_DEPTH}: `{label}` contains itself",
                use.span,
            )
        bound = bind_parameters(label, block.parameters, use, scope)
        flow = self._only(flows, use.span)
        shape = flow.shape or ()
        sizes = entering(shape)
        values = {parameter: value for parameter, (value, _) in bound.items()}
        bindings = {parameter: formula for parameter, (_, formula) in bound.items()}
        bindings |= {size: formula_of(n) for size, n in sizes.items()}
        arguments = "".join(f", {p}={shown_value(v)}" for p, v in values.items())
        path = self._below(name)
        trail = f"{path} ({label}{arguments}), used at line {use.span.line}"
        outer = self.resolver.globals
        inner = Scope(
            {**outer.values, **values, **{size: int(n) for size, n in sizes.items()}},
            {**outer.formulas, **{n: name_formula(n) for n in (*values, *sizes)}},
            trail=(trail, *scope.trail),
            blocks=scope.blocks + 1,
        )
        positions = (
            {i: size for i, size in enumerate(sizes)}
            if len(shape) == 3
            else {len(shape) - 1: size for size in sizes}
        )
        inputs = {INPUT: Flow(INPUT, renamed(shape, positions), flow.span, "the block's input")}
        made = self.resolver.module(block.body, name, path, inner, inputs)
        use_of = BlockUse(label, block.parameters, inner_values(values, sizes), bindings)
        return replace(
            made, block=use_of, written=use, inputs=(shape,), output=leaving(made.output, bindings)
        )


def _filled(key: spec.Name, scope: Scope) -> spec.Name:
    """Return a key with the variables that are known written in place of `<variable>`."""

    def value(match: re.Match[str]) -> str:
        known = match[1] in scope.values
        return shown_value(scope.values[match[1]]) if known else match[0]

    return spec.Name(names.TEMPLATE.sub(value, key.text), key.span)


def inner_values(values: dict[str, Value], sizes: dict[str, int]) -> dict[str, Value]:
    """Return a block's parameters and the sizes that enter it, as plain values."""
    return {**values, **{size: int(n) for size, n in sizes.items()}}


def tensors(node: Leaf | Body) -> list[Any]:
    """Return the names and shapes of the tensors of a module."""
    if isinstance(node, Leaf):
        return [*node.op.tensors()]
    return [tensor for child in node.nodes for tensor in tensors(child)]


def _constants(values: dict[str, Any]) -> dict[str, Formula]:
    return {name: expressions.constant(value) for name, value in values.items()}


def _left(flow: Flow, bindings: dict[str, Formula]) -> Flow:
    return flow if flow.shape is None else replace(flow, shape=leaving(flow.shape, bindings))


def _origins(flows: list[Flow]) -> tuple[str, ...]:
    """Return a line for each tensor that arrives: who made it, its shape, where."""
    width = max(len(flow.ref) for flow in flows)
    shapes = [shown(flow.shape or ()) for flow in flows]
    wide = max(len(shape) for shape in shapes)
    lines = []
    for flow, shape in zip(flows, shapes, strict=True):
        origin = flow.note or (f"from line {flow.span.line}" if flow.span else "")
        lines.append(f"{flow.ref:<{width}}  {shape:<{wide}}  {origin}".rstrip())
    return tuple(lines)


__all__ = ["Builder", "Flow", "Node", "Resolver"]
