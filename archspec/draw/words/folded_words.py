"""Blocks and stages as one node: what is said of what is not drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeGuard

from archspec.draw.fonts import DETAIL, width
from archspec.draw.scene import PASSED, Segment
from archspec.draw.units.feature_maps import channels
from archspec.draw.units.graph import Graph
from archspec.draw.units.own_ops import has_arguments_of, is_own
from archspec.draw.units.repeats import Repeat, first
from archspec.draw.units.twins import Twins
from archspec.draw.units.unit import Group, Layer, Unit, is_concat, is_merge
from archspec.draw.words import attention, block_words, layer_words, op_words
from archspec.draw.words.disambiguation import Distinction
from archspec.network import Leaf, walk
from archspec.ops import Kind
from archspec.ops.conv import Conv, ConvTranspose
from archspec.ops.linear import Linear
from archspec.ops.merge import Add, Mul
from archspec.ops.pool import MaxPool
from archspec.ops.reshape import SpaceToDepth
from archspec.ops.windowed import times

_BETWEEN: Final = " · "
_LONGEST: Final = 217.0
"""Points of a line; in a longer one, skips stand in one of their own."""
_DILATED: Final = (Conv, ConvTranspose, MaxPool)


class Folds:
    """Words for folded blocks, which depend on what sets a network's blocks apart.

    Args:
        units: all that stands at the top.
    """

    def __init__(self, units: Sequence[Unit]) -> None:
        self._kernels: dict[str, set[str]] = {}
        self._inner: dict[str, set[frozenset[str]]] = {}
        for group in _groups(units):
            label = group.body.label
            self._kernels.setdefault(label, set()).add(_kernel(group))
            self._inner.setdefault(label, set()).add(frozenset(_blocks_in(group)))

    def lines(self, unit: Unit, twins: Twins) -> tuple[str, ...]:
        """Return the lines under a folded block's title.

        Args:
            unit: the block.
            twins: which ops are drawn once for those of several equal blocks around it.
        """
        group = first(unit)
        words = [_channels(unit, group)]
        if isinstance(unit, Repeat) and unit.growth:
            words.append(f"+{unit.growth} each")
        label = group.body.label
        kernel = _kernel(group)
        if kernel and len(self._kernels.get(label, ())) > 1:
            words.append(kernel)
        if len(self._inner.get(label, ())) > 1:
            words += [block_words.short(name) for name in _blocks_in(group)]
        attending = _attending(unit, twins)
        words += filter(None, dict.fromkeys(attention.heads(leaves[0].op) for leaves in attending))
        words += filter(None, [*gates(group), dilations(group)])
        rows = [_BETWEEN.join(row) for row in (dict.fromkeys(words), skips(group)) if row]
        if width(_BETWEEN.join(rows), DETAIL) <= _LONGEST:
            rows = [_BETWEEN.join(rows)]
        windows = dict.fromkeys(filter(None, map(attention.windows, attending)))
        return (*rows, *windows)


def _channels(unit: Unit, group: Group) -> str:
    """Return the channels that come in, go out, and between them the narrowest or widest."""
    before, after = channels(unit.inputs[0]), channels(unit.output)
    inside = [
        channels(inner.output)
        for inner in group.units
        if isinstance(inner, Layer) and has_arguments_of(inner.leaf.op, (Conv, Linear))
    ]
    low, high = min(before, after), max(before, after)
    extreme = [
        n for n in (max(inside, default=high), min(inside, default=low)) if not low <= n <= high
    ]
    if unit is not group and isinstance(unit, Repeat) and unit.growth:
        extreme = []
    if before == after and not extreme:
        return f"{after} channels"
    return " → ".join(map(str, [before, *extreme[:1], after]))


def _attending(unit: Unit, twins: Twins) -> list[tuple[Leaf, ...]]:
    """Return the attention layers in a block, each with its twins in equal blocks."""
    if not isinstance(unit, Repeat):
        leaves = [inner.leaf for inner in first(unit).units if _attends(inner)]
        return [twins.of(leaf) for leaf in leaves]
    found = [[inner.leaf for inner in first(turn).units if _attends(inner)] for turn in unit.turns]
    return list(zip(*found, strict=True))


def _attends(unit: Unit) -> TypeGuard[Layer]:
    return isinstance(unit, Layer) and unit.leaf.op.kind is Kind.ATTENTION


def bar(unit: Unit) -> tuple[Segment, ...]:
    """Return the branches of a block that ends in a concatenation; nothing for other blocks."""
    group = first(unit)
    last = next((inner for inner in group.units if inner.key == group.result), None)
    if last is None or not is_concat(last):
        return ()
    sizes = [channels(shape) for shape in last.inputs]
    if isinstance(unit, Repeat) and unit.growth:
        turns = tuple(Segment("", unit.growth, i % 2) for i in range(len(unit.turns)))
        return (Segment("", sizes[0], PASSED), *turns)
    lanes = [Graph(group.units, [group.result]).lane(last, i) for i in range(len(sizes))]
    return tuple(Segment("", n, lane.colour or 0) for n, lane in zip(sizes, lanes, strict=True))


def branch_words(units: Sequence[Unit]) -> tuple[str, ...]:
    """Return what the branches of all concatenating blocks do, if they all do the same.

    They are short: `1×1 → 3×3` for two convolutions.
    """
    found = set()
    for group in _groups(units):
        last = next((inner for inner in group.units if inner.key == group.result), None)
        graph = Graph(group.units, [group.result])
        if not group.side and last is not None and graph.is_parallel(last):
            found.add(tuple(_branch(graph, last, key) for key in last.reads))
    return found.pop() if len(found) == 1 else ()


def _branch(graph: Graph, merge: Unit, key: str) -> str:
    words: list[str] = []
    while key in graph.by_key and key != graph.source(merge):
        unit = graph.by_key[key]
        title = (
            layer_words.layer(unit)[0]
            if isinstance(unit, Layer)
            else block_words.named(first(unit))
        )
        is_conv = isinstance(unit, Layer) and has_arguments_of(unit.leaf.op, Conv)
        words.insert(0, title.partition(" ")[2] if is_conv else title.partition(" ")[0])
        key = graph.before(unit)
    return " → ".join(words)


def dilations(group: Group) -> str:
    """Return by what windows in a block are dilated: `dilation 2, 4`; empty where none is."""
    leaves = (node for node in walk(group.body) if isinstance(node, Leaf))
    windows = (leaf.op for leaf in leaves if has_arguments_of(leaf.op, _DILATED))
    sizes = dict.fromkeys(op_words.short(op.dilation) for op in windows)
    told = [size for size in sizes if size != "1"]
    return f"dilation {', '.join(told)}" if told else ""


def gates(group: Group) -> list[str]:
    """Return what in a block multiplies its map by something computed: a block's name, or `gate`.

    Only of what stands on the straight line: a branch of several is not the block.
    """
    spine = Graph(group.units, [group.result]).spine
    found = [unit for unit in group.units if unit.key in spine]
    inner = [unit for unit in found if isinstance(unit, Group) and _ends_in_product(unit)]
    named = [block_words.short(unit.body.label) if unit.body.block else "gate" for unit in inner]
    return [*named, *("gate" for unit in found if _is_product(unit))]


def _ends_in_product(group: Group) -> bool:
    return any(unit.key == group.result and _is_product(unit) for unit in group.units)


def _is_product(unit: Unit) -> bool:
    return isinstance(unit, Layer) and is_merge(unit) and is_own(unit.leaf.op, Mul)


def skips(group: Group) -> list[str]:
    """Return the kinds of residual connections in a block.

    Only those that every way through it goes through: what is said is said of the whole block.
    """
    graph = Graph(group.units, [group.result])
    found = []
    through = graph.through(group.result)
    for unit in group.units:
        sums = isinstance(unit, Layer) and is_merge(unit) and is_own(unit.leaf.op, Add)
        if sums and unit.key in through:
            sides = [key for i, key in enumerate(unit.reads) if i != graph.main(unit)]
            words = [_skip(graph, unit, key) for key in sides]
            found += words if all(words) else [f"sum of {len(unit.reads)} branches"]
    return list(dict.fromkeys(found))


def _skip(graph: Graph, merge: Unit, key: str) -> str:
    """Return what a skip is; nothing for a branch that does more than bring a map into shape.

    That is a single convolution without an activation, and poolings before it.
    """
    source, words = graph.source(merge), list[str]()
    while key != source:
        unit = graph.by_key.get(key)
        if not isinstance(unit, Layer) or len(unit.reads) > 1 or unit.own:
            return ""
        kinds = {leaf.op.kind for leaf in unit.leaves}
        if kinds == {Kind.POOL}:
            words.append("")
        elif has_arguments_of(unit.leaf.op, Conv) and kinds <= {Kind.CONV, Kind.NORM, Kind.SCALE}:
            words.append(f"{op_words.words(unit.leaf.op)[0].partition(' ')[2]} projection skip")
        else:
            return ""
        key = unit.reads[0]
    told = [word for word in words if word]
    return "identity skip" if not words else told[0] if len(told) == 1 else ""


def stage_lines(
    units: Sequence[Unit], most: int, told: Mapping[str, Distinction]
) -> tuple[str, ...]:
    """Return the lines of a folded stage: its units, of which `told` sets some apart."""
    lines = [_line(unit, told) for unit in units if not unit.side]
    if len(lines) > most:
        lines = [*lines[: most - 1], f"… {len(lines) - most + 1} more"]
    return tuple(lines)


def _line(unit: Unit, apart: Mapping[str, Distinction]) -> str:
    one = unit.first if isinstance(unit, Repeat) else unit
    count = f" ×{len(unit.turns)}" if isinstance(unit, Repeat) else ""
    if isinstance(one, Layer):
        # Of what leads up to a layer, only the step to a smaller map is worth a word.
        halved = any(is_own(leaf.op, SpaceToDepth) for leaf in one.leaves[: one.main])
        title, detail = layer_words.layer(one)
        detail = apart.get(one.path, Distinction()).on(detail)
        words = (title, detail, block_words.shrinks(one) if halved else "")
        return " ".join(word for word in words if word) + count
    title = block_words.block(unit)
    told = layer_words.shared(first(one).shared, title)
    more = apart.get(first(one).path, Distinction()).words
    return ", ".join(filter(None, (title, told, more, dilations(first(one))))) + count


def _groups(units: Sequence[Unit]) -> Iterator[Group]:
    for unit in units:
        one = unit.first if isinstance(unit, Repeat) else unit
        if isinstance(one, Group):
            yield one
            yield from _groups(one.units)


def _kernel(group: Group) -> str:
    """Return the largest kernel of a block's own convolutions: `3×3`; empty where it has none."""
    kernels = [
        unit.leaf.op.each(unit.leaf.op.kernel_size)
        for unit in group.units
        if isinstance(unit, Layer)
        and isinstance(unit.leaf.op, Conv)
        and has_arguments_of(unit.leaf.op, Conv)
    ]
    if not kernels:
        return ""
    return times(map(max, *kernels)) if len(kernels) > 1 else times(kernels[0])


def _blocks_in(group: Group) -> list[str]:
    labels = [unit.body.label for unit in group.units if isinstance(unit, Group)]
    return list(dict.fromkeys(labels))
