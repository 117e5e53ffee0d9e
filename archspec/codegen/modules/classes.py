"""Blocks to classes: one for all uses of a block, or as few as can serve them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from archspec.codegen.forward.statements import Forward
from archspec.codegen.forward.values import line, ordered, tensors
from archspec.codegen.modules import signatures
from archspec.codegen.modules.argument_bounds import checked
from archspec.codegen.modules.assignments import assigned
from archspec.codegen.modules.constructor import Constructor
from archspec.codegen.modules.first_weights import initialisation
from archspec.codegen.modules.long_constructors import (
    LONGEST,
    initialise_function,
    is_crowded,
    is_long,
    length,
    with_function,
)
from archspec.codegen.modules.merge_rows import one_by_one
from archspec.codegen.modules.program import Class, Doc, Method, Program, Signature, said
from archspec.codegen.python.trees import apart, call, dotted
from archspec.codegen.uses import recursion
from archspec.codegen.uses.children import (
    Item,
    class_name,
    flagged,
)
from archspec.codegen.uses.common_formula import Differ, Slot, View, asking_all, inside, nodes
from archspec.codegen.uses.frame import Frame
from archspec.codegen.words import of_blocks, of_chains, of_network
from archspec.codegen.words.of_shapes import mapping
from archspec.expressions import Value
from archspec.network import Body

_ROUNDS: Final = 16
"""How often a class that calls itself is written anew, until it hands on all that it needs."""


class Writer:
    """Writes the definitions of one file into a `Program`.

    Args:
        program: the file.
    """

    def __init__(self, program: Program) -> None:
        self.program = program

    def block(self, bodies: Sequence[Body]) -> Signature:
        """Return the class that stands for these uses of a block, writing it if need be.

        Raises:
            Differ: when they need different classes.
        """
        for body in bodies:
            if body.path not in self.program.signatures:
                self._write_block(body)
        found = {self.program.signatures[body.path].name for body in bodies}
        if len(found) > 1:
            raise Differ
        return self.program.signatures[bodies[0].path]

    def _write_block(self, body: Body) -> None:
        """Write one class for all uses of a body's block, or as few as can serve them."""
        assert body.block is not None
        uses, since = self.program.uses[body.block.name], len(self.program.definitions)
        self._write_classes(body.block.name, uses, body)
        if all(use.path in self.program.signatures for use in uses):
            self.program.settle([use.path for use in uses], since)

    def _write_classes(self, block: str, uses: Sequence[Body], body: Body) -> None:
        """Write the classes for the uses of a block, or those of the depth of one of them."""
        with self.program.rehearsal() as rehearsal, suppress(Differ):
            self._write(block, uses)
            rehearsal.keep()
            return
        depths = {use.path: recursion.depth(use) for use in uses}
        groups: list[list[Body]] = []
        # Of a block within itself, one class calls the other.
        for use in (use for use in uses if depths[use.path] == depths[body.path]):
            for inner in recursion.within(use):
                self.block([inner])
            home = next((group for group in groups if self._fits([*group, use])), None)
            if home is None:
                groups.append([use])
            else:
                home.append(use)
        for group in groups:
            self._write(block, group)

    def _write(self, block: str, uses: Sequence[Body]) -> None:
        """Write the class of a block for these uses.

        Raises:
            Differ: when no class can stand for them.
        """
        signature = self._block_class(self._class_name(block), uses)
        for use in uses:
            self.program.signatures[use.path] = signature

    def _class_name(self, block: str) -> str:
        """Return a name for the next class of a block."""
        known = self.program.signatures
        count = len({known[use.path].name for use in self.program.uses[block] if use.path in known})
        return self.program.unused(f"{block}{count + 1}") if count else block

    def _fits(self, uses: Sequence[Body]) -> bool:
        """Tell whether one class can stand for these uses; leaves no trace."""
        with self.program.rehearsal():
            try:
                self._block_class("Rehearsal", uses)
            except Differ:
                return False
        return True

    def _block_class(self, name: str, uses: Sequence[Body]) -> Signature:
        """Write a class for these uses that is right for other arguments too, if one can be.

        Raises:
            Differ: when no class can stand for them.
            Untested: when none can ask all that open vars decide.
        """
        with self.program.rehearsal() as rehearsal, suppress(Differ):
            signature = self._settled(name, uses, general=True)
            rehearsal.keep()
            return signature
        with asking_all(uses):
            return self._settled(name, uses, general=False)

    def _settled(self, name: str, uses: Sequence[Body], *, general: bool) -> Signature:
        """Write a class that may call itself: with the parameters that it turns out to need.

        Raises:
            Differ: when no class can stand for these uses.
        """
        paths = {use.path for use in uses}
        if not any(inner.path in paths for use in uses for inner in recursion.within(use)):
            return self._class_of(name, uses, general=general)
        known = Signature(name, ())
        for _ in range(_ROUNDS):
            with self.program.rehearsal() as rehearsal, self.program.guessing():
                self.program.signatures |= dict.fromkeys(paths, known)
                made = self._class_of(name, uses, general=general)
                if made == known:
                    rehearsal.keep()
                    return made
            known = made
        raise Differ

    def _class_of(self, name: str, uses: Sequence[Body], *, general: bool) -> Signature:
        blocks = [use.block for use in uses if use.block is not None]
        local = {
            name: formula
            for name, formula in blocks[0].computed.items()
            if all(name in block.computed and _is_size(block.values[name]) for block in blocks)
        }
        frame = Frame(
            ops=self.program.network.ops,
            scopes=[block.values for block in blocks],
            sizes=tuple(name for sizes in blocks[0].sizes for name in sizes),
            order=(*(p.name for p in blocks[0].parameters if p.name not in local), *blocks[0].vars),
            local=local,
            defaults=blocks[0].defaults,
            open=frozenset().union(*(block.open for block in blocks)),
            kept=frozenset().union(*(self.program.handed_on[use.path] for use in uses)),
            general=general,
        )
        slot = tuple(View(use, {}, block.values) for use, block in zip(uses, blocks, strict=True))
        return self._class(name, slot, frame)

    def inline(self, slot: Slot, around: Frame) -> Signature:
        """Write the class of a body in place that has wiring of its own."""
        there = [view for view, _ in nodes(slot)]
        scopes = [view.scope for view in there]
        # The variable of a generator around it is handed on as any other name.
        order = tuple(dict.fromkeys((*around.order, *around.local, *there[0].turn_of)))
        frame = replace(around, scopes=scopes, order=order, local={}, defaults={}, needed=set())
        first = there[0].child
        assert isinstance(first, Body)
        return self._class(self.program.unused(class_name(first)), tuple(there), frame)

    def _class(self, name: str, slot: Slot, frame: Frame) -> Signature:
        bodies = [node for _, node in nodes(slot) if isinstance(node, Body)]
        numbered = all(body.numbered for body in bodies)
        chained = numbered and all(body.is_chain for body in bodies)
        constructor = Constructor(self, frame, lists=not numbered, folds=chained)
        items = flagged(one_by_one(constructor.items([inside(view) for view in slot])))
        if numbered and not chained and any(item.condition for item in items):
            raise Differ  # a number is no name where a list closes up
        base = "nn.Sequential" if numbered else "nn.Module"
        init = self.constructor(items, bodies, frame)
        forward = [] if chained else [self._forward(items, bodies, frame, constructor)]
        parameters = frame.parameters()
        said_of = of_chains.chain if chained else of_blocks.block
        doc = partial(said_of, bodies, frame, indent=1)
        self.program.definitions.append(Class(name, base, doc, [init, *forward]))
        return Signature(name, parameters)

    def constructor(self, items: list[Item], bodies: Sequence[Body], frame: Frame) -> Method:
        """Return a constructor; what makes it too long goes to functions of its own."""
        network, numbered = self.program.network, bodies[0].numbered
        is_root = bodies[0] is network.root
        signature = signatures.constructor(frame.parameters(), frame.ops)
        written = assigned(items, frame, numbered=numbered)
        filled = initialisation(bodies, network)
        asked = checked(network, [p.name for p in frame.parameters()]) if is_root else []
        long = length(signature, written, filled) > LONGEST or is_crowded(asked, written, filled)
        if filled and is_root and long:
            filled = [ast.Expr(call(initialise_function(self.program), dotted("self")))]
        elif filled:
            apart(filled[0])
        while not numbered and is_long(signature, asked, written, filled):
            shorter = with_function(items, frame, self.program)
            if shorter is None:
                break
            items = shorter
            written = assigned(items, frame, numbered=numbered)
        doc: Doc = partial(of_blocks.built, bodies)
        if is_root:
            doc = partial(of_network.built, network)
        elif numbered and bodies[0].is_chain:
            doc = said()
        return Method(signature, doc, [*asked, *written, *filled])

    def _forward(
        self, items: list[Item], bodies: Sequence[Body], frame: Frame, constructor: Constructor
    ) -> Method:
        own = tensors(items)
        body = [line(item, own) for item in ordered(items)]
        entries = bodies[0].entries
        results = {node.outputs[0].written if node.outputs else node.result for node in bodies}
        result = results.pop() if len(results) == 1 else body[-1].name
        aliases = constructor.aliases
        forward = Forward(body, entries, (result,), aliases=aliases, own=own, shapes=False)
        said = partial(mapping, bodies, frame, indent=2)
        return Method(signatures.forward(entries, "Tensor"), said, forward.write())


def _is_size(value: Value) -> bool:
    """Tell whether a value may be local: the name of an op is not, as its class is handed on."""
    return all(map(_is_size, value)) if isinstance(value, tuple) else not isinstance(value, str)
