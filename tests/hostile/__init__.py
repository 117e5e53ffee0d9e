"""Specs that mean harm, each with the code of the error that stops it.

A case without a code is harmless: it means what `same` spells plainly, and nothing else.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

HEAD = "name: Tiny\ninput: [3, 8, 8]\n"

PWNED = "pwned"
"""Stands in what tries to become code: no name in emitted source may ever hold it."""


@dataclass(frozen=True)
class Case:
    """One spec.

    Attributes:
        data: the file.
        codes: of the errors that stop it, without repetition; none when it is harmless.
        says: stands in what is told.
        same: the net that a harmless one is the same as.
    """

    data: bytes
    codes: tuple[str, ...] = ()
    says: str = ""
    same: str = ""


def bad(text: str | bytes, *codes: str, says: str = "") -> Case:
    """Return a case that some errors stop."""
    assert codes
    return Case(text if isinstance(text, bytes) else text.encode(), codes, says)


def fine(text: str | bytes, same: str) -> Case:
    """Return a harmless case."""
    return Case(text if isinstance(text, bytes) else text.encode(), same=same)


def net(body: str, head: str = HEAD) -> str:
    """Return a spec of a body."""
    return head + "net:\n" + textwrap.indent(textwrap.dedent(body), "  ") + "\n"


def conv(arguments: str) -> str:
    """Return a spec of one convolution."""
    return net(f"- {{Conv2d: 4, kernel_size: 1, {arguments}}}")
