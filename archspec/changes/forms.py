"""The forms of nodes as trees: which hold children, and which keys name siblings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from archspec.ops import Form, Ops
from archspec.syntax import Listing, Mapping, Scalar, Tree

INPUT: Final = "input"
TEMPLATE: Final = re.compile(r"<([^<>]*)>")

_KEPT: Final = ("from", "if", "else", "before")
_OF_NODES: Final = (*_KEPT, "do", "repeat", "for", "splice", "cfg", "where", "use")
"""Keys that make a mapping a node, and no body of named children."""

_THROUGH: Final = ("do", "splice", "Sequential")
"""Keys under which a node goes on."""

Container: TypeAlias = Mapping | Listing


_NONE: Final[frozenset[str]] = frozenset()


class Kind(Enum):
    """What the children in a container are to one another."""

    NAMES = "children by name"
    LIST = "children by number"
    BRANCHES = "branches of a merge"
    CASES = "cases of a `cfg`"
    OTHER = "the node under `else`"


@dataclass(frozen=True, slots=True)
class Read:
    """A word by which a sibling is read; where it is a whole node, it is another name for that."""

    word: Scalar
    is_node: bool = False


@dataclass(slots=True)
class Words:
    """The words by which nodes are known: ops, and the blocks of the base and of the file."""

    base: Mapping
    own: Mapping
    ops: Ops
    blocks: dict[str, Scalar] = field(init=False)
    own_blocks: dict[str, Scalar] = field(init=False)
    _outputs: dict[int, Tree | None] = field(default_factory=dict)
    _names: dict[int, dict[str, int]] = field(default_factory=dict)
    _readers: dict[int, dict[str, list[Read]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.blocks = block_keys(self.base)
        self.own_blocks = block_keys(self.own)
        for name in ("net", *self.blocks):
            root = self.root(name)
            body = None if root is None else self.body(root)
            if body is not None:
                self._outputs[id(body[0])] = self._interface(name).get("outputs")

    def root(self, head: str) -> Tree | None:
        """Return the body of the base's `net`, or of one of its blocks."""
        if (long := self._long(head)) is not None or head == "net":
            return (long or self.base).get("net")
        return self._block(head)

    def inputs_of(self, head: str) -> tuple[str, ...]:
        """Return the names of what enters `net`, or a block."""
        held = self._interface(head).get(INPUT)
        if head == "net":
            entries = held.entries if isinstance(held, Mapping) else ()
            return tuple(str(key.value) for key, _ in entries) or (INPUT,)
        items = held.items if isinstance(held, Listing) else ()
        return tuple(str(word(item)) for item in items) or (INPUT,)

    def _interface(self, head: str) -> Mapping:
        """Return what holds `input` and `outputs` of `net`, or of a block."""
        if head == "net":
            return self.base
        return self._long(head) or Mapping((), self.base.span)

    def _long(self, head: str) -> Mapping | None:
        held = None if head == "net" else self._block(head)
        return held if isinstance(held, Mapping) and is_long(held) else None

    def _block(self, name: str) -> Tree | None:
        blocks, header = self.base.get("blocks"), self.blocks.get(name)
        if not isinstance(blocks, Mapping) or header is None:
            return None
        return blocks.get(str(header.value))

    def positions(self, container: Container) -> dict[str, int]:
        """Return the numbers of the children of a container by their names, or as words."""
        if id(container) not in self._names:
            named = (
                [str(key.value) for key, _ in container.entries]
                if isinstance(container, Mapping)
                else [*map(str, range(len(container.items)))]
            )
            self._names[id(container)] = {name: index for index, name in enumerate(named)}
        return self._names[id(container)]

    def readers(self, scope: Container) -> dict[str, list[Read]]:
        """Return the words by which the children of a body, or `outputs`, read a name, by name."""
        if id(scope) not in self._readers:
            found: dict[str, list[Read]] = {}
            held = self._outputs.get(id(scope))
            values = [v for _, v in held.entries] if isinstance(held, Mapping) else [held]
            outputs = (Read(value) for value in values if isinstance(value, Scalar))
            for read in (*self.all_reads(scope), *outputs):
                found.setdefault(str(read.word.value), []).append(read)
            self._readers[id(scope)] = found
        return self._readers[id(scope)]

    def is_callee(self, word: object) -> bool:
        """Tell whether a key names an op or block."""
        known = word in self.ops or word in self.blocks or word in self.own_blocks
        return known or word == "Sequential"

    def is_node(self, tree: Mapping) -> bool:
        """Tell whether a mapping is one node, rather than a body of named children."""
        return any(key.value in _OF_NODES or self.is_callee(key.value) for key, _ in tree.entries)

    def is_merge(self, word: object) -> bool:
        """Tell whether a key names an op that merges tensors by their names."""
        op = self.ops.get(str(word))
        return op is not None and op.inputs is None

    def is_tensor(self, tree: Tree) -> bool:
        """Tell whether a node is a tensor of the module around it, which no node reads by place."""
        keys = [key.value for key, _ in tree.entries] if isinstance(tree, Mapping) else [word(tree)]
        if isinstance(tree, Mapping) and (held := tree.get("do")) is not None:
            return self.is_tensor(held)
        ops = [self.ops[str(key)] for key in keys if key in self.ops]
        return any(op.form is Form.TENSOR for op in ops)

    def body(self, tree: Tree) -> tuple[Container, Kind] | None:
        """Return what holds the children of a node, and what they are; None where it has none."""
        if isinstance(tree, Listing):
            return tree, Kind.LIST
        if not isinstance(tree, Mapping):
            return None
        if not self.is_node(tree):
            return tree, Kind.NAMES
        for key, value in tree.entries:
            if key.value in _THROUGH:
                return self.body(value)
            if key.value == "where" and isinstance(value, Mapping):
                return value, Kind.CASES
            if self.is_merge(key.value) and isinstance(value, Mapping):
                return value, Kind.BRANCHES
        return None

    def reads(self, node: Tree, key: str | None, bound: frozenset[str] = _NONE) -> Iterator[Read]:
        """Yield every word by which a child of a body, or of its loops, reads a sibling.

        Args:
            node: the child.
            key: its name as written; None in a list.
            bound: variables of the loops around it.
        """
        if isinstance(node, Scalar) and node.value == INPUT:
            yield Read(node, is_node=True)
        if not isinstance(node, Mapping) or not self.is_node(node):
            return
        own, joined = variables(node), joins(node, key, bound)
        for name, value in node.entries:
            if name.value == "from" or self.is_merge(name.value):
                parts = value.items if isinstance(value, Listing) else (value,)
                if isinstance(value, Mapping) and name.value == "from":
                    parts = tuple(part for _, part in value.entries)
                yield from (Read(part) for part in parts if isinstance(part, Scalar))
            elif name.value == "else":
                yield from self.reads(value, key, bound)
            elif name.value == "do" and joined:
                yield from self.reads(value, key, bound | own)
            elif name.value == "splice" and joined:
                yield from self.all_reads(value, bound | own)
            elif name.value == "where" and joined and isinstance(value, Mapping):
                for _, case in value.entries:
                    yield from self.all_reads(case, bound | own)

    def all_reads(self, tree: Tree, bound: frozenset[str] = _NONE) -> Iterator[Read]:
        """Yield the words by which the children of a body read one another or its input."""
        if isinstance(tree, Listing):
            for item in tree.items:
                yield from self.reads(item, None, bound)
        elif isinstance(tree, Mapping) and not self.is_node(tree):
            for key, value in tree.entries:
                yield from self.reads(value, str(key.value), bound)
        else:
            yield from self.reads(tree, None, bound)


