"""Walks over the parts of a scene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archspec.draw.scene import Frame, Part


def flattened(parts: Sequence[Part]) -> Iterator[Part]:
    """Yield parts and those within frames, a frame before what it holds."""
    for part in parts:
        yield part
        if isinstance(part, Frame):
            yield from () if part.folded is None else (part.folded,)
            yield from flattened(part.parts)


def firsts(parts: Sequence[Part]) -> Iterator[str]:
    """Yield the key of the first node: of a frame that can be folded, for either form."""
    if not parts or not isinstance(parts[0], Frame):
        yield from (part.key for part in parts[:1])
        return
    if parts[0].folded is not None:
        yield parts[0].folded.key
    yield from firsts(parts[0].parts)


def closed(parts: Sequence[Part]) -> Iterator[str]:
    """Yield the keys of the nodes that are there while all that can be folded is."""
    for part in parts:
        if not isinstance(part, Frame):
            yield part.key
        elif part.folded is not None:
            yield part.folded.key
        else:
            yield from closed(part.parts)
