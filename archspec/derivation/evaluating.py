"""Values in the constructors of emitted source: numbers, lists, classes, and modules among them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, Final

from archspec.expressions import FUNCTIONS, ExpressionError, evaluate


class Untold(Exception):
    """A constructor does what is not followed here."""


UNKNOWN: Final = object()
"""A value that nobody needs to know: a tensor, or what is made of another such value."""

_LISTING: Final = ("tuple", "list", "OrderedDict")
_WALKING: Final = {"enumerate": enumerate, "zip": zip, "range": range}


def fills_alone(node: ast.stmt) -> bool:
    """Tell whether a statement fills tensors, under whatever condition, and makes nothing."""
    if isinstance(node, ast.If):
        return all(map(fills_alone, [*node.body, *node.orelse]))
    return isinstance(node, ast.Expr) and ast.unparse(node).startswith("nn.init.")


def assigned(target: ast.expr, value: Any) -> dict[str, Any]:
    """Return what names are when a value is assigned to a target."""
    if isinstance(target, ast.Name):
        return {target.id: value}
    if not isinstance(target, ast.Tuple):
        raise Untold
    if not isinstance(value, tuple | list) or len(value) != len(target.elts):
        raise Untold
    found: dict[str, Any] = {}
    for part, item in zip(target.elts, value, strict=True):
        found |= assigned(part, item)
    return found


class Evaluator:
    """Computes expressions; a lone one reads no names.

    A list that is filled is a list, one that is written out a tuple.
    """

    def __init__(self, names: dict[str, Any] | None = None) -> None:
        self.names: dict[str, Any] = names if names is not None else {}

    def call(self, node: ast.Call) -> Any:
        """Return what a call that is no arithmetic gives."""
        return UNKNOWN

    def attribute(self, node: ast.Attribute) -> Any:
        """Return an attribute."""
        return ast.unparse(node)

    def value(self, node: ast.expr) -> Any:
        """Return the value of an expression, UNKNOWN where that is not followed."""
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return self.names.get(node.id, UNKNOWN)
            case ast.Attribute():
                return self.attribute(node)
            case ast.List():
                return [*self.spread(node.elts)]
            case ast.Tuple():
                return tuple(self.spread(node.elts))
            case ast.GeneratorExp() | ast.ListComp():
                return [*self.turns(node)]
            case ast.JoinedStr():
                return self._joined(node)
            case ast.IfExp():
                test = self.value(node.test)
                if not isinstance(test, bool):
                    return UNKNOWN
                return self.value(node.body if test else node.orelse)
            case ast.Call():
                return self._called(node)
            case ast.Compare(ops=[ast.Is() | ast.IsNot() as same]):
                return self._same(node, isinstance(same, ast.IsNot))
        return self._computed(node)

    def given(self, node: ast.Call) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments of a call."""
        named = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                raise Untold
            named[keyword.arg] = self.value(keyword.value)
        return [*self.spread(node.args)], named

    def spread(self, nodes: list[ast.expr]) -> Iterator[Any]:
        """Yield the values of entries, those with a star one by one."""
        for node in nodes:
            if isinstance(node, ast.Starred):
                yield from self.items(node.value)
            else:
                yield self.value(node)

    def items(self, node: ast.expr) -> list[Any]:
        """Return the entries of a list, of any kind."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            walk = _WALKING.get(node.func.id)
            if walk is not None:
                inner = self._walked(node)
                return [*walk(*inner)]
        value = self.value(node)
        if not isinstance(value, tuple | list):
            raise Untold
        return [*value]

    def _walked(self, node: ast.Call) -> list[Any]:
        """Return the arguments of `range`, numbers, or of `enumerate` and `zip`, lists."""
        assert isinstance(node.func, ast.Name)
        if node.func.id != "range":
            start = [self.value(k.value) for k in node.keywords if k.arg == "start"]
            lists = node.args[:1] if node.func.id == "enumerate" else node.args
            numbers = [self.value(part) for part in node.args[len(lists) :]] + start
            return [*map(self.items, lists), *numbers]
        bounds = [self.value(part) for part in node.args]
        if not all(type(bound) is int for bound in bounds):
            raise Untold
        return bounds

    def turns(self, node: ast.GeneratorExp | ast.ListComp) -> Iterator[Any]:
        """Yield what each turn of a comprehension gives."""
        yield from self._turns(node, 0)

    def _turns(self, node: ast.GeneratorExp | ast.ListComp, depth: int) -> Iterator[Any]:
        if depth == len(node.generators):
            yield self.value(node.elt)
            return
        loop, before = node.generators[depth], self.names
        for item in self.items(loop.iter):
            self.names = {**before, **assigned(loop.target, item)}
            tests = [self.value(test) for test in loop.ifs]
            if not all(isinstance(test, bool) for test in tests):
                raise Untold
            if all(tests):
                yield from self._turns(node, depth + 1)
        self.names = before

    def _joined(self, node: ast.JoinedStr) -> Any:
        parts = [
            self.value(part.value if isinstance(part, ast.FormattedValue) else part)
            for part in node.values
        ]
        return UNKNOWN if UNKNOWN in parts else "".join(map(str, parts))

    def _same(self, node: ast.Compare, negated: bool) -> Any:
        """Return whether two classes are one, or a value is None."""
        left, right = self.value(node.left), self.value(node.comparators[0])
        if UNKNOWN in (left, right):
            return UNKNOWN
        return (left == right) is not negated

    def _called(self, node: ast.Call) -> Any:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "OrderedDict":
            given, named = self.given(node)
            return {**dict(given[0] if given else ()), **named}
        if name in _LISTING and len(node.args) == 1:
            return self.items(node.args[0]) if name == "list" else tuple(self.items(node.args[0]))
        if name in _WALKING:
            return tuple(self.items(node))
        if name.lstrip("_") in FUNCTIONS or ast.unparse(node.func).startswith("math."):
            return self._computed(node)
        return self.call(node)

    def _computed(self, node: ast.expr) -> Any:
        """Return what arithmetic gives, as the language behind `=` computes it."""
        parts: dict[str, Any] = {}
        tree = _Leaves(self, parts).visit(node)
        if any(part is UNKNOWN for part in parts.values()):
            return UNKNOWN
        plain = {name: tuple(p) if isinstance(p, list) else p for name, p in parts.items()}
        try:
            return evaluate(ast.fix_missing_locations(tree), plain)
        except (ExpressionError, KeyError, ValueError, TypeError):
            return UNKNOWN


class _Leaves(ast.NodeTransformer):
    """Puts names in place of all that is no operator, and tells what the names are."""

    def __init__(self, evaluator: Evaluator, parts: dict[str, Any]) -> None:
        self.evaluator, self.parts = evaluator, parts

    def visit(self, node: ast.AST) -> Any:
        """Return a copy: an operator of copies, or a name for a value."""
        match node:
            case ast.BinOp():
                return ast.BinOp(self.visit(node.left), node.op, self.visit(node.right))
            case ast.UnaryOp():
                return ast.UnaryOp(node.op, self.visit(node.operand))
            case ast.BoolOp():
                return ast.BoolOp(node.op, [self.visit(part) for part in node.values])
            case ast.Compare():
                others = [self.visit(part) for part in node.comparators]
                return ast.Compare(self.visit(node.left), node.ops, others)
            case ast.Subscript():
                return ast.Subscript(self.visit(node.value), self.visit(node.slice), ast.Load())
            case ast.Slice():
                bounds = (node.lower, node.upper, node.step)
                return ast.Slice(*(None if part is None else self.visit(part) for part in bounds))
            case ast.Call() if (name := _function(node.func)) in FUNCTIONS:
                arguments = [self.visit(argument) for argument in node.args]
                return ast.Call(ast.Name(name, ast.Load()), arguments, [])
        name = f"part{len(self.parts)}"
        self.parts[name] = self.evaluator.value(node) if isinstance(node, ast.expr) else UNKNOWN
        return ast.Name(name, ast.Load())


def _function(called: ast.expr) -> str:
    """Return which function of the language a call is of: `math.ceil` is its `ceil`."""
    return ast.unparse(called).removeprefix("math.").lstrip("_")
