"""Paths of nodes as they are written: `Bottleneck.bn3`, `net.layer<i>`, `net.features.0.M`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from archspec.changes.forms import INPUT, TEMPLATE, Container, Kind, Words, through_do
from archspec.errors import SpecError, did_you_mean, fail
from archspec.syntax import Listing, Mapping, Scalar, Tree

AFTER: Final = re.compile(r"after\s+(.*)", re.DOTALL)
ELSE: Final = "else"
_FORM: Final = "a path is `net` or a block, then names of children: `net.conv1`, `Bottleneck.bn3`"
_LENGTH: Final = 1_000
"""Characters of a path."""

_SHOWN: Final = 10
"""Names of children that an error lists."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where a change is made.

    Attributes:
        key: the change as written.
        text: the path itself.
        after: whether it is `after` the path.
        head: `net` or the name of a block.
        container: what holds the node.
        kind: what the children in it are to one another.
        index: the number of the node in it; -1 for the input of the body.
        scope: the body in which the node is known by its name.
        above: the nodes that it lies within, and itself.
        steps: the containers on the way, each with the number of the node that is gone into.
        twins: paths of nodes of the same names under an `else`.
    """

    key: Scalar
    text: str
    after: bool
    head: str
    container: Container
    kind: Kind
    index: int
    scope: Container
    above: tuple[Tree, ...]
    steps: tuple[tuple[Container, int], ...]
    twins: tuple[str, ...]

    @property
    def numbered(self) -> bool:
        """Tell whether the node has a number and no name."""
        return self.kind is Kind.LIST

    @property
    def node(self) -> Tree:
        """The node, which is no input."""
        return children(self.container)[self.index][1]

    @property
    def name(self) -> str:
        """The node's name as written, or that of the input."""
        if self.index >= 0 and self.kind is Kind.NAMES:
            return str(children(self.container)[self.index][0])
        return self.text.rpartition(".")[2]


def children(container: Container) -> list[tuple[str | None, Tree]]:
    """Return the children of a body with their names."""
    if isinstance(container, Listing):
        return [(None, item) for item in container.items]
    return [(str(key.value), value) for key, value in container.entries]


def located(key: Scalar, base: Mapping, words: Words) -> Path:
    """Return where a change is to be made.

    Args:
        key: the path, perhaps behind `after`.
        base: the document in which it leads somewhere.
        words: the words that name ops and blocks.

    Raises:
        SpecError: when it is no path, or leads nowhere; codes S256 and S257.
    """
    match = AFTER.fullmatch(str(key.value))
    text = (match[1] if match else str(key.value)).strip()
    head, dot, rest = text.partition(".")
    if not dot or len(text) > _LENGTH or "" in rest.split("."):
        raise fail("S256", f"`{text}` is no path to a node", key.span, help=_FORM)
    return _Search(key, text, match is not None, head, base, words).path(rest)


