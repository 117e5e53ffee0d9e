"""The loop that fills tensors after construction, as the spec's `init` rules say."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from archspec import expressions
from archspec.codegen.modules.program import Program
from archspec.codegen.python.formulas import (
    class_tree,
    fields_as_attributes,
    python_of,
)
from archspec.codegen.python.trees import call, dotted, literal, loop, row, when
from archspec.codegen.uses.children import attribute
from archspec.network import Body, Network
from archspec.ops import Op, Ops
from archspec.resolve.initialisation import belongs, below, follows, modules
from archspec.schema.functions import FUNCTIONS
from archspec.spec import Given, InitRule, Name

_OPTIONAL: Final = {("Conv2d", "bias"), ("ConvTranspose2d", "bias")}
"""Tensors that torch declares as optional, so that a type checker wants them asked for."""


@dataclass(frozen=True, slots=True)
class _Module:
    """A module that a rule fills: its path below the class, its op, the tensors filled."""

    path: str
    op: Op
    tensors: frozenset[str]


_Rule = tuple[InitRule, list[_Module]]
"""A rule and the modules that it fills."""


def initialisation(
    bodies: Sequence[Body],
    network: Network,
    program: Program,
    *,
    owner: ast.expr | None = None,
) -> list[ast.stmt]:
    """Return the loop of a class that fills its tensors; none when no rule has anything to fill.

    Where every rule names a module, there is a statement for each tensor and no loop.

    Args:
        bodies: the uses that the class stands for; the root for the network's own.
        network: the network.
        program: the file that is written.
        owner: the module; `self` where none is given.
    """
    chosen = [*_chosen(bodies, network)]
    if owner is None and _name_all(chosen, bodies, network.ops):
        return _by_name(chosen, bodies, network, program)
    cases = _cases(chosen, network, program)
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


def _cases(
    chosen: Sequence[_Rule], network: Network, program: Program
) -> list[tuple[list[_Rule], list[ast.stmt]]]:
    """Return the rules by what they fill, which is one case but for rules that name a module."""
    cases: dict[tuple[str, ...], tuple[list[_Rule], list[ast.stmt]]] = {}
    for rule, selected in chosen:
        filled = [
            statement
            for fill in rule.fills
            for statement in _fill(fill, selected, network, program)
        ]
        named = rule.selector.text not in network.ops
        key = (*map(ast.dump, filled), rule.selector.text if named else "")
        cases.setdefault(key, ([], filled))[0].append((rule, selected))
    return [*cases.values()]


def _chosen(bodies: Sequence[Body], network: Network) -> Iterator[_Rule]:
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
            _Module(below(body, path), op, frozenset(f.tensor for f in body.fills.get(path, ())))
            for body, path, op in found
        ]
        if any(module.tensors for module in selected):
            yield rule, selected


def _name_all(chosen: Sequence[_Rule], bodies: Sequence[Body], ops: Ops) -> bool:
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


def _by_name(
    chosen: Sequence[_Rule], bodies: Sequence[Body], network: Network, program: Program
) -> list[ast.stmt]:
    """Return a statement for each tensor, in the order in which the live module fills them."""
    order = [below(bodies[0], path) for path, _ in modules(bodies[0])]
    written: list[ast.stmt] = []
    for rule, (module, *_) in sorted(chosen, key=lambda pair: order.index(pair[1][0].path)):
        for tensor, function, arguments in rule.fills:
            if tensor.text in module.tensors:
                filled = call("self.get_parameter", literal(f"{module.path}.{tensor.text}"))
                owner = attribute(module.path)
                given = _given(function, arguments, module.op, owner, network, program)
                written.append(ast.Expr(call(f"nn.init.{function.text}", filled, **given)))
    return written


def _test(rules: list[_Rule], ops: Ops) -> ast.expr:
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
    selected: list[_Module],
    network: Network,
    program: Program,
) -> list[ast.stmt]:
    tensor, function, arguments = fill
    owners = [module for module in selected if tensor.text in module.tensors]
    if not owners:
        return []
    given = _given(function, arguments, owners[0].op, dotted("module"), network, program)
    optional = any((type(o.op).__name__, tensor.text) in _OPTIONAL for o in owners)
    held = dotted(f"module.{tensor.text}")
    filled = ast.Expr(call(f"nn.init.{function.text}", held, **given))
    if len(owners) < len(selected) or optional:
        return [when(ast.Compare(held, [ast.IsNot()], [literal(None)]), [filled])]
    return [filled]


def _given(
    function: Name,
    arguments: Sequence[tuple[Name, Given]],
    op: Op,
    owner: ast.expr,
    network: Network,
    program: Program,
) -> dict[str, ast.expr]:
    """Return the arguments of a function of `torch.nn.init` that are not its defaults."""
    defaults = {n: held.default for n, held in FUNCTIONS[function.text].arguments.items()}
    return {
        name.text: _value(given, op, owner, network, program)
        for name, given in arguments
        if given.formula is not None or given.value != defaults[name.text]
    }


def _value(given: Given, op: Op, owner: ast.expr, network: Network, program: Program) -> ast.expr:
    if given.formula is None:
        return literal(given.value)
    fields = set(type(op).model_fields)
    constants = {name: expressions.constant(value) for name, value in network.vars.items()}
    formula = expressions.substitute(
        given.formula, {n: f for n, f in constants.items() if n not in fields}
    )
    return fields_as_attributes(python_of(formula), fields, owner)
