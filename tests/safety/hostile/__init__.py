"""Specs that mean harm, or that a slip of the pen can make: what each must get.

Every case is the text of a `spec.yaml`, with the files that must lie beside it, and the code of the
error that it gets. A case without a code is harmless: then `holds` says what is right about it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archspec import Architecture

HEAD = "name: Tiny\ninput: [3, 8, 8]\n"
"""The first lines of most cases."""


@dataclass(frozen=True)
class Case:
    """One spec.

    Attributes:
        text: what stands in `spec.yaml`.
        code: of the first error; empty when there is none.
        holds: of a harmless one: is the network what the text says?
        lay: lays what else there is into the folder of the spec.
    """

    text: str | bytes
    code: str = ""
    holds: Callable[[Architecture], bool] | None = None
    lay: Callable[[Path], None] | None = None

    def write(self, folder: Path) -> Path:
        """Write the spec and what belongs to it into an empty folder; return its path."""
        path = folder / "spec.yaml"
        data = self.text.encode("utf-8") if isinstance(self.text, str) else self.text
        path.write_bytes(data)
        if self.lay is not None:
            self.lay(folder)
        return path


def net(body: str, head: str = HEAD) -> str:
    """Return a spec with this `net`, written on one line."""
    return f"{head}net: {body}\n"


def conv(argument: str) -> str:
    """Return a spec of one convolution with this many channels."""
    return net(f"[{{Conv2d: {argument}, kernel_size: 3}}]")
