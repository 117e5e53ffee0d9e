"""The rules under `init`, applied to the nodes they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from archspec.errors import Diagnostic, Diagnostics, did_you_mean, fail
from archspec.expressions import Value, shown_value
from archspec.network import (
    Absent,
    Body,
    Child,
    Decision,
    Fill,
    Leaf,
    Loop,
    of_any_number,
    renumbered,
    walk,
)
from archspec.ops import Form, Op, Ops, Tensor
from archspec.resolve.scope import Scope, of_values
from archspec.resolve.shapes_across_scopes import name_formula
from archspec.schema.functions import FUNCTIONS
from archspec.spec import Given, InitRule, Name, read_names
from archspec.traced import untraced


def with_fills(root: Body, rules: tuple[InitRule, ...], ops: Ops, scope: Scope, file: str) -> Body:
    """Return the tree with what each body fills; the first rule that names a module has it.

    Args:
        root: the tree.
        rules: the rules, in their order.
        ops: the ops that the spec may use.
        scope: the vars.
        file: the spec's own, where rules may be those of what it extends.

    Raises:
        SpecError: for a rule that names no module, or no tensor of its modules; code G340; for an
            argument that its function does not take; code G315; or a tensor that it does not
            fill; code G341.
    """
    if not rules:
        return root
    found = Diagnostics()
    for block in {rule.within.text: rule.within for rule in rules if rule.within}.values():
        inner = tuple(rule for rule in rules if rule.within and rule.within.text == block.text)
        bodies = [body for body in _bodies(root) if body.block and body.block.name == block.text]
        for body in bodies:
            _check_selectors(body, inner, ops, file, found)
        fills = {body.path: _body_fills(body, inner, ops, scope, found) for body in bodies}
        root = replace(root, children=_filled(root.children, fills))
    outer = tuple(rule for rule in rules if rule.within is None)
    _check_selectors(root, outer, ops, file, found)
    outer_fills = _body_fills(root, outer, ops, scope, found)
    found.raise_any()
    return replace(root, fills=outer_fills)


def _bodies(root: Body) -> Iterator[Body]:
    return (node for node in walk(root) if isinstance(node, Body))


def modules(body: Body) -> Iterator[tuple[str, Op]]:
    """Yield path and op of every module below a body that a rule can name, each once."""
    for node in walk(body):
        if isinstance(node, Leaf) and not node.reuses and node.op.form is not Form.TENSOR:
            yield node.path, node.op
            yield from ((f"{node.path}.{name}", op) for name, op in node.op.modules())


def follows(rule: InitRule, ops: Ops, body: Body, path: str, op: Op) -> bool:
    """Tell whether a rule names a module below a body: by its op, or by its path from there."""
    kind = ops.get(rule.selector.text)
    return isinstance(op, kind) if kind else rule.selector.text == below(body, path)


def belongs(rule: InitRule, body: Body) -> bool:
    """Tell whether a rule is followed where a body is built."""
    if rule.within is None:
        return not body.path
    return body.block is not None and body.block.name == rule.within.text


def below(body: Body, path: str) -> str:
    """Return a path as it is seen from a body."""
    return path.removeprefix(f"{body.path}.") if body.path else path


def _check_selectors(
    body: Body, rules: tuple[InitRule, ...], ops: Ops, file: str, found: Diagnostics
) -> None:
    paths = [below(body, path) for path, _ in modules(body)]
    absent = tuple(_absent(body.children, ""))
    for rule in rules:
        selector = rule.selector
        # A rule for what an `if` has left out has nothing to do; one for what never was is wrong.
        known = selector.text in ops or selector.text in paths
        if not known and not f"{selector.text}.".startswith(absent):
            help = did_you_mean(selector.text, [*ops, *paths])
            if selector.span.source.name != file:  # it was right before this spec changed the nodes
                help = f"a rule of the base: write `init` in {file} too, without it"
            message = f"`{selector.text}` is neither an op nor the path of a node"
            found.add(Diagnostic("G340", message, selector.span, help=help))


def _body_fills(
    body: Body, rules: tuple[InitRule, ...], ops: Ops, scope: Scope, found: Diagnostics
) -> dict[str, tuple[Fill, ...]]:
    fills = {}
    for path, op in modules(body):
        rule = next((rule for rule in rules if follows(rule, ops, body, path, op)), None)
        if rule is not None:
            fills[path] = _fills(path, op, rule, scope, found)
    return fills


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


def _fills(path: str, op: Op, rule: InitRule, scope: Scope, found: Diagnostics) -> tuple[Fill, ...]:
    """Return what one rule does to one module; an op's fields are names in the rule."""
    values = {**scope.values, **_fields(op)}
    inner = replace(of_values(values), trail=scope.trail)
    owned = {tensor.name: tensor for tensor in op.tensors()}
    fills = []
    for name, function, arguments in rule.fills:
        with found.collect(path):
            if name.text in owned:
                _check_filled(name, function, owned[name.text], op)
                taken = _arguments(function, arguments, owned[name.text], inner)
                fills.append(
                    Fill(tensor=name.text, function=function.text, arguments=taken, rule=rule)
                )
            elif name.text not in ("weight", "bias"):
                message = f"`{type(op).__name__}` has no tensor `{name.text}`"
                raise fail("G340", message, name.span, help=did_you_mean(name.text, owned))
    return tuple(fills)


