"""What the constructors of emitted source make, found by following them; nothing is run.

The statements and calls are those that codegen writes. Of a constructor that holds any other, or
turns on what is not known here, nothing is said at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from archspec.derivation.evaluating import UNKNOWN, Evaluator, Untold, assigned, fills_alone

_SEQUENTIAL: Final = ("nn.Sequential", "nn.ModuleList")
_MODULES: Final = ("nn.Module", *_SEQUENTIAL)
_FILLING: Final = ("modules", "named_modules")
"""Methods over whose modules a loop fills tensors, and makes none."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call in the text: the class or function that holds it, and its lines."""

    within: str
    line: int
    end_line: int


@dataclass(slots=True, eq=False)
class Made:
    """A module, or a tensor, as a constructor makes it.

    Attributes:
        calls: that made it, from the constructor around inwards through functions.
        defined: its class, where the text defines that.
        children: by name.
        values: attributes that are no modules.
        is_told: whether all its children are known.
    """

    calls: tuple[Call, ...]
    defined: ast.ClassDef | None = None
    children: dict[str, Made] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    is_told: bool = True

    def add(self, items: Any) -> None:
        """Take what stands in the brackets of `nn.Sequential` as children."""
        if not isinstance(items, Mapping):
            items = {str(i): item for i, item in enumerate(items)}
        for name, item in items.items():
            if not isinstance(item, Made):
                raise Untold
            self.children[name] = item


