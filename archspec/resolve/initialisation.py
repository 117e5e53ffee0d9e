"""The rules under `init`, applied to the nodes they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from archspec.errors import Diagnostic, Diagnostics, did_you_mean, fail
from archspec.expressions import Value, shown_value
from archspec.network import Absent, Body, Child, Fill, Leaf, Loop, walk
from archspec.ops import Form, Op, Ops
from archspec.resolve.scope import Scope
from archspec.schema.initialisation import WORDS
from archspec.spec import Given, InitRule
from archspec.traced import untraced


def with_fills(root: Body, rules: tuple[InitRule, ...], ops: Ops, scope: Scope) -> Body:
    """Return the tree with what each body fills; the first rule that names a module has it.

    Raises:
        SpecError: for a rule that names no module, or no tensor of its modules; code G340;
            or an argument that its function does not take; code G315.
    """
    if not rules:
        return root
    for block in {rule.within.text: rule.within for rule in rules if rule.within}.values():
        inner = tuple(rule for rule in rules if rule.within and rule.within.text == block.text)
        bodies = [body for body in _bodies(root) if body.block and body.block.name == block.text]
        for body in bodies:
            _check_selectors(body, inner, ops)
        fills = {body.path: _body_fills(body, inner, ops, scope) for body in bodies}
        root = replace(root, children=_filled(root.children, fills))
    outer = tuple(rule for rule in rules if rule.within is None)
    _check_selectors(root, outer, ops)
    return replace(root, fills=_body_fills(root, outer, ops, scope))


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


def below(body: Body, path: str) -> str:
    """Return a path as it is seen from a body."""
    return path.removeprefix(f"{body.path}.") if body.path else path


def _check_selectors(body: Body, rules: tuple[InitRule, ...], ops: Ops) -> None:
    paths = [below(body, path) for path, _ in modules(body)]
    absent = tuple(_absent(body.children, ""))
    found = Diagnostics()
    for rule in rules:
        selector = rule.selector
        # A rule for what an `if` has left out has nothing to do; one for what never was is wrong.
        known = selector.text in ops or selector.text in paths
        if not known and not f"{selector.text}.".startswith(absent):
            help = did_you_mean(selector.text, [*ops, *paths])
            message = f"`{selector.text}` is neither an op nor the path of a node"
            found.add(Diagnostic("G340", message, selector.span, help=help))
    found.raise_any()


def _body_fills(
    body: Body, rules: tuple[InitRule, ...], ops: Ops, scope: Scope
) -> dict[str, tuple[Fill, ...]]:
    found = {}
    for path, op in modules(body):
        rule = next((rule for rule in rules if follows(rule, ops, body, path, op)), None)
        if rule is not None:
            found[path] = _fills(op, rule, scope)
    return found


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


def _fills(op: Op, rule: InitRule, scope: Scope) -> tuple[Fill, ...]:
    """Return what one rule does to one module; an op's fields are names in the rule."""
    fields = {name: untraced(value) for name, value in op.attributes().items()}
    values = {**scope.values, **{k: v for k, v in fields.items() if v is not None}}
    inner = Scope(values, {}, trail=scope.trail)
    owned = {tensor.name for tensor in op.tensors()}
    possible = {"weight", "bias"} | owned
    fills = []
    for tensor, function, arguments in rule.fills:
        if tensor.text not in possible:
            raise fail("G340", f"`{type(op).__name__}` has no tensor `{tensor.text}`", tensor.span)
        if tensor.text in owned:
            values_of = {
                name.text: _argument(name.text, function.text, given, inner)
                for name, given in arguments
            }
            fills.append(Fill(tensor=tensor.text, function=function.text, arguments=values_of))
    return tuple(fills)


def _argument(name: str, function: str, given: Given, scope: Scope) -> Value:
    """Return an argument of a function of `torch.nn.init`.

    Raises:
        SpecError: when it is not of the kind that the function takes; code G315.
    """
    value, _ = scope.compute(given)
    words = WORDS.get(name)
    needed = f"one of {', '.join(words)}" if words else "a number"
    right = value in words if words else isinstance(value, int | float)
    if name == "groups":
        needed, right = "an integer of at least 1", isinstance(value, int) and value >= 1
    if not right or isinstance(value, bool):
        message = f"`{name}` of `{function}` is {needed}, not {shown_value(value)}"
        help = did_you_mean(value, words) if words and isinstance(value, str) else ""
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
