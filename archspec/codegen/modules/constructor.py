"""How a child is built: the right-hand side of `self.conv1 = …`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from archspec import expressions
from archspec.codegen.modules.calls import block_call, op_call
from archspec.codegen.modules.cfg_loops import CfgLoop, cfg_loop
from archspec.codegen.modules.generators import Series
from archspec.codegen.modules.held import Held
from archspec.codegen.modules.merge_rows import joins_branches
from archspec.codegen.modules.named_series import progression
from archspec.codegen.modules.program import Program
from archspec.codegen.modules.protocols import Classes
from archspec.codegen.modules.table_loops import TableLoops, table_loops
from archspec.codegen.python.trees import call, dotted, starred
from archspec.codegen.uses.children import Item, Listed, chain, entries, is_silent, runs, variable
from archspec.codegen.uses.common_formula import (
    Differ,
    Slot,
    View,
    check_tested,
    entered,
    nodes,
    slots,
)
from archspec.codegen.uses.flat_paths import is_flat_chain
from archspec.codegen.uses.frame import Frame
from archspec.expressions import Formula
from archspec.network import Absent, Body, Leaf, Loop
from archspec.ops import Form


class Constructor:
    """Writes the constructors of one class or function.

    Args:
        writer: writes the classes that turn out to be needed.
        frame: the names of the class.
        lists: whether a chain may be listed ahead of the statement that it stands in.
        folds: whether equal neighbours may become one entry, since none is called by its number.
        unrolls: whether chains are listed layer by layer, without classes, loops or functions.

    Attributes:
        aliases: names of children that no use has, and what they stand for.
        stage: turns a loop into calls of a function, where it can.
        listed: the chain that must be listed before the expression built last.
    """

    def __init__(
        self,
        writer: Classes,
        frame: Frame,
        *,
        lists: bool = True,
        folds: bool = False,
        unrolls: bool = False,
    ) -> None:
        self.writer = writer
        self.program: Program = writer.program
        self.frame = frame
        self.aliases: dict[str, str] = {}
        self.stage: Callable[[Slot], list[Item] | None] = lambda _: None
        self.listed: tuple[Item, ...] | Listed = ()
        self._lists = lists
        self._folds = folds
        self._unrolls = unrolls
        self._depth = 0
        self._held: Held | None = None

    def within(self, frame: Frame) -> Constructor:
        """Return a constructor for what is built inside a loop, with names of its own."""
        return Constructor(self.writer, frame, lists=False)

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
                check_tested(slot)
                # The names of a chain further in mean nothing to those who read here.
                self.aliases |= {} if self._depth else _stand_in(slot)
        return found

    def _item(self, slot: Slot) -> Item:
        there = nodes(slot)
        names = {node.name for _, node in there}
        condition = _condition(slot, self.frame)
        label = None
        if len(names) > 1 and not all(name.isdigit() for name in names):
            if not self._depth:
                raise Differ
            label = self.frame.label(there)
        if condition is not None and not all(_may_lack(node) for _, node in there):
            raise Differ
        known, value = {*self.frame.needed}, None if is_silent(slot) else self.build(slot)
        if self._held is not None and not self._depth:
            value = self._held.read_by(value, known)
        listed, self.listed = self.listed, ()
        return Item(min(names), value, slot, condition, listed=listed, label=label)

    def _loop(self, slot: Slot) -> list[Item]:
        """Return the entries of a loop; a run of equal ones becomes a comprehension."""
        if (staged := self.stage(slot)) is not None:
            return staged
        turns = []
        for view in slot:
            if not isinstance(view.child, Loop):
                raise Differ
            turns.append([view.turn(turn) for turn in view.child.turns])
        if self._folds and (folded := self._folded(slot, turns)) is not None:
            return folded
        if len({len(use) for use in turns}) > 1:
            raise Differ
        check_tested(slot)
        rounds = [self.items(round_) for round_ in zip(*turns, strict=True)]
        items = [item for items in rounds for item in items]
        return runs(items) if self._folds else items

    def _folded(self, slot: Slot, turns: list[list[list[View]]]) -> list[Item] | None:
        """Return one generator for all turns, or for all but the first; None where none can be."""
        for lead in (0, 1):
            needed = {*self.frame.needed}
            with self.program.rehearsal() as rehearsal:
                try:
                    first = self.items([use[0] for use in turns]) if lead else []
                    rest = self._generator(slot, lead)
                except (Differ, IndexError):
                    self.frame.needed.intersection_update(needed)
                    continue
                rehearsal.keep()
                return [*first, rest]
        return None

    def _generator(self, slot: Slot, lead: int) -> Item:
        """Return one entry that stands for all turns from the one numbered `lead` on.

        Raises:
            Differ: when they are not built alike, or are too few to be worth it.
        """
        series = Series(slot, lead)
        depth, lists, self._depth, self._lists = self._depth, self._lists, self._depth + 1, False
        # A variable of the same name around the loop is another one.
        outer = self.frame.needed & {series.variable}
        self.frame.needed.difference_update(outer)
        try:
            items = self.items(series.uses)
        finally:
            self._depth, self._lists = depth, lists
            counts = series.variable in self.frame.needed
            self.frame.needed.discard(series.variable)
            self.frame.needed.update(outer)
        if len(items) != 1 or items[0].condition or items[0].listed or items[0].many:
            raise Differ
        return series.item(items[0], self.frame, counts=counts)

    def build(self, slot: Slot) -> ast.expr:
        """Return the expression that builds a child, the same in all uses.

        Raises:
            Differ: when the uses cannot share one.
        """
        there = nodes(slot)
        first = there[0][1]
        if any(type(node) is not type(first) for _, node in there):
            raise Differ
        if isinstance(first, Leaf):
            return op_call(slot, self.frame)
        bodies = [node for _, node in there if isinstance(node, Body)]
        if len({body.block.name if body.block else None for body in bodies}) > 1:
            raise Differ
        whole = self._unrolls and all(map(is_flat_chain, bodies))
        if first.block is not None and not whole:
            return block_call(slot, self.writer.block(bodies), self.frame)
        if whole or all(body.is_chain for body in bodies):
            return self.sequential(slot)
        return block_call(slot, self.writer.inline(slot, self.frame), self.frame)

    def sequential(self, slot: Slot) -> ast.expr:
        """Return `nn.Sequential(…)` for a chain."""
        there = [node for _, node in nodes(slot) if isinstance(node, Body)]
        free = self._lists and not (self._unrolls or self._depth or self.listed)
        if free and (listed := _looped(self, slot)) is not None:
            self.listed, self._held = listed, listed.held
            return self._of_list(named=not there[0].numbered)
        items = self.chained([entered(view) for view, _ in nodes(slot)])
        # An identity under a name needs no module, nor does a chain miss it.
        items = [item for item in items if item.value is not None]
        named = not all(body.numbered for body in there)
        if any(item.condition for item in items):
            return self._conditional(items, named=named)
        if not named:
            return chain(items)
        loop, *others = there[0].children
        alone = not (others or self._unrolls)
        series = progression(items, loop) if alone and isinstance(loop, Loop) else None
        made = call("OrderedDict", series) if series is not None else entries(items)
        return call("nn.Sequential", made)

    def chained(self, uses: Sequence[list[View]]) -> list[Item]:
        """Return the entries of a chain, the same in all uses.

        Raises:
            Differ: when the uses cannot share one text.
        """
        outside, self._folds, self._depth = self._folds, not self._unrolls, self._depth + 1
        try:
            return self.items(uses)
        finally:
            self._folds, self._depth = outside, self._depth - 1

    def _conditional(self, items: list[Item], *, named: bool) -> ast.expr:
        """Return a chain some of whose entries are not always there; it is listed beforehand."""
        # Further in, listing beforehand would change the order in which weights are drawn.
        if self._depth or self.listed or not self._lists:
            raise Differ
        self.listed = tuple(items)
        return self._of_list(named=named)

    def _of_list(self, *, named: bool) -> ast.expr:
        """Return the chain of what is listed beforehand."""
        held = dotted(variable(self.frame, named=named))
        return call("nn.Sequential", held if named else starred(held))


def _stand_in(slot: Slot) -> dict[str, str]:
    """Return what the name of what no use has stands for, the same in all of them.

    Raises:
        Differ: when it is not.
    """
    absent = [view.child for view in slot if isinstance(view.child, Absent)]
    if absent[0].name and len({child.stands_for for child in absent}) > 1:
        raise Differ
    return {absent[0].name: absent[0].stands_for} if absent[0].name else {}


def _looped(constructor: Constructor, slot: Slot) -> CfgLoop | TableLoops | None:
    """Return what lists a chain by loops; None for one without such loops."""
    if len(slot) > 1:
        return None
    ((view, body),) = nodes(slot)
    assert isinstance(body, Body)
    name = variable(constructor.frame, named=not body.numbered)
    return cfg_loop(constructor, view) or table_loops(constructor, entered(view), name)


def _condition(slot: Slot, frame: Frame) -> Formula | None:
    """Return when a child is there that not every use has, or need not have."""
    if all(map(joins_branches, slot)):
        return None  # each of its branches has a condition of its own
    formulas = [view.child.condition for view in slot if not isinstance(view.child, Loop)]
    present = [isinstance(view.child, Leaf | Body) for view in slot]
    decided = any(view.child.decided_by for view in slot if not isinstance(view.child, Loop))
    if all(present) and (None in formulas or not (frame.general or decided)):
        check_tested(slot)
        return None
    if None in formulas:
        raise Differ
    test = frame.common(slot, [f for f in formulas if f is not None], present)
    if expressions.is_constant(test):
        check_tested(slot)
        return None
    if not slot[0].turn_of:  # whose variable means nothing further out
        frame.tests.append(test)
    return test


def _may_lack(node: Leaf | Body) -> bool:
    """Tell whether a class may have a child in some uses only.

    A tensor has no stand-in, nor has what reads several.
    """
    if isinstance(node, Body):
        return len(node.entries) == 1
    return node.op.form is not Form.TENSOR
