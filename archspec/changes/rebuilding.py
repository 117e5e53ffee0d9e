"""All changes of one file made at once, on a tree that keeps what they leave alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from archspec.errors import Span
from archspec.syntax import Listing, Mapping, Scalar, Tree

Entry = tuple[Scalar | None, Tree]
"""A child with its key; a list has none."""


@dataclass(slots=True)
class Edits:
    """What is to be done to a tree, by the identity of its parts.

    Attributes:
        marks: the new parts, each with the place of the change that made it; of several nodes
            that one change inserts, each has its own.
    """

    replacements: dict[tuple[int, int], tuple[Tree, Span]] = field(default_factory=dict)
    insertions: dict[tuple[int, int], Sequence[Entry]] = field(default_factory=dict)
    words: dict[int, Tree] = field(default_factory=dict)
    marks: list[tuple[Tree, Span]] = field(default_factory=list)

    def replace(self, container: Mapping | Listing, index: int, new: Tree, place: Span) -> None:
        """Put a node in the place of a child."""
        self.replacements[id(container), index] = (new, place)

    def insert(self, container: Mapping | Listing, index: int, new: Sequence[Entry]) -> None:
        """Put nodes behind a child; before all of them behind number -1."""
        self.insertions[id(container), index] = new
        self.marks += [(value, value.span if key is None else key.span) for key, value in new]

    def rename(self, word: Scalar, new: Tree, place: Span) -> None:
        """Put another word, or a node that reads it, in the place of a word."""
        self.words[id(word)] = new
        self.marks.append((new, place))


def rebuilt(tree: Mapping, edits: Edits) -> Mapping:
    """Return a document after its edits; what they leave alone is the same object as before."""
    made = _Rebuilding(edits).tree(tree)
    assert isinstance(made, Mapping)
    return made


@dataclass(slots=True)
class _Rebuilding:
    edits: Edits

    def tree(self, tree: Tree) -> Tree:
        """Return a tree after the edits within it."""
        if isinstance(tree, Scalar):
            return self.edits.words.get(id(tree), tree)
        before: list[Entry] = (
            list(tree.entries)
            if isinstance(tree, Mapping)
            else [(None, item) for item in tree.items]
        )
        after = [*self.edits.insertions.get((id(tree), -1), ())]
        for index, (key, value) in enumerate(before):
            new, place = self.edits.replacements.get((id(tree), index), (value, None))
            # What a replaced node keeps of the one before may itself be edited.
            after.append((key, made := self.tree(new)))
            if place is not None:
                self.edits.marks.append((made, place))
            after += self.edits.insertions.get((id(tree), index), ())
        same = len(after) == len(before)
        if same and all(a[1] is b[1] for a, b in zip(after, before, strict=True)):
            return tree
        if isinstance(tree, Mapping):
            return replace(tree, entries=tuple((k, v) for k, v in after if k is not None))
        return replace(tree, items=tuple(value for _, value in after))
