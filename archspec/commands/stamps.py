"""A hash in the head of a written file tells what was edited since from what is stale."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from archspec.codegen import MARK

_WORDS: Final = "Unless edited, the rest has the hash "
_STAMP: Final = re.compile(rf"^[^\n]*{_WORDS}([0-9a-f]{{12}})\.\n", re.MULTILINE)
_MARKED: Final = re.compile(rf"^([^\n\w]*)(?:\w+ )?{MARK}[^\n]*\n", re.MULTILINE)


def stamped(text: str) -> str:
    """Return a text with a line in its head that holds a hash of all other lines."""
    head = _MARKED.search(text)
    if head is None:  # a template of the user's own lays out another head
        return text
    line = f"{head[1]}{_WORDS}{_hash(text)}.\n"
    return text[: head.end()] + line + text[head.end() :]


def is_edited(text: str) -> bool:
    """Tell whether a text was changed since it was stamped; one without a stamp was not."""
    text = text.replace("\r\n", "\n")
    stamp = _STAMP.search(text)
    return stamp is not None and _hash(text[: stamp.start()] + text[stamp.end() :]) != stamp[1]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
