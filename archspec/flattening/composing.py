"""Entries put together anew where `changes` has changed something in them, and all else as it was.

A tree after changes shares with the files all that they left alone; what is shared is spelt as its
file spells it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from archspec.errors import Span, visible
from archspec.flattening.cutting import Part, character, cut, parts
from archspec.merging import Chain, Document
from archspec.syntax import Listing, Mapping, Scalar, Tree

_WIDTH: Final = 100
_NEEDS_QUOTES: Final = re.compile(r"[,\[\]{}#]|:(\s|$)")
"""What a plain scalar cannot hold within `{…}`."""


@dataclass(slots=True)
class Composer:
    """Spells the entries of a document that `changes` has changed.

    Attributes:
        chain: the files.
        document: what they say together.
    """

    chain: Chain
    document: Document
    originals: dict[int, Tree] = field(default_factory=dict)
    keys: dict[int, tuple[Scalar, Tree]] = field(default_factory=dict)
    holders: dict[int, tuple[Mapping | Listing, int]] = field(default_factory=dict)
    before: dict[int, int] = field(default_factory=dict)
    cuts: dict[int, list[Part]] = field(default_factory=dict)
    marks: dict[int, Span] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.marks = {id(tree): place for tree, place in self.document.marks}
        for tree in self.chain:
            self._remember(tree, 0)

    def is_original(self, tree: Tree) -> bool:
        """Tell whether a part stands in one of the files as it is."""
        return id(tree) in self.originals

    def entry(self, key: Scalar, value: Tree) -> Part:
        """Return an entry of a mapping."""
        known = self.keys.get(id(key))
        if known is not None and known[1] is value:
            return self._marked(self.part(key), value)
        if self.is_original(value):
            part = self.part(value)
            held = self.keys.get(id(value))
            if held is not None:
                part = replace(part, head=spelt(key) + part.head[len(spelt(held[0])) :])
            else:  # an item of a list
                part = self._composed(key, value)
            return self._marked(part if known else replace(part, above=(), remark=""), value)
        part = self._composed(key, value)
        if known is not None:
            before = self.part(key)
            single = not before.more or before.head.endswith(":")
            part = replace(part, above=before.above, remark=before.remark if single else "")
        return self._marked(part, value, within=not part.more)

    def _composed(self, key: Scalar, value: Tree) -> Part:
        """Return an entry whose value is put together anew."""
        line = self._inline(value)
        if line is not None and len(line) + len(spelt(key)) + 2 <= _WIDTH:
            return Part(f"{spelt(key)}: {line}")
        lines = self._lines(value)
        return Part(f"{spelt(key)}:", more=tuple(f"  {line}" if line else "" for line in lines))

    def _inline(self, tree: Tree) -> str | None:
        """Return a tree on one line; None where it stands on several, or has comments."""
        if isinstance(tree, Scalar):
            return self._scalar(tree)
        opened = character(tree.span) not in ("{", "[")
        if opened and id(tree) not in self.marks and tree.span.end_line > tree.span.line:
            return None
        if self.is_original(tree) and not opened:
            lines = cut(tree.span)
            return lines[0] if len(lines) == 1 else None
        found = [self._inline(value) for _, value in _children(tree)]
        texts = [text for text in found if text is not None]
        if len(texts) < len(found):
            return None
        if isinstance(tree, Listing):
            return f"[{', '.join(texts)}]"
        keys = (spelt(key) for key, _ in tree.entries)
        return f"{{{', '.join(f'{k}: {v}' for k, v in zip(keys, texts, strict=True))}}}"

    def _scalar(self, tree: Scalar) -> str:
        """Return a scalar as it may stand within `{…}`."""
        text = str(tree.value)
        if self.is_original(tree):
            lines = cut(tree.span)
            text = lines[0]
            if len(lines) > 1 or (not tree.quoted and _NEEDS_QUOTES.search(text)):
                return json.dumps(tree.value, ensure_ascii=False)
        return text

    def _lines(self, tree: Tree) -> Iterator[str]:
        """Yield the lines of a tree that stands on several."""
        if isinstance(tree, Mapping):
            for key, value in tree.entries:
                part = self.entry(key, value)
                yield from (*part.above, *part.lines)
        elif isinstance(tree, Listing):
            for item in tree.items:
                part = self._item(tree, item)
                yield from (*part.above, *part.lines)
        else:
            yield self._scalar(tree)

    def _item(self, around: Listing, item: Tree) -> Part:
        """Return an item of a list in block form."""
        held = self.holders.get(id(item))
        if held is not None and character(held[0].span) == "-":
            return self._marked(self.part(item), item)
        line = self._inline(item)
        if line is not None and len(line) + 2 <= _WIDTH:
            return self._marked(Part(f"- {line}"), item, within=True)
        first, *more = self._lines(item)
        part = Part(f"- {first}", more=tuple(f"  {line}" if line else "" for line in more))
        return self._marked(part, item)

    def _marked(self, part: Part, tree: Tree, *, within: bool = False) -> Part:
        """Return a part with the comment that tells which change made it.

        Args:
            part: the part.
            tree: what it spells.
            within: whether all of that is on its one line.
        """
        places = [*self._places(tree)] if within else [self.marks.get(id(tree))]
        told = dict.fromkeys(_told(place) for place in places if place is not None)
        if not told:
            return part
        comment = f"# changed: {', '.join(told)}"
        if isinstance(tree, Scalar) and part.more:  # no comment may stand within it
            return replace(part, above=(*part.above, comment))
        return replace(part, remark=f"{part.remark} {comment}")

    def _places(self, tree: Tree) -> Iterator[Span | None]:
        yield self.marks.get(id(tree))
        if not self.is_original(tree):
            for _, value in _children(tree):
                yield from self._places(value)

    def _remember(self, tree: Tree, before: int) -> None:
        """Remember all parts of a file, and where the line before each container is."""
        self.originals[id(tree)] = tree
        if isinstance(tree, Scalar):
            return
        self.before[id(tree)] = before
        for index, (key, value) in enumerate(_children(tree)):
            self.holders[id(value)] = (tree, index)
            if key is not None:
                self.keys[id(key)] = self.keys[id(value)] = (key, value)
                self.holders[id(key)] = (tree, index)
            self._remember(value, value.span.line - 1 if key is None else key.span.line)

    def part(self, tree: Tree) -> Part:
        """Return the entry of a file that has this key or value, or the item of a list."""
        container, index = self.holders[id(tree)]
        if id(container) not in self.cuts:
            before = self.before[id(container)]
            made = parts(container, before)
            self.cuts[id(container)] = made
        return self.cuts[id(container)][index]


def spelt(key: Scalar) -> str:
    """Return a key as its file spells it; one that no file has, as it is."""
    text = cut(key.span)[0] if key.span.line == key.span.end_line else ""
    return text if text.strip("'\"") == key.value else str(key.value)


def _children(tree: Tree) -> list[tuple[Scalar | None, Tree]]:
    if isinstance(tree, Mapping):
        return [*tree.entries]
    return [(None, item) for item in tree.items] if isinstance(tree, Listing) else []


def _told(place: Span) -> str:
    return f"{visible(place.source.name)}:{place.line}"
