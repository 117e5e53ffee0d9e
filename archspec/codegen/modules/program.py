"""The file that is being written: its classes, its functions, what it imports."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import TypeAlias

from archspec.codegen.python.trees import dotted
from archspec.codegen.uses.frame import Parameter
from archspec.codegen.uses.handed_on import handed_on
from archspec.network import Body, Network, walk

Doc: TypeAlias = Callable[[], Sequence[str]]
"""Yields the lines of a docstring once they are needed, which is not while something is tried.

None are yielded where there is no docstring.
"""


def said(*lines: str) -> Doc:
    """Return a docstring that is known."""
    return lambda: lines


@dataclass(frozen=True, slots=True)
class Method:
    """A method or a function: its name and parameters, its docstring, its statements."""

    head: ast.FunctionDef
    doc: Doc
    body: Sequence[ast.stmt]

    @property
    def tree(self) -> ast.FunctionDef:
        """The function as Python reads it, its docstring aside."""
        made = copy(self.head)
        made.body = [*self.body]
        return made


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the emitted file."""

    name: str
    base: str
    doc: Doc
    methods: list[Method]
    fields: tuple[ast.stmt, ...] = ()

    @property
    def tree(self) -> ast.ClassDef:
        """The class as Python reads it, its docstrings aside."""
        body = [*self.fields, *(method.tree for method in self.methods)]
        return ast.ClassDef(self.name, [dotted(self.base)], [], body, [])


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the emitted file."""

    method: Method

    @property
    def name(self) -> str:
        """What it is called."""
        return self.method.head.name

    @property
    def tree(self) -> ast.FunctionDef:
        """The function as Python reads it, its docstring aside."""
        return self.method.tree


@dataclass(frozen=True, slots=True)
class Signature:
    """How an emitted class or function is called."""

    name: str
    parameters: tuple[Parameter, ...]


@dataclass(slots=True)
class Rehearsal:
    """Whether what is tried shall stay."""

    kept: bool = False

    def keep(self) -> None:
        """Let what was written stay."""
        self.kept = True


@dataclass(frozen=True, slots=True)
class Settled:
    """The classes of a block, with all that they call, and how they are called by path."""

    definitions: Sequence[Class | Function]
    signatures: Mapping[str, Signature]


@dataclass(slots=True)
class Program:
    """Collects what one file holds; definitions come before their uses.

    Attributes:
        uses: the uses of each block.
        signatures: the class that stands for a use, by the path of the use.
        handed_on: the names of a use that its caller hands on, by the path of the use.
        settled: definitions that stay, whatever becomes of what is tried around them.
        unsettled: what is tried of which others know no more than a guess.
    """

    network: Network
    uses: dict[str, list[Body]] = field(default_factory=dict)
    signatures: dict[str, Signature] = field(default_factory=dict)
    definitions: list[Class | Function] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    handed_on: Mapping[str, frozenset[str]] = field(init=False)
    settled: list[Settled] = field(default_factory=list)
    unsettled: int = 0

    def __post_init__(self) -> None:
        for node in walk(self.network.root):
            if isinstance(node, Body) and node.block is not None and node.reuses is None:
                self.uses.setdefault(node.block.name, []).append(node)
        self.handed_on = handed_on(self.network.root)
        self.taken |= {*self.uses, self.network.name, *self.network.ops, "OrderedDict", "Tensor"}

    def unused(self, wanted: str) -> str:
        """Return a name like the wanted one that nothing else has, and take it."""
        found = next(variant for variant in _variants(wanted) if variant not in self.taken)
        self.taken.add(found)
        return found

    @contextmanager
    def rehearsal(self) -> Iterator[Rehearsal]:
        """Undo what is written within, unless it is kept."""
        rehearsal = Rehearsal()
        before = {
            part: copy(getattr(self, part)) for part in ("signatures", "definitions", "taken")
        }
        try:
            yield rehearsal
        finally:
            if not rehearsal.kept:
                for part, value in before.items():
                    setattr(self, part, value)
                for settled in self.settled:
                    self._bring_back(settled)

    @contextmanager
    def guessing(self) -> Iterator[None]:
        """Let nothing settle that is written within, since it calls what is not known yet."""
        self.unsettled += 1
        try:
            yield
        finally:
            self.unsettled -= 1

    def settle(self, paths: Sequence[str], since: int) -> None:
        """Let the classes of some uses, all there are of one block, stay for good.

        A block is the same to all that use it, so that it is written but once.

        Args:
            paths: the uses.
            since: how many definitions there were before.
        """
        if not self.unsettled:
            known = {path: self.signatures[path] for path in paths}
            self.settled.append(Settled(self.definitions[since:], known))

    def _bring_back(self, settled: Settled) -> None:
        """Let classes be there again, where what was tried around them was undone."""
        there = {*map(id, self.definitions)}
        self.definitions += [made for made in settled.definitions if id(made) not in there]
        self.signatures |= settled.signatures
        self.taken |= {made.name for made in settled.definitions}


def _variants(wanted: str) -> Iterator[str]:
    yield wanted
    number = 2
    while True:
        yield f"{wanted}{number}"
        number += 1
