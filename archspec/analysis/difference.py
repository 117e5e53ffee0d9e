"""What differs between two networks: nodes added, removed and changed.

Children of a mapping are told by their names. Those of a list have numbers that mean nothing once
one is put in between, so there the longest common part is sought, as between two versions of a
text. A node is changed when its op, its arguments, what it reads or what it puts out is another;
what only follows from a node that was added or removed before it is not told again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from archspec.analysis.alignment import Child, Reads, entries, inputs, pairs, values
from archspec.analysis.cost import Cost, costs
from archspec.expressions import shown_value
from archspec.network import INPUT, Body, Fill, Leaf, Network
from archspec.ops import Shape, shown

Change: TypeAlias = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Side:
    """A node as it is in one of the networks."""

    path: str
    op: str
    shape: Shape
    cost: Cost


@dataclass(frozen=True, slots=True)
class Difference:
    """One node that differs.

    Attributes:
        before: the node in the first network; None when it was added.
        after: the node in the second; None when it was removed.
        facts: what changed, in words: `stride 1 → 2`.
        grown: by how much its parameters and MACs grew; those of a module less what has a
            difference of its own below it, so that all differences add up to the networks'.
        follows: nothing that is said of the node differs, only the shapes that arrive do.
        opened: it is a module in both, whose children are compared one by one.
    """

    change: Change
    before: Side | None
    after: Side | None
    grown: Cost
    facts: tuple[str, ...] = ()
    follows: bool = False
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two networks and what differs.

    Attributes:
        facts: what differs in the networks as wholes: their inputs, their outputs.
        differences: the nodes that do, in the order of execution.
    """

    before: Network
    after: Network
    facts: tuple[str, ...]
    differences: tuple[Difference, ...]

    @property
    def is_equal(self) -> bool:
        """Tell whether nothing differs; names of networks and of blocks' files do not count."""
        return not (self.facts or self.differences)


def compare(before: Network, after: Network) -> Comparison:
    """Return what differs between two networks."""
    walk = _Walk(costs(before), costs(after), _fills(before.root), _fills(after.root))
    same = walk.body(before.root, after.root, inputs(before, after))
    facts = list(_inputs(before, after))
    if [(label, same.get(name, "")) for label, name in before.outputs] != list(after.outputs):
        facts.append(f"returns {_labels(before)} → {_labels(after)}")
    return Comparison(before, after, tuple(facts), tuple(walk.found))


def _inputs(before: Network, after: Network) -> Iterator[str]:
    """Yield what differs in the inputs."""
    same = inputs(before, after)
    pairs = {name: other for name, other in same.items() if name in before.inputs}
    for name, was in before.inputs.items():
        other, now = pairs.get(name, name), after.inputs.get(pairs.get(name, ""))
        if other != name:
            yield f"{_input(name)} {_shape(was)} → {other} {_shape(now)}"
        elif was != now:
            yield f"{_input(name)} {_shape(was)} → {_shape(now)}"
    for name, now in after.inputs.items():
        if name not in pairs.values():
            yield f"{_input(name)} nothing → {_shape(now)}"


def _shape(shape: Shape | None) -> str:
    return "nothing" if shape is None else shown(shape)


def _input(name: str) -> str:
    return INPUT if name == INPUT else f"{INPUT} {name}"


def _labels(network: Network) -> str:
    return ", ".join(f"{label}: {name}" if label else name for label, name in network.outputs)


Fills: TypeAlias = Mapping[str, tuple[tuple[str, str, str], ...]]


def _fills(body: Body) -> Fills:
    """Return how tensors are filled at first, by the path of their module."""
    found: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for child in body.nodes:
        found |= _fills(child) if isinstance(child, Body) else {}
    for path, fills in body.fills.items():
        found[path] = (*found.get(path, ()), *map(_fill, fills))
    return found


def _fill(fill: Fill) -> tuple[str, str, str]:
    return fill.tensor, fill.function, repr(sorted(fill.arguments.items()))


