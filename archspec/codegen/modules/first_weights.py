"""The loop that fills tensors after construction, as the spec's `init` rules say."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import reduce

from archspec import expressions
from archspec.codegen.modules.named_weights import OPTIONAL, Module, Rule, by_name, given
from archspec.codegen.python.formulas import (
    class_tree,
)
from archspec.codegen.python.trees import call, dotted, literal, loop, row, when
from archspec.network import Body, Network
from archspec.ops import Ops
from archspec.resolve.initialisation import belongs, below, follows, modules
from archspec.spec import Given, Name


def initialisation(
    bodies: Sequence[Body],
    network: Network,
    *,
    owner: ast.expr | None = None,
) -> list[ast.stmt]:
    """Return the loop of a class that fills its tensors; none when no rule has anything to fill.

    Where every rule names a module, there is a statement for each tensor and no loop.

    Args:
        bodies: the uses that the class stands for; the root for the network's own.
        network: the network.
        owner: the module; `self` where none is given.
    """
    chosen = [*_chosen(bodies, network)]
    if owner is None and _name_all(chosen, bodies, network.ops):
        return by_name(chosen, bodies[0], network)
    cases = _cases(chosen, network)
    if not cases:
        return []
    by_path = any(rule.selector.text not in network.ops for rule, _ in chosen)
    fills: list[ast.stmt] = []
    for rules, filled in reversed(cases):
        fills = [when(_test(rules, network.ops), filled, fills)]
    module = dotted("module")
    variables = row(dotted("name"), module) if by_path else module
    method = ast.Attribute(
        owner or dotted("self"), "named_modules" if by_path else "modules", ast.Load()
    )
    return [loop(variables, call(method), fills)]


def _cases(chosen: Sequence[Rule], network: Network) -> list[tuple[list[Rule], list[ast.stmt]]]:
    """Return the rules by what they fill, which is one case but for rules that name a module."""
    cases: dict[tuple[str, ...], tuple[list[Rule], list[ast.stmt]]] = {}
    for rule, selected in chosen:
        filled = [statement for fill in rule.fills for statement in _fill(fill, selected, network)]
        named = rule.selector.text not in network.ops
        key = (*map(ast.dump, filled), rule.selector.text if named else "")
        cases.setdefault(key, ([], filled))[0].append((rule, selected))
    return [*cases.values()]


def _chosen(bodies: Sequence[Body], network: Network) -> Iterator[Rule]:
    """Yield the rules that fill something in these bodies, and the modules of each."""
    seen: set[str] = set()
    for rule in network.init:
        if not all(belongs(rule, body) for body in bodies):
            continue
        found = [
            (body, path, op)
            for body in bodies
            for path, op in modules(body)
            if path not in seen and follows(rule, network.ops, body, path, op)
        ]
        seen.update(path for _, path, _ in found)
        selected = [
            Module(below(body, path), op, frozenset(f.tensor for f in body.fills.get(path, ())))
            for body, path, op in found
        ]
        if any(module.tensors for module in selected):
            yield rule, selected


def _name_all(chosen: Sequence[Rule], bodies: Sequence[Body], ops: Ops) -> bool:
    """Tell whether all rules name modules, by paths at which every use has the same."""
    for rule, selected in chosen:
        same = len({(type(module.op), module.tensors) for module in selected}) == 1
        learned = {tensor.name for tensor in selected[0].op.tensors() if tensor.learned}
        shared = same and len(selected) == len(bodies) and selected[0].tensors <= learned
        if rule.selector.text in ops or not shared:
            return False
        # A type checker knows the fields of the class's own children alone.
        given = (given for _, _, arguments in rule.fills for _, given in arguments)
        read = {name for g in given if g.formula for name in expressions.names(g.formula)}
        path = selected[0].path
        own = any(n.name == path and n.condition is None for n in bodies[0].nodes)
        if read & {*type(selected[0].op).model_fields} and not (own and path.isidentifier()):
            return False
    return True


def _test(rules: list[Rule], ops: Ops) -> ast.expr:
    kinds = [
        class_tree(ops.get(rule.selector.text, type(selected[0].op))) for rule, selected in rules
    ]
    any_of = reduce(lambda one, other: ast.BinOp(one, ast.BitOr(), other), kinds)
    test = call("isinstance", dotted("module"), any_of)
    paths = [rule.selector.text for rule, _ in rules if rule.selector.text not in ops]
    if not paths:
        return test
    # The type is asked as well, so that a reader and a type checker know what `module` is.
    named = ast.Compare(dotted("name"), [ast.Eq()], [literal(paths[0])])
    return ast.BoolOp(ast.And(), [named, test])


def _fill(
    fill: tuple[Name, Name, tuple[tuple[Name, Given], ...]],
    selected: list[Module],
    network: Network,
) -> list[ast.stmt]:
    tensor, function, arguments = fill
    owners = [module for module in selected if tensor.text in module.tensors]
    if not owners:
        return []
    more = given(function, arguments, owners[0].op, dotted("module"), network)
    optional = any((type(o.op).__name__, tensor.text) in OPTIONAL for o in owners)
    held = dotted(f"module.{tensor.text}")
    filled = ast.Expr(call(f"nn.init.{function.text}", held, **more))
    if len(owners) < len(selected) or optional:
        return [when(ast.Compare(held, [ast.IsNot()], [literal(None)]), [filled])]
    return [filled]
