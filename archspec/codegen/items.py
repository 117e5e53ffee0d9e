"""The entries of a body: each with how it is built, and chains of them laid out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Final, Protocol

from archspec.codegen.agreement import Slot, nodes
from archspec.codegen.frame import Frame
from archspec.codegen.layout import Argument, Call, Each, Expr, flat, lines
from archspec.expressions import Formula
from archspec.network import Body, Leaf
from archspec.ops import Form

_FEWEST: Final = 2
"""Equal neighbours from which on a comprehension reads better than the list."""


class Listed(Protocol):
    """What fills the variable of a chain by lines of its own."""

    def lines(self, indent: int, name: str) -> list[str]:
        """Return the lines that fill the variable of that name."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a body: a name, how to build it, and when it is there.

    `label` is the name as source where uses differ in it. `condition` is None for an entry that
    is always there. An entry with `many` is a generator. `listed` are the entries of a chain that
    must be listed ahead of it, as `layers`. What has no module, and is not always there, has a
    `flag`: the attribute that tells whether it is. One that `joins` is a merge whose operands are
    all made before it.
    """

    name: str
    value: Expr
    slot: Slot
    condition: Formula | None = None
    many: bool = False
    listed: tuple[Item, ...] | Listed = ()
    flag: str = ""
    label: str = ""
    joins: bool = False

    @property
    def key(self) -> str:
        """The name as source."""
        return self.label or f'"{self.name}"'


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


def many(item: Item, count: str) -> Item:
    """Return an entry that stands for `count` equal ones."""
    return replace(item, value=Each(item.value, f"for _ in range({count})"), many=True)


def runs(items: list[Item]) -> list[Item]:
    """Fold neighbours that are built alike, where their names are only numbers."""
    found: list[list[Item]] = []
    for item in items:
        alike = found and _foldable(item) and flat(found[-1][0].value) == flat(item.value)
        if alike and _foldable(found[-1][0]):
            found[-1].append(item)
        else:
            found.append([item])
    return [many(run[0], str(len(run))) if len(run) >= _FEWEST else run[0] for run in found]


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


def attribute(path: str) -> str:
    """Return how a module, or a tensor of the module's own, is read: `self.layer1[0].conv1`."""
    text = "self"
    for i, part in enumerate(path.split(".") if path else ()):
        if part.isidentifier():
            text += f".{part}"
        elif part.isdigit() and (i or part == path):
            text += f"[{part}]"
        else:  # of what `self[0]` holds a type checker knows nothing
            text = f'getattr({text}, "{part}")'
    return text


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


def assignment(item: Item, value: Expr, indent: int, annotation: str = "") -> list[str]:
    """Return the lines that make a module a child, or a tensor the module's own."""
    if item.name.isidentifier():
        return lines(value, indent, f"self.{item.name}{annotation} = ")
    method = "register_parameter" if is_own(item) else "add_module"
    call = Call(f"self.{method}", (Argument(f'"{item.name}"'), Argument(value)))
    return lines(call, indent)


def arguments(items: Sequence[Item], star: str = "*") -> tuple[Argument, ...]:
    """Return entries as arguments."""
    return tuple(Argument(item.value, star if item.many else "") for item in items)


def chain(items: Sequence[Item]) -> Call:
    """Return `nn.Sequential(…)` of numbered entries."""
    return Call("nn.Sequential", arguments(items), tall=True)


def entries(items: Sequence[Item]) -> Call:
    """Return `OrderedDict(…)` of named entries."""
    if all(item.name.isidentifier() and not item.label and not item.many for item in items):
        named = tuple(Argument(item.value, f"{item.name}=") for item in items)
        return Call("OrderedDict", named, tall=True)
    if len(items) == 1 and items[0].many:
        return Call("OrderedDict", arguments(items, star=""))
    pairs = tuple(
        Argument(item.value, "*")
        if item.many
        else Argument(Call("", (Argument(item.key), Argument(item.value))))
        for item in items
    )
    return Call("OrderedDict", (Argument(Call("", pairs, tall=True, brackets="[]")),))


def variable(frame: Frame, *, named: bool = False) -> str:
    """Return the variable of a chain that is listed ahead, which no parameter has for a name."""
    name = "named_layers" if named else "layers"
    while name in frame.taken:
        name = f"{name}_"
    return name


def listing(
    items: Sequence[Item] | Listed, frame: Frame, indent: int = 2, known: Collection[str] = ()
) -> list[str]:
    """Return the lines that fill `layers`, each entry under its condition.

    Args:
        items: the entries.
        frame: the names of the class or function.
        indent: levels of indentation.
        known: lines that stand before these: a variable gets its type but once.
    """
    if not isinstance(items, Sequence):
        return items.lines(indent, variable(frame))
    if not items:
        return []
    named = not items[0].name.isdigit()
    start = next(i for i, item in enumerate(items) if item.condition)
    lead = Call("", arguments(items[:start]), tall=True, brackets="[]")
    name = variable(frame, named=named)
    typed = f"{name}: {'OrderedDict[str, nn.Module]' if named else 'list[nn.Module]'} = "
    before = f"{name} = " if any(line.lstrip().startswith(typed) for line in known) else typed
    written = lines(entries(items[:start]) if named else lead, indent, before)
    tests = (frame.text(item.condition) if item.condition else "" for item in items[start:])
    for test, group in groupby(zip(tests, items[start:], strict=True), key=itemgetter(0)):
        written += lines(test, indent, "if ", ":") if test else []
        inner = indent + 1 if test else indent
        added = [item for _, item in group]
        written += _set(added, inner, name) if named else appended(added, inner, name)
    return written


def _set(items: Sequence[Item], indent: int, name: str) -> list[str]:
    """Return the lines that add named entries."""
    pairs = [lines(item.value, indent, f"{name}[{item.key}] = ") for item in items]
    return [line for pair in pairs for line in pair]


def appended(items: Sequence[Item], indent: int, name: str) -> list[str]:
    """Return the lines that add entries to a list."""
    if len(items) > 1:
        listed = Call("", arguments(items), tall=True, brackets="[]")
        return lines(listed, indent, f"{name} += ")
    call = "extend" if items[0].many else "append"
    return lines(Call(f"{name}.{call}", (Argument(items[0].value),)), indent)
