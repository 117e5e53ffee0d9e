"""Tensors that rules fill by the names of their modules: a statement each, and no loop."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from archspec import expressions
from archspec.codegen.python.formulas import class_tree, fields_as_attributes, python_of
from archspec.codegen.python.trees import attribute_of, call, literal, when
from archspec.codegen.uses.children import attribute
from archspec.network import Body, Leaf, Network, walk
from archspec.ops import Op, is_builtin
from archspec.resolve.initialisation import below, modules
from archspec.schema.functions import FUNCTIONS
from archspec.spec import Given, InitRule, Name

OPTIONAL: Final = {(f"{op}{n}d", "bias") for op in ("Conv", "ConvTranspose") for n in (1, 2, 3)}
"""Tensors that torch declares as optional, so that a type checker wants them asked for."""


@dataclass(frozen=True, slots=True)
class Module:
    """A module that a rule fills: its path below the class, its op, the tensors filled."""

    path: str
    op: Op
    tensors: frozenset[str]


Rule = tuple[InitRule, list[Module]]
"""A rule and the modules that it fills."""


def by_name(chosen: Sequence[Rule], body: Body, network: Network) -> list[ast.stmt]:
    """Return a statement for each tensor, in the order in which the live module fills them.

    Args:
        chosen: the rules, each with the one module below a use that it names.
        body: one of the uses.
        network: the network.
    """
    order = [below(body, path) for path, _ in modules(body)]
    known = {below(body, node.path): node for node in walk(body) if isinstance(node, Leaf)}
    written: list[ast.stmt] = []
    rules = sorted(chosen, key=lambda pair: order.index(pair[1][0].path))
    for path, group in groupby(rules, key=lambda pair: pair[1][0].path):
        written += _filled([*group], known[path], body, network)
    return written


def _filled(rules: Sequence[Rule], leaf: Leaf, body: Body, network: Network) -> list[ast.stmt]:
    """Return the statements that fill the tensors of one module.

    A type checker knows the class of the class's own children; that of others is asked.
    """
    module = rules[0][1][0]
    owner = attribute(module.path)
    plain = _is_plain(module.path, leaf, body)
    made: list[ast.stmt] = []
    for rule, _ in rules:
        for tensor, function, arguments in rule.fills:
            if tensor.text not in module.tensors:
                continue
            held: ast.expr = attribute_of(owner, tensor.text)
            if not plain:
                held = call("self.get_parameter", literal(f"{module.path}.{tensor.text}"))
            more = given(function, arguments, module.op, owner, network)
            filled = ast.Expr(call(f"nn.init.{function.text}", held, **more))
            optional = plain and (leaf.label, tensor.text) in OPTIONAL
            made.append(when(_is_there(held), [filled]) if optional else filled)
    own = any(node.name == module.path and node.condition is None for node in body.nodes)
    if own or not plain:
        return made
    return _where(call("isinstance", owner, class_tree(type(module.op))), made)


def _is_plain(path: str, leaf: Leaf, body: Body) -> bool:
    """Tell whether a module is one of PyTorch's, in a place that a type checker follows.

    It follows names, and one number where the class's own child is a chain.
    """
    first, *others = path.split(".")
    chains = {n.name for n in body.nodes if isinstance(n, Body) and n.numbered and not n.condition}
    if first in chains and others[0].isdigit():
        others = others[1:]
    named = all(part.isidentifier() for part in (first, *others))
    return leaf.callee is None and is_builtin(type(leaf.op)) and named


def _is_there(held: ast.expr) -> ast.expr:
    return ast.Compare(held, [ast.IsNot()], [literal(None)])


def _where(test: ast.expr, made: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return statements under a condition; a single one that has its own is under both."""
    if len(made) == 1 and isinstance(made[0], ast.If):
        return [when(ast.BoolOp(ast.And(), [test, made[0].test]), made[0].body)]
    return [when(test, made)]


def given(
    function: Name,
    arguments: Sequence[tuple[Name, Given]],
    op: Op,
    owner: ast.expr,
    network: Network,
) -> dict[str, ast.expr]:
    """Return the arguments of a function of `torch.nn.init` that are not its defaults."""
    defaults = {n: held.default for n, held in FUNCTIONS[function.text].arguments.items()}
    return {
        name.text: _value(given, op, owner, network)
        for name, given in arguments
        if given.formula is not None or given.value != defaults[name.text]
    }


def _value(given: Given, op: Op, owner: ast.expr, network: Network) -> ast.expr:
    if given.formula is None:
        return literal(given.value)
    fields = set(type(op).model_fields)
    constants = {name: expressions.constant(value) for name, value in network.vars.items()}
    formula = expressions.substitute(
        given.formula, {n: f for n, f in constants.items() if n not in fields}
    )
    return fields_as_attributes(python_of(formula), fields, owner)
