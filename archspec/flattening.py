"""A spec and those that it extends as the text of one spec, as if it had been written so.

`reading.merged` says what the one spec holds; here every part of it is spelt as the file spells it
that it came from, with its comments. Only the mappings that merge entry by entry are put together
anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from archspec.errors import Source, Span, fail
from archspec.reading import MERGED, Chain, joined
from archspec.syntax import Listing, Mapping, Scalar, Tree

_SCHEMA: Final = re.compile(r"\n+# yaml-language-server:[^\n]*\n*\Z")
_FLOWS: Final = re.compile(r"""[\w.=+-]*|\[.*\]|\{.*\}|"[^"]*"|'[^']*'""")
"""What may stand within `{…}` as it stands elsewhere."""

_WIDTH: Final = 100
"""Columns that a mapping put together anew may take to stay on one line."""


@dataclass(frozen=True, slots=True)
class Part:
    """An entry of a mapping as its file spells it, moved to the left margin.

    Attributes:
        above: comments and empty lines above it.
        head: its first line, or all of it.
        remark: the comment beside that line.
        more: its other lines.
        inline: it stands within `{…}`.
    """

    head: str
    above: tuple[str, ...] = ()
    remark: str = ""
    more: tuple[str, ...] = ()
    inline: bool = False

    @property
    def lines(self) -> list[str]:
        """The part without what stands above it."""
        return [(self.head + self.remark).rstrip(), *self.more]

    @property
    def has_note(self) -> bool:
        """Tell whether a comment stands above it."""
        return any(self.above)


def flattened(chain: Chain) -> str:
    """Return the text of one spec that says what a spec and those that it extends say.

    Args:
        chain: the spec and its bases, as `reading.read_chain` returns them.

    Raises:
        SpecError: where a key that is moved has the form `? key`; code F108.
    """
    if len(chain) == 1:
        # The schema that a file names for editors lies beside that file alone.
        return _SCHEMA.sub("\n", chain[0].span.source.text)
    return "\n".join(_Writer(chain).lines()).strip("\n") + "\n"


@dataclass(slots=True)
class _Writer:
    """Puts the parts of several documents together."""

    chain: Chain
    parts: dict[int, Part] = field(default_factory=dict)
    values: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for tree in self.chain:
            self.parts |= _parts(tree, 0)
            for key, value in tree.entries:
                if key.value in MERGED and isinstance(value, Mapping):
                    self.parts |= _parts(value, key.span.line)
                    self.values |= {id(held) for _, held in value.entries}

    def lines(self) -> Iterator[str]:
        """Yield the lines of the one spec."""
        # What stands above `extends` speaks of the whole file.
        extends = self.chain[0].key("extends")
        assert extends is not None
        yield from self.part(extends).above
        written = {id(value) for tree in self.chain for _, value in tree.entries}
        sections = []
        for key, value in joined(self.chain).entries:
            if key is extends:
                continue
            part = self.part(key)
            if isinstance(value, Mapping) and id(value) not in written:
                part = self._composed(key, value)
            sections.append((key.span.source, part))
        yield from _spaced(sections)

    def part(self, key: Scalar) -> Part:
        """Return the entry that has this key."""
        return self.parts[id(key)]

    def _composed(self, key: Scalar, value: Mapping) -> Part:
        """Return a mapping put together from entries of several files."""
        name = str(key.value)
        heads = [self.part(k) for tree in self.chain if (k := tree.key(name)) is not None]
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
        part = self.part(key)
        if section != "vars":
            return part
        if isinstance(value, Mapping) and id(value) not in self.values:
            part = _of_var(part, value)
        # A comment on a var tells what it is for, whatever value a file gives it.
        mappings = [m for tree in self.chain if isinstance(m := tree.get(section), Mapping)]
        same = [self.part(k) for m in mappings if (k := m.key(str(key.value))) is not None]
        remark = next((other.remark for other in same if other.remark), "")
        if part.more and not part.head.endswith(":"):
            remark = part.remark
        return Part(part.head, _note(same), remark, part.more, part.inline)


