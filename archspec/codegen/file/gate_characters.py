"""The last gate, as far as it reads letters: characters, the encoding, comments."""

from __future__ import annotations

import ast
import io
import re
import textwrap
import tokenize
from collections.abc import Iterator
from typing import Final

_LONGEST: Final = 100
"""Characters of what is told of a line."""

_SHAPE: Final = re.compile(r"# \(N(, [0-9]+)*\)")


class Refused(Exception):
    """Something that no emitted file may hold.

    Attributes:
        what: what it is.
        line: where it is, from 1.
    """

    def __init__(self, what: str, line: int) -> None:
        what = textwrap.shorten(what, _LONGEST, placeholder=" …")
        super().__init__(f"line {line} of the emitted source: {what}")
        self.what = what
        self.line = line


def check_characters(text: str) -> None:
    """Refuse what no one sees, or sees elsewhere than it is."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.isprintable():
            raise Refused("a character that cannot be printed", number)


def parsed(text: str) -> ast.Module:
    """Return the tree of the file's bytes, which may name an encoding, once Python compiles it."""
    try:
        data = text.encode("utf-8")
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if encoding != "utf-8":
            raise Refused(f"an encoding, `{encoding}`", 1)
        tree = ast.parse(data)
        # What has the form of Python may still be none: a function with two parameters of a name.
        compile(tree, "<source>", "exec", dont_inherit=True)
        return tree
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        raise Refused(f"this is not Python: {getattr(error, 'msg', error)}", line) from None


def check_comments(text: str, own: tuple[str, ...]) -> None:
    """Refuse comments other than shapes and those of our own texts: none comes from a spec."""
    written = {line.strip() for part in own for line in _behind_signs(part)}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        said = token.string if token.type == tokenize.COMMENT else ""
        if said and not _SHAPE.fullmatch(said) and said.strip() not in written:
            raise Refused(f"a comment, `{said}`", token.start[0])


def _behind_signs(text: str) -> Iterator[str]:
    """Return what can be a comment: each line from each of its `#` on."""
    for line in text.splitlines():
        yield from (line[found.start() :] for found in re.finditer("#", line))
