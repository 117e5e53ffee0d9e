"""The entries of a body: each with how it is built, and chains of them laid out."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, Protocol

from archspec.codegen.python.alternatives import following
from archspec.codegen.python.trees import (
    assign,
    call,
    dotted,
    each,
    indexed,
    listed,
    literal,
    row,
    same,
    starred,
    tall,
    when,
)
from archspec.codegen.uses.common_formula import Slot, nodes
from archspec.codegen.uses.frame import Frame
from archspec.expressions import Formula
from archspec.network import Body, Leaf
from archspec.ops import Form

_FEWEST: Final = 2
"""Equal neighbours from which on a comprehension reads better than the list."""


class Listed(Protocol):
    """What fills the variable of a chain by lines of its own."""

    def filling(self, name: str, frame: Frame) -> list[ast.stmt]:
        """Return the statements that fill the variable of that name."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a body: a name, how to build it, and when it is there.

    `value` is None where no module is needed. `label` is the name where uses differ in it.
    `condition` is None for an entry that is always there. An entry with `many` is a generator.
    `listed` are the entries of a chain that must be listed ahead of it, as `layers`. What has no
    module, and is not always there, has a `flag`: the attribute that tells whether it is. One that
    `joins` is a merge whose operands are all made before it.
    """

    name: str
    value: ast.expr | None
    slot: Slot
    condition: Formula | None = None
    many: bool = False
    listed: tuple[Item, ...] | Listed = ()
    flag: str = ""
    label: ast.expr | None = None
    joins: bool = False

    @property
    def key(self) -> ast.expr:
        """The name as a string."""
        return self.label or literal(self.name)

    @property
    def made(self) -> ast.expr:
        """How the module is built, of an entry that has one."""
        assert self.value is not None
        return self.value


def is_silent(slot: Slot) -> bool:
    """Tell whether a child needs no module: a function, a sibling called again, an identity."""
    return all(has_no_module(node) for _, node in nodes(slot))


def has_no_module(node: Leaf | Body) -> bool:
    """Tell whether a node needs no module of its own."""
    if node.reuses is not None:
        return True
    return isinstance(node, Leaf) and (node.op.form is Form.FUNCTION or is_identity(node))


def is_own(item: Item) -> bool:
    """Tell whether a child is a tensor of the module itself."""
    node = nodes(item.slot)[0][1]
    return isinstance(node, Leaf) and node.op.form is Form.TENSOR


def is_passed_on(item: Item) -> bool:
    """Tell whether a child is written as what it reads."""
    return all(is_identity(node) for _, node in nodes(item.slot))


def is_identity(node: Leaf | Body) -> bool:
    """Tell whether a node passes on what it reads, under a name, or path, that no list counts."""
    numbered = node.name.rpartition(".")[2].isdigit()
    return isinstance(node, Leaf) and node.label == "Identity" and not numbered


def many(item: Item, count: int) -> Item:
    """Return an entry that stands for `count` equal ones."""
    return replace(item, value=each(item.made, "_", call("range", literal(count))), many=True)


def runs(items: list[Item]) -> list[Item]:
    """Fold neighbours that are built alike, where their names are only numbers."""
    found: list[list[Item]] = []
    for item in items:
        alike = found and _foldable(item) and same(found[-1][0].made, item.made)
        if alike and _foldable(found[-1][0]):
            found[-1].append(item)
        else:
            found.append([item])
    return [many(run[0], len(run)) if len(run) >= _FEWEST else run[0] for run in found]


def _foldable(item: Item) -> bool:
    return item.name.isdigit() and item.condition is None and not item.many


def plain(name: str) -> str:
    """Return a child's name or path as an identifier: unlike that, it may hold hyphens and dots."""
    return name.replace("-", "_").replace(".", "_")


def class_name(body: Body) -> str:
    """Return what the class of a body in place is called: after it, or the list that holds it."""
    parts = [part for part in body.path.split(".") if not part.isdigit()] or [body.name]
    wanted = "".join(word.capitalize() for word in plain(parts[-1]).split("_"))
    if len(wanted) < 2 or not wanted[0].isalpha():
        wanted = f"Part{wanted}"
    return wanted


def attribute(path: str) -> ast.expr:
    """Return how a module, or a tensor of the module's own, is read: `self.layer1[0].conv1`."""
    tree = dotted("self")
    for i, part in enumerate(path.split(".") if path else ()):
        if part.isidentifier():
            tree = ast.Attribute(tree, part, ast.Load())
        elif part.isdigit() and (i or part == path):
            tree = indexed(tree, int(part))
        else:  # of what `self[0]` holds a type checker knows nothing
            tree = call("getattr", tree, literal(part))
    return tree