@dataclass(slots=True)
class _Walk:
    """Goes down both trees at once and collects what differs."""

    costs_before: Mapping[str, Cost]
    costs_after: Mapping[str, Cost]
    fills_before: Fills
    fills_after: Fills
    found: list[Difference] = field(default_factory=list)

    def body(
        self,
        before: Body,
        after: Body,
        arriving: Mapping[str, str],
        *,
        is_moved: bool = False,
    ) -> dict[str, str]:
        """Compare the children of two bodies, and return which names are the same.

        Args:
            before: a body of the first network.
            after: the body of the second that it is.
            arriving: which names of what they read themselves are the same.
            is_moved: their costs differ for a reason that a module around them tells.
        """
        found = pairs(before, after)
        same = {**arriving} | {one.name: other.name for one, other in found if one and other}
        reads = Reads(before, after, same)
        for one, other in found:
            if one is not None and other is not None:
                self._pair(one, other, reads, is_moved=is_moved)
            elif other is not None:
                side = self._after(other)
                self.found.append(Difference("added", None, side, side.cost))
            elif one is not None:
                side = self._before(one)
                self.found.append(Difference("removed", side, None, _growth(side.cost, Cost())))
        return same

    def _pair(self, before: Child, after: Child, reads: Reads, *, is_moved: bool) -> None:
        facts, inferred = list(_facts(before, after)), list(_inferred(before, after))
        was, now = reads.of(before, after)
        if was != now:
            facts.append(f"reads {', '.join(was)} → {', '.join(now)}")
        calls_other = reads.called(before) != after.reuses
        if calls_other:
            facts.append(f"{_calls(before.reuses)} → {_calls(after.reuses)}")
        if self._is_refilled(before, after):
            facts.append("filled in another way")
        place = len(self.found)
        both = isinstance(before, Body) and isinstance(after, Body)
        if isinstance(before, Body) and isinstance(after, Body):
            moves = calls_other or before.training_only != after.training_only
            self.body(before, after, entries(before, after), is_moved=is_moved or moves)
        sides = self._before(before), self._after(after)
        grown = _growth(sides[0].cost, sides[1].cost)
        if both:
            below = sum((found.grown for found in self.found[place:]), Cost())
            grown = replace(_growth(below, grown), unknown=0)
        unlike = before.output != after.output and not both
        unlike = unlike or (not is_moved and bool(grown.parameters or grown.macs))
        if facts or inferred or unlike:
            moved = [] if before.path == after.path else [f"was {before.path}"]
            told = (*(facts or inferred), *moved)
            found = Difference("changed", *sides, grown, told, follows=not facts, opened=both)
            self.found.insert(place, found)

    def _is_refilled(self, before: Child, after: Child) -> bool:
        """Tell whether a tensor that both have is filled in another way: a new one is not."""
        if not isinstance(before, Leaf) or not isinstance(after, Leaf):
            return False  # what is in a module tells of its own tensors
        both = _names(before) & _names(after)
        was = self.fills_before.get(before.path, ())
        now = self.fills_after.get(after.path, ())
        return [f for f in was if f[0] in both] != [f for f in now if f[0] in both]

    def _before(self, node: Child) -> Side:
        return _side(node, self.costs_before)

    def _after(self, node: Child) -> Side:
        return _side(node, self.costs_after)


def _growth(before: Cost, after: Cost) -> Cost:
    """Return by how much a cost grew; whose MACs nobody knows in either is unknown in it."""
    return Cost(
        after.parameters - before.parameters,
        after.buffers - before.buffers,
        after.macs - before.macs,
        after.unknown + before.unknown,
    )


def _names(leaf: Leaf) -> set[str]:
    return {tensor.name for tensor in leaf.op.tensors()}


def _calls(name: str | None) -> str:
    return "a module of its own" if name is None else f"{name} again"


def _side(node: Child, found: Mapping[str, Cost]) -> Side:
    shape = tuple(int(n) for n in node.output)
    return Side(node.path, node.label, shape, found[node.path])


def _facts(before: Child, after: Child) -> Iterator[str]:
    """Yield what differs in two nodes themselves, but for their shapes and what they read."""
    if before.label != after.label:
        yield f"{before.label} → {after.label}"
    elif isinstance(before, Leaf) and isinstance(after, Leaf):
        yield from _arguments(before, after, inferred=False)
    if before.training_only != after.training_only:
        yield "in training alone" if after.training_only else "no more in training alone"


def _inferred(before: Child, after: Child) -> Iterator[str]:
    """Yield what differs in the arguments that the incoming shape decides."""
    if isinstance(before, Leaf) and isinstance(after, Leaf) and before.label == after.label:
        yield from _arguments(before, after, inferred=True)


def _arguments(before: Leaf, after: Leaf, *, inferred: bool) -> Iterator[str]:
    was, now = (values(leaf) for leaf in (before, after))
    for name in now:
        if was[name] != now[name] and (name in after.op.inferred()) == inferred:
            yield f"{name} {_shown(was[name])} → {_shown(now[name])}"


def _shown(value: Any) -> str:
    """Return a value as a spec has it; a number with as many digits as are read."""
    return f"{value:.6g}" if isinstance(value, float) else shown_value(value)
