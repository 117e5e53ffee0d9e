"""The loop that fills tensors after construction, as the spec's `init` rules say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    owner: str = "self",
    indent: int = 2,
) -> list[str]:
    """Return the lines of a class's loop; none when no rule has anything to fill.

    Where every rule names a module, there is a line for each tensor and no loop.

    Args:
        bodies: the uses that the class stands for; the root for the network's own.
        network: the network.
        program: the file that is written.
        owner: the variable that holds the module.
        indent: levels of indentation.
    """
    margin = "    " * indent
    chosen = [*_chosen(bodies, network)]
    if owner == "self" and _name_all(chosen, bodies, network.ops):
        return _by_name(chosen, bodies, network, program, indent)
    cases = _cases(chosen, network, program, indent)
    if not cases:
        return []
    by_path = any(rule.selector.text not in network.ops for rule, _ in chosen)
    target, source = ("name, module", "named_modules") if by_path else ("module", "modules")
    written = [f"{margin}for {target} in {owner}.{source}():"]
    for index, (body, rules) in enumerate(cases.items()):
        written += [
            f"{margin}    {'elif' if index else 'if'} {_test(rules, network.ops)}:",
            *body[:-1],
        ]
    return written


def _cases(
    chosen: Sequence[_Rule], network: Network, program: Program, indent: int
) -> dict[tuple[str, ...], list[_Rule]]:
    """Return the rules by the lines that fill; the last of a key is the path of a single module."""
    cases: dict[tuple[str, ...], list[_Rule]] = {}
    for rule, selected in chosen:
        filled = [
            line
            for fill in rule.fills
            for line in _fill(fill, selected, network, program, indent + 2)
        ]
        named = rule.selector.text not in network.ops
        key = (*filled, rule.selector.text if named else "")
        cases.setdefault(key, []).append((rule, selected))
    return cases


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
    chosen: Sequence[_Rule],
    bodies: Sequence[Body],
    network: Network,
    program: Program,
    indent: int,
) -> list[str]:
    """Return a line for each tensor, in the order in which the live module fills them."""
    order = [below(bodies[0], path) for path, _ in modules(bodies[0])]
    written = []
    for rule, (module, *_) in sorted(chosen, key=lambda pair: order.index(pair[1][0].path)):
        for tensor, function, arguments in rule.fills:
            if tensor.text in module.tensors:
                filled = Argument(f'self.get_parameter("{module.path}.{tensor.text}")')
                owner = f"self.{module.path}"
                given = _given(function, arguments, module.op, owner, network, program)
                call = Call(f"nn.init.{function.text}", (filled, *given))
                written += lines(call, indent)
    return written


def _test(rules: list[_Rule], ops: Ops) -> str:
    kinds = " | ".join(
        module_class(ops.get(rule.selector.text, type(selected[0].op))) for rule, selected in rules
    )
    test = f"isinstance(module, {kinds})"
    paths = [rule.selector.text for rule, _ in rules if rule.selector.text not in ops]
    # The type is asked as well, so that a reader and a type checker know what `module` is.
    return f"name == {literal(paths[0])} and {test}" if paths else test


def _fill(
    fill: tuple[Name, Name, tuple[tuple[Name, Given], ...]],
    selected: list[_Module],
    network: Network,
    program: Program,
    indent: int,
) -> list[str]:
    tensor, function, arguments = fill
    owners = [module for module in selected if tensor.text in module.tensors]
    if not owners:
        return []
    given = _given(function, arguments, owners[0].op, "module", network, program)
    optional = any((type(o.op).__name__, tensor.text) in _OPTIONAL for o in owners)
    filled = Argument(f"module.{tensor.text}")
    call = Call(f"nn.init.{function.text}", (filled, *given))
    if len(owners) < len(selected) or optional:
        test = f"{'    ' * indent}if module.{tensor.text} is not None:"
        return [test, *lines(call, indent + 1)]
    return lines(call, indent)


def _given(
    function: Name,
    arguments: Sequence[tuple[Name, Given]],
    op: Op,
    owner: str,
    network: Network,
    program: Program,
) -> list[Argument]:
    """Return the arguments of a function of `torch.nn.init` that are not its defaults."""
    defaults = {n: held.default for n, held in FUNCTIONS[function.text].arguments.items()}
    return [
        Argument(_value(given, op, owner, network, program), f"{name.text}=")
        for name, given in arguments
        if given.formula is not None or given.value != defaults[name.text]
    ]


def _value(given: Given, op: Op, owner: str, network: Network, program: Program) -> str:
    if given.formula is None:
        return literal(given.value)
    fields = set(type(op).model_fields)
    constants = {name: expressions.constant(value) for name, value in network.vars.items()}
    formula = expressions.substitute(
        given.formula, {n: f for n, f in constants.items() if n not in fields}
    )
    program.functions |= functions_used(formula)
    return formula_text(fields_as_attributes(formula, fields, owner))
