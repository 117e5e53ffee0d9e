"""The flat form: one class in which every layer stands on a line of its own, under its path.

self.layer1 = cast(Any, nn.ModuleList())
self.layer1.append(nn.Module())
self.layer1[0].conv1 = nn.Conv2d(64, 64, kernel_size=3, padding=1, bias=False)

What is a chain of layers all the way down stays `nn.Sequential`, since that is unrolled already.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archspec.codegen.modules.constructor import Constructor
from archspec.codegen.modules.first_weights import initialisation
from archspec.codegen.modules.protocols import Classes
from archspec.codegen.python.trees import apart, assign, call, dotted, literal
from archspec.codegen.uses.children import Item, attribute, is_own, is_silent
from archspec.codegen.uses.common_formula import View, entered, inside
from archspec.codegen.uses.flat_paths import are_apart, is_deep, is_opened, variable
from archspec.codegen.uses.frame import Frame
from archspec.network import Body, Leaf, Loop


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the children of a body go.

    Attributes:
        body: the body.
        path: what their values are called.
        module: where their modules are; another path where the body is called again.
        inputs: the values that it reads, by the names it has for them.
    """

    body: Body
    path: str
    module: str
    inputs: Mapping[str, str]

    def value(self, name: str) -> str:
        """Return the path of the value that a name of the body means."""
        if name in self.inputs:
            return self.inputs[name]
        node = next(node for node in self.body.nodes if node.name == name)
        return _result(node, _join(self.path, name))


class Unrolled:
    """The entries of a network in the flat form, and its constructor.

    Attributes:
        items: the layers by their paths, in the order in which they run.
        body: the statements of the constructor.
        aliases: what the network's own children stand for.
    """

    def __init__(self, writer: Classes, frame: Frame, scope: View) -> None:
        root = scope.child
        assert isinstance(root, Body)
        self.program = writer.program
        self.constructor = Constructor(writer, frame, lists=False, unrolls=True)
        self.items: list[Item] = []
        self.body: list[ast.stmt] = []
        self._last = self._named = ""
        self._apart = False
        self._part = variable(frame.taken)
        self.aliases = {
            node.name: _result(node, node.name) for node in root.nodes if is_opened(node)
        }
        inputs = {name: name for name in self.program.network.inputs}
        self._children(inside(scope), _Place(root, "", "", inputs))
        order = {path: number for number, path in enumerate(_executed(root, ""))}
        self.items.sort(key=lambda item: order[item.name])

    def _children(self, views: Sequence[View], place: _Place) -> None:
        for view in views:
            if isinstance(view.child, Loop):
                for turn in view.child.turns:
                    self._children(view.turn(turn), place)
            elif isinstance(view.child, Body) and is_opened(view.child):
                self._opened(view, view.child, place)
            elif isinstance(view.child, Leaf | Body):
                self._layer(view, view.child, place)

    def _opened(self, view: View, body: Body, place: _Place) -> None:
        """Write a container, and then its children."""
        module = _join(place.module, body.reuses or body.name)
        new = body.reuses is None and place.module == place.path
        if new:
            made = call("nn.ModuleList" if body.numbered else "nn.Module")
            if not place.module:  # a type checker knows nothing of what is in it
                made = call("cast", dotted("Any"), made)
            self._begin(module)
            self._assign(place, body.name, made)
        inputs = dict(zip(body.entries, map(place.value, body.reads), strict=True))
        inner = _Place(body, _join(place.path, body.name), module, inputs)
        self._children(entered(view), inner)
        if new:
            self._initialise(body, module)

    def _layer(self, view: View, node: Leaf | Body, place: _Place) -> None:
        """Write a layer, or a chain of layers."""
        path, module = _join(place.path, node.name), _join(place.module, node.reuses or node.name)
        reads = tuple(map(place.value, node.reads))
        renamed = replace(
            node,
            name=path,
            reads=reads,
            written_reads=reads,
            reuses=module if module != path else None,
        )
        slot = (replace(view, child=renamed),)
        value = None if is_silent(slot) else self.constructor.build(slot)
        item = Item(path, value, slot)
        self.items.append(item)
        if value is not None:
            self._begin(place.module)
            self._assign(place, node.name, value, tensor=is_own(item))
            if isinstance(node, Body):
                self._initialise(node, module)

    def _begin(self, container: str) -> None:
        """Leave a blank line where what follows belongs to another container."""
        self._apart = are_apart(self._last, container)
        self._last = container

    def _add(self, statement: ast.stmt) -> None:
        self.body.append(apart(statement) if self._apart else statement)
        self._apart = False

    def _assign(self, place: _Place, child: str, value: ast.expr, *, tensor: bool = False) -> None:
        """Write the statement that makes a module a child, or a tensor a module's own."""
        owner = attribute(place.module)
        if is_deep(place.module):
            if place.module != self._named:
                self._add(assign(dotted(self._part), owner))
                self._named = place.module
            owner = dotted(self._part)

        def of(attribute: str) -> ast.expr:
            return ast.Attribute(owner, attribute, ast.Load())

        if child.isidentifier():
            self._add(assign(of(child), value))
        elif place.body.numbered:
            self._add(ast.Expr(call(of("append"), value)))
        else:
            method = of("register_parameter" if tensor else "add_module")
            self._add(ast.Expr(call(method, literal(child), value)))

    def _initialise(self, body: Body, module: str) -> None:
        """Fill what a rule within a block fills as soon as it is built."""
        if body.fills:
            owner = attribute(module)
            self.body += initialisation([body], self.program.network, owner=owner)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _result(node: Leaf | Body, path: str) -> str:
    """Return the path of the value that a node makes."""
    while isinstance(node, Body) and is_opened(node):
        name = node.result
        node = next(inner for inner in node.nodes if inner.name == name)
        path = _join(path, name)
    return path


def _executed(body: Body, path: str) -> Iterator[str]:
    """Yield the paths of all layers in the order in which they run."""
    for node in body.steps:
        inner = _join(path, node.name)
        if isinstance(node, Body) and is_opened(node):
            yield from _executed(node, inner)
        else:
            yield inner
