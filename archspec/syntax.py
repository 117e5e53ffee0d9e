"""YAML text to a tree in which every key and value knows its place.

The tree is composed from PyYAML's events, so nothing of a file is ever constructed as a Python
object. Scalars follow YAML 1.2's core schema. What makes YAML unsafe or unclear is refused:
anchors, aliases, merge keys, tags, duplicate keys, several documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml

from archspec import limits
from archspec.errors import Diagnostic, Diagnostics, Note, Source, Span, SpecError, fail
from archspec.scalars import Plain, plain
from archspec.yaml_slips import Slip, curly, glued, lacking_blanks, lacking_colon, odd_space, slip


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value; `quoted` tells `"64"` from `64`."""

    value: Plain
    span: Span
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, in the order of the file."""

    items: tuple[Tree, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping, in the order of the file; its keys are scalars."""

    entries: tuple[tuple[Scalar, Tree], ...]
    span: Span

    def get(self, key: str) -> Tree | None:
        """Return the value of a key, or None."""
        return next((value for name, value in self.entries if name.value == key), None)

    def key(self, key: str) -> Scalar | None:
        """Return the key itself, with its place, or None."""
        return next((name for name, _ in self.entries if name.value == key), None)


Tree: TypeAlias = Scalar | Listing | Mapping

