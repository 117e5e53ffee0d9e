"""What is wrong, where, and what to do about it.

A stage of the compiler collects `Diagnostic`s and raises them together as one `SpecError`.
Nothing here knows YAML, ops or torch.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, Literal

from archspec import limits
from archspec.places import Mark, Paint, Source, Span, plain, snippets, visible

_TRAIL: Final = 3
"""How many steps are told of a block that contains itself, which are all alike."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something else to know, and where that is written."""

    text: str
    span: Span | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _shortened(self.text))

    def told(self, near: Span | None) -> str:
        """Return the text with the place in words behind it: `from` becomes `from line 7`."""
        place = f" {self.span.seen_from(near)}" if self.span else ""
        return f"{visible(self.text)}{place}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake, or a warning: a stable code, a fact, a place, and help.

    Attributes:
        code: stable; `archspec explain` tells more about it.
        message: the fact.
        span: where it is.
        label: stands under the caret.
        notes: other places that are quoted, such as that of the first of two equal keys.
        details: indented lines below the quotes (incoming shapes, say).
        trail: from the inside out, which blocks and loops led here.
        help: what to do.
        path: of the node in the network, `layer2.0.add`; empty where there is none yet.
    """

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    notes: tuple[Note, ...] = ()
    details: tuple[Note, ...] = ()
    trail: tuple[Note, ...] = ()
    help: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        for name in ("message", "label", "help"):
            object.__setattr__(self, name, _shortened(getattr(self, name)))

    def __str__(self) -> str:
        return self.text()

    @property
    def is_limit(self) -> bool:
        """Tell whether it is past a limit, and not a mistake."""
        return self.code.startswith("L")

    @property
    def level(self) -> Literal["error", "warning"]:
        """Whether the spec is wrong, or only holds what nothing uses."""
        return "warning" if self.code.startswith("W") else "error"

    def text(self, paint: Paint = plain) -> str:
        """Return all of it for people, in colour or not."""
        return "\n".join(self._lines(paint))

    def _lines(self, paint: Paint) -> Iterator[str]:
        head = paint(self.level, f"{self.level}[{self.code}]")
        yield f"{head}{paint('fact', f': {visible(self.message)}')}"
        marks = [] if self.span is None else [Mark(self.span, self.label, here=True)]
        marks += [Mark(note.span, note.text) for note in self.notes if note.span]
        gutter = max((len(str(mark.span.line)) for mark in marks), default=1)
        yield from snippets(marks, gutter, paint)
        bar, sign = (paint("frame", f"{'':>{gutter}} {sign}") for sign in "|=")
        for detail in self.details:
            yield f"{bar}      {detail.told(self.span)}"
        shown = self.trail[: _TRAIL if self.code == "G324" else None]
        for step in shown:
            yield f"{sign} in {step.told(self.span)}"
        if len(self.trail) > len(shown):
            yield f"{sign} … {len(self.trail) - len(shown)} more"
        if self.help:
            yield f"{sign} {paint('help', 'help:')} {visible(self.help)}"


class SpecError(Exception):
    """A spec is wrong: all mistakes of the stage that found them.

    Args:
        diagnostics: at least one, in the order of the file.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return self.text()

    def text(self, paint: Paint = plain) -> str:
        """Return all mistakes for people, in colour or not."""
        return "\n\n".join(diagnostic.text(paint) for diagnostic in self.diagnostics)


class Diagnostics:
    """Collects the mistakes of one stage; the same mistake at one place is kept once.

    What is past a limit ends the stage, or it would go on past it.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Diagnostic] = {}

    def add(self, diagnostic: Diagnostic) -> None:
        """Remember a mistake.

        Raises:
            SpecError: when it is one more than are told; code L106 is then the last.
        """
        # One wrong line in a block is one mistake, however often the block is used.
        self._found.setdefault((diagnostic.code, diagnostic.span or diagnostic.message), diagnostic)
        if len(self._found) > limits.MISTAKES and not diagnostic.is_limit:
            message = f"more than {limits.MISTAKES} mistakes; what else is wrong is not told"
            self._found.popitem()
            raise SpecError((*self._found.values(), Diagnostic("L106", message, diagnostic.span)))

    @contextmanager
    def collect(self, path: str = "", trail: tuple[Note, ...] = ()) -> Iterator[None]:
        """Remember what a `SpecError` of the body of the `with` says, and go on after it.

        Args:
            path: of the node that is made there.
            trail: how it came there. Mistakes that have both already keep them.
        """
        try:
            yield
        except SpecError as error:
            for diagnostic in error.diagnostics:
                at = (diagnostic.path or path, diagnostic.trail or trail)
                self.add(replace(diagnostic, path=at[0], trail=at[1]))
            if any(diagnostic.is_limit for diagnostic in error.diagnostics):
                raise SpecError(self._found.values()) from None

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
    """Return "did you mean `x`?" for the nearest known word, or an empty string.

    >>> did_you_mean("Linaer", ["Linear", "Conv2d"])
    'did you mean `Linear`?'
    """
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else ""


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known word that is most like another, or an empty string.

    Args:
        word: what is written.
        known: what could be meant.
        cutoff: how alike they must be, from 0 to 1.
    """
    if len(word) > limits.WORD_LENGTH:
        return ""
    folded = {choice.casefold(): choice for choice in _affordable(word, known)}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else ""


def _affordable(word: str, known: Iterable[str]) -> Iterator[str]:
    """Yield the known words, as many as can be compared; each takes the product of the lengths."""
    left = limits.COMPARED
    for choice in known:
        left -= len(word) * len(choice)
        if left < 0:
            return
        yield choice


def _shortened(text: str) -> str:
    """Return a text without its middle when it is longer than anyone reads."""
    if len(text) <= limits.MESSAGE_LENGTH:
        return text
    return f"{text[: limits.MESSAGE_LENGTH - 100]} … {text[-97:]}"


__all__ = [
    "Diagnostic",
    "Diagnostics",
    "Note",
    "Source",
    "Span",
    "SpecError",
    "did_you_mean",
    "fail",
    "visible",
]