def is_long(tree: Tree) -> bool:
    """Tell whether a block is written as the file is, with `input`, `net` and `outputs`.

    A body may have children called `net` and `outputs`, but none called `input`, and what is called
    `outputs` holds no words alone.
    """
    if not isinstance(tree, Mapping):
        return False
    outputs = tree.get("outputs")
    of_words = isinstance(outputs, Mapping) and all(
        isinstance(word(value), str) for _, value in outputs.entries
    )
    return tree.key(INPUT) is not None or (tree.key("net") is not None and of_words)


def variables(node: Mapping) -> frozenset[str]:
    """Return the variables that a loop gives to its turns; none for what is no loop."""
    columns = node.get("for")
    if node.key("cfg") is not None:
        return frozenset(("n",))
    if isinstance(columns, Mapping):
        found = {part.strip() for key, _ in columns.entries for part in str(key.value).split(",")}
        return frozenset((*found, "index"))
    return frozenset(("index",) if node.key("repeat") is not None else ())


def joins(node: Mapping, key: str | None, bound: frozenset[str]) -> bool:
    """Tell whether what a node holds stands in the body around it, and in no module of its own."""
    own = variables(node)
    if not own or key is None:
        return True
    if (spliced := node.get("splice")) is not None:
        return not isinstance(spliced, Listing)
    return not own.isdisjoint(set(TEMPLATE.findall(key)) - bound)


def block_keys(tree: Mapping) -> dict[str, Scalar]:
    """Return the headers of a document's blocks by the blocks' names."""
    held = tree.get("blocks")
    keys = [key for key, _ in held.entries] if isinstance(held, Mapping) else []
    return {str(key.value).partition("(")[0].strip(): key for key in keys}


def through_do(node: Tree) -> Iterator[Mapping]:
    """Yield a node and, while `do` holds another, that too; a word is none of them."""
    held: Tree | None = node
    while isinstance(held, Mapping):
        yield held
        held = held.get("do")


def word(tree: Tree) -> object:
    """Return the word that a scalar is; None for what is none."""
    return tree.value if isinstance(tree, Scalar) else None
