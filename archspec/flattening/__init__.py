"""A spec and those that it extends as the text of one spec, as if it had been written so.

`merging.merged` says what the one spec holds; here every part of it is spelt as the file spells it
that it came from, with its comments. Only the mappings that merge entry by entry are put together
anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from archspec.errors import Source
from archspec.flattening.composing import Composer
from archspec.flattening.cutting import Part
from archspec.merging import MERGED, Chain, Document, joined
from archspec.ops import BY_NAME, Ops
from archspec.syntax import Mapping, Scalar, Tree

_SCHEMA: Final = re.compile(r"\n+# yaml-language-server:[^\n]*\n*\Z")
_WIDTH: Final = 100
"""Columns that a mapping put together anew may take to stay on one line."""


def flattened(chain: Chain, ops: Ops = BY_NAME) -> str:
    """Return the text of one spec that says what a spec and those that it extends say.

    >>> from archspec.reading import read_chain
    >>> "extends" in flattened(read_chain("resnet34"))
    False

    Args:
        chain: the spec and its bases, as `reading.read_chain` returns them.
        ops: the ops that they may use.

    Raises:
        SpecError: where a key that is moved has the form `? key`; code F108.
    """
    if len(chain) == 1:
        # The schema that a file names for editors lies beside that file alone.
        return _SCHEMA.sub("\n", chain[0].span.source.text)
    return "\n".join(_Writer(chain, ops).lines()).strip("\n") + "\n"


@dataclass(slots=True)
class _Writer:
    """Puts the parts of several documents together."""

    chain: Chain
    ops: Ops
    document: Document = field(init=False)
    composer: Composer = field(init=False)

    def __post_init__(self) -> None:
        self.document = joined(self.chain, self.ops)
        self.composer = Composer(self.chain, self.document)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the one spec."""
        # What stands above `extends` speaks of the whole file.
        extends = self.chain[0].key("extends")
        assert extends is not None
        yield from self.composer.part(extends).above
        sections = []
        for key, value in self.document.entries:
            if key is extends:
                continue
            part = None
            if key.value in MERGED and isinstance(value, Mapping):
                part = None if self.composer.is_original(value) else self._composed(key, value)
            sections.append((key.span.source, part or self.composer.entry(key, value)))
        yield from _spaced(sections)

    def _composed(self, key: Scalar, value: Mapping) -> Part:
        """Return a mapping put together from entries of several files."""
        name = str(key.value)
        heads = [self.composer.part(k) for tree in self.chain if (k := tree.key(name)) is not None]
        keys = [entry for entry, _ in value.entries]
        entries = [self._entry(name, entry, held) for entry, held in value.entries]
        above = _note(heads)
        if all(entry.inline and not entry.above and not entry.more for entry in entries):
            line = f"{name}: {{{', '.join(entry.head for entry in entries)}}}"
            if len(line) <= _WIDTH:
                return Part(line, above)
        opened = [part for part in heads if part.head.endswith(":")]
        remark = next((part.remark for part in opened if part.remark), "")
        lines = [line for entry in entries for line in (*entry.above, *entry.lines)]
        if name == "blocks":
            lines = [*_spaced(zip((entry.span.source for entry in keys), entries, strict=True))]
        return Part(f"{name}:", above, remark, tuple(f"  {line}" if line else "" for line in lines))

    def _entry(self, section: str, key: Scalar, value: Tree) -> Part:
        """Return an entry of a composed mapping."""
        part = self.composer.entry(key, value)
        if section != "vars":
            return part
        # A comment on a var tells what it is for, whatever value a file gives it.
        mappings = [m for tree in self.chain if isinstance(m := tree.get(section), Mapping)]
        same = [self.composer.part(k) for m in mappings if (k := m.key(str(key.value))) is not None]
        remark = next((other.remark for other in same if other.remark), "")
        if part.more and not part.head.endswith(":"):
            remark = part.remark
        return Part(part.head, _note(same), remark, part.more, part.inline)


def _spaced(parts: Iterable[tuple[Source, Part]]) -> Iterator[str]:
    """Yield the lines of parts; where files meet, an empty line ends what is longer than a line."""
    before: Source | None = None
    long = False
    for source, part in parts:
        if long and source is not before and part.above[:1] != ("",):
            yield ""
        yield from (*part.above, *part.lines)
        before, long = source, bool(part.more)


def _note(parts: list[Part]) -> tuple[str, ...]:
    """Return the comments above the first of these parts that has some."""
    return next((part for part in parts if part.has_note), parts[-1]).above
