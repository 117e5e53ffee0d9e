"""The flat form: one class in which every layer stands on a line of its own, under its path.

self.layer1 = cast(Any, nn.ModuleList())
self.layer1.append(nn.Module())
self.layer1[0].conv1 = nn.Conv2d(64, 64, kernel_size=3, padding=1, bias=False)

What is a chain of layers all the way down stays `nn.Sequential`, since that is unrolled already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archspec.codegen.agreement import View, entered, inside
from archspec.codegen.construct import Constructor
from archspec.codegen.containers import are_apart, is_deep, is_opened, variable
from archspec.codegen.frame import Frame
from archspec.codegen.initialise import initialisation
from archspec.codegen.items import Item, attribute, is_own, is_silent
from archspec.codegen.layout import Argument, Call, Expr, lines
from archspec.codegen.roles import Classes
from archspec.network import INPUT, Body, Leaf, Loop


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
        lines: the lines of the constructor.
        aliases: what the network's own children stand for.
    """

    def __init__(self, writer: Classes, frame: Frame, scope: View) -> None:
        root = scope.child
        assert isinstance(root, Body)
        self.program = writer.program
        self.constructor = Constructor(writer, frame, lists=False, unrolls=True)
        self.items: list[Item] = []
        self.lines = ["        super().__init__()"]
        self._last = self._named = ""
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
            made = Call("nn.ModuleList" if body.numbered else "nn.Module", ())
            if not place.module:  # a type checker knows nothing of what is in it
                self.program.imports |= {"from typing import Any", "from typing import cast"}
                made = Call("cast", (Argument("Any"), Argument(made)))
            self._begin(module)
            self._assign(place, body.name, made)
        inner = _Place(
            body, _join(place.path, body.name), module, {INPUT: place.value(body.reads[0])}
        )
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
        value = "" if is_silent(slot) else self.constructor.build(slot)
        item = Item(path, value, slot)
        self.items.append(item)
        if value:
            self._begin(place.module)
            self._assign(place, node.name, value, tensor=is_own(item))
            if isinstance(node, Body):
                self._initialise(node, module)

    def _begin(self, container: str) -> None:
        """Leave a blank line where what follows belongs to another container."""
        if are_apart(self._last, container):
            self.lines.append("")
        self._last = container

    def _assign(self, place: _Place, name: str, value: Expr, *, tensor: bool = False) -> None:
        """Write the line that makes a module a child, or a tensor a module's own."""
        owner = attribute(place.module)
        if is_deep(place.module):
            if place.module != self._named:
                self.lines += lines(owner, 2, f"{self._part} = ")
                self._named = place.module
            owner = self._part
        if name.isidentifier():
            self.lines += lines(value, 2, f"{owner}.{name} = ")
        elif place.body.numbered:
            self.lines += lines(Call(f"{owner}.append", (Argument(value),)), 2)
        else:
            method = "register_parameter" if tensor else "add_module"
            call = Call(f"{owner}.{method}", (Argument(f'"{name}"'), Argument(value)))
            self.lines += lines(call, 2)

    def _initialise(self, body: Body, module: str) -> None:
        """Fill what a rule within a block fills as soon as it is built."""
        if body.fills:
            owner = attribute(module)
            self.lines += initialisation([body], self.program.network, self.program, owner=owner)


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
