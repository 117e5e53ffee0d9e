"""Which slot holds which tensor, so that a dead activation is not kept."""

from __future__ import annotations

from typing import Any

from archspec.live.module import Step
from archspec.network import Body, Leaf
from archspec.ops import Form
from archspec.traced import untraced


class Slots:
    """Assigns a slot to each tensor of a body by a linear scan over its steps.

    Args:
        body: the body.
        inputs: names of what enters; they have the first slots.
        keep: names that must live to the end.
    """

    def __init__(self, body: Body, inputs: tuple[str, ...], keep: tuple[str, ...]) -> None:
        self._body = body
        self._slot = {name: index for index, name in enumerate(inputs)}
        self._taken = len(inputs)
        self._free: list[int] = []
        self._emptied: dict[str, tuple[int, ...]] = {}
        self._last = {name: place for place, step in enumerate(body.steps) for name in step.reads}
        self._last |= dict.fromkeys(keep, len(body.steps))
        self._assign()

    @property
    def count(self) -> int:
        """Number of slots."""
        return self._taken

    def of(self, name: str) -> int:
        """Return the slot of a tensor."""
        return self._slot[name]

    def steps(self) -> tuple[Step, ...]:
        """Return the lines of the forward pass."""
        return tuple(self._step(node) for node in self._body.steps)

    def _assign(self) -> None:
        for place, node in enumerate(self._body.steps):
            dying = {name for name in node.reads if self._last[name] == place}
            # What dies here can take the result: the child has read it by then.
            self._free += sorted({self._slot[name] for name in dying}, reverse=True)
            if self._free:
                self._slot[node.name] = self._free.pop()
            else:
                self._slot[node.name] = self._taken
                self._taken += 1
            # What takes no result is given up all the same, and not when another needs the place.
            gone = {self._slot[name] for name in dying} - {self._slot[node.name]}
            self._emptied[node.name] = tuple(sorted(gone))
            if node.name not in self._last:
                self._free.append(self._slot[node.name])

    def _step(self, node: Leaf | Body) -> Step:
        target = self._slot[node.name]
        reads = tuple(self._slot[name] for name in node.reads)
        form, item = Form.MODULE, None
        keywords: dict[str, Any] = {}
        if isinstance(node, Leaf):
            form = node.op.form
            if form is Form.FUNCTION:
                return self._function(node, target, reads)
            if node.op.invocation is not None:
                copies, further, item = node.op.invocation
                reads, keywords = reads * copies, dict(further)
        name = node.reuses or node.name
        gone = self._emptied[node.name]
        return Step(target, name, form, reads, keywords, node.training_only, item, gone)

    def _function(self, leaf: Leaf, target: int, reads: tuple[int, ...]) -> Step:
        call = leaf.op.call()
        keywords = {argument.name: untraced(argument.value) for argument in call.arguments}
        if not leaf.op.stretches and (once := self._body.once(leaf)):
            ranks = {node.name: len(node.output) for node in self._body.nodes}
            keywords["once"] = {place: ranks[leaf.reads[place]] for place in once}
        side, gone = leaf.training_only, self._emptied[leaf.name]
        return Step(target, call.target, Form.FUNCTION, reads, keywords, side, emptied=gone)
