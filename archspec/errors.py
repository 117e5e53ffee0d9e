"""What is wrong, where, and what to do about it.

A stage of the compiler collects `Diagnostic`s and raises them together as one `SpecError`.
Nothing here knows YAML, ops or torch.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_WIDTH = 100
"""Columns of a quoted line that are shown around the place of an error."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A text that was read, and the name by which the user knows it."""

    name: str
    text: str
    folder: str | None = None
    lines: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(self.text.splitlines()))

    def line(self, number: int) -> str:
        """Return line `number`, counted from 1; an empty string past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source; lines and columns count from 1, columns in code points."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{visible(self.source.name)}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake: a stable code, a fact, a place, and help.

    `label` stands under the caret, `details` are indented lines below the quote (incoming
    shapes, say), `trail` tells from the inside out which instances led here.
    """

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    details: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    help: str = ""

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"error[{self.code}]: {visible(self.message)}"
        gutter = " "
        if self.span is not None:
            gutter = " " * len(str(self.span.line))
            yield f"{gutter}--> {self.span}"
            yield from _quote(self.span, self.label, gutter)
        for detail in self.details:
            yield f"{gutter} |      {visible(detail)}"
        for step in self.trail:
            yield f"{gutter} = in {visible(step)}"
        if self.help:
            yield f"{gutter} = help: {visible(self.help)}"


class SpecError(Exception):
    """A spec is wrong: all mistakes of the stage that found them.

    Args:
        diagnostics: at least one, in the order of the file.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n\n".join(str(diagnostic) for diagnostic in self.diagnostics))


class Diagnostics:
    """Collects the mistakes of one stage; the same mistake at one place is kept once."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Diagnostic] = {}

    def add(self, diagnostic: Diagnostic) -> None:
        """Remember a mistake."""
        # One wrong line in a block is one mistake, however often the block is used.
        self._found.setdefault((diagnostic.code, diagnostic.span or diagnostic.message), diagnostic)

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Remember what a `SpecError` of the body of the `with` says, and go on after it."""
        try:
            yield
        except SpecError as error:
            for diagnostic in error.diagnostics:
                self.add(diagnostic)

    def raise_any(self) -> None:
        """End the stage.

        Raises:
            SpecError: when anything was added.
        """
        if self._found:
            raise SpecError(self._found.values())


def fail(code: str, message: str, span: Span | None = None, **more: object) -> SpecError:
    """Return (not raise) an error of one diagnostic; `more` as in `Diagnostic`."""
    return SpecError([Diagnostic(code, message, span, **more)])  # type: ignore[arg-type]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "did you mean `x`?" for the nearest known word, or an empty string."""
    choices = list(known)
    folded = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"did you mean `{folded[near[0]]}`?" if near else ""


def visible(text: str) -> str:
    """Return text with control, bidirectional and other invisible characters spelt out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        if unicodedata.category(character)[0] not in "CZ" or character == " "
        else f"\\u{{{ord(character):04x}}}"
        for character in text
    )


def _quote(span: Span, label: str, gutter: str) -> Iterator[str]:
    """Yield the line of a span with a caret under it, cut to a readable width."""
    text = span.source.line(span.line)
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(text)
    left = max(0, start - _WIDTH // 2)
    shown = text[left : left + _WIDTH]
    carets = max(1, min(end, left + _WIDTH) - start)
    head = "…" if left else ""
    before = head + visible(shown[: start - left])
    marked = visible(shown[start - left : start - left + carets])
    after = visible(shown[start - left + carets :]) + ("…" if len(text) > left + _WIDTH else "")
    yield f"{gutter} |"
    yield f"{span.line} | {before}{marked}{after}"
    carets = max(1, len(marked.rstrip()))
    yield f"{gutter} | {' ' * len(before)}{'^' * carets}{' ' + visible(label) if label else ''}"