def flagged(items: Sequence[Item]) -> list[Item]:
    """Return entries with a flag for each that needs one, which no child has for a name."""
    taken = {plain(item.name) for item in items}
    found = []
    for item in items:
        if item.condition is not None and is_silent(item.slot) and not is_passed_on(item):
            flag = item.flag or f"has_{plain(item.name)}"
            while flag in taken:
                flag = f"{flag}_"
            taken.add(flag)
            found.append(replace(item, flag=flag))
        else:
            found.append(item)
    return found


def assignment(item: Item, value: ast.expr, type_: str = "") -> ast.stmt:
    """Return the statement that makes a module a child, or a tensor the module's own."""
    if item.name.isidentifier():
        return assign(dotted(f"self.{item.name}"), value, type_=type_)
    method = "register_parameter" if is_own(item) else "add_module"
    return ast.Expr(call(f"self.{method}", literal(item.name), value))


def arguments(items: Sequence[Item]) -> list[ast.expr]:
    """Return entries as arguments."""
    return [starred(item.made) if item.many else item.made for item in items]


def chain(items: Sequence[Item]) -> ast.Call:
    """Return `nn.Sequential(…)` of numbered entries."""
    return tall(call("nn.Sequential", *arguments(items)))


def entries(items: Sequence[Item]) -> ast.Call:
    """Return `OrderedDict(…)` of named entries."""
    if all(item.name.isidentifier() and not item.label and not item.many for item in items):
        return tall(call("OrderedDict", **{item.name: item.made for item in items}))
    if len(items) == 1 and items[0].many:
        return call("OrderedDict", items[0].made)
    pairs = [starred(item.made) if item.many else row(item.key, item.made) for item in items]
    return call("OrderedDict", tall(listed(pairs)))


def variable(frame: Frame, *, named: bool = False) -> str:
    """Return the variable of a chain that is listed ahead, which no parameter has for a name."""
    name = "named_layers" if named else "layers"
    while name in frame.taken:
        name = f"{name}_"
    return name


def listing(
    items: Sequence[Item] | Listed, frame: Frame, known: Collection[str] = ()
) -> list[ast.stmt]:
    """Return the statements that fill `layers`, each entry under its condition.

    Args:
        items: the entries.
        frame: the names of the class or function.
        known: variables that have a value before: one gets its type but once.
    """
    if not isinstance(items, Sequence):
        return items.filling(variable(frame), frame)
    if not items:
        return []
    named = not items[0].name.isdigit()
    return opening(items, frame, variable(frame, named=named), known)


def opening(
    items: Sequence[Item], frame: Frame, name: str, known: Collection[str] = ()
) -> list[ast.stmt]:
    """Return the statements that begin a list with these entries, each under its condition.

    Args:
        items: the entries.
        frame: the names of the class or function.
        name: the variable of what is listed.
        known: variables that have a value before: one gets its type but once.
    """
    named = name.startswith("named")
    start = next((i for i, item in enumerate(items) if item.condition), len(items))
    lead = tall(listed(arguments(items[:start])))
    type_ = "OrderedDict[str, nn.Module]" if named else "list[nn.Module]"
    first = entries(items[:start]) if named else lead
    written = [assign(dotted(name), first, type_="" if name in known else type_)]
    return further(items[start:], frame, name, written)


def further(
    items: Sequence[Item], frame: Frame, name: str, written: list[ast.stmt]
) -> list[ast.stmt]:
    """Return statements with those that add entries to what is listed, each under its condition.

    Args:
        items: the entries.
        frame: the names of the class or function.
        name: the variable of what is listed.
        written: the statements before.
    """
    tests = [frame.python(item.condition) if item.condition else None for item in items]
    pairs = zip(tests, items, strict=True)
    for _, group in groupby(pairs, key=lambda pair: pair[0] and ast.dump(pair[0])):
        asked = [*group]
        added = [item for _, item in asked]
        named = not added[0].name.isdigit()
        inner = _set(added, name) if named else [appended(added, name)]
        test = asked[0][0]
        written = following(written, [when(test, inner)] if test is not None else inner)
    return written


def _set(items: Sequence[Item], name: str) -> list[ast.stmt]:
    """Return the statements that add named entries."""
    return [assign(ast.Subscript(dotted(name), item.key, ast.Load()), item.made) for item in items]


def appended(items: Sequence[Item], name: str) -> ast.stmt:
    """Return the statement that adds entries to a list."""
    if len(items) > 1:
        more = tall(listed(arguments(items)))
        return ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), more)
    method = "extend" if items[0].many else "append"
    return ast.Expr(call(f"{name}.{method}", items[0].made))
