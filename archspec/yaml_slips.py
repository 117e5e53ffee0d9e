"""What is wrong with a text that is no YAML, at its place and in the words of who wrote it.

YAML's own words tell where the parser gave up, and of what it had in hand then; the slip stands
often a line above, and has a simpler name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from archspec.places import Source, Span

_KEY: Final = re.compile(r"\s*(?:- +)*([\w<>.-]+)")
_TIGHT: Final = re.compile(rf"{_KEY.pattern}:(?=[^\s:])")
_GLUED: Final = re.compile(r"([A-Za-z_][\w<>.-]*(?:\([^()]*\))?):([^\s:].*)")
_EQUALS: Final = re.compile(rf"{_KEY.pattern}\s*=")
_NO_COLON: Final = re.compile(r"(?:^|[,{\[]|- )\s*([\w<>][\w<>.-]*) +([{\[])")
_NO_KEY: Final = re.compile(r"(?:^|[,{]|- )\s*:(?=\s|$)")
_TWO: Final = re.compile(rf"{_KEY.pattern}:\s+[^\s\[{{\"'#][^#]*?:(?=\s)")
_HEADER: Final = re.compile(r"\s*(\w+)\(([^()]*?)\s*:")
_LINE: Final = re.compile(r"\s*(?:- |[\w<>.-]+:(?:\s|$))")
_ODD: Final = re.compile(
    r"^(?:[ ]*(?:- *)?|[ -]*[\w<>.-]+: *)([\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000])",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong, where, and what to do about it."""

    message: str
    span: Span
    help: str = ""


def odd_space(source: Source) -> Slip | None:
    """Return the first space that is none to YAML, where one stands before a key or value."""
    found = _ODD.search(source.text)
    if found is None:
        return None
    before = re.split("\r\n|[\r\n\x85\u2028\u2029]", source.text[: found.start(1)])
    line, column = len(before), len(before[-1]) + 1
    message = f"U+{ord(found[1]):04X} looks like a blank, and is none to YAML"
    help = "type a plain blank in its place; such come along when text is copied"
    return Slip(message, Span(source, line, column, line, column + 1), help)


def curly(text: str) -> str:
    """Return the help for a text in curly quotes, which are none to YAML; empty for any other."""
    ends = {"“": "”“", "„": "“”", "‘": "’‘", "‚": "‘’", "«": "»", "”": "”", "’": "’"}.get(text[:1])
    inside = text[1:-1]
    if not ends or not inside or text[-1] not in ends or any(sign in inside for sign in ends):
        return ""
    return f"straight quotes end a text, `\"{inside}\"`, or none; `'{text}'` keeps these"


def lacking_colon(key: str, value: str | None) -> str:
    """Return the help for a key such as `b {Conv2d`, which lacks its colon; empty for any other.

    Args:
        key: the key.
        value: what stands behind it; None where nothing does.
    """
    if value is not None and re.fullmatch(r"\w*(\$?\{.*\}|\[.*\])\w*", key):
        return ""  # brackets that belong to it: of a loop's variable, or a block's parameters
    if match := re.fullmatch(r"([\w<>.-]+) *([{\[].*)", key):
        return f"write `{match[1]}: {match[2]}{': ' + value if value else ''}`"
    if value is None and (
        match := re.fullmatch(r"(?!after )([A-Za-z_]\w*)(?: +| *= *)([^\s:=].*)", key)
    ):
        return f"write `{match[1]}: {match[2]}`"
    return ""


def lacking_blanks(texts: Iterable[tuple[str, Span]], *, braces: bool = False) -> Slip | None:
    """Return the slip of texts such as `Conv2d:8`, one for all of them; None where none is so.

    Args:
        texts: keys, or lines of a value, with their places.
        braces: a colon stands before them in the line, which can hold no second one.
    """
    glued = [(match, span) for text, span in texts if (match := _GLUED.fullmatch(text))]
    if not glued:
        return None
    place, names = glued[0][1], [f"`{match[1]}`" for match, _ in glued]
    column = place.column + len(glued[0][0][1])
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    message = f"no blank behind the colon{'s' if len(names) > 1 else ''} of {listed}"
    meant = ", ".join(f"{match[1]}: {_OPENED.get(match[2][0], match[2])}" for match, _ in glued)
    point = Span(place.source, place.line, column, place.line, column + 1)
    return Slip(message, point, f"write `{{{meant}}}`" if braces else f"write `{meant}`")


