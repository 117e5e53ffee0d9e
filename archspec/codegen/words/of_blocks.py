"""What the docstrings of a block's class and constructor say, from how its layers are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from archspec import expressions
from archspec.codegen.uses.frame import Frame
from archspec.codegen.words.of_layers import Place, capital, listed, number, parts, place, told
from archspec.codegen.words.prose import fits
from archspec.network import INPUT, Body, Leaf
from archspec.ops import Kind

_PASSING: Final = (Kind.ACTIVATION, Kind.NORM, Kind.SCALE, Kind.REGULARISER)
"""What may stand behind the merge that a block comes down to."""

_TAILS: Final = {
    ("Add", "input"): "added to the input",
    ("Add", "shortcut"): "added to a shortcut of the input",
    ("Add", "inner"): "with a residual connection",
    ("Cat", "input"): "concatenated with the input",
    ("Cat", "inner"): "concatenated along the channels",
    ("Mul", "inner"): "scaled by a factor that is computed from it",
}
_BRANCHES: Final = {
    "Add": "parallel branches, added up",
    "Cat": "parallel branches, concatenated along the channels",
    "Mul": "parallel branches, multiplied element by element",
}
_WORDS: Final = {"Add": "addition", "Cat": "concatenation", "Mul": "multiplication"}


@dataclass(frozen=True, slots=True)
class _Join:
    """The merge that a use of a block comes down to.

    Attributes:
        merge: the merge.
        how: what it joins: the `input` and what is made of it, a `shortcut` of the input, a value
            `inner` to the block and what is made of that, or `branches`.
        aside: what is no part of what is made: the merge, a shortcut, a gate; as written.
    """

    merge: Leaf
    how: str
    aside: frozenset[Place]

    @property
    def kind(self) -> tuple[str, str]:
        """The merge and how it joins."""
        return self.merge.label, self.how


def block(bodies: Sequence[Body], frame: Frame, *, indent: int) -> list[str]:
    """Return the docstring of a block's class."""
    texts = [f"{capital(text)}." for text in _texts(_within(bodies), frame)]
    return [next((text for text in texts if fits(text, indent=indent)), "Several layers.")]


def built(bodies: Sequence[Body]) -> list[str]:
    """Return the docstring of a block's constructor."""
    bodies = _within(bodies)
    joins = [join for join in map(_joined, bodies) if join is not None]
    if joins and all(join.how == "branches" for join in joins):
        return ["Build the branches."]
    aside = frozenset().union(*(join.aside for join in joins))
    strided = {name for body in bodies for name in _strided(body, aside)}
    if len(strided) == 1 and any(_shrinks(body) for body in bodies):
        return [f"Build the block; `{strided.pop()}` carries the stride."]
    shortcut = any(join.how == "shortcut" for join in joins)
    return [f"Build the layers{' and the shortcut' if shortcut else ''}."]


def chained(bodies: Sequence[Body], *, indent: int) -> list[str]:
    """Return the docstring of what builds a chain."""
    for text in told(parts(bodies)):
        if fits(f"Chain {text}.", indent=indent):
            return [f"Chain {text}."]
    return ["Chain the layers."]


def _texts(bodies: Sequence[Body], frame: Frame) -> list[str]:
    """Return what may be said of a block, the most telling first."""
    if not any(body.nodes for body in bodies):
        return ["return the input"]
    joins = [_joined(body) for body in bodies]
    there = [join for join in joins if join is not None]
    kinds = {join.kind for join in there}
    if kinds == {("Add", "input"), ("Add", "shortcut")}:
        kinds = {("Add", "shortcut")}
    # A use that merges, but comes down to no merge, is none of those that lack it.
    unlike = any(
        j is None and any(map(_is_merge, b.nodes)) for j, b in zip(joins, bodies, strict=True)
    )
    if len(kinds) == 1 and not unlike:
        found = _of_join(bodies, there, kinds.pop(), _conditions(joins, frame))
    else:
        found = _of_residuals(bodies)
    made = parts(bodies)
    merges = [
        _WORDS.get(node.label, node.label)
        for body in bodies
        for node in body.nodes
        if _is_merge(node) and not body.own & {*node.reads}
    ]
    if not merges:
        return [*found, *told(made)]
    words = listed([*dict.fromkeys(merges)])
    return [*found, *(f"{text}, joined by {words}" for text in (*told(made), "layers"))]


def _of_join(
    bodies: Sequence[Body], joins: Sequence[_Join], kind: tuple[str, str], when: Sequence[str]
) -> list[str]:
    """Return what is said of a block that comes down to one merge."""
    label, how = kind
    if how == "branches":
        counts = {len(join.merge.reads) for join in joins}
        count = number(counts.pop()) if len(counts) == 1 else "several"
        return [f"{count} {_BRANCHES[label]}{text}" for text in when] if label in _BRANCHES else []
    if kind == ("Mul", "input"):
        return [f"scale the input by a factor that is computed from it{text}" for text in when]
    aside = frozenset().union(*(join.aside for join in joins))
    made = told(parts(bodies, aside))
    tail = _TAILS.get(kind, "")
    if not tail:
        return []
    tails = (tail, tail.removesuffix(" of the input"))
    found = [f"{text}, {tail}{end}" for tail in tails for text in made for end in when]
    return [*found, *(f"layers, {tail}{end}" for end in when)]


