"""Blocks and stages as one node: what is said of what is not drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from archspec.draw import wording
from archspec.draw.fuse import Group, Layer, Unit
from archspec.draw.paths import Paths, is_concat
from archspec.draw.repeats import Repeat
from archspec.draw.scene import PASSED, Segment
from archspec.ops.conv import Conv2d
from archspec.ops.merge import Add

_LINES: Final = 4
"""Lines in the node of a folded stage."""


class Folds:
    """Words for folded blocks, which depend on what sets a network's blocks apart.

    Args:
        units: all that stands at the top.
    """

    def __init__(self, units: Sequence[Unit]) -> None:
        self._kernels: dict[str, set[int]] = {}
        self._inner: dict[str, set[frozenset[str]]] = {}
        for group in _groups(units):
            label = group.body.label
            self._kernels.setdefault(label, set()).add(_kernel(group))
            self._inner.setdefault(label, set()).add(frozenset(_blocks_in(group)))

    def lines(self, unit: Unit) -> tuple[str, ...]:
        """Return the lines under a folded block's title."""
        group = first(unit)
        words = [_channels(unit, group)]
        if isinstance(unit, Repeat) and unit.growth:
            words.append(f"+{unit.growth} each")
        label = group.body.label
        if len(self._kernels.get(label, ())) > 1:
            words.append(f"{_kernel(group)}×{_kernel(group)}")
        if len(self._inner.get(label, ())) > 1:
            words += [wording.short(name) for name in _blocks_in(group)]
        words += skips(group)
        if group.body.reuses is not None:
            words.append(f"shares {group.body.reuses}")
        return (" · ".join(words),)


def _channels(unit: Unit, group: Group) -> str:
    """Return the channels that come in, go out, and between them the narrowest or widest."""
    before, after = int(unit.inputs[0][0]), int(unit.output[0])
    inside = [
        int(inner.output[0])
        for inner in group.units
        if isinstance(inner, Layer) and isinstance(inner.leaf.op, Conv2d)
    ]
    low, high = min(before, after), max(before, after)
    extreme = [
        n for n in (max(inside, default=0), min(inside, default=high)) if not low <= n <= high
    ]
    if unit is not group and isinstance(unit, Repeat) and unit.growth:
        extreme = []
    if before == after and not extreme:
        return f"{after} channels"
    return " → ".join(map(str, [before, *extreme[:1], after]))


def first(unit: Unit) -> Group:
    """Return the block of a unit that is one, or that repeats one."""
    group = unit.first if isinstance(unit, Repeat) else unit
    assert isinstance(group, Group)
    return group


def bar(unit: Unit) -> tuple[Segment, ...]:
    """Return the branches of a block that ends in a concatenation; nothing for other blocks."""
    group = first(unit)
    last = next((inner for inner in group.units if inner.key == group.result), None)
    if last is None or not is_concat(last):
        return ()
    sizes = [int(shape[0]) for shape in last.inputs]
    if isinstance(unit, Repeat) and unit.growth:
        turns = tuple(Segment("", unit.growth, i % 2) for i in range(len(unit.turns)))
        return (Segment("", sizes[0], PASSED), *turns)
    lanes = [Paths(group.units, [group.result]).lane(last, i) for i in range(len(sizes))]
    return tuple(Segment("", n, lane.colour or 0) for n, lane in zip(sizes, lanes, strict=True))


def branch_words(units: Sequence[Unit]) -> tuple[str, ...]:
    """Return what the branches of all concatenating blocks do, if they all do the same.

    They are short: `1×1 → 3×3` for two convolutions.
    """
    found = set()
    for group in _groups(units):
        last = next((inner for inner in group.units if inner.key == group.result), None)
        paths = Paths(group.units, [group.result])
        if not group.side and last is not None and paths.is_parallel(last):
            found.add(tuple(_branch(paths, last, key) for key in last.reads))
    return found.pop() if len(found) == 1 else ()


def _branch(paths: Paths, merge: Unit, key: str) -> str:
    words: list[str] = []
    while key in paths.by_key and key != paths.source(merge):
        unit = paths.by_key[key]
        title = wording.layer(unit)[0] if isinstance(unit, Layer) else wording.named(first(unit))
        is_conv = isinstance(unit, Layer) and isinstance(unit.leaf.op, Conv2d)
        words.insert(0, title.partition(" ")[2] if is_conv else title.partition(" ")[0])
        key = paths.before(unit)
    return " → ".join(words)


def skips(group: Group) -> list[str]:
    """Return the kinds of residual connections in a block."""
    paths = Paths(group.units, [group.result])
    found = []
    for unit in group.units:
        if isinstance(unit, Layer) and isinstance(unit.leaf.op, Add):
            sides = [key for i, key in enumerate(unit.reads) if i != paths.main(unit)]
            found += [_skip(paths.by_key.get(key), key == paths.source(unit)) for key in sides]
    return [word for word in dict.fromkeys(found) if word]


def _skip(unit: Unit | None, straight: bool) -> str:
    if straight:
        return "identity skip"
    if isinstance(unit, Layer) and isinstance(unit.leaf.op, Conv2d):
        return f"{wording.op(unit.leaf.op)[0].partition(' ')[2]} projection skip"
    return "skip"


def stage_lines(units: Sequence[Unit]) -> tuple[str, ...]:
    """Return the lines of a folded stage: its units, equal titles counted."""
    lines = [_line(unit) for unit in units if not unit.side]
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], f"… {len(lines) - _LINES + 1} more"]
    return tuple(lines)


def _line(unit: Unit) -> str:
    one = unit.first if isinstance(unit, Repeat) else unit
    count = f" ×{len(unit.turns)}" if isinstance(unit, Repeat) else ""
    if isinstance(one, Layer):
        return " ".join(word for word in wording.layer(one) if word) + count
    group = first(one)
    return " ".join(word for word in (wording.named(group), wording.shrinks(one)) if word) + count


def _groups(units: Sequence[Unit]) -> Iterator[Group]:
    for unit in units:
        one = unit.first if isinstance(unit, Repeat) else unit
        if isinstance(one, Group):
            yield one
            yield from _groups(one.units)


def _kernel(group: Group) -> int:
    sizes = [
        max(wording.pair(unit.leaf.op.kernel_size))
        for unit in group.units
        if isinstance(unit, Layer) and isinstance(unit.leaf.op, Conv2d)
    ]
    return max(sizes, default=0)


def _blocks_in(group: Group) -> list[str]:
    labels = [unit.body.label for unit in group.units if isinstance(unit, Group)]
    return list(dict.fromkeys(labels))