def _fields(op: Op) -> dict[str, Value]:
    """Return the fields of an op that are names in a rule for it."""
    fields = {name: untraced(value) for name, value in op.attributes().items()}
    return {name: value for name, value in fields.items() if value is not None}


def filling(root: Body, scope: Scope) -> dict[str, Decision]:
    """Return the open vars that decide what tensors are filled with, where fields do not hide them.

    Args:
        root: the tree, with what each body fills.
        scope: the vars, and the sizes that enter.
    """
    ops = dict(modules(root))
    found: dict[str, Decision] = {}
    for body in (root, *_bodies(root)):
        for path, fills in body.fills.items():
            for rule in {id(fill.rule): fill.rule for fill in fills}.values():
                for given in (g for _, _, arguments in rule.fills for _, g in arguments):
                    read = map(name_formula, read_names(given) - _fields(ops[path]).keys())
                    decision = Decision("what tensors are filled with", given.span)
                    found |= dict.fromkeys(sorted(scope.origin(*read)), decision)
    return found


def told_apart(root: Body, ops: Ops) -> dict[str, Decision]:
    """Return the open vars that say whether a module is there that a rule names by its path."""
    found: dict[str, Decision] = {}
    for body in (root, *_bodies(root)):
        named = {
            path for path, fills in body.fills.items() for f in fills
            if f.rule.selector.text not in ops
        }  # fmt: skip
        counted = [*of_any_number(body.children)] if named else []
        for inner in (body, *(n for n in walk(body) if isinstance(n, Body))) if named else ():
            counted += renumbered(inner)
        for node, says in counted:
            if any(f"{path}.".startswith(f"{node.path}.") for path in named):
                found |= says
    return found


def _check_filled(name: Name, function: Name, tensor: Tensor, op: Op) -> None:
    """Check that a function of `torch.nn.init` fills such a tensor.

    Raises:
        SpecError: when it does not; code G341.
    """
    label = type(op).__name__
    module, _, last = tensor.name.rpartition(".")
    if module:
        message = f"`{tensor.name}` is a tensor of a module within `{label}`"
        inner = next((type(held).__name__ for path, held in op.modules() if path == module), "")
        help = f"`{{{inner}: {{{last}: …}}}}` fills it, or a rule for the path of `{module}`"
        raise fail("G341", message, name.span, help=help if inner else "")
    if tensor.counts:
        message = f"`{tensor.name}` of `{label}` holds integers, which no rule fills"
        raise fail("G341", message, name.span)
    rank = len(tensor.shape)
    if not FUNCTIONS[function.text].fills(rank):
        message = f"`{function.text}` fills tensors of {FUNCTIONS[function.text].dimensions()}"
        message += f", and `{tensor.name}` of `{label}` has {rank}"
        others = [f"`{name}`" for name, other in FUNCTIONS.items() if other.fills(rank)]
        help = "" if rank > 1 else f"{', '.join(others)} fill any tensor"
        raise fail("G341", message, function.span, help=help)


def _arguments(
    function: Name, arguments: tuple[tuple[Name, Given], ...], tensor: Tensor, scope: Scope
) -> dict[str, Value]:
    """Return the arguments of a function of `torch.nn.init`.

    Raises:
        SpecError: when one is not of the kind that the function takes; code G315.
    """
    known = FUNCTIONS[function.text]
    places = {name.text: given.span for name, given in arguments}
    values = {
        name.text: _argument(name.text, function.text, given, scope) for name, given in arguments
    }
    whole: dict[str, Any] = {name: argument.default for name, argument in known.arguments.items()}
    whole |= values
    for low, high in pairwise(known.rising):
        if whole[low] > whole[high]:
            message = f"`{low}` of `{function.text}` is at most `{high}`"
            message += f", and {shown_value(whole[low])} is more than {shown_value(whole[high])}"
            raise fail("G315", message, places.get(low) or places.get(high))
    if known.divisor and tensor.shape[0] % whole[known.divisor]:
        message = f"{whole[known.divisor]} groups do not divide the {int(tensor.shape[0])}"
        message += f" of `{tensor.name}`"
        raise fail("G315", message, places[known.divisor])
    return values


def _argument(name: str, function: str, given: Given, scope: Scope) -> Value:
    """Return one argument."""
    value, _ = scope.compute(given)
    argument = FUNCTIONS[function].arguments[name]
    if needed := argument.needed(value):
        message = f"`{name}` of `{function}` is {needed}, not {shown_value(value)}"
        help = did_you_mean(value, argument.words) if isinstance(value, str) else ""
        raise fail("G315", message, given.span, help=help)
    return value


def _filled(
    children: tuple[Child, ...], fills: Mapping[str, Mapping[str, tuple[Fill, ...]]]
) -> tuple[Child, ...]:
    """Return children where the bodies at some paths have something to fill."""
    done: list[Child] = []
    for child in children:
        if isinstance(child, Body):
            own = fills.get(child.path, child.fills)
            done.append(replace(child, children=_filled(child.children, fills), fills=own))
        elif isinstance(child, Loop):
            turns = tuple(
                replace(turn, children=_filled(turn.children, fills)) for turn in child.turns
            )
            done.append(replace(child, turns=turns))
        else:
            done.append(child)
    return tuple(done)
