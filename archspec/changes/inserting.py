"""`after PATH`: new nodes between a node and all that read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from archspec.changes.forms import Kind, Words, through_do, word
from archspec.changes.paths import Path, matches
from archspec.changes.rebuilding import Edits, Entry
from archspec.errors import Note, fail
from archspec.syntax import Listing, Mapping, Scalar, Tree

_UNREAD: Final = {
    Kind.BRANCHES: "a branch of a merge",
    Kind.CASES: "a case of a `cfg`",
    Kind.OTHER: "what stands under `else`",
}
"""What is known by no name, in words."""

_TRAINING: Final = re.compile(r"=\s*training\s*")


def inserted(path: Path, value: Tree, words: Words, edits: Edits) -> None:
    """Collect what puts new nodes behind a node, and lets all that read it read the last of them.

    Args:
        path: where they go.
        value: the new nodes.
        words: the words that name ops and blocks.
        edits: where it is collected.

    Raises:
        SpecError: when `value` is not of their form, or nothing can stand there; codes S256 and
            S259.
    """
    if what := _UNREAD.get(path.kind):
        help = "replace it by a list of nodes: the old one, then the new ones"
        raise fail(
            "S259", f"`{path.text}` is {what}: nothing reads it by name", path.key.span, help=help
        )
    new = _new_nodes(path, value)
    _Readers(path, words).rewire(_last_name(new), edits)
    edits.insert(path.container, path.index, _reading(path, new, words))


def _new_nodes(path: Path, value: Tree) -> list[Entry]:
    """Return the new nodes with their names, which those in a list have not."""
    if path.numbered:
        if not isinstance(value, Listing) or not value.items:
            help = f"`after {path.text}: [ReLU]`"
            raise fail("S256", "new nodes in a list are a list", value.span, help=help)
        return [(None, item) for item in value.items]
    if not isinstance(value, Mapping) or not value.entries:
        message = "new nodes have names: `after` takes a mapping of names to nodes"
        help = f"`after {path.text}: {{name: …}}`"
        raise fail("S256", message, value.span, help=help)
    return [(key, node) for key, node in value.entries]


def _last_name(new: list[Entry]) -> str:
    key = new[-1][0]
    return "" if key is None else str(key.value)


def _reading(path: Path, new: list[Entry], words: Words) -> list[Entry]:
    """Return the new nodes, the first of which reads the node they stand behind.

    By place it does, unless that is something which no node reads by place.
    """
    if path.index < 0:
        root = words.root(path.head)
        body = None if root is None else words.body(root)
        several = len(words.inputs_of(path.head)) > 1
        by_place = not (several and body is not None and path.scope is body[0])
    else:
        by_place = not (_is_side(path.node) or words.is_tensor(path.node))
    key, first = new[0]
    if by_place or (isinstance(first, Mapping) and first.key("from") is not None):
        return new
    place = path.key.span
    source = (Scalar("from", place), Scalar(path.name, place))
    if isinstance(first, Mapping) and words.is_node(first):
        return [(key, Mapping((source, *first.entries), first.span)), *new[1:]]
    return [(key, Mapping((source, (Scalar("do", place), first)), first.span)), *new[1:]]


def _is_side(node: Tree) -> bool:
    """Tell whether a node is there in training mode alone."""
    conditions = (held.get("if") for held in through_do(node))
    return any(_TRAINING.fullmatch(str(word(c))) for c in conditions if c is not None)


@dataclass(slots=True)
class _Readers:
    """All that reads a node by its name."""

    path: Path
    words: Words

    def rewire(self, last: str, edits: Edits) -> None:
        """Let what reads the node by name read another; "" has no name.

        Raises:
            SpecError: when it is read under a name that cannot be changed; code S259.
        """
        self._check_turns()
        place = self.path.key.span
        for read in self.words.readers(self.path.scope).get(self.path.name, ()):
            if not last:
                message = "nodes in a list have no names, and the input is read by name"
                notes = (Note("here", read.word.span),)
                raise fail("S259", message, place, notes=notes, help="write the body as a mapping")
            name = Scalar(last, read.word.span)
            alias = Mapping(((Scalar("from", place), name),), read.word.span)
            edits.rename(read.word, alias if read.is_node else name, place)

    def _check_turns(self) -> None:
        """Check that no turn of a loop is read by its own name.

        Raises:
            SpecError: when one is; code S259.
        """
        patterns = [name for name in self._names() if "<" in name]
        if not patterns:
            return
        node, written = self.path.node, self.words.positions(self.path.scope)
        # What a loop reads of its own turns is before all that stands behind it.
        inner = {id(read.word) for read in self.words.reads(node, self.path.name)}
        for text, reads in self.words.readers(self.path.scope).items():
            outside = [read for read in reads if id(read.word) not in inner]
            if outside and text not in written and any(matches(text, name) for name in patterns):
                message = "new nodes stand behind the last turn, and a turn is read by name"
                notes = (Note("here", outside[0].word.span),)
                help = "put them into the loop's `do`, or into the block that it uses"
                raise fail("S259", message, self.path.key.span, notes=notes, help=help)

    def _names(self) -> list[str]:
        """Return the names as written that the turns of the node have, or the node itself."""
        if self.path.index < 0 or self.path.numbered:
            return []
        node = self.path.node
        spliced = node.get("splice") if isinstance(node, Mapping) else None
        if isinstance(spliced, Mapping):
            return [str(key.value) for key, _ in spliced.entries]
        return [self.path.name]
