"""The table of a network: a row per node, totals below; as text or as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from archspec import analysis
from archspec.network import Leaf, Network, walk
from archspec.ops import Shape

_HEAD: Final = ("path", "op", "output", "parameters", "MACs")
_GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One node of the table.

    Attributes:
        shape: output without the batch dimension.
        receptive_field: height and width in pixels; None for the whole input.
        is_module: it holds the rows below it, and its figures are their sum.
    """

    path: str
    op: str
    shape: Shape
    parameters: int
    macs: int
    receptive_field: tuple[int, int] | None
    is_module: bool
    training_only: bool


def rows(network: Network) -> Iterator[Row]:
    """Yield a row per node in the order of execution, a module before its children."""
    fields, costs = analysis.fields(network), analysis.costs(network)
    for node in walk(network.root):
        yield Row(
            path=node.path,
            op=node.label,
            shape=tuple(int(n) for n in node.output),
            parameters=costs[node.path].parameters,
            macs=costs[node.path].macs,
            receptive_field=fields[node.path].size,
            is_module=not isinstance(node, Leaf),
            training_only=node.path.partition(".")[0] in network.side,
        )


def as_data(network: Network) -> dict[str, Any]:
    """Return the table and the totals as plain data, for JSON."""
    output = network.output
    return {
        "name": network.name,
        "file": network.file,
        "inputs": {name: _plain(shape) for name, shape in network.inputs.items()},
        "output": {label: _plain(shape) for label, shape in output.items()}
        if isinstance(output, dict)
        else _plain(output),
        "parameters": analysis.parameters(network),
        "macs": analysis.macs(network),
        "receptive_field": _plain(analysis.receptive_field(network)),
        "vars": network.vars,
        "nodes": [
            {
                "path": row.path,
                "op": row.op,
                "output": list(row.shape),
                "parameters": row.parameters,
                "macs": row.macs,
                "receptive_field": _plain(row.receptive_field),
                "is_module": row.is_module,
                "training_only": row.training_only,
            }
            for row in rows(network)
        ],
    }


def _plain(sizes: Shape | None) -> list[int] | None:
    return None if sizes is None else [int(n) for n in sizes]


def summary(network: Network, width: int = 100) -> str:
    """Return the table as text.

    Args:
        network: the network.
        width: columns; long paths are cut in their middle to keep to it. At least 72.
    """
    cells = [_cells(row) for row in rows(network)]
    widths = [max(len(row[i]) for row in (*cells, _HEAD)) for i in range(len(_HEAD))]
    room = max(width, 72) - sum(widths[1:]) - _GAP * (len(_HEAD) - 1)
    widths[0] = min(widths[0], max(room, 12))
    lines = [_line(_HEAD, widths), "─" * (sum(widths) + _GAP * (len(_HEAD) - 1))]
    lines += [_line(row, widths) for row in cells]
    lines += [lines[1], *_totals(network)]
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    shape = "×".join(str(n) for n in row.shape)
    # What runs in training mode alone has no part in the MACs of a prediction.
    macs = "training" if row.training_only else f"{row.macs:,}" if row.macs else "–"
    return (row.path, row.op, shape, f"{row.parameters:,}" if row.parameters else "–", macs)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    path = _cut(cells[0], widths[0]).ljust(widths[0])
    words = [cell.ljust(w) for cell, w in zip(cells[1:3], widths[1:3], strict=True)]
    numbers = [cell.rjust(w) for cell, w in zip(cells[3:], widths[3:], strict=True)]
    return (" " * _GAP).join([path, *words, *numbers]).rstrip()


def _cut(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def _totals(network: Network) -> list[str]:
    whole = analysis.costs(network)[""]
    inputs = ", ".join("×".join(str(n) for n in shape) for shape in network.inputs.values())
    output = network.output
    outputs = output.values() if isinstance(output, dict) else (output,)
    shown = ", ".join("×".join(str(int(n)) for n in shape) for shape in outputs)
    mebibytes = whole.parameters * 4 / 2**20
    return [
        f"{network.name}: {inputs} → {shown}",
        f"parameters       {whole.parameters:,} ({mebibytes:,.1f} MiB as float32)",
        f"MACs             {whole.macs:,} for one sample (1 MAC = 2 FLOPs)",
        f"receptive field  {field_text(analysis.receptive_field(network))}",
    ]


def field_text(size: tuple[int, int] | None) -> str:
    """Return a receptive field as people say it: `899 px`, `61×31 px`, `the whole input`."""
    if size is None:
        return "the whole input"
    return f"{size[0]} px" if size[0] == size[1] else f"{size[0]}×{size[1]} px"