def glued(value: object, span: Span) -> Slip | None:
    """Return the slip of a value such as `Conv2d:8`, of one line or several; None where none is."""
    first, last = span.line, span.end_line
    lines = []
    for number in range(first, last + 1):
        text = span.source.line(number)
        start = span.column - 1 if number == first else len(text) - len(text.lstrip())
        end = span.end_column - 1 if number == last else len(text.rstrip())
        place = Span(span.source, number, start + 1, number, end + 1)
        lines.append((text[start:end], place))
    if not isinstance(value, str) or not lacking_blanks(lines[:1]):
        return None
    before = span.source.line(first)[: span.column - 1].rstrip()
    return lacking_blanks(lines, braces=before.endswith(":"))


def slip(
    source: Source, what: str, start: tuple[int, int] | None, end: tuple[int, int]
) -> Slip | None:
    """Return the slip behind what YAML's parser says; None where it is of no known kind.

    Args:
        source: the text.
        what: the parser's words.
        start: line and column, from 1, where that began in which it failed.
        end: line and column where it failed.
    """
    return _Reading(source, what, start or end, end).slip()


@dataclass(frozen=True, slots=True)
class _Reading:
    source: Source
    what: str
    start: tuple[int, int]
    end: tuple[int, int]

    def slip(self) -> Slip | None:
        """Return the first kind of slip that is seen here."""
        found = self._tab()
        if found is None and "quoted scalar" in self.what:
            found = Slip("this quote has no end", self._at(*self.start), _QUOTE)
        if found is None and "',' or" in self.what:
            found = self._flow()
        if found is None and "unexpected ':'" in self.what:
            found = self._glued()
        if found is None and "scanning an alias" in self.what:
            help = "`{repeat: 2, do: …}` makes a node twice; a value that begins with it has quotes"
            found = Slip("`*` is an alias to YAML", self._at(*self.start), help)
        if found is None:
            found = self._line(self.start[0]) or self._line(self._above(self.end[0]))
        return found or self._line(self.end[0]) or self._indented()

    def _at(self, line: int, column: int, length: int = 1) -> Span:
        return Span(self.source, line, column, line, column + length)

    def _above(self, line: int) -> int:
        """Return the number of the line above that is not empty."""
        line -= 1
        while line > 1 and not self.source.line(line).strip():
            line -= 1
        return max(line, 1)

    def _tab(self) -> Slip | None:
        """A tab in the indentation."""
        text = self.source.line(self.end[0])
        column = text[: len(text) - len(text.lstrip())].find("\t") + 1
        if not column:
            return None
        help = "indent with blanks, two for each level"
        return Slip("a tab; YAML indents with blanks", self._at(self.end[0], column), help)

    def _flow(self) -> Slip | None:
        """A comma or bracket that is missing, or another one."""
        line, column = self.start
        opened = self.source.line(line)[column - 1 : column]
        close = {"{": "}", "[": "]"}.get(opened, "")
        text = self.source.line(self.end[0])
        found = text[self.end[1] - 1 : self.end[1]]
        first = _LINE.match(text)
        if self.end[0] > line and (not text.strip() or (first and self.end[1] <= first.end())):
            help = f"close it with `{close}`"
            return Slip(f"this `{opened}` is never closed", self._at(line, column), help)
        if found == "{" and text[: self.end[1] - 1].endswith("$"):
            help = "what is computed begins with `=`: `=width`"
            return Slip("`${` of other languages", self._at(self.end[0], self.end[1] - 1, 2), help)
        if found in ("}", "]"):
            message = f"`{opened}` is closed by `{found}`"
            return Slip(message, self._at(*self.end), f"write `{close}`")
        before = text[: self.end[1] - 1]
        inside = before[column:] if self.end[0] == line else before
        word = re.search(r"[\s;]([\w<>.-]+)\s*$", inside)
        if found == ":" and word and "(" not in inside.rpartition(",")[2]:
            place = self._at(self.end[0], self.end[1] - len(word[1]), len(word[1]))
            help = "a comma stands between entries: `{Conv2d: 8, kernel_size: 3}`"
            return Slip(f"a comma is missing before `{word[1]}`", place, help)
        return None

    def _glued(self) -> Slip | None:
        """A colon without a blank, before a bracket."""
        text = self.source.line(self.end[0])[self.start[1] - 1 :]
        return lacking_blanks([(text, self._at(*self.start))])

    def _line(self, number: int) -> Slip | None:
        """A colon without a blank, or none, or two, in a line."""
        text = self.source.line(number)
        if match := _TIGHT.match(text):
            help = f"write `{match[1]}: {text[match.end() :].strip()[:40]}`"
            message = f"no blank behind the colon of `{match[1]}`"
            return Slip(message, self._at(number, match.end()), help)
        if match := _EQUALS.match(text):
            message, help = f"`=` behind `{match[1]}`", f"a key ends with a colon: `{match[1]}: …`"
            return Slip(message, self._at(number, match.end()), help)
        if number == self.end[0] and (match := _NO_COLON.search(text)):
            message = f"a colon is missing behind `{match[1]}`"
            braces = "{…}" if match[2] == "{" else "[…]"
            place = self._at(number, match.end(1) + 1)
            return Slip(message, place, f"write `{match[1]}: {braces}`")
        if number == self.end[0] and (match := _NO_KEY.search(text)):
            place = self._at(number, match.end())
            return Slip("nothing stands before this colon", place, "an entry is `name: value`")
        if number == self.end[0] and (match := _HEADER.match(text)):
            help = f"`{match[1]}(channels, stride=1)`: a default stands behind `=`, without types"
            return Slip("a colon in a block's header", self._at(number, match.end()), help)
        if number == self.end[0] and (match := _TWO.match(text)):
            help = "a node with arguments stands in braces, `conv: {Conv2d: 8}`; a text in quotes"
            return Slip("a second colon in this line", self._at(number, match.end()), help)
        return None

    def _indented(self) -> Slip | None:
        """A line that is set too deep, or not deep enough, or is of another kind than its like."""
        line, column = self.end
        text = self.source.line(line)
        mark, blanks = text[column - 1 : column], len(text) - len(text.lstrip(" "))
        if mark in ("}", "]"):
            return Slip(f"a `{mark}` too many", self._at(line, column))
        if mark in ("%", "@", "`"):
            return Slip(
                f"`{mark}` cannot begin a value", self._at(line, column), "put it in quotes"
            )
        if "'-' indicator" in self.what:
            message = "a name among the items of a list"
            help = "the children of a body have names, all of them, or `- ` before each"
            return Slip(message, self._at(line, column), help)
        if mark == "-" and text[blanks : blanks + 2] == "- " and "block mapping" in self.what:
            message = "named children and `-` items are mixed"
            help = "give this one a name, or put `- ` before all"
            return Slip(message, self._at(line, column), help)
        if "could not find expected ':'" in self.what:
            place = self._at(*self.start)
            return Slip("this line has no colon", place, "a line is `name: value`, or `- node`")
        above = self.source.line(self._above(line))
        other = len(above) - len(above.lstrip(" "))
        opens = above.split(" #")[0].rstrip().endswith(":")
        if blanks == other or not _LINE.match(text) or (opens and blanks > other):
            return None
        deeper = f"{abs(blanks - other)} {'deeper' if blanks > other else 'less deep'}"
        message = f"this line stands {deeper} than the one above, and belongs to nothing there"
        return Slip(
            message, self._at(line, blanks + 1), "lines that belong together stand equally deep"
        )


_OPENED: Final = {"{": "{…}", "[": "[…]"}
_QUOTE: Final = 'it ends with the same sign; a text that holds one stands in the other, "it\'s"'
