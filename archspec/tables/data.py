"""The table as plain data, for JSON and for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from archspec import analysis
from archspec.analysis import ONE, Field, Setting
from archspec.network import Network
from archspec.ops import Shape
from archspec.ops.shape import SIDES
from archspec.tables.columns import COLUMNS, values
from archspec.tables.grouping import groups
from archspec.tables.rows import Row, rows

_PER_SIDE: Final = frozenset(column.key for column in COLUMNS.values() if column.per_side)


def as_data(
    network: Network,
    *,
    setting: Setting = ONE,
    depth: int | None = None,
    by: str | None = None,
) -> dict[str, Any]:
    """Return the table and the totals as plain data; the arguments are those of `table`.

    Sizes of memory are bytes. A receptive field, its stride and its offset are those of each side
    in pixels, and null for the whole input. MACs are null where nobody knows them.
    """
    data = {**_whole(network, setting), "vars": network.vars}
    if by:
        return {**data, "by": by, "groups": [dict(values(g)) for g in groups(network, by, setting)]}
    shown = (row for row in rows(network, setting) if depth is None or row.depth <= depth)
    return {**data, "nodes": [_node(row) for row in shown]}


def _whole(network: Network, setting: Setting) -> dict[str, Any]:
    output, whole = network.output, analysis.cost(network)
    peak, kept = analysis.peak(network, setting), analysis.kept(network, setting)
    return {
        "generated_by": "archspec",
        "name": network.name,
        "file": network.file,
        "inputs": {name: _plain(shape) for name, shape in network.inputs.items()},
        "output": {label: _plain(shape) for label, shape in output.items()}
        if isinstance(output, dict)
        else _plain(output),
        "batch": setting.batch,
        "dtype": setting.dtype,
        "parameters": whole.parameters,
        "buffers": whole.buffers,
        "weights_bytes": setting.bytes(whole.parameters, once=True),
        "macs": whole.macs,
        "macs_unknown": whole.unknown,
        "flops": 2 * whole.macs,
        "activation_bytes": analysis.written(network, setting)[""],
        "peak_activation_bytes": peak.bytes,
        "peak_at": peak.path,
        "alive_at_peak": [{"path": part.path, "bytes": part.bytes} for part in peak.alive],
        "kept_in_training_bytes": kept.bytes,
        "kept_in_training_unknown": kept.unknown,
        **_field(analysis.last_field(network)),
    }


def _node(row: Row) -> dict[str, Any]:
    return {
        **dict(values(row)),
        "is_module": row.is_module,
        "training_only": row.training_only,
        "shared": row.is_shared,
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "receptive_field": _plain(field.size),
        "stride": list(field.stride) if field.stride else None,
        "offset": list(field.offset) if field.offset else None,
    }


def _plain(numbers: Shape | None) -> list[int] | None:
    return None if numbers is None else [int(n) for n in numbers]


def flat(data: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Return the head and the rows of `as_data` with one value in each cell, for a spreadsheet."""
    if "differences" in data:
        from archspec.tables.differences import flat_differences  # noqa: PLC0415

        return flat_differences(data)
    entries: list[dict[str, Any]] = data["groups"] if "groups" in data else data["nodes"]
    told = [len(entry[key]) for entry in entries for key in _PER_SIDE if entry.get(key)]
    rank = max(told, default=len("HW"))
    lines = [dict(_spread(entry, rank)) for entry in entries]
    head = list(dict.fromkeys(name for line in lines for name in line))
    return head, [[line.get(name, "") for name in head] for line in lines]


def _spread(entry: dict[str, Any], rank: int) -> Iterable[tuple[str, Any]]:
    """Yield names and values; what has a number for each side has several.

    Args:
        entry: the figures of a node or group.
        rank: how many sides maps have; where the field is the whole input, each is `global`.
    """
    for name, value in entry.items():
        if name in _PER_SIDE:
            sides: Sequence[Any] = value or ("global",) * rank
            yield from zip((f"{name}_{side}" for side in SIDES[len(sides)]), sides, strict=True)
        elif isinstance(value, list):
            yield name, "x".join(map(str, value))
        elif isinstance(value, bool):
            yield name, str(value).lower()
        else:
            yield name, "?" if value is None else value
