"""What the docstrings of a block's class and constructor say, from how its layers are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from archspec import expressions
from archspec.codegen.python.flat import flat
from archspec.codegen.uses.frame import Frame
from archspec.codegen.words.of_layers import Place, capital, listed, number, parts, place, told
from archspec.codegen.words.of_residuals import residuals
from archspec.codegen.words.prose import docstring, fits
from archspec.codegen.words.staying import stays
from archspec.network import Body, Leaf
from archspec.ops import Kind
from archspec.ops.ranked import family

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
_OPTIONAL: Final = {
    ("Add", "input"): ("with an optional residual connection", "The input is added"),
    ("Add", "shortcut"): ("with an optional shortcut", "The shortcut is added"),
    ("Add", "inner"): ("with an optional residual connection", "The addition is there"),
    ("Cat", "input"): ("optionally concatenated with the input", "The concatenation is there"),
    ("Cat", "inner"): ("optionally concatenated along the channels", "The concatenation is there"),
    ("Mul", "inner"): (f"optionally {_TAILS['Mul', 'inner']}", "The multiplication is there"),
}
"""What is said of a merge that not every use has, and how what tells when it is there begins."""
Said: TypeAlias = tuple[str, str]
"""What is said of a block in a line, and what is told behind it."""


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
    for text, more in _texts(_within(bodies), frame):
        summary = f"{capital(text)}."
        if fits(summary, indent=indent, alone=not more):
            return docstring(summary, more, indent=indent)
    return ["Several layers."]


def built(bodies: Sequence[Body]) -> list[str]:
    """Return the docstring of a block's constructor; none where that of the class says it all."""
    bodies = _within(bodies)
    joins = [join for join in map(_joined, bodies) if join is not None]
    if joins and all(join.how == "branches" for join in joins):
        return []
    aside = frozenset().union(*(join.aside for join in joins))
    strided = {name for body in bodies for name in _strided(body, aside)}
    if len(strided) == 1 and any(_shrinks(body) for body in bodies):
        return [f"Build the block; `{strided.pop()}` carries the stride."]
    return []


def _texts(bodies: Sequence[Body], frame: Frame) -> list[Said]:
    """Return what may be said of a block, the most telling first."""
    if not any(body.nodes for body in bodies):
        return [("return the input", "")]
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
        kind = kinds.pop()
        found = _of_join(bodies, there, kind, _conditions(bodies, joins, kind, frame))
    else:
        found = [(text, "") for text in residuals(bodies)]
    made = parts(bodies)
    merges = [
        _WORDS.get(node.label, node.label)
        for body in bodies
        for node in body.nodes
        if _is_merge(node) and not body.own & {*node.reads}
    ]
    if not merges:
        return [*found, *((text, "") for text in told(made))]
    words = listed([*dict.fromkeys(merges)])
    # A merge on the way joins what is before it, and not all that the block is made of.
    how = "joined by" if all(map(_ends_in_its_merge, bodies)) else "with"
    return [*found, *((f"{text}, {how} {words}", "") for text in (*told(made), "layers"))]


def _ends_in_its_merge(body: Body) -> bool:
    return [node.name for node in body.nodes if _is_merge(node)] in ([], [body.result])


@dataclass(frozen=True, slots=True)
class _When:
    """When a merge is there.

    Attributes:
        end: what is said behind it: ` if stride == 1`.
        optional: whether it is said to be optional instead.
        more: what is told of it further down.
    """

    end: str = ""
    optional: bool = False
    more: str = ""


def _of_join(
    bodies: Sequence[Body], joins: Sequence[_Join], kind: tuple[str, str], when: Sequence[_When]
) -> list[Said]:
    """Return what is said of a block that comes down to one merge."""
    label, how = kind
    if how == "branches" and label in _BRANCHES:
        counts = {len(join.merge.reads) for join in joins}
        count = number(counts.pop()) if len(counts) == 1 else "several"
        return [_ended(f"{count} {_BRANCHES[label]}", "", end) for end in when]
    if kind == ("Mul", "input"):
        text = "scale the input by a factor that is computed from it"
        return [_ended(text, "", end) for end in when]
    if kind not in _TAILS:
        return []
    aside = frozenset().union(*(join.aside for join in joins))
    tail, optional = f", {_TAILS[kind]}", f", {_OPTIONAL[kind][0]}"
    found: list[Said] = []
    for text in (*told(parts(bodies, aside)), "layers"):
        for end in when:
            tails = (optional,) if end.optional else (tail, tail.removesuffix(" of the input"))
            found += [_ended(text, last, end) for last in tails]
    return found


