"""What all nodes of a spec are read with, and what any of them can say: `if`, `from`, `before`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping as MappingType
from dataclasses import replace
from typing import Final, TypedDict

from archspec.errors import Diagnostics, Span, SpecError, fail
from archspec.ops import Ops
from archspec.schema.keys import CONTROL, reference
from archspec.schema.misspelt import Words
from archspec.schema.values import given
from archspec.spec import Given, Name, Node, Parameter, Reuse
from archspec.syntax import Listing, Mapping, Scalar, Tree

SEQUENTIAL: Final = "Sequential"


class Common(TypedDict):
    """The arguments of `Node`."""

    span: Span
    condition: Given | None
    otherwise: Node | None
    reads: tuple[Name, ...] | None
    before: Name | None


class Reader(ABC):
    """Knows the ops and the spec's own blocks, collects all mistakes.

    Args:
        blocks: parameters of the spec's blocks by name; None where the header is wrong.
        ops: the ops that the spec may use.
        diagnostics: where mistakes are collected.
    """

    def __init__(
        self,
        blocks: MappingType[str, tuple[Parameter, ...] | None],
        ops: Ops,
        diagnostics: Diagnostics,
    ) -> None:
        self.blocks = blocks
        self.ops = ops
        self.diagnostics = diagnostics
        self.words = Words(blocks, ops, (SEQUENTIAL,))
        self.callees = self.words.callees

    @abstractmethod
    def node(self, tree: Tree) -> Node:
        """Return the node that a tree spells; a wrong one is recorded and replaced by nothing."""

    def common(self, tree: Mapping) -> Common:
        """Return the arguments of `Node`: place, `if`, `else`, `from` and `before`."""
        condition, source, before = (tree.get(key) for key in ("if", "from", "before"))
        reads = None
        if isinstance(source, Listing):
            if not source.items:
                raise fail("S213", "`from` names at least one node", source.span)
            reads = tuple(reference(item) for item in source.items)
        elif isinstance(source, Mapping) and source.entries:
            reads = tuple(
                replace(reference(value), fills=Name(str(key.value), key.span))
                for key, value in source.entries
            )
        elif source is not None:
            reads = (reference(source),)
        decides = given(condition) if condition else None
        return {
            "span": next((k.span for k, _ in tree.entries if k.value in self.callees), tree.span),
            "condition": decides,
            "otherwise": self._otherwise(tree, decides),
            "reads": reads,
            "before": reference(before) if before else None,
        }

    def _otherwise(self, tree: Mapping, condition: Given | None) -> Node | None:
        """Return what stands under `else`, beside `if`."""
        key, held = tree.key("else"), tree.get("else")
        if key is None or held is None:
            return None
        if condition is None:
            raise fail("S250", "`else` stands beside `if`", key.span)
        if getattr(condition.formula, "id", None) == "training":
            message = "what runs in training mode alone has no `else`"
            raise fail("S250", message, key.span, help="nothing but `outputs` can read it")
        node = self.node(held)
        if isinstance(node, Reuse):
            word = node.name.text
            message = f"`else: {word}` could name the value of `{word}`, or call it again"
            help = f"`else: {{from: {word}}}` is its value; `else: {{do: {word}}}` calls it again"
            raise fail("S251", message, held.span, help=help)
        return node

    def unknown_op(self, key: Scalar, value: Tree | None = None) -> SpecError:
        """Return the error for a word that names no op."""
        return self.words.unknown(key, CONTROL, value)
