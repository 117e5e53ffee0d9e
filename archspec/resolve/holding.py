"""What a node has from the nodes that hold it: `from`, `if`, the name it goes by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from archspec import spec
from archspec.expressions import Formula, as_word, shown_value
from archspec.network import Decision
from archspec.ops import BY_NAME, Form
from archspec.resolve.conditions import Question
from archspec.resolve.hints import hint, wrong
from archspec.resolve.scope import Scope
from archspec.schema import names


@dataclass(frozen=True, slots=True)
class Around:
    """What a node gets from the nodes that hold it with `do`."""

    reads: tuple[spec.Name, ...] | None = None
    condition: Formula | None = None
    training_only: bool = False
    before: spec.Name | None = None
    question: Question | None = None

    @property
    def decided_by(self) -> Mapping[str, Decision]:
        """The open vars that decide whether it is there."""
        return {} if self.question is None else self.question.decided

    def of(self, node: spec.Node) -> Around:
        """Return the same with what the node itself says."""
        if not (node.reads or node.before or node.training_only):
            return self
        side = self.training_only or node.training_only
        return replace(
            self,
            reads=node.reads or self.reads,
            training_only=side,
            before=node.before or self.before,
        )


def decided(condition: spec.Given, scope: Scope) -> tuple[bool, Formula]:
    """Return whether a condition holds, and its formula."""
    holds, formula = scope.compute(condition)
    if not isinstance(holds, bool):
        message = f"`if` is true or false, not {shown_value(holds)}"
        help = hint(condition, holds, scope)
        if holds == "training":
            help = "did you mean `=training`?"
        raise wrong("G303", message, condition, scope, help)
    return holds, formula


def joins(key: spec.Name | None, node: spec.Loop | spec.Cfg, scope: Scope) -> bool:
    """Tell whether what a loop makes joins the body around, rather than one module of its own."""
    if key is None:
        return True
    if isinstance(node, spec.Loop) and node.splice:  # a list has no names for a body of names
        return not (isinstance(node.node, spec.Body) and node.node.numbered)
    own = (
        {"index", *(name.text for name, _ in node.columns)}
        if isinstance(node, spec.Loop)
        else {"n"}
    )
    asked = set(names.TEMPLATE.findall(key.text))
    return not asked.isdisjoint(own) or not asked <= scope.values.keys()


def is_side(node: spec.Node, around: Around) -> bool:
    """Tell whether a node, or what it holds, is there in training mode alone."""
    held = isinstance(node, spec.Do) and is_side(node.node, around)
    return around.training_only or node.training_only or held


def held(node: spec.Node) -> spec.Node:
    """Return the node itself, which `do` may hold."""
    return held(node.node) if isinstance(node, spec.Do) else node


def is_own(node: spec.Node) -> bool:
    """Tell whether a node is a tensor of the module around it, which reads nothing."""
    # An op of a plugin is a module, never a tensor.
    op = BY_NAME.get(str(node.callee.value)) if isinstance(node, spec.Use) else None
    return op is not None and op.form is Form.TENSOR


def filled(key: spec.Name, scope: Scope) -> spec.Name:
    """Return a key with the variables that are known written in place of `<variable>`."""

    def value(match: re.Match[str]) -> str:
        known = match[1] in scope.values
        return as_word(scope.values[match[1]]) if known else match[0]

    return replace(key, text=names.TEMPLATE.sub(value, key.text))