def _conditions(joins: Sequence[_Join | None], frame: Frame) -> list[str]:
    """Return when the merge is there: always, under a condition that can be told, in some uses."""
    if None not in joins:
        return [""]
    found = ["", " in some uses"][1:]
    formula = next((join.merge.condition for join in joins if join is not None), None)
    if formula is not None:
        formula = frame.in_parameters(formula)
        if expressions.names(formula) <= frame.needed:
            found.insert(0, f" if {frame.text(formula)}")
    return found


def _of_residuals(bodies: Sequence[Body]) -> list[str]:
    """Return what is said of several parts, each of which is added to what it reads."""
    adds = [[node for node in body.nodes if node.label == "Add"] for body in bodies]
    counts = {len(found) for found in adds}
    if min(counts) < 2 or any(_is_merge(n) and n.label != "Add" for b in bodies for n in b.nodes):
        return []
    merges = frozenset(place(node) for found in adds for node in found)
    made = [part for part in parts(bodies, merges) if not part.beside]
    texts = [listed([part.text for part in made])] if made else []
    if len(counts) > 1:
        return ["residual parts"]
    count = counts.pop()
    if sum(part.count for part in made) != count:  # more than one of them is added at once
        texts = []
    texts = [f"{text}, each added to what it reads" for text in texts]
    return [*texts, f"{number(count)} residual parts"]


def _within(bodies: Sequence[Body]) -> list[Body]:
    """Return the chain in place that is all the uses have, or the uses."""
    inner = [body.nodes[0] for body in bodies if len(body.nodes) == 1]
    found = [node for node in inner if isinstance(node, Body) and node.block is None]
    return _within(found) if len(found) == len(bodies) else [*bodies]


def _is_merge(node: Leaf | Body) -> bool:
    return isinstance(node, Leaf) and node.op.kind is Kind.MERGE


def _joined(body: Body) -> _Join | None:
    """Return the merge that a body comes down to.

    None when it comes down to none, or joins neither the input itself nor what is made of it by
    single layers alone.
    """
    nodes: dict[str, Leaf | Body] = {node.name: node for node in body.nodes}
    last = nodes.get(body.result)
    while isinstance(last, Leaf) and last.op.kind in _PASSING:
        last = nodes.get(last.reads[0])
    if not isinstance(last, Leaf) or not _is_merge(last) or getattr(last.op, "dim", 1) != 1:
        return None
    reads = [name for name in last.reads if name not in body.own]
    if len(reads) < 2:  # a tensor of the module's own, which is computed of nothing
        return None
    merge = frozenset((place(last),))
    if INPUT in reads and {*reads} != {INPUT}:
        return _Join(last, "input", merge)
    paths = [path for name in reads if (path := _path(name, nodes)) is not None]
    if len(paths) < len(reads):
        return None
    direct = [path for path in paths if last.label == "Add" and _projects(path)]
    if len(direct) == 1 and len(paths) == 2:
        return _Join(last, "shortcut", merge | _written(direct[0]))
    shared = min(paths, key=len)
    if all(path[-len(shared) :] == shared for path in paths):
        behind = max(paths, key=len)[: -len(shared)]
        return _Join(last, "inner", merge | (_written(behind) if last.label == "Mul" else set()))
    return _Join(last, "branches", merge)


def _written(path: Sequence[Leaf | Body]) -> frozenset[Place]:
    return frozenset(place(node) for node in path)


def _path(name: str, nodes: Mapping[str, Leaf | Body]) -> list[Leaf | Body] | None:
    """Return the layers between a value and a body's input; None where several tensors meet."""
    path: list[Leaf | Body] = []
    while name != INPUT:
        if len(nodes[name].reads) != 1:
            return None
        path.append(nodes[name])
        name = nodes[name].reads[0]
    return path


def _projects(path: Sequence[Leaf | Body]) -> bool:
    """Tell whether layers do no more than bring a shortcut into shape."""
    inner = [part for node in path for part in (node.nodes if isinstance(node, Body) else (node,))]
    labels = [part.label for part in inner]
    return labels.count("Conv2d") == 1 and {*labels} <= {"Conv2d", "BatchNorm2d", "AvgPool2d"}


def _shrinks(body: Body) -> bool:
    """Tell whether a block's stride is one that leaves out positions."""
    return body.block is None or body.block.values.get("stride", 1) not in (1, (1, 1))


def _strided(body: Body, aside: frozenset[Place]) -> list[str]:
    """Return the names of the children that get the block's stride."""
    found = []
    for node in body.nodes:
        given = (
            node.formulas if isinstance(node, Leaf) else node.block.bindings if node.block else {}
        )
        # Another argument may be computed from it, which makes no stride.
        read = expressions.names(given["stride"]) if "stride" in given else frozenset()
        if "stride" in read and place(node) not in aside:
            found.append(node.name)
    return found