_FORBIDDEN: Final = re.compile(
    # What YAML does not allow, and the mark that begins some UTF-8 files.
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def parse(source: Source) -> Mapping:
    """Read a spec's text.

    >>> tree = parse(Source("tiny.yaml", "{name: Tiny, input: [3, 8, 8]}"))
    >>> print(tree.get("name").value, "at", tree.get("name").span)
    Tiny at tiny.yaml:1:8

    Raises:
        SpecError: with every duplicate key or refused construct, or the first thing that is
            not YAML; the codes begin with Y.
    """
    _check_text(source)
    composer = _Composer(source)
    try:
        tree = composer.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _point(source, mark) if mark else None
        what = " ".join(part for part in (error.context, error.problem) if part)
        if "maximum nesting depth" in what:  # libyaml looks ahead of what is composed here
            raise fail("L102", f"nested deeper than {limits.YAML_DEPTH} levels", place) from None
        if mark is not None and (found := _slip(source, what, error)) is not None:
            raise fail("Y101", found.message, found.span, help=found.help) from None
        notes = _began(source, error)
        help = _yaml_help(what)
        raise fail("Y101", f"not valid YAML: {what}", place, notes=notes, help=help) from None
    composer.diagnostics.raise_any()
    if not isinstance(tree, Mapping):
        raise _no_mapping(tree, source)
    return tree


def _no_mapping(tree: Tree | None, source: Source) -> SpecError:
    """Return the error about a text that is a list, a single value, or nothing."""
    if isinstance(tree, Scalar) and not tree.quoted and (found := glued(tree.value, tree.span)):
        return fail("Y101", found.message, found.span, help=found.help)
    message = "a spec is a mapping with keys such as `name`, `input` and `net`"
    place = tree.span if tree else Span(source, 1, 1, 1, 1)
    return fail("Y102", message, place, help="" if tree else "the file is empty")


def _check_text(source: Source) -> None:
    if len(source.text.encode("utf-8", "surrogatepass")) > limits.SOURCE_BYTES:
        raise fail("L101", f"the spec is larger than {limits.SOURCE_BYTES:,} bytes")
    if found := _FORBIDDEN.search(source.text):
        before = re.split("\r\n|[\r\n\x85\u2028\u2029]", source.text[: found.start()])
        line, column = len(before), len(before[-1]) + 1
        place = Span(source, line, column, line, column + 1)
        raise fail("Y103", f"character U+{ord(found[0]):04X} is not allowed", place)
    if (odd := odd_space(source)) is not None:
        raise fail("Y103", odd.message, odd.span, help=odd.help)


def _yaml_help(problem: str) -> str:
    if "\\t" in problem or "tab character" in problem:
        return "indent with spaces, not tabs"
    if "',' or ']'" in problem or "',' or '}'" in problem:
        return "inside {…} or […], an expression with a comma, bracket or colon needs quotes"
    return ""


def _slip(source: Source, what: str, error: yaml.MarkedYAMLError) -> Slip | None:
    """Return what was done wrong, where it is of a known kind."""
    marks = [error.context_mark, error.problem_mark or error.context_mark]
    start, end = (None if m is None else (m.line + 1, m.column + 1) for m in marks)
    return None if end is None else slip(source, what, start, end)


def _began(source: Source, error: yaml.MarkedYAMLError) -> tuple[Note, ...]:
    """Return where that began which is wrong further below, such as a quote without its end."""
    start, end = error.context_mark, error.problem_mark
    if start is None or end is None or (start.line, start.column) == (end.line, end.column):
        return ()
    return (Note("it begins here", _point(source, start)),)


def _point(source: Source, mark: yaml.Mark) -> Span:
    return Span(source, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)


class _Composer:
    """Builds the tree from events, keeping places and enforcing limits as it goes."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.diagnostics = Diagnostics()
        self.count = 0
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.events: Iterator[yaml.Event] = yaml.parse(source.text, Loader=loader)

    def document(self) -> Tree | None:
        """Return the only document of the stream, None when there is none."""
        next(self.events)
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        tree = self.node(next(self.events), 0)
        next(self.events)
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise fail("Y104", "a file holds one spec, not several documents", self.span(event))
        if isinstance(tree, Scalar) and tree.value is None:
            return None
        return tree

    def node(self, event: yaml.Event, depth: int) -> Tree:
        """Return the tree that begins with this event."""
        self.count += 1
        span = self.span(event)
        if depth > limits.YAML_DEPTH:
            raise fail("L102", f"nested deeper than {limits.YAML_DEPTH} levels", span)
        if self.count > limits.YAML_NODES:
            raise fail("L103", f"more than {limits.YAML_NODES:,} values in one file", span)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise fail(
                "Y105",
                "YAML anchors and aliases are not part of the language",
                span,
                help="a block under `blocks`, or `repeat`, says the same with a name",
            )
        tag = getattr(event, "tag", None)
        if tag:
            raise fail("Y106", f"YAML tags such as `{tag}` are not part of the language", span)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, span)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.listing(event, depth)
        return self.mapping(event, depth)

    def scalar(self, event: yaml.ScalarEvent, span: Span) -> Scalar:
        """Return a scalar with the type that YAML 1.2's core schema gives it."""
        text = event.value
        if not event.implicit[0]:
            return Scalar(text, span, quoted=True)
        if help := curly(text):
            found = Diagnostic("Y101", "curly quotes are part of a text to YAML", span, help=help)
            self.diagnostics.add(found)
        return Scalar(plain(text, span), span)

    def listing(self, start: yaml.Event, depth: int) -> Listing:
        """Return the list that begins with this event."""
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        return Listing(tuple(items), self.span(start, event))

    def mapping(self, start: yaml.Event, depth: int) -> Mapping:
        """Return the mapping that begins with this event."""
        entries: list[tuple[Scalar, Tree]] = []
        seen: dict[Plain, Span] = {}
        numbers: list[Scalar] = []
        odd: list[Tree] = []
        tight: list[tuple[str, Span]] = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if isinstance(key, Scalar) and type(key.value) in (int, float) and _is_null(value):
                numbers.append(key)
            elif not isinstance(key, Scalar) or not isinstance(key.value, str):
                odd.append(key)
            elif not key.quoted and lacking_blanks([(key.value, key.span)]):
                tight.append((key.value, key.span))
            elif (wrong := _wrong_key(key, value, seen)) is not None:
                self.diagnostics.add(wrong)
            else:
                seen[key.value] = key.span
                entries.append((key, value))
        if (found := lacking_blanks(tight)) is not None:
            self.diagnostics.add(Diagnostic("Y101", found.message, found.span, help=found.help))
        if odd:  # where one child is numbered, all are
            self.diagnostics.add(_no_word(odd[0]))
        if numbers:
            self.diagnostics.add(_no_word(numbers[0], _listed(entries[-1:], numbers)))
        return Mapping(tuple(entries), self.span(start, event))

    def span(self, start: yaml.Event, end: yaml.Event | None = None) -> Span:
        """Return the place from the beginning of one event to the end of another."""
        first, last = start.start_mark, (end or start).end_mark
        assert first is not None
        assert last is not None
        return Span(self.source, first.line + 1, first.column + 1, last.line + 1, last.column + 1)


def _no_word(key: Tree, help: str = "") -> Diagnostic:
    if not isinstance(key, Scalar):
        what = "a list" if isinstance(key, Listing) else "a mapping"
        return Diagnostic("Y107", f"a key is a word, and this is {what}", key.span, help=help)
    span = key.span
    text = span.source.line(span.line)[span.column - 1 : span.end_column - 1].strip()
    what = f"`{text}`" if text else "empty"
    numbered = ""
    if type(key.value) in (int, float):
        what, numbered = "a number", "numbered children are a list, `- ReLU`; "
    if text and not help:
        help = f'{numbered}in quotes, `"{text}"`, it is a word'
    return Diagnostic("Y107", f"a key is a word, and this is {what}", span, help=help)


def _listed(before: Sequence[tuple[Scalar, Tree]], numbers: Sequence[Scalar]) -> str:
    """Return the help for `{Conv2d: 8, 3, 1}`, where numbers stand in place of keys."""
    for key, value in before:
        if isinstance(value, Scalar):
            texts = [str(part.value) for part in (value, *numbers)]
            return f"several values are a list: `{key.value}: [{', '.join(texts)}]`"
    return ""


def _is_null(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and tree.value is None


def _wrong_key(key: Scalar, value: Tree, seen: MappingType[Plain, Span]) -> Diagnostic | None:
    """Return what is wrong with a word that is a key; None where nothing is."""
    if key.value == "<<" and not key.quoted:
        help = "use `extends` for a whole spec, `defaults` or a block for a part"
        message = "YAML merge keys are not part of the language"
        return Diagnostic("Y105", message, key.span, help=help)
    if key.value in seen:
        notes = (Note("first here", seen[key.value]),)
        return Diagnostic("Y108", f"key `{key.value}` is already there", key.span, notes=notes)
    held = None if _is_null(value) else str(value.value) if isinstance(value, Scalar) else "…"
    if not key.quoted and (help := lacking_colon(str(key.value), held)):
        return Diagnostic("Y101", f"a colon is missing in `{key.value}`", key.span, help=help)
    return None
