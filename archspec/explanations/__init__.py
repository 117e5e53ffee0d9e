"""What each code means, with a wrong and a right example.

The texts stand in the Markdown files beside this one, a section for each code. A block marked
`yaml` or `python` is a file, `spec.yaml` unless it says another name; a block marked `sh` is what
to run where `archspec validate spec.yaml` is not what shows the mistake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

PARTS: Final = (
    "files",
    "limits",
    "plugins",
    "yaml",
    "language",
    "expressions",
    "network",
    "expectations",
    "warnings",
)
"""The files, in the order of the stages."""

_SECTION: Final = re.compile(r"^## (\w+): ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK: Final = re.compile(r"^```(yaml|python|sh)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_RIGHT: Final = "\nRight:\n"


@dataclass(frozen=True, slots=True)
class Example:
    """Files by name, and the command that is run on them; empty for `archspec validate`."""

    files: Mapping[str, str]
    command: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code explained.

    Attributes:
        code: as in `error[S201]`.
        title: the mistake in a few words.
        body: the section as it is written, without the heading.
    """

    code: str
    title: str
    body: str

    @property
    def text(self) -> str:
        """All of it, as Markdown."""
        return f"# {self.code}: {self.title}\n\n{self.body}\n"

    @property
    def told(self) -> str:
        """What is said before the examples, on one line."""
        return " ".join(self.body.partition("\nWrong:\n")[0].split())

    @property
    def wrong(self) -> Example:
        """The example that gets this code."""
        return _example(self.body.partition(_RIGHT)[0])

    @property
    def right(self) -> Example:
        """The same without the mistake."""
        return _example(self.body.partition(_RIGHT)[2])


def _example(text: str) -> Example:
    blocks = [(kind, name or "spec.yaml", held) for kind, name, held in _BLOCK.findall(text)]
    command = "".join(held for kind, _, held in blocks if kind == "sh")
    return Example({name: held for kind, name, held in blocks if kind != "sh"}, command)


@cache
def explanations() -> dict[str, Explanation]:
    """Return all codes explained, in the order of the stages."""
    found = {}
    for part in PARTS:
        text = Path(__file__).with_name(f"{part}.md").read_text(encoding="utf-8")
        for code, title, body in _SECTION.findall(text):
            found[code] = Explanation(code, title, body.strip())
    return found


def explanation(code: str) -> Explanation:
    """Return one code explained.

    >>> explanation("S202").title
    'an unknown op'
    """
    return explanations()[code]
