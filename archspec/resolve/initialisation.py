"""The rules under `init`, applied to the nodes they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from archspec.errors import did_you_mean, fail
from archspec.network import Absent, Body, Child, Fill, Leaf, Loop, walk
from archspec.ops import BY_NAME
from archspec.resolve.scope import Scope
from archspec.spec import InitRule
from archspec.traced import untraced


def with_fills(root: Body, rules: tuple[InitRule, ...], scope: Scope) -> Body:
    """Return the tree with the fills of each node; the first rule that names a node has it.

    Raises:
        SpecError: for a rule that names no node, or no tensor of its nodes; code G340.
    """
    if not rules:
        return root
    leaves = {node.path: node for node in walk(root) if isinstance(node, Leaf)}
    absent = tuple(_absent(root.children, ""))
    for rule in rules:
        selector = rule.selector
        # A rule for what an `if` has left out has nothing to do; one for what never was is wrong.
        known = selector.text in BY_NAME or selector.text in leaves
        if not known and not f"{selector.text}.".startswith(absent):
            help = did_you_mean(selector.text, [*BY_NAME, *leaves])
            raise fail(
                "G340",
                f"`{selector.text}` is neither an op nor the path of a node",
                selector.span,
                help=help,
            )
    fills = {}
    for path, leaf in leaves.items():
        matching = (r for r in rules if r.selector.text in (path, leaf.label))
        rule_of = next(matching, None)
        if rule_of is not None and not leaf.reuses:
            fills[path] = _fills(leaf, rule_of, scope)
    return replace(root, children=_filled(root.children, fills))


def _absent(children: tuple[Child, ...], prefix: str) -> Iterator[str]:
    """Yield the paths of named nodes that are not there, each with a dot behind it."""
    for child in children:
        if isinstance(child, Absent) and child.name:
            yield f"{prefix}{child.name}."
        elif isinstance(child, Body):
            yield from _absent(child.children, f"{child.path}.")
        elif isinstance(child, Loop):
            for turn in child.turns:
                yield from _absent(turn.children, prefix)


def _fills(leaf: Leaf, rule: InitRule, scope: Scope) -> tuple[Fill, ...]:
    """Return what one rule does to one node; an op's fields are names in the rule."""
    fields = {name: untraced(value) for name, value in leaf.op.attributes().items()}
    values = {**scope.values, **{k: v for k, v in fields.items() if v is not None}}
    inner = Scope(values, {}, trail=scope.trail)
    owned = {tensor.name for tensor in leaf.op.tensors()}
    possible = {"weight", "bias"} | owned
    fills = []
    for tensor, function, arguments in rule.fills:
        if tensor.text not in possible:
            raise fail("G340", f"`{leaf.label}` has no tensor `{tensor.text}`", tensor.span)
        if tensor.text in owned:
            values_of = {name.text: inner.compute(given)[0] for name, given in arguments}
            fills.append(Fill(tensor=tensor.text, function=function.text, arguments=values_of))
    return tuple(fills)


def _filled(
    children: tuple[Child, ...], fills: Mapping[str, tuple[Fill, ...]]
) -> tuple[Child, ...]:
    done: list[Child] = []
    for child in children:
        if isinstance(child, Leaf):
            done.append(replace(child, fills=fills.get(child.path, ())))
        elif isinstance(child, Body):
            done.append(replace(child, children=_filled(child.children, fills)))
        elif isinstance(child, Loop):
            turns = tuple(
                replace(turn, children=_filled(turn.children, fills)) for turn in child.turns
            )
            done.append(replace(child, turns=turns))
        else:
            assert isinstance(child, Absent)
            done.append(child)
    return tuple(done)
