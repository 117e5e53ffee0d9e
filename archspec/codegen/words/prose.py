"""Free text as it stands in docstrings: harmless, wrapped, in letters that are what they seem."""

from __future__ import annotations

import re
import textwrap
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from archspec.codegen.python.width import width

_QUOTES: Final = re.compile("""^"|"$|['"]{2,}""")
"""What could end a docstring: quotes side by side, or beside those of the docstring itself."""

_RUNS: Final = re.compile("""['"]+""")
_WORD: Final = re.compile(r"[^\W_]+")
_TIE: Final = "\u00a0"
_ENDS: Final = (".", "!", "?")


def harmless(text: str) -> str:
    """Return free text that ends no docstring and starts nothing else.

    What cannot be printed (control characters, line separators, marks that turn the direction of
    writing) becomes a space, a backslash a slash. Where quotes could end the docstring, all become
    apostrophes.
    """
    said = _printable(text).replace("\\", "/")
    return _RUNS.sub("'", said) if _QUOTES.search(said) else said


def prose(text: str) -> str:
    """Return free text as one line that is harmless in a docstring."""
    return harmless(_line(text))


def sentence(text: str) -> str:
    """Return free text as `prose` does, with an end."""
    words = _line(text)
    return harmless(words if not words or words.endswith(_ENDS) else f"{words.rstrip(' ,:;-')}.")


def wrapped(text: str, indent: int = 0) -> str:
    """Return free text wrapped to the width of source; an address stays whole."""
    columns, breaks = width() - 4 * indent, "://" not in text
    filled = textwrap.fill(text, columns, break_long_words=breaks, break_on_hyphens=False)
    return filled.replace(_TIE, " ")


def tied(text: str) -> str:
    """Return a text that no line break divides once it is wrapped."""
    return text.replace(" ", _TIE)


def docstring(summary: str, *details: str, indent: int) -> list[str]:
    """Return the lines of a docstring: a first line that must fit, and what is told beside it."""
    said = [wrapped(text, indent) for text in details if text]
    return [summary, *(["", *"\n".join(said).split("\n")] if said else [])]


def fits(summary: str, *, indent: int, alone: bool = True) -> bool:
    """Tell whether a first line fits: three quotes before it, and three behind it if `alone`."""
    return len(summary) <= width() - 4 * indent - (6 if alone else 3)


@lru_cache(maxsize=4)  # what a spec says of itself is said in several places
def _line(text: str) -> str:
    return " ".join(_plain(_printable(text)).split())


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text)


def _plain(text: str) -> str:
    """Return a text without characters that are taken for others: `-` for a dash, `x` for `×`.

    A word in letters of another script stays as it is, unless all of it could be Latin.
    """
    if text.isascii():
        return text
    marks, letters = _confusables()
    return _WORD.sub(lambda word: _latin(word[0], letters), text.translate(marks))


def _latin(word: str, letters: dict[int, str]) -> str:
    if word.isascii():
        return word
    other = any(not c.isascii() and ord(c) not in letters for c in word)
    return word if other and not any(map(str.isascii, word)) else word.translate(letters)


@cache
def _confusables() -> tuple[dict[int, str], dict[int, str]]:
    """Return what stands for marks, and for letters, that linters find ambiguous."""
    marks: dict[int, str] = {}
    letters: dict[int, str] = {}
    text = Path(__file__).with_name("confusables.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        plain, _, others = line.partition(" ")
        for c in others:
            (letters if c.isalnum() else marks)[ord(c)] = plain
    return marks, letters
