"""Which columns a table has, as wide as a line; its title, and the totals below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from archspec import analysis
from archspec.analysis import ONE, Cost, Setting
from archspec.network import Network
from archspec.tables.columns import COLUMNS, Whole
from archspec.tables.grouping import Group, groups
from archspec.tables.rows import Row, rows
from archspec.tables.text import GAP, NARROWEST, Table, memory_text, sizes, text, whole_field_text


class Choice(NamedTuple):
    """Columns that a table always has, and the others as far as there is room, in this order."""

    always: Sequence[str]
    room: Sequence[str]


_NODES: Final = Choice(
    ("path", "op", "output", "params", "macs"),
    ("field", "memory", "macs%", "stride", "offset", "params%"),
)
_GROUPED: Final = {
    "stage": Choice(
        ("path", "output", "params", "macs"), ("span", "macs%", "field", "params%", "memory")
    ),
    "block": Choice(("path", "count", "params", "macs"), ("macs%", "params%", "memory", "memory%")),
}
_GROUPED["op"] = _GROUPED["block"]


def table(
    network: Network,
    *,
    setting: Setting = ONE,
    depth: int | None = None,
    by: str | None = None,
    columns: Sequence[str] | None = None,
    width: int = 100,
) -> Table:
    """Return the table of a network.

    Args:
        network: the network.
        setting: the batch whose activations are counted.
        depth: how many levels of modules are shown, 0 for the totals alone; all without it.
        by: a word of `GROUPS`: a row for each group instead of each node.
        columns: words of `COLUMNS`; without them as many as `width` has room for.
        width: characters of a line.
    """
    found: list[Row | Group] = [*(groups(network, by, setting) if by else rows(network, setting))]
    if depth is not None:
        found = [row for row in found if isinstance(row, Group) or row.depth <= depth]
    whole = Whole(analysis.cost(network), analysis.written(network, setting)[""])
    title, totals = _title(network, setting), list(_totals(network, setting))

    def column(name: str) -> tuple[str, ...]:
        asked = COLUMNS[name]
        head = by if by and name == "path" else asked.head
        return (head, *(asked.text(row, whole) for row in found))

    if columns:
        chosen = {name: column(name) for name in columns}
    else:
        chosen = _roomy(column, _GROUPED[by] if by else _NODES, width)
    return _of_columns(chosen, title, totals)


def _of_columns(
    chosen: Mapping[str, tuple[str, ...]], title: str, totals: list[tuple[str, str]]
) -> Table:
    """Return the table of these columns, each a head and its cells."""
    head, *cells = zip(*chosen.values(), strict=True)
    right = tuple(COLUMNS[name].right for name in chosen)
    narrow = tuple(index for index, name in enumerate(chosen) if COLUMNS[name].narrow)
    return Table(title, head, right, cells, totals, narrow=narrow)


def _roomy(
    column: Callable[[str], tuple[str, ...]], choice: Choice, width: int
) -> dict[str, tuple[str, ...]]:
    """Return the columns that a table always has, and the others that a line has room for."""
    found = {name: column(name) for name in choice.always}
    room = width - sum(max(map(len, cells)) + GAP for cells in found.values()) + GAP
    for name in choice.room:
        cells = column(name)
        room -= max(map(len, cells)) + GAP
        if room < 0:
            break
        found[name] = cells
    return {name: found[name] for name in COLUMNS if name in found}


def summary(
    network: Network,
    width: int = 100,
    *,
    setting: Setting = ONE,
    depth: int | None = None,
    by: str | None = None,
    columns: Sequence[str] | None = None,
) -> str:
    """Return the table as text; long paths are cut in their middle to keep to `width`."""
    width = max(width, NARROWEST)
    found = table(network, setting=setting, depth=depth, by=by, columns=columns, width=width)
    return text(found, width)


def _title(network: Network, setting: Setting) -> str:
    inputs = ", ".join(sizes(shape) for shape in network.inputs.values())
    output = network.output
    outputs = output.values() if isinstance(output, dict) else (output,)
    shown = ", ".join(sizes(shape) for shape in outputs)
    return f"{network.name}: {inputs} → {shown}, a batch of {setting.batch:,} in {setting.dtype}"


def _totals(network: Network, setting: Setting) -> Iterable[tuple[str, str]]:
    whole = analysis.cost(network)
    flops = Cost(macs=2 * whole.macs, unknown=whole.unknown)
    peak, kept = analysis.peak(network, setting), analysis.kept(network, setting)
    bound = "≥ " if kept.unknown else ""
    weights = memory_text(setting.bytes(whole.parameters, once=True))
    aside = analysis.training_parameters(network)
    training = f" ({aside:,} in training only)" if aside else ""
    yield "parameters", f"{whole.parameters:,}{training}, {weights} of weights"
    yield "MACs", f"{whole.macs_text} for one sample"
    yield "FLOPs", f"{flops.macs_text} = 2 × MACs (convolutions and matrix products)"
    yield "peak activations", f"{memory_text(peak.bytes)} in inference, at {peak.path}"
    yield "kept in training", f"{bound}{memory_text(kept.bytes)} for the backward pass"
    yield "receptive field", whole_field_text(analysis.last_field(network))
