"""Sizes of the spec's input that are computed once, where the rest takes any size."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from archspec import spec
from archspec.analysis.standing import Standing, standing
from archspec.errors import Diagnostic, Note, Span
from archspec.network import Body, Leaf, Network, walk
from archspec.resolve.positions import bound
from archspec.spec import Given, Spec, Use, Written, read_names

_SIZES: Final = ("in_length", "in_depth", "in_height", "in_width")
_LOUD: Final = frozenset(("Parameter", "Linear", "Unflatten"))
"""Ops that raise of themselves where another size arrives than they were made for."""

_LATER: Final = "whatever size arrives at run time"
_AGAIN: Final = "it is decided once; for another size, load the spec with that `input`"


def frozen(network: Network, written: Written) -> Iterator[Diagnostic]:
    """Yield a warning for each argument, condition or number of turns that a side decides; W132.

    PyTorch would take another size, and do something else than the spec says.

    Args:
        network: a network.
        written: what it was resolved from.
    """
    if not network.maps:
        return  # no other size can arrive
    made: dict[Span, list[Leaf | Body]] = {}
    for node in walk(network.root):
        if isinstance(node.written, Use):
            made.setdefault(node.written.span, []).append(node)
    # Which sides never change takes another network to know: it is seldom asked.
    if _found(written.spec, made, {}):
        yield from _found(written.spec, made, standing(network, written))


def filled_once(network: Network, written: Written) -> Iterator[Diagnostic]:
    """Yield a warning for each argument of a rule of `init` that a side decides; W132."""
    if not network.maps:
        return
    for rule in written.spec.init:
        for _, _, arguments in rule.fills:
            for _, given in arguments:
                if read := _read(given, dict.fromkeys(_SIZES)):
                    yield _argument(read, given, rule.selector.text)


def _found(written: Spec, made: _Made, fixed: Standing) -> list[Diagnostic]:
    looking = _Looking(written, made, fixed)
    looking.within(written.net, dict.fromkeys(_SIZES))
    return looking.found


@dataclass(frozen=True, slots=True)
class _Read:
    """A side that is read: under which name, and where; `origin` is where it was a side itself."""

    name: str
    origin: Given
    sides: tuple[str, ...]


_Known = Mapping[str, _Read | None]
"""The names that come of a side; the sides themselves have nothing to tell."""

_Made = Mapping[Span, Sequence[Leaf | Body]]
"""What each use of an op or block has become, by its place."""


@dataclass(slots=True)
class _Looking:
    """Goes through a spec as written, into each block with what comes of sides there."""

    written: Spec
    made: _Made
    fixed: Standing
    found: list[Diagnostic] = field(default_factory=list)
    entered: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def within(self, node: spec.Node, known: _Known) -> None:
        """Look at a node and all within it."""
        if node.condition is not None:
            self._decides(node.condition, known, "which layers there are")
        if node.otherwise is not None:
            self.within(node.otherwise, known)
        if not isinstance(node, spec.Use) or node.branches is not None:
            known = self._entering(node.span, known)
        if isinstance(node, spec.Do):
            self.within(node.node, known)
        elif isinstance(node, spec.Body):
            for _, held in node.items:
                self.within(held, known)
        elif isinstance(node, spec.Use):
            self._use(node, known)
        elif isinstance(node, spec.Loop):
            self._loop(node, known)
        elif isinstance(node, spec.Cfg):
            inner = {**known, "n": _read(node.entries, known)}
            for _, held in node.cases:
                self.within(held, _there(inner))

    def _use(self, use: Use, known: _Known) -> None:
        if use.branches is not None:
            self.within(use.branches, known)
        if use.callee.formula is not None:
            self._decides(use.callee, known, "which layers there are")
        nodes = {_label(node): node for node in reversed(self.made.get(use.span, ()))}
        for name in dict.fromkeys((str(use.callee.value), *nodes)):
            node = nodes.get(name)
            if name in self.written.blocks:
                self._enter(self.written.blocks[name], use, known)
            elif isinstance(node, Leaf) and name not in _LOUD:
                for given in self._given(use, node):
                    if read := _read(given, known):
                        warning = _argument(read, given, name)
                        self.found.append(replace(warning, path=node.path))

    def _given(self, use: Use, leaf: Leaf) -> Iterator[Given]:
        """Yield what is written for the arguments of an op, beside it or as its defaults."""
        yield from use.arguments()
        stated = bound(type(leaf.op), use)
        for name, given in self.written.defaults.get(leaf.label, ()):
            if name.text not in stated:
                yield given

    def _loop(self, loop: spec.Loop, known: _Known) -> None:
        if loop.count is not None:
            self._decides(loop.count, known, "how many turns there are")
        inner = dict(known)
        for name, given in loop.columns:
            inner[name.text] = _read(given, known)
            for part in ast.walk(given.formula) if given.formula is not None else ():
                if isinstance(part, ast.Call) and getattr(part.func, "id", "") == "range":
                    alone = replace(given, formula=part)
                    self._decides(alone, known, "how many turns there are")
        self.within(loop.node, _there(inner))

    def _enter(self, block: spec.Block, use: Use, known: _Known) -> None:
        names = [parameter.name for parameter in block.parameters]
        positional = use.arguments()[:1] if len(names) == 1 else use.positional
        given = {name.text: value for name, value in use.keywords}
        given |= zip(names, positional if use.positional else (), strict=False)
        inner = self._entering(use.span, None)
        for parameter in block.parameters:
            value, seen = given.get(parameter.name), known
            if value is None:
                value, seen = parameter.default, inner
            if value is not None and (read := _read(value, seen)):
                inner[parameter.name] = read
        at = (block.name.text, (*inner,))
        if at not in self.entered:
            self.entered.add(at)
            self.within(block.body, inner)

    def _entering(self, place: Span, known: _Known | None) -> dict[str, _Read | None]:
        """Return the names that come of a side in a body, if one is written there.

        Args:
            place: where it is.
            known: those around it; None for a block, which sees none of them.
        """
        if place not in self.fixed and known is not None:
            return dict(known)
        others = {name: read for name, read in (known or {}).items() if name not in _SIZES}
        return others | dict.fromkeys(n for n in _SIZES if n not in self.fixed.get(place, ()))

    def _decides(self, given: Given, known: _Known, what: str) -> None:
        if read := _read(given, known):
            sides = " and ".join(f"`{side}`" for side in read.sides)
            decide = "decide" if len(read.sides) > 1 else "decides"
            message = f"{sides} {decide} here {what}, {_LATER}"
            place, notes = _places(read, given)
            self.found.append(Diagnostic("W132", message, place, notes=notes, help=_AGAIN))


def _label(node: Leaf | Body) -> str:
    """Return the op or block of a node; empty for a body in place."""
    if isinstance(node, Leaf):
        return node.label
    return node.block.name if node.block is not None else ""


def _there(known: Mapping[str, _Read | None]) -> _Known:
    """Return the names that come of a side, without those of loops that do not."""
    return {name: read for name, read in known.items() if read is not None or name in _SIZES}


def _read(given: Given, known: _Known) -> _Read | None:
    """Return what an expression reads of sides; the first name, where it is none itself."""
    names = sorted(read_names(given) & known.keys())
    sides = tuple(name for name in names if name in _SIZES)
    if sides:
        return _Read("", given, sides)
    first = known[names[0]] if names else None
    return first and replace(first, name=names[0])


def _places(read: _Read, given: Given) -> tuple[Span, tuple[Note, ...]]:
    if read.origin.span == given.span:
        return given.span, ()
    return read.origin.span, (Note("used here", given.span),)


def _argument(read: _Read, given: Given, op: str) -> Diagnostic:
    """Return the warning about an argument of an op."""
    listed = " and ".join(f"`{side}`" for side in read.sides)
    verb = "are numbers" if len(read.sides) > 1 else "is a number"
    message = f"{listed} {verb} here, {_LATER}"
    help = "where one size is meant, write its numbers"
    if op == "Upsample":
        help = f"`scale_factor` follows what arrives; {help}"
    place, notes = _places(read, given)
    return Diagnostic("W132", message, place, notes=notes, help=help)


__all__ = ["filled_once", "frozen"]
