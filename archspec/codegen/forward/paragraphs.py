"""Where a blank line helps a long `forward`: between the parts that work at one resolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Final

from archspec.codegen.forward.values import Line
from archspec.codegen.uses.flat_paths import are_apart
from archspec.ops import ChannelsLast, Shape

_FEWEST: Final = 7
"""Lines from which on paragraphs help."""


def paragraphs(body: Sequence[Line]) -> set[int]:
    """Return the numbers of the lines that begin a paragraph, the first line aside.

    Where the layers of several containers stand side by side, each has its own. Elsewhere
    resolution decides.

    A layer that shrinks a map ends its paragraph, as a pooling does; a stage that does, what lets
    a map grow, and what leaves a single position, begin one. Stages of a line each stay together,
    and so do those that are counted, `stage1` and `stage2`.
    """
    containers = [entry.name.rpartition(".")[0] for entry in body]
    if any(containers):
        pairs = enumerate(pairwise(containers), 1)
        return {number for number, (before, after) in pairs if are_apart(before, after)}
    if len(body) < _FEWEST:
        return set()
    parts: list[_Part] = []
    for number, change in enumerate(_changes(body)):
        begins = bool(change) and not (change == "shrinks" and body[number].kind)
        if not parts or begins or parts[-1].ends:
            parts.append(_Part([], change))
        parts[-1].lines.append(number)
        parts[-1].ends = change == "shrinks" and not begins
    starts = {part.lines[0] for part in _joined(parts)[1:]}
    for row in _rows(body):
        starts = _kept_whole(row, starts)
    return starts


@dataclass(slots=True)
class _Part:
    """Lines that stand together, what the first does to the map, and whether the last ends it."""

    lines: list[int]
    change: str
    ends: bool = False


def _changes(body: Sequence[Line]) -> list[str]:
    """Return what each line does to the map: nothing, `shrinks`, `grows` or `pools` all of it."""
    found, before = [], None
    for entry in body:
        after = before if entry.training_only else _positions(entry.shape)
        if before is None or after is None or after == before:
            found.append("")
        elif after == 1:
            found.append("pools")
        else:
            found.append("shrinks" if after < before else "grows")
        before = after
    return found


def _positions(shape: Shape) -> int:
    """Return the number of positions: 1 for a vector and for a map that is pooled to one."""
    sizes = shape[:-1] if isinstance(shape, ChannelsLast) else shape[1:]
    return prod(int(n) for n in sizes)


def _joined(parts: list[_Part]) -> list[_Part]:
    """Return parts of which none is a single line: it joins its like, or what it leads to."""
    done: list[_Part] = []
    for part in parts:
        single = bool(done) and len(done[-1].lines) == 1
        stages = bool(done) and not done[-1].ends and part.change == "shrinks"
        if done and (stages and (single or _is_row(done[-1], parts))):
            done[-1].lines += part.lines
            done[-1].ends = part.ends
        else:
            done.append(part)
    if len(done) > 1 and (len(done[0].lines) == 1 or _is_stem(done)):
        first = done.pop(0)
        done[0].lines = [*first.lines, *done[0].lines]
    for i in range(len(done) - 1, 0, -1):
        if len(done[i].lines) == 1:
            done[i - 1].lines += done.pop(i).lines
    return done


def _rows(body: Sequence[Line]) -> list[list[int]]:
    """Return the lines of stages whose names count on from line to line: `stage1`, `stage2`."""
    rows: list[list[int]] = [[0]]
    for number, (one, other) in enumerate(pairwise(body), 1):
        stages = one.kind is None and other.kind is None
        if stages and _counts_on(one.name, other.name):
            rows[-1].append(number)
        else:
            rows.append([number])
    return [row for row in rows if len(row) > 1]


def _counts_on(one: str, other: str) -> bool:
    stems = [name.rstrip("0123456789") for name in (one, other)]
    first, second = (name[len(stem) :] for name, stem in zip((one, other), stems, strict=True))
    return stems[0] == stems[1] and bool(first and second) and int(second) == int(first) + 1


def _kept_whole(row: Sequence[int], starts: set[int]) -> set[int]:
    """Return where paragraphs begin if a row is not divided, but may be one for itself."""
    outside = starts.difference(row[1:])
    if outside == starts:
        return starts
    before = max((start for start in outside if start <= row[0]), default=0)
    return outside | {row[0]} if row[0] - before > 1 else outside


def _is_stem(parts: Sequence[_Part]) -> bool:
    """Tell whether a network begins with two short parts that both end by shrinking."""
    return len(parts[0].lines) == 2 and parts[0].ends and parts[1].ends


def _is_row(part: _Part, parts: Sequence[_Part]) -> bool:
    """Tell whether a part consists of single lines that were parts of their own."""
    alone = {p.lines[0] for p in parts if len(p.lines) == 1}
    return set(part.lines) <= alone | {part.lines[0]}
