"""How a child is built: the right-hand side of `self.conv1 = …`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from archspec import expressions
from archspec.codegen.agreement import Differ, Slot, View, nodes, slots, views
from archspec.codegen.frame import Frame
from archspec.codegen.layout import Argument, Call, Each, Expr, flat, lines
from archspec.codegen.printing import literal, module_class
from archspec.codegen.program import Program, Signature
from archspec.expressions import Formula
from archspec.network import Absent, Body, Leaf, Loop
from archspec.ops import BY_NAME

if TYPE_CHECKING:
    from archspec.codegen.classes import Writer

_FEWEST: Final = 2
"""Equal neighbours from which on a comprehension reads better than the list."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a body: a name, how to build it, and when it is there.

    `condition` is None for an entry that is always there. An entry with `many` is a generator.
    `before` are lines that come ahead of it.
    """

    name: str
    value: Expr
    slot: Slot
    condition: Formula | None = None
    many: bool = False
    before: tuple[str, ...] = ()


class Constructor:
    """Writes the constructors of one class or function.

    Args:
        writer: writes the classes that turn out to be needed.
        frame: the names of the class.

    Attributes:
        aliases: names of children that no use has, and what they stand for.
        stage: turns a loop into calls of a function, where it can.
        prelude: lines that must come before the expression built last.
    """

    def __init__(self, writer: Writer, frame: Frame) -> None:
        self.writer = writer
        self.program: Program = writer.program
        self.frame = frame
        self.aliases: dict[str, str] = {}
        self.stage: Callable[[Slot], list[Item] | None] = lambda _: None
        self.prelude: list[str] = []
        self._depth = 0

    def items(self, uses: Sequence[list[View]]) -> list[Item]:
        """Return the entries of a body, the same in all uses.

        Raises:
            Differ: when the uses cannot share one text.
        """
        if len({len(use) for use in uses}) > 1:
            raise Differ
        found: list[Item] = []
        for slot in slots(uses):
            if any(isinstance(view.child, Loop) for view in slot):
                found += self._loop(slot)
            elif any(isinstance(view.child, Leaf | Body) for view in slot):
                found.append(self._item(slot))
            else:
                self._remember_absent(slot)
        return found

    def _remember_absent(self, slot: Slot) -> None:
        """Let the name of what no use has stand for what it stands for in all of them."""
        absent = [view.child for view in slot if isinstance(view.child, Absent)]
        if absent[0].name:
            self.aliases[absent[0].name] = absent[0].stands_for
            if len({child.stands_for for child in absent}) > 1:
                raise Differ

    def _item(self, slot: Slot) -> Item:
        there = nodes(slot)
        names = {node.name for _, node in there}
        condition = self._condition(slot) if len(there) < len(slot) else None
        if len(names) > 1 and not all(name.isdigit() for name in names):
            raise Differ
        value = "" if is_silent(slot) else self.build(slot)
        before, self.prelude = tuple(self.prelude), []
        return Item(min(names), value, slot, condition, before=before)

    def _condition(self, slot: Slot) -> Formula:
        """Return when a child is there that not every use has."""
        formulas = [view.child.condition for view in slot if not isinstance(view.child, Loop)]
        if any(formula is None for formula in formulas):
            raise Differ
        present = [isinstance(view.child, Leaf | Body) for view in slot]
        return self.frame.common(slot, [f for f in formulas if f is not None], present)

    def _loop(self, slot: Slot) -> list[Item]:
        """Return the entries of a loop; a run of equal ones becomes a comprehension."""
        if (staged := self.stage(slot)) is not None:
            return staged
        turns = []
        for view in slot:
            if not isinstance(view.child, Loop):
                raise Differ
            turns.append([view.turn(turn) for turn in view.child.turns])
        if len({len(use) for use in turns}) == 1:
            rounds = [self.items(round_) for round_ in zip(*turns, strict=True)]
            return _runs([item for items in rounds for item in items])
        return self._varying(slot, turns)

    def _varying(self, slot: Slot, turns: list[list[list[View]]]) -> list[Item]:
        """Return a first entry and `count - 1` more, where the uses turn differently often."""
        counts = [view.child.count for view in slot if isinstance(view.child, Loop)]
        if any(count is None for count in counts) or any(not use for use in turns):
            raise Differ
        lengths = [len(use) for use in turns]
        count = self.frame.common(slot, [c for c in counts if c is not None], lengths)
        first = self.items([use[0] for use in turns])
        rest = [self.items([turn]) for use in turns for turn in use[1:]]
        if len(first) != 1 or any(len(items) != 1 or items[0].condition for items in rest):
            raise Differ
        texts = {flat(items[0].value) for items in rest}
        if len(texts) > 1:
            raise Differ
        fewer = expressions.substitute(expressions.parse("count - 1"), {"count": count})
        if texts == {flat(first[0].value)}:
            return [_many(first[0], self.frame.text(count))]
        return [first[0], _many(rest[0][0], self.frame.text(fewer))]

    def build(self, slot: Slot) -> Expr:
        """Return the expression that builds a child, the same in all uses.

        Raises:
            Differ: when the uses cannot share one.
        """
        there = nodes(slot)
        first = there[0][1]
        if any(type(node) is not type(first) for _, node in there):
            raise Differ
        if isinstance(first, Leaf):
            return self._op(slot)
        bodies = [node for _, node in there if isinstance(node, Body)]
        if len({body.block.name if body.block else None for body in bodies}) > 1:
            raise Differ
        if first.block is not None:
            return self._call(slot, self.writer.block(bodies))
        if all(body.is_chain for body in bodies):
            return self.sequential(slot)
        return self._call(slot, self.writer.inline(slot, self.frame))

    def _op(self, slot: Slot) -> Expr:
        there = nodes(slot)
        labels = {node.label for _, node in there}
        head = module_class(min(labels))
        callees = [node.callee for _, node in there]
        formulas = [callee for callee in callees if callee is not None]
        if len(formulas) == len(there):
            chosen = self.frame.common([v for v, _ in there], formulas, [n.label for _, n in there])
            head = head if isinstance(chosen, ast.Constant) else self.frame.text(chosen)
        elif len(labels) > 1:
            raise Differ
        self._remember_part(min(labels))
        arguments = tuple(
            Argument(self.frame.text(formula), f"{name}=" if keyword else "")
            for name, formula, keyword in self.frame.arguments(slot)
        )
        return Call(head, arguments)

    def _remember_part(self, label: str) -> None:
        library, _, name = BY_NAME[label].torch.partition(".")
        if library == "parts":
            self.program.parts[name] = label

    def sequential(self, slot: Slot) -> Expr:
        """Return `nn.Sequential(…)` for a chain."""
        there = [(view, node) for view, node in nodes(slot) if isinstance(node, Body)]
        self._depth += 1
        items = self.items([_inside(view, body) for view, body in there])
        self._depth -= 1
        if any(item.condition for item in items):
            return self._conditional(items)
        numbered = all(body.numbered for _, body in there)
        if numbered:
            arguments = tuple(Argument(item.value, "*" if item.many else "") for item in items)
            tall = len(arguments) > 1
            return Call("nn.Sequential", arguments, tall=tall)
        self.program.imports.add("from collections import OrderedDict")
        named = tuple(Argument(item.value, f"{item.name}=") for item in items)
        return Call("nn.Sequential", (Argument(Call("OrderedDict", named, tall=True)),))

    def _conditional(self, items: list[Item]) -> Expr:
        """Return a chain some of whose entries are not always there; it is listed beforehand."""
        # Further in, listing beforehand would change the order in which weights are drawn.
        if self._depth or self.prelude:
            raise Differ
        self.prelude = conditional_list(items, self.frame)
        return Call("nn.Sequential", (Argument("layers", "*"),))

    def _call(self, slot: Slot, signature: Signature) -> Expr:
        """Return the call of an emitted class."""
        there = [(view, node) for view, node in nodes(slot) if isinstance(node, Body)]
        arguments = []
        skipped = False
        for parameter in signature.parameters:
            values, formulas = [], []
            for view, body in there:
                if body.block is not None and parameter.name in body.block.values:
                    values.append(body.block.values[parameter.name])
                    formulas.append(body.block.bindings[parameter.name])
                else:
                    values.append(view.scope[parameter.name])
                    formulas.append(expressions.parse(parameter.name))
            formula = self.frame.common([view for view, _ in there], formulas, values)
            text = self.frame.text(formula)
            if parameter.default and text == literal(parameter.default[0]):
                skipped = True
                continue
            if parameter.annotation == "type[nn.Module]" and text.startswith('"'):
                text = module_class(text.strip('"'))
                if parameter.default and text == module_class(str(parameter.default[0])):
                    skipped = True
                    continue
            keyword = bool(parameter.default) or skipped
            arguments.append(Argument(text, f"{parameter.name}=" if keyword else ""))
        return Call(signature.name, tuple(arguments))


def _inside(view: View, body: Body) -> list[View]:
    return views(body.children, view.bindings, view.scope)


def inside(view: View) -> list[View]:
    """Return the children of a body as the use around it sees them."""
    assert isinstance(view.child, Body)
    return _inside(view, view.child)


def conditional_list(items: list[Item], frame: Frame) -> list[str]:
    """Return the lines that fill `layers`, each entry under its condition."""
    start = next(i for i, item in enumerate(items) if item.condition)
    always = tuple(Argument(item.value, "*" if item.many else "") for item in items[:start])
    lead = Call("", always, tall=len(always) > 1, brackets="[]")
    written = lines(lead, 2, "layers: list[nn.Module] = ")
    for item in items[start:]:
        indent = 2
        if item.condition:
            written.append(f"        if {frame.text(item.condition)}:")
            indent = 3
        call = "extend" if item.many else "append"
        written += lines(Call(f"layers.{call}", (Argument(item.value),)), indent)
    return written


def is_silent(slot: Slot) -> bool:
    """Tell whether a child needs no module: a function, a sibling called again, an identity."""
    return all(
        node.reuses is not None
        or (isinstance(node, Leaf) and (not node.op.is_module() or is_identity(node)))
        for _, node in nodes(slot)
    )


def is_passed_on(item: Item) -> bool:
    """Tell whether a child is written as what it reads."""
    return all(is_identity(node) for _, node in nodes(item.slot))


def is_identity(node: Leaf | Body) -> bool:
    """Tell whether a node passes on what it reads, under a name that no list counts."""
    return isinstance(node, Leaf) and node.label == "Identity" and not node.name.isdigit()


def _many(item: Item, count: str) -> Item:
    return replace(item, value=Each(item.value, f"for _ in range({count})"), many=True)


def _runs(items: list[Item]) -> list[Item]:
    """Fold neighbours that are built alike, where their names are only numbers."""
    found: list[list[Item]] = []
    for item in items:
        alike = found and _foldable(item) and flat(found[-1][0].value) == flat(item.value)
        if alike and _foldable(found[-1][0]):
            found[-1].append(item)
        else:
            found.append([item])
    return [_many(run[0], str(len(run))) if len(run) >= _FEWEST else run[0] for run in found]


def _foldable(item: Item) -> bool:
    return item.name.isdigit() and item.condition is None and not item.many