def network_of(source: str, name: str) -> Made:
    """Return what the class of a network makes of itself with its defaults."""
    tree = ast.parse(source)
    definitions = {
        node.name: node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    network = definitions[name]
    assert isinstance(network, ast.ClassDef)
    made = Made((Call(name, network.lineno, network.lineno),), network)
    _Constructors(definitions).construct(made, network, (), {})
    return made


@dataclass(frozen=True, slots=True)
class _Constructors:
    """The classes and functions of one text."""

    definitions: Mapping[str, ast.ClassDef | ast.FunctionDef]

    def construct(
        self, made: Made, kind: ast.ClassDef, given: Sequence[Any], named: Mapping[str, Any]
    ) -> None:
        """Follow the constructor of a class; where that cannot be, the module is not told."""
        found = [part for part in kind.body if isinstance(part, ast.FunctionDef)]
        init = next((part for part in found if part.name == "__init__"), None)
        bases = [ast.unparse(base) for base in kind.bases]
        try:
            if init is None or not bases or bases[0] not in _MODULES:
                raise Untold  # a layer of PyTorch's that has another method: no node is in it
            names = _bound(init.args, given, named, skip=1)
            _Body(self, f"{kind.name}.__init__", names, made).run(init.body)
        except Untold:
            made.children, made.is_told = {}, False

    def call(self, caller: _Body, node: ast.Call) -> Any:
        """Return what a call of a class or function gives; UNKNOWN for what makes no module."""
        stack = (*caller.stack, Call(caller.within, node.lineno, node.end_lineno or node.lineno))
        kind = self._called(caller, node.func)
        if isinstance(kind, str):
            if not kind.startswith("nn.") or kind.startswith("nn.init."):
                return UNKNOWN
            made = Made(stack)
            if kind in _SEQUENTIAL:
                given, _ = caller.given(node)
                _fill(made, given)
            return made
        given, named = caller.given(node)
        if isinstance(kind, ast.FunctionDef):
            names = _bound(kind.args, given, named)
            return _Body(self, kind.name, names, None, stack).run(kind.body)
        made = Made(stack, kind)
        self.construct(made, kind, given, named)
        return made

    def _called(self, caller: _Body, called: ast.expr) -> str | ast.ClassDef | ast.FunctionDef:
        """Return the definition that a call names, or the dotted name itself."""
        if isinstance(called, ast.Name):
            known = caller.names.get(called.id)
            if isinstance(known, str | ast.ClassDef):
                return known  # a class that came as an argument
            return self.definitions.get(called.id, called.id)
        return ast.unparse(called)


def _fill(made: Made, given: Sequence[Any]) -> None:
    """Give `nn.Sequential` its children: entries, or one mapping or list of them."""
    one = given[0] if len(given) == 1 and isinstance(given[0], dict | list) else given
    made.add(one)


def _bound(
    arguments: ast.arguments, given: Sequence[Any], named: Mapping[str, Any], skip: int = 0
) -> dict[str, Any]:
    """Return the parameters of a function by name."""
    parameters = [part.arg for part in arguments.args][skip:]
    defaults = arguments.defaults
    known = {
        name: Evaluator().value(default)
        for name, default in zip(
            parameters[len(parameters) - len(defaults) :], defaults, strict=True
        )
    }
    if len(given) > len(parameters) or arguments.vararg or arguments.kwonlyargs:
        raise Untold
    known |= zip(parameters, given, strict=False)
    known |= named
    if known.keys() != set(parameters):
        raise Untold
    return known


class _Body(Evaluator):
    """The statements of one constructor or function, followed in their order."""

    def __init__(
        self,
        constructors: _Constructors,
        within: str,
        names: dict[str, Any],
        made: Made | None,
        stack: tuple[Call, ...] = (),
    ) -> None:
        super().__init__(names)
        self.constructors, self.within, self.made, self.stack = constructors, within, made, stack

    def call(self, node: ast.Call) -> Any:
        """Return what a call that is no arithmetic gives."""
        return self.constructors.call(self, node)

    def attribute(self, node: ast.Attribute) -> Any:
        """Return an attribute of the module, or a class of PyTorch's by its dotted name."""
        owner = node.value
        if isinstance(owner, ast.Name) and owner.id == "self" and self.made is not None:
            held = {**self.made.values, **self.made.children}
            return held.get(node.attr, UNKNOWN)
        dotted = ast.unparse(node)
        return dotted if dotted.startswith("nn.") else UNKNOWN

    def run(self, statements: Sequence[ast.stmt]) -> Any:
        """Follow statements; return what `return` gives."""
        for statement in statements:
            if isinstance(statement, ast.Return):
                return UNKNOWN if statement.value is None else self.value(statement.value)
            self._statement(statement)
        return None

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.If):
            self._if(node)
        elif isinstance(node, ast.For):
            self._for(node)
        elif isinstance(node, ast.Expr):
            self._expression(node.value)
        elif isinstance(node, ast.AugAssign):
            self._extend(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if len(targets) != 1 or node.value is None:
                raise Untold
            self._assign(targets[0], self.value(node.value))
        else:
            raise Untold

    def _if(self, node: ast.If) -> None:
        if all(isinstance(inner, ast.Raise) for inner in node.body) and not node.orelse:
            return  # the network is there, so nothing was raised
        if fills_alone(node):
            return
        test = self.value(node.test)
        if not isinstance(test, bool):
            raise Untold
        self._block(node.body if test else node.orelse)

    def _for(self, node: ast.For) -> None:
        over = node.iter.func if isinstance(node.iter, ast.Call) else None
        if isinstance(over, ast.Attribute) and over.attr in _FILLING:
            return
        for item in self.items(node.iter):
            self.names |= assigned(node.target, item)
            self._block(node.body)

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _assign(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name | ast.Tuple):
            self.names |= assigned(target, value)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            held = self.names.get(target.value.id)
            if not isinstance(held, dict):
                raise Untold
            held[self.value(target.slice)] = value
        elif (
            isinstance(target, ast.Attribute)
            and isinstance(target.value, ast.Name)
            and target.value.id == "self"
            and self.made is not None
        ):
            self._set(target.attr, value)
        else:
            raise Untold

    def _set(self, name: str, value: Any) -> None:
        assert self.made is not None
        if isinstance(value, Made):
            self.made.children.pop(name, None)
            self.made.children[name] = value
        else:
            self.made.values[name] = value

    def _extend(self, node: ast.AugAssign) -> None:
        """Follow `layers += […]`."""
        held = self.value(node.target)
        if isinstance(held, list) and isinstance(node.op, ast.Add):
            held.extend(self.items(node.value))
        elif isinstance(node.target, ast.Name):
            both = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
            self.names[node.target.id] = self.value(ast.copy_location(both, node))
        else:
            raise Untold

    def _expression(self, node: ast.expr) -> None:
        """Follow a call that stands on its own."""
        if isinstance(node, ast.Constant):
            return  # a docstring
        if not isinstance(node, ast.Call):
            raise Untold
        if not isinstance(node.func, ast.Attribute):
            return  # a function that fills tensors
        owner, method = node.func.value, node.func.attr
        if ast.unparse(owner).startswith("nn.init"):
            return
        if isinstance(owner, ast.Call):  # super().__init__(…)
            given, _ = self.given(node)
            if self.made is not None and given:
                _fill(self.made, given)
        elif method in ("append", "extend") and isinstance(owner, ast.Name):
            held = self.value(owner)
            if not isinstance(held, list):
                raise Untold
            added = self.items(node.args[0]) if method == "extend" else [self.value(node.args[0])]
            held.extend(added)
        elif method in ("add_module", "register_parameter"):
            name, value = (self.value(part) for part in node.args)
            self._set(name, value)
        else:
            raise Untold


def children(made: Made, names: Sequence[str]) -> Iterator[Made | None]:
    """Yield the modules on the way along some names; None where there is none."""
    here: Made | None = made
    for name in names:
        here = here.children.get(name) if here is not None else None
        yield here