def _ended(text: str, tail: str, when: _When) -> Said:
    """Return what is said where it ends with how a merge joins, and when it does."""
    maybe = "optionally " if when.optional and not tail else ""
    return f"{maybe}{text}{tail}{when.end}", when.more


def _conditions(
    bodies: Sequence[Body], joins: Sequence[_Join | None], kind: tuple[str, str], frame: Frame
) -> list[_When]:
    """Return when the merge is there: always, or under a condition, if that can be told."""
    if None not in joins:
        return [_When()]
    found = [_When(optional=True)]
    asked = next((join.merge.condition for join in joins if join is not None), None)
    if asked is not None:
        formula = frame.in_parameters(asked)
        if expressions.names(formula) <= frame.needed:
            begin, text = _OPTIONAL.get(kind, ("", "This is so"))[1], flat(frame.python(formula))
            found.insert(0, _When(optional=True, more=f"{begin} if {text}."))
            if stays(formula, bodies, [join is not None for join in joins]):
                found.insert(0, _When(" if the shape stays"))
            found.insert(0, _When(f" if {text}"))
    return found


def _within(bodies: Sequence[Body]) -> list[Body]:
    """Return the chain in place that is all the uses have, or the uses."""
    inner = [body.nodes[0] for body in bodies if len(body.nodes) == 1]
    found = [node for node in inner if isinstance(node, Body) and node.block is None]
    return _within(found) if len(found) == len(bodies) else [*bodies]


def _is_merge(node: Leaf | Body) -> bool:
    return isinstance(node, Leaf) and node.op.kind is Kind.MERGE


def _joined(body: Body) -> _Join | None:
    """Return the merge that a body comes down to.

    None when it comes down to none, or joins neither the input itself, of which there is one, nor
    what is made of it by single layers alone.
    """
    nodes: dict[str, Leaf | Body] = {node.name: node for node in body.nodes}
    last = nodes.get(body.result)
    while isinstance(last, Leaf) and last.op.kind in _PASSING:
        last = nodes.get(last.reads[0])
    if not isinstance(last, Leaf) or not _is_merge(last) or getattr(last.op, "dim", 1) != 1:
        return None
    reads = [name for name in last.reads if name not in body.own]
    if len(reads) < 2 or len(body.entries) > 1:  # what a module owns is computed of nothing
        return None
    merge = frozenset((place(last),))
    if {*body.entries} < {*reads}:
        return _Join(last, "input", merge)
    paths = [path for name in reads if (path := _path(name, body.entries[0], nodes)) is not None]
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


def _path(name: str, start: str, nodes: Mapping[str, Leaf | Body]) -> list[Leaf | Body] | None:
    """Return the layers between a value and a body's input; None where several tensors meet."""
    path: list[Leaf | Body] = []
    while name != start:
        if len(nodes[name].reads) != 1:
            return None
        path.append(nodes[name])
        name = nodes[name].reads[0]
    return path


def _projects(path: Sequence[Leaf | Body]) -> bool:
    """Tell whether layers do no more than bring a shortcut into shape."""
    labels = [family(p.label) for n in path for p in (n.nodes if isinstance(n, Body) else (n,))]
    return labels.count("Conv") == 1 and {*labels} <= {"Conv", "BatchNorm", "AvgPool"}


def _shrinks(body: Body) -> bool:
    """Tell whether a block's stride is one that leaves out positions."""
    stride = 0 if body.block is None else body.block.values.get("stride", 1)
    return {*(stride if isinstance(stride, tuple) else (stride,))} != {1}


def _strided(body: Body, aside: frozenset[Place]) -> list[str]:
    """Return the names of the children that get the block's stride."""
    found = []
    for node in body.nodes:
        block = node.block.bindings if isinstance(node, Body) and node.block else {}
        given = node.formulas if isinstance(node, Leaf) else block
        # Another argument may be computed from it, which makes no stride.
        read = expressions.names(given["stride"]) if "stride" in given else frozenset()
        if "stride" in read and place(node) not in aside:
            found.append(node.name)
    return found
