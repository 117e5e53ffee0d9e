"""The loop that fills tensors after construction, as the spec's `init` rules say."""

from __future__ import annotations

from typing import Final

from archspec import expressions
from archspec.codegen.layout import Argument, Call, lines
from archspec.codegen.printing import (
    fields_as_attributes,
    formula_text,
    functions_used,
    literal,
    module_class,
)
from archspec.codegen.program import Program
from archspec.network import Leaf, Network
from archspec.ops import BY_NAME
from archspec.spec import Given, InitRule, Name

_OPTIONAL: Final = {("Conv2d", "bias")}
"""Tensors that torch declares as optional, so that a type checker wants them asked for."""


def initialisation(network: Network, program: Program) -> list[str]:
    """Return the lines of the loop; none when no rule has anything to fill."""
    leaves = [leaf for leaf in network.leaves if not leaf.reuses]
    seen: set[str] = set()
    chosen: list[tuple[InitRule, list[Leaf]]] = []
    for rule in network.init:
        selected = [
            leaf
            for leaf in leaves
            if rule.selector.text in (leaf.path, leaf.label) and leaf.path not in seen
        ]
        seen.update(leaf.path for leaf in selected)
        if any(leaf.fills for leaf in selected):
            chosen.append((rule, selected))
    if not chosen:
        return []
    cases: dict[tuple[str, ...], list[tuple[InitRule, list[Leaf]]]] = {}
    for rule, selected in chosen:
        lines_of = [
            line
            for tensor, function, arguments in rule.fills
            for line in _fill(tensor, function, arguments, selected, network, program)
        ]
        by_op = rule.selector.text in BY_NAME
        key = (*lines_of, "" if by_op else rule.selector.text)
        cases.setdefault(key, []).append((rule, selected))
    by_path = any(rule.selector.text not in BY_NAME for rule, _ in chosen)
    target, source = ("name, module", "named_modules") if by_path else ("module", "modules")
    written = ["", f"        for {target} in self.{source}():"]
    for index, (body, rules) in enumerate(cases.items()):
        written += [f"            {'elif' if index else 'if'} {_test(rules)}:", *body[:-1]]
    return written


def _test(rules: list[tuple[InitRule, list[Leaf]]]) -> str:
    kinds = " | ".join(module_class(selected[0].label) for _, selected in rules)
    test = f"isinstance(module, {kinds})"
    paths = [rule.selector.text for rule, _ in rules if rule.selector.text not in BY_NAME]
    # The type is asked as well, so that a reader and a type checker know what `module` is.
    return f"name == {literal(paths[0])} and {test}" if paths else test


def _fill(
    tensor: Name,
    function: Name,
    arguments: tuple[tuple[Name, Given], ...],
    selected: list[Leaf],
    network: Network,
    program: Program,
) -> list[str]:
    owners = [leaf for leaf in selected if any(f.tensor == tensor.text for f in leaf.fills)]
    if not owners:
        return []
    values = [Argument(f"module.{tensor.text}")]
    for name, given in arguments:
        values.append(Argument(_value(given, owners[0], network, program), f"{name.text}="))
    indent, guard = 4, []
    if len(owners) < len(selected) or any((o.label, tensor.text) in _OPTIONAL for o in owners):
        guard = [f"                if module.{tensor.text} is not None:"]
        indent = 5
    return [*guard, *lines(Call(f"nn.init.{function.text}", tuple(values)), indent)]


def _value(given: Given, leaf: Leaf, network: Network, program: Program) -> str:
    if given.formula is None:
        return literal(given.value)
    fields = set(type(leaf.op).model_fields)
    constants = {name: expressions.constant(value) for name, value in network.vars.items()}
    formula = expressions.substitute(
        given.formula, {n: f for n, f in constants.items() if n not in fields}
    )
    program.functions |= functions_used(formula)
    return formula_text(fields_as_attributes(formula, fields, "module"))
