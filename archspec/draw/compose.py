"""From a network to a scene: stages in frames, inputs and outputs, title and legend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from archspec.analysis import macs, parameters, receptive_field
from archspec.draw import wording
from archspec.draw.fold import Folds, stage_lines
from archspec.draw.fuse import Group, Unit, chart, readers
from archspec.draw.legend import legend
from archspec.draw.page import typical
from archspec.draw.repeats import repeated
from archspec.draw.rows import Ends, Rows, Tail
from archspec.draw.scene import Border, Edge, Folded, Frame, Part, Role, Scene, Terminal
from archspec.draw.stages import Stage, stages
from archspec.network import Network


def compose(network: Network, *, depth: int | None, direction: str) -> Scene:
    """Return the picture of a network; `depth` and `direction` as for `draw.dot`."""
    units = chart(network)
    results = [units.names[name] for _, name in network.outputs if name not in network.side]
    count = readers((unit for unit in units.units if not unit.side), results)
    sides = {unit.reads[0] for unit in units.units if unit.side}
    # What a side branch reads is not like its neighbours, which nobody else reads.
    count.update(sides)
    parts = [replace(stage, units=repeated(stage.units, count)) for stage in stages(units.units)]
    everything = [unit for part in parts for unit in part.units]
    rows = Rows(network, Folds(everything), _opened(parts, depth, direction))
    ends, terminals = _inputs(network, rows)
    if depth == 0 and len(parts) > 1:
        drawn = _folded_stages(parts, rows, ends)
    else:
        drawn = _framed(parts, rows.row(everything, results, ends, level=0, spine=True))
    outputs = _outputs(network, results, rows, ends)
    everything_drawn = (*terminals, *drawn, *outputs)
    return Scene(
        title=network.name,
        facts=_facts(network),
        parts=everything_drawn,
        edges=tuple(rows.edges),
        ranks=tuple(rows.ranks),
        legend=legend(everything_drawn),
    )


def _facts(network: Network) -> tuple[str, ...]:
    found = [
        f"{wording.amount(parameters(network))} params",
        f"{wording.amount(macs(network))} MACs",
    ]
    if any(len(shape) == 3 for shape in network.inputs.values()):
        size = receptive_field(network)
        if size is None:
            found.append("receptive field: whole image")
        else:
            pixels = str(size[0]) if size[0] == size[1] else f"{size[0]} × {size[1]}"
            found.append(f"receptive field {pixels} px")
    return tuple(found)


def _opened(
    parts: Sequence[Stage], depth: int | None, direction: str
) -> Callable[[Group, int], bool]:
    """Return which blocks are opened: those above a depth, or the typical one alone."""
    if depth is not None:
        return lambda group, level: level + 1 < depth
    # A strip from left to right is for a slide, which has no room to open anything.
    chosen = typical(parts) if direction == "TB" else None
    return lambda group, level: group is chosen


def _inputs(network: Network, rows: Rows) -> tuple[Ends, list[Part]]:
    ends: Ends = {}
    parts: list[Part] = []
    for name, shape in network.inputs.items():
        title = "Input" if len(network.inputs) == 1 else name
        node = Terminal(
            key=rows.key(),
            title=title,
            detail=wording.shape(shape),
            tooltip=(f"{title}: {wording.shape(shape)}",),
            spine=not parts,
        )
        parts.append(node)
        ends[name] = Tail(node.key, shape)
    return ends, parts


def _outputs(network: Network, results: Sequence[str], rows: Rows, ends: Ends) -> list[Part]:
    shapes = {node.name: node.output for node in network.root.nodes} | dict(network.inputs)
    kept = [(label, name) for label, name in network.outputs if name not in network.side]
    parts: list[Part] = []
    for (label, name), result in zip(kept, results, strict=True):
        title = label if len(kept) > 1 else "Output"
        node = Terminal(
            key=rows.key(),
            title=title,
            detail=wording.shape(shapes[name]),
            tooltip=(f"{title}: {wording.shape(shapes[name])}",),
            spine=not parts,
        )
        role = Role.FLOW if parts else Role.SPINE
        parts.append(node)
        rows.edges.append(Edge(tail=ends[result].node, head=node.key, role=role, shape=node.detail))
    return parts


def _framed(parts: Sequence[Stage], drawn: dict[str, list[Part]]) -> list[Part]:
    """Return what was drawn in the frames of its stages."""
    found: list[Part] = []
    for index, stage in enumerate(parts):
        inside = [part for unit in stage.units for part in drawn[unit.key]]
        if stage.label and len(parts) > 1:
            key = f"stage{index}"
            found.append(
                Frame(key=key, border=Border.STAGE, label=stage.label, parts=tuple(inside))
            )
        else:
            found += inside
    return found


def _folded_stages(parts: Sequence[Stage], rows: Rows, ends: Ends) -> list[Part]:
    """Return one node for each stage."""
    drawn: list[Part] = []
    wired: set[tuple[str, str]] = set()
    for stage in parts:
        units = [unit for unit in stage.units if not unit.side]
        node = Folded(
            key=rows.key(),
            title=stage.label,
            lines=stage_lines(units),
            tooltip=(stage.label, *stage_lines(units)),
            spine=True,
        )
        drawn.append(node)
        inside = {unit.key for unit in units}
        for unit in units:
            for read, shape in zip(unit.reads, unit.inputs, strict=True):
                if read not in inside and (ends[read].node, node.key) not in wired:
                    wired.add((ends[read].node, node.key))
                    rows.connect(ends[read], node.key, Role.SPINE, shape)
        first = next(unit for unit in units if not inside.issuperset(unit.reads))
        ends.update({unit.key: Tail(node.key, _seen(first)) for unit in units})
    return drawn


def _seen(unit: Unit) -> tuple[int, ...]:
    return unit.inputs[0]
