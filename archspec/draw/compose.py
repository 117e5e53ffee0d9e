"""From a network to a scene: stages in frames, inputs and outputs, title and legend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from archspec.analysis import macs, parameters, receptive_field
from archspec.draw import wording
from archspec.draw.fold import Folds, branch_words
from archspec.draw.fuse import chart
from archspec.draw.legend import legend
from archspec.draw.nodes import Nodes
from archspec.draw.page import Typical, typical
from archspec.draw.paths import Paths
from archspec.draw.repeats import repeated
from archspec.draw.rows import Drawn, Row, Rows
from archspec.draw.scene import Border, Edge, Fork, Frame, Part, Role, Scene, Terminal
from archspec.draw.stages import Stage, bundled, stages
from archspec.draw.units import Chart, Group, readers
from archspec.draw.wires import Ends, Tail, Wiring
from archspec.network import Network


def compose(network: Network, *, depth: int | None, direction: str) -> Scene:
    """Return the picture of a network; `depth` and `direction` as for `draw.dot`."""
    units = chart(network)
    results = [units.names[name] for _, name in network.outputs if name not in network.side]
    parts = _staged(units, results)
    folds = Folds([unit for part in parts for unit in part.units])
    # A strip from left to right is for a slide: no room to open a block, or even a stage.
    strip = depth is None and direction == "LR"
    shown = typical(parts) if depth is None and not strip else None
    if (strip or depth == 0) and len(parts) > 1:
        parts, results = bundled(parts, results, ends=not strip)
    rows = Rows(Nodes(network, folds), Wiring(), _opened(shown, depth))
    drawn, ends = _drawn(network, parts, results, rows)
    insets = []
    if shown and shown.apart:
        insets.append(rows.inset(shown.unit, ends[shown.unit.key].node))
    return Scene(
        title=network.name,
        facts=_facts(network),
        parts=tuple(drawn),
        insets=tuple(insets),
        edges=tuple(rows.wiring.edges),
        ranks=tuple(rows.wiring.ranks),
        legend=legend([*drawn, *insets], branch_words(units.units)),
    )


def _staged(units: Chart, results: Sequence[str]) -> tuple[Stage, ...]:
    """Return the stages, in which equal neighbours are one."""
    count = readers((unit for unit in units.units if not unit.side), results)
    # What a side branch reads is not like its neighbours, which nobody else reads.
    count.update({unit.reads[0] for unit in units.units if unit.side})
    return tuple(
        replace(stage, units=repeated(stage.units, count)) for stage in stages(units.units)
    )


def _drawn(
    network: Network, parts: Sequence[Stage], results: Sequence[str], rows: Rows
) -> tuple[list[Part], Ends]:
    """Draw inputs, stages and outputs; return them, and where each unit can be read."""
    ends, terminals = _inputs(network, rows)
    everything = [unit for part in parts for unit in part.units]
    count = readers(everything, results)
    for name, shape in network.inputs.items():
        if count[name] > 1:
            line = "main" if ends[name].node == terminals[0].key else ""
            terminals.append(rows.fork(name, shape, ends, line))
    row = Row(paths=Paths(everything, results), ends=ends, level=0, line="main")
    framed = _framed(parts, rows.draw(row))
    return [*terminals, *framed, *_outputs(network, results, rows, ends)], ends


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


def _opened(shown: Typical | None, depth: int | None) -> Callable[[Group, int], bool]:
    """Return which blocks are opened: those above a depth, or the typical one alone."""
    if depth is not None:
        return lambda group, level: level + 1 < depth
    if shown is None:
        return lambda group, level: False
    # What is drawn apart is folded in the line.
    return lambda group, level: group is shown.inner or (group is shown.group and not shown.apart)


def _inputs(network: Network, rows: Rows) -> tuple[Ends, list[Fork | Terminal]]:
    ends: Ends = {}
    parts: list[Fork | Terminal] = []
    for name, shape in network.inputs.items():
        title = "Input" if len(network.inputs) == 1 else name
        node = Terminal(
            key=rows.nodes.key(),
            title=title,
            detail=wording.shape(shape),
            tooltip=(f"{title}: {wording.shape(shape)}",),
            line="" if parts else "main",
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
            key=rows.nodes.key(),
            title=title,
            detail=wording.shape(shapes[name]),
            tooltip=(f"{title}: {wording.shape(shapes[name])}",),
            line="" if parts else "main",
        )
        role = Role.FLOW if parts else Role.SPINE
        parts.append(node)
        rows.wiring.edges.append(
            Edge(tail=ends[result].node, head=node.key, role=role, shape=node.detail)
        )
    return parts


def _framed(parts: Sequence[Stage], drawn: Drawn) -> list[Part]:
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
