"""YAML text to a tree in which every key and value knows its place.

The tree is composed from PyYAML's events, so nothing of a file is ever constructed as a Python
object. Scalars follow YAML 1.2's core schema. What makes YAML unsafe or unclear is refused:
anchors, aliases, merge keys, tags, duplicate keys, several documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import yaml

from archspec import limits
from archspec.errors import Diagnostic, Diagnostics, Note, Source, Span, SpecError, fail
from archspec.scalars import Plain, plain
from archspec.trees import Listing, Mapping, Scalar, Tree
from archspec.yaml_keys import is_item, is_null, is_torn, listed, no_word, wrong_key
from archspec.yaml_slips import Slip, curly, glued, lacking_blanks, odd_space, slip

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
            if isinstance(key, Scalar) and is_item(key) and is_null(value):
                if not (entries and is_torn(entries[-1][1])):  # `(2, 3, 4)`, told later as such
                    numbers.append(key)
            elif not isinstance(key, Scalar) or not isinstance(key.value, str):
                odd.append(key)
            elif not key.quoted and lacking_blanks([(key.value, key.span)]):
                tight.append((key.value, key.span))
            elif (wrong := wrong_key(key, value, seen)) is not None:
                self.diagnostics.add(wrong)
            else:
                seen[key.value] = key.span
                entries.append((key, value))
        if (found := lacking_blanks(tight)) is not None:
            self.diagnostics.add(Diagnostic("Y101", found.message, found.span, help=found.help))
        if odd:  # where one child is numbered, all are
            self.diagnostics.add(no_word(odd[0], beside=[str(key) for key in seen]))
        if numbers:
            self.diagnostics.add(no_word(numbers[0], listed(entries[-1:], numbers)))
        return Mapping(tuple(entries), self.span(start, event))

    def span(self, start: yaml.Event, end: yaml.Event | None = None) -> Span:
        """Return the place from the beginning of one event to the end of another."""
        first, last = start.start_mark, (end or start).end_mark
        assert first is not None
        assert last is not None
        return Span(self.source, first.line + 1, first.column + 1, last.line + 1, last.column + 1)


__all__ = ["Listing", "Mapping", "Scalar", "Source", "Tree", "parse"]
