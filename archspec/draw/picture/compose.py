"""From a network to a scene: stages in frames, inputs and outputs, title and legend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from archspec.draw.picture.changes import Changes
from archspec.draw.picture.content import Content, Port, compared, focused, whole
from archspec.draw.picture.default_depth import (
    LINES,
    MANY_LINES,
    Typical,
    crowded,
    deepest,
    typical,
)
from archspec.draw.picture.edges import Ends, Tail, Wiring
from archspec.draw.picture.legend import legend
from archspec.draw.picture.nodes import Nodes
from archspec.draw.picture.opening import Opening
from archspec.draw.picture.row import Drawn, Row
from archspec.draw.picture.row_drawer import RowDrawer
from archspec.draw.scene import Border, Edge, Fork, Frame, Part, Role, Scene, Terminal
from archspec.draw.units.bundles import bundled
from archspec.draw.units.graph import Graph
from archspec.draw.units.marks import Marks
from archspec.draw.units.repeats import Told, repeated
from archspec.draw.units.stages import BODY, HEAD, STEM, Stage, stages
from archspec.draw.units.unit import Group, readers
from archspec.draw.words import figures
from archspec.draw.words.folded_words import Folds, branch_words
from archspec.network import Network


def compose(
    network: Network,
    *,
    depth: int | None,
    direction: str,
    focus: str | None = None,
    foldable: bool = False,
    found: Changes | None = None,
) -> Scene:
    """Return the picture of a network; the arguments as for `draw.dot`.

    A `foldable` one holds every block both ways, opened and folded, and nothing drawn apart.
    """
    content = _content(network, focus, found)
    told = Marks(found.marks if found else {}).pattern
    parts = _staged(content, _results(content), told)
    folds = Folds([unit for part in parts for unit in part.units])
    parts, opening = _opening(content, parts, told, depth, direction, foldable=foldable)
    nodes = Nodes(network, folds, found.before if found else None)
    everything = [unit for part in parts for unit in part.units]
    nodes.words.tell_apart(opening.rows(everything, nodes.twins.compare))
    drawer = RowDrawer(nodes, Wiring(), opening, across=direction == "LR")
    drawn, ends = _drawn(content, parts, _results(content), drawer)
    if opening.apart:
        drawer.inset(opening.apart, ends[opening.apart.key].node)
    return Scene(
        title=content.title,
        facts=content.facts,
        parts=tuple(drawn),
        insets=tuple(drawer.aside),
        edges=tuple(drawer.wiring.edges),
        ranks=tuple(drawer.wiring.ranks),
        legend=legend([*drawn, *drawer.aside], branch_words(content.units)),
    )


def _results(content: Content) -> list[str]:
    return [port.key for port in content.outputs]


def _opening(
    content: Content,
    parts: tuple[Stage, ...],
    told: Told,
    depth: int | None,
    direction: str,
    *,
    foldable: bool,
) -> tuple[tuple[Stage, ...], Opening]:
    """Return the stages as they are drawn, and what of them is opened."""
    # A strip from left to right is for a slide: no room to open a block, or even a stage.
    strip = depth is None and direction == "LR" and content.block is None
    unasked = depth is None and not strip and content.block is None
    if not foldable:
        parts = _folded(parts, _results(content), depth, strip=strip, unasked=unasked)
    shown = typical(parts) if unasked else None
    if shown and foldable:
        shown = replace(shown, apart=False)
    return parts, Opening(
        opened=_opened(content, shown, depth),
        told=told,
        foldable=foldable,
        apart=shown.unit if shown and shown.apart else None,
    )


def _content(network: Network, focus: str | None, found: Changes | None) -> Content:
    if found is not None:
        return compared(found)
    return whole(network) if focus is None else focused(network, focus)


def _staged(content: Content, results: Sequence[str], told: Told) -> tuple[Stage, ...]:
    """Return the stages, in which equal neighbours are one."""
    units = content.units
    count = readers(units, results)
    found = stages(units, content.others)
    if content.is_part:
        ends = (STEM, BODY, HEAD)
        found = tuple(replace(s, label="") if s.label in ends else s for s in found)
    # What reads the input stands beside the first stage.
    placed = {unit.key for stage in found for unit in stage.units}
    ahead = tuple(unit for unit in units if unit.key not in placed)
    found = (replace(found[0], units=(*ahead, *found[0].units)), *found[1:])
    return tuple(replace(stage, units=repeated(stage.units, count, told)) for stage in found)


def _folded(
    parts: tuple[Stage, ...],
    results: Sequence[str],
    depth: int | None,
    *,
    strip: bool,
    unasked: bool,
) -> tuple[Stage, ...]:
    """Fold stages: all at depth 0, in a strip all but its ends, else what has no room on a page."""
    labels = [part.label for part in parts if part.label]
    if unasked:
        return bundled(parts, results, crowded(parts, results), MANY_LINES)
    if len(parts) < 2 or not (strip or depth == 0):
        return parts
    inner = [label for label in labels if label not in (STEM, HEAD)]
    return bundled(parts, results, inner if strip else labels, LINES)


def _drawn(
    content: Content, parts: Sequence[Stage], results: Sequence[str], drawer: RowDrawer
) -> tuple[list[Part], Ends]:
    """Draw inputs, stages and outputs; return them, and where each unit can be read."""
    terminals: list[Fork | Terminal] = [*_terminals(content.inputs, drawer)]
    drawer.wiring.abreast(*((node.key,) for node in terminals))
    if len(terminals) > 1:
        drawer.wiring.abreast_already = frozenset(node.key for node in terminals)
    pairs = zip(terminals, content.inputs, strict=True)
    ends: Ends = {port.key: Tail(node.key, port.shape) for node, port in pairs}
    everything = [unit for part in parts for unit in part.units]
    count = readers(everything, results)
    for port in content.inputs:
        if count[port.key] > 1:
            line = "main" if ends[port.key].node == terminals[0].key else ""
            terminals.append(drawer.fork(port.key, port.shape, ends, line))
    row = Row(
        graph=Graph(everything, results, content.others),
        starts={port.key: port.shape for port in content.inputs},
        ends=ends,
        level=0,
        line="main",
    )
    drawn = drawer.draw(row)
    outputs = _outputs(content.outputs, results, drawer, ends)
    return [*terminals, *_framed(parts, drawn), *outputs], ends


def _opened(
    content: Content, shown: Typical | None, depth: int | None
) -> Callable[[Group, int], bool]:
    """Return which blocks are opened: those above a depth, or the typical one alone."""
    if content.block is not None:
        levels = deepest(content.block) if depth is None else max(depth, 1)
        return lambda group, level: level < levels
    if depth is not None:
        return lambda group, level: level + 1 < depth
    if shown is None:
        return lambda group, level: False
    # What is drawn apart is folded in the line.
    return lambda group, level: group is shown.inner or (group is shown.group and not shown.apart)


def _terminals(ports: Sequence[Port], drawer: RowDrawer) -> Iterator[Terminal]:
    for index, port in enumerate(ports):
        shape = figures.shape(port.shape)
        yield Terminal(
            key=drawer.nodes.key(),
            title=port.title,
            detail=shape,
            tooltip=(f"{port.title}: {shape}",),
            line="" if index else "main",
        )


def _outputs(
    ports: Sequence[Port], results: Sequence[str], drawer: RowDrawer, ends: Ends
) -> Iterator[Terminal]:
    for node, result in zip(_terminals(ports, drawer), results, strict=True):
        role = Role.SPINE if node.line else Role.FLOW
        drawer.wiring.edges.append(
            Edge(tail=ends[result].node, head=node.key, role=role, shape=node.detail)
        )
        yield node


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