def _of_var(part: Part, value: Mapping) -> Part:
    """Return a var whose default stands in one file, and what it may be in another.

    Args:
        part: one of its entries, whose place and comments it takes.
        value: what it is.
    """
    name = part.head.partition(":")[0]
    texts = [(str(key.value), held, _lines_of(held)) for key, held in value.entries]
    if all(len(lines) == 1 and _FLOWS.fullmatch(lines[0]) for _, _, lines in texts):
        inner = ", ".join(f"{word}: {lines[0]}" for word, _, lines in texts)
        return Part(f"{name}: {{{inner}}}", part.above, part.remark, inline=part.inline)
    more = []
    for word, held, lines in texts:
        if isinstance(held, Listing) and _character(held.span) != "[":
            more += [f"  {word}:", *(f"    {line}" for line in lines)]
        else:
            more += [f"  {word}: {lines[0]}", *(f"    {line}" for line in lines[1:])]
    return Part(f"{name}:", part.above, part.remark, tuple(more))


def _lines_of(value: Tree) -> list[str]:
    """Return the lines of a value, moved to the left margin."""
    span, indent = value.span, value.span.column - 1
    if span.line == span.end_line:
        return _slice(span)
    first, *more = [span.source.line(number) for number in range(span.line, _last_of(value) + 1)]
    return [first[indent:], *(line[min(indent, len(line) - len(line.lstrip())) :] for line in more)]


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


def _parts(mapping: Mapping, before: int) -> dict[int, Part]:
    """Return the entries of a mapping that begins after a line, by the identity of their keys."""
    if _character(mapping.span) == "{":
        return {id(key): _inline(key, value) for key, value in mapping.entries}
    found = {}
    for key, value in mapping.entries:
        found[id(key)], before = _block(key, value, before)
    return found


def _inline(key: Scalar, value: Tree) -> Part:
    """Return an entry of `{…}`."""
    first, *more = _slice(value.span)
    head = f"{_slice(key.span)[0]}: {first}"
    return Part(head, more=tuple(f"  {line.strip()}" for line in more), inline=True)


def _block(key: Scalar, value: Tree, before: int) -> tuple[Part, int]:
    """Return an entry of a mapping in block form, and the number of its last line.

    Args:
        key: its key.
        value: its value.
        before: the number of the last line of the entry before it.
    """
    source, indent, start = key.span.source, key.span.column - 1, key.span.line
    line = source.line(start)
    if line[:indent].strip():
        raise fail("F108", "a key of the form `? key` cannot be moved", key.span)
    last = _last(value, indent)
    text = [source.line(number) for number in range(start + 1, last + 1)]
    above = [source.line(number).strip() for number in range(before + 1, start)]
    end = _end_of_head(key, value)
    return Part(
        line[indent:end].rstrip(),
        tuple(line for line in above if not line or line.startswith("#")),
        line[len(line[:end].rstrip()) :].rstrip(),
        tuple(line[min(indent, len(line) - len(line.lstrip())) :] for line in text),
    ), last


def _end_of_head(key: Scalar, value: Tree) -> int:
    """Return where the first line of an entry ends, but for a comment; the whole line in doubt."""
    line = key.span.source.line(key.span.line)
    if value.span.line > key.span.line:
        return line.index(":", key.span.end_column - 1) + 1
    if value.span.end_line > value.span.line:
        return len(line)
    return value.span.end_column - 1


def _last(value: Tree, indent: int) -> int:
    """Return the number of the last line of the entry with this value and indentation."""
    source, last = value.span.source, _last_of(value)
    # The span of a block scalar reaches to what comes next; comments set deeper belong here too.
    for number in range(last + 1, len(source.lines) + 1):
        line = source.line(number)
        if line.strip():
            if len(line) - len(line.lstrip()) <= indent:
                break
            last = number
    return last


def _last_of(value: Tree) -> int:
    """Return the number of the line where a value ends; of a block scalar, where it begins."""
    character = _character(value.span)
    if isinstance(value, Scalar):
        return value.span.line if character in ("|", ">") else value.span.end_line
    if character in ("{", "["):
        return value.span.end_line
    items = [item for _, item in value.entries] if isinstance(value, Mapping) else value.items
    return _last_of(items[-1])


def _character(span: Span) -> str:
    """Return the character at which a span begins."""
    return span.source.line(span.line)[span.column - 1 : span.column]


def _slice(span: Span) -> list[str]:
    """Return the lines of a span, cut where it begins and ends."""
    lines = [span.source.line(number) for number in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return lines