@dataclass(frozen=True, slots=True)
class _Search:
    key: Scalar
    text: str
    after: bool
    head: str
    base: Mapping
    words: Words

    def path(self, rest: str) -> Path:
        """Follow the names behind the head."""
        tree = self._root()
        body = self.words.body(tree)
        scope: Container | None = None
        above: list[Tree] = []
        steps: list[tuple[Container, int]] = []
        twins: list[str] = []
        container: Container
        way = self.head
        while True:
            if rest.partition(".")[0] == ELSE and (other := _with_else(tree)):
                container, kind, part = other, Kind.OTHER, ELSE
                index, rest = self.words.positions(other)[ELSE], rest[len(ELSE) + 1 :]
            elif body is None:
                raise self._nothing(way, rest, tree)
            else:
                container, kind = body
                # The children of a `splice` are known by name in the body around it.
                if scope is None or not _is_spliced(tree, container):
                    scope = container
                index, part, rest = self._step(way, tree, container, kind, rest)
                if part in self._under_else(tree):
                    twins.append(f"{way}.{ELSE}.{part}{'.' if rest else ''}{rest}")
            scope = scope or container
            steps.append((container, index))
            if index >= 0:
                tree = children(container)[index][1]
                above.append(tree)
            if not rest:
                at = (container, kind, index, scope, tuple(above), tuple(steps), tuple(twins))
                return Path(self.key, self.text, self.after, self.head, *at)
            way, body = f"{way}.{part}", self.words.body(tree)

    def _root(self) -> Tree:
        """Return the body of `net`, or of a block."""
        held = {name: self.words.root(name) for name in ("net", *self.words.blocks)}
        root = held.get(self.head)
        if root is not None:
            return root
        names = [name for name, tree in held.items() if tree is not None]
        help = did_you_mean(self.head, names) or f"there are {', '.join(names[:_SHOWN])}"
        message = f"the base has no `{self.head}`"
        if self.head != "net":
            message = f"the base has no block `{self.head}`"
        if self.head in {name for name, _ in self._nodes(self.base.get("net"))}:
            help = f"a node of `net` is named `net.{self.text}`"
        raise fail("S257", message, self.key.span, help=help)

    def _nodes(self, tree: Tree | None) -> list[tuple[str | None, Tree]]:
        body = None if tree is None else self.words.body(tree)
        return children(body[0]) if body else []

    def _step(
        self, way: str, tree: Tree, container: Container, kind: Kind, rest: str
    ) -> tuple[int, str, str]:
        """Return the number of the child that is named next, its name, and what follows it."""
        positions = self.words.positions(container)
        for part, behind in _beginnings(rest):
            if part in positions:
                return positions[part], part, behind
        inputs = self._inputs(way, kind)
        if rest in inputs and self.after:
            return -1, rest, ""
        if (part := rest.partition(".")[0]) in self._under_else(tree):
            message = f"`{way}.{part}` stands under `else`"
            raise fail("S257", message, self.key.span, help=f"its path is `{way}.{ELSE}.{rest}`")
        raise self._unknown(way, container, rest, [*positions, *(inputs if self.after else ())])

    def _under_else(self, tree: Tree) -> dict[str, int]:
        """Return the children of what stands under the `else` of a node."""
        other = _with_else(tree)
        held = None if other is None else other.get(ELSE)
        body = None if held is None else self.words.body(held)
        return self.words.positions(body[0]) if body else {}

    def _inputs(self, way: str, kind: Kind) -> tuple[str, ...]:
        """Return the names of what enters the body."""
        if kind not in (Kind.NAMES, Kind.LIST):
            return ()
        return self.words.inputs_of(self.head) if way == self.head else (INPUT,)

    def _unknown(self, way: str, container: Container, rest: str, known: list[str]) -> SpecError:
        """Return the error about a child that is not there."""
        part, _, behind = rest.partition(".")
        turns = [name for name in known if matches(part, name)]
        if turns:
            message = f"`{way}.{part}` is a turn, and is not written by itself"
            help = f"`{way}.{turns[0]}` is where all turns are written"
            if blocks := self._blocks_with(behind.rpartition(".")[2] if behind else ""):
                help = f"{blocks} is where it is written, for all turns"
            return fail("S257", message, self.key.span, help=help)
        if part in ("do", "for", "if", "repeat", "splice", "where"):
            help = f"`{part}` is passed through: leave it out"
        elif isinstance(container, Listing):
            help = f"as written, the list has {len(container.items)} entries, counted from 0"
        else:
            near = did_you_mean(part, known).replace("`", f"`{way}.", 1)
            help = near or f"there are {', '.join(known[:_SHOWN])}"
        return fail("S257", f"`{way}` has no child `{part}`", self.key.span, help=help)

    def _nothing(self, way: str, rest: str, tree: Tree) -> SpecError:
        """Return the error about a child of what has none."""
        keys = [key.value for key, _ in tree.entries] if isinstance(tree, Mapping) else []
        used = next((str(key) for key in keys if key in self.words.blocks), "")
        last = rest.rpartition(".")[2]
        help = ""
        if used and last in dict(self._nodes(self.words.root(used))):
            help = f"`{used}.{last}` is where it is written, for all uses of the block"
        elif blocks := self._blocks_with(last):
            help = f"{blocks} is where it is written, for all uses of the block"
        message = f"`{way}` is one node, which has no children of its own here"
        return fail("S257", message, self.key.span, help=help)

    def _blocks_with(self, child: str) -> str:
        """Return the paths of the children of that name in blocks, in words."""
        if not child or child.isdigit():
            return ""
        found = [b for b in self.words.blocks if child in dict(self._nodes(self.words.root(b)))]
        return " or ".join(f"`{block}.{child}`" for block in found[:3])


def _with_else(node: Tree) -> Mapping | None:
    """Return the part of a node that has an `else`, which is itself or in its `do`."""
    return next((held for held in through_do(node) if held.key(ELSE) is not None), None)


def _beginnings(rest: str) -> Iterator[tuple[str, str]]:
    """Yield each way to cut a name off the beginning; a case of a `cfg` may hold dots."""
    place = rest.find(".")
    while place >= 0:
        yield rest[:place], rest[place + 1 :]
        place = rest.find(".", place + 1)
    yield rest, ""


def matches(word: str, template: str) -> bool:
    """Tell whether a word can be a key with `<…>` where the variables have values."""
    if "<" not in template:
        return False
    parts = [re.escape(part) for part in TEMPLATE.split(template)[::2]]
    return re.fullmatch("[A-Za-z0-9_-]+".join(parts), word) is not None


def _is_spliced(node: Tree, container: Container) -> bool:
    """Tell whether the children in a container join the body around their node."""
    while isinstance(node, Mapping):
        if (held := node.get("splice")) is not None:
            return held is container and isinstance(container, Mapping)
        inner = node.get("do")
        if inner is None or node.key("for") is not None or node.key("repeat") is not None:
            return False
        node = inner
    return False
