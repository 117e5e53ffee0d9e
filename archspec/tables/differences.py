"""The table of what differs between two networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from archspec import analysis
from archspec.analysis import ONE, Cost
from archspec.analysis.difference import Comparison, Difference, Side
from archspec.network import Network
from archspec.tables.columns import COLUMNS, known_macs
from archspec.tables.text import NONE, Table, memory_text, share_text, sizes, whole_field_text

SIGNS: Final = {"added": "+", "removed": "−", "changed": "~"}
"""What stands before the path of a node."""

_SHOWN: Final = tuple(COLUMNS[name] for name in ("path", "op", "output", "params", "macs"))


def table_of_differences(
    comparison: Comparison, names: tuple[str, str], *, everything: bool = False
) -> Table:
    """Return a row for each node that differs, and the totals of both networks.

    Args:
        comparison: what differs.
        names: how the user knows the networks.
        everything: also nodes that differ only since other shapes arrive.
    """
    found = [d for d in comparison.differences if everything or not d.follows]
    rest = [d for d in comparison.differences if not everything and d.follows]
    return Table(
        " → ".join(names),
        tuple(column.head for column in _SHOWN),
        tuple(column.right for column in _SHOWN),
        [*map(_cells, found), *([_together(rest)] if rest else [])],
        [*(("network", fact) for fact in comparison.facts), *_totals(comparison)],
        [*(difference.change for difference in found), *([""] if rest else [])],
        wrapped=(1, 2),
    )


def _cells(difference: Difference) -> tuple[str, ...]:
    before, after = difference.before, difference.after
    side = after or before
    assert side is not None
    facts = ", ".join(difference.facts)
    is_other = bool(before and after and before.op != after.op)
    words = facts if is_other else f"{side.op}: {facts}" if facts else side.op
    shapes = dict.fromkeys(sizes(one.shape) for one in (before, after) if one)
    return (
        f"{SIGNS[difference.change]} {side.path}",
        words,
        " → ".join(shapes),
        *_deltas([difference]),
    )


def _together(rest: Sequence[Difference]) -> tuple[str, ...]:
    """Return one row for the nodes that differ only since other shapes arrive."""
    others = "other" if len(rest) == 1 else "others"
    return (f"~ {len(rest):,} {others}", "of another shape alone", "", *_deltas(rest))


def _deltas(found: Sequence[Difference]) -> tuple[str, str]:
    """Return by how much the parameters and MACs of nodes grew together."""
    grown = sum((difference.grown for difference in found), Cost())
    macs = "?" if grown.unknown else delta(0, grown.macs)
    return delta(0, grown.parameters), macs


def delta(before: int, after: int) -> str:
    """Return by how much a number grew, with its sign."""
    if before == after:
        return NONE
    return f"{after - before:+,}".replace("-", "−")


def _totals(comparison: Comparison) -> list[tuple[str, str]]:
    first, second = comparison.before, comparison.after
    was, now = analysis.cost(first), analysis.cost(second)
    own: list[str] = [d.change for d in comparison.differences if not d.follows]
    counts = [(own.count(change), change) for change in SIGNS]
    counts.append((len(comparison.differences) - len(own), "of another shape alone"))
    words = [f"{n:,} {change}" for n, change in counts if n]
    return [
        ("nodes", ", ".join(words) or "none differs"),
        ("parameters", _both(was.parameters, now.parameters)),
        (
            "MACs",
            _both(was.macs, now.macs)
            if not was.unknown + now.unknown
            else f"{was.macs_text} → {now.macs_text}",
        ),
        _pair("peak activations", *(memory_text(analysis.peak(n).bytes) for n in (first, second))),
        _pair("kept in training", *(memory_text(analysis.kept(n).bytes) for n in (first, second))),
        _pair("receptive field", *(_field(network) for network in (first, second))),
    ]


def _field(network: Network) -> str:
    return whole_field_text(analysis.last_field(network))


def _pair(label: str, before: str, after: str) -> tuple[str, str]:
    return label, before if before == after else f"{before} → {after}"


def _both(before: int, after: int) -> str:
    if before == after:
        return f"{before:,}"
    share = share_text(abs(after - before), before)
    if before and share[0].isdigit():
        share = f"{'−' if after < before else '+'}{share}"
    return f"{before:,} → {after:,} ({delta(before, after)}{f', {share}' if before else ''})"


def differences_as_data(comparison: Comparison, names: tuple[str, str]) -> dict[str, Any]:
    """Return what differs as plain data, for JSON; a row without one side has null there."""
    networks = zip(names, (comparison.before, comparison.after), strict=True)
    before, after = (_whole(name, network) for name, network in networks)
    return {
        "generated_by": "archspec",
        "equal": comparison.is_equal,
        "before": before,
        "after": after,
        "facts": list(comparison.facts),
        "differences": [
            {
                "change": difference.change,
                "before": _side(difference.before),
                "after": _side(difference.after),
                "facts": list(difference.facts),
                "follows": difference.follows,
                "grown": _grown(difference),
            }
            for difference in comparison.differences
        ],
    }


def _whole(name: str, network: Network) -> dict[str, Any]:
    cost = analysis.cost(network)
    return {
        "spec": name,
        "name": network.name,
        "inputs": {label: [int(n) for n in shape] for label, shape in network.inputs.items()},
        **_cost(cost),
        "peak_activation_bytes": analysis.peak(network, ONE).bytes,
        "kept_in_training_bytes": analysis.kept(network, ONE).bytes,
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {"path": side.path, "op": side.op, "output": list(side.shape), **_cost(side.cost)}


def _grown(difference: Difference) -> dict[str, Any]:
    """Return by how much a row grew; over all rows that is by how much the network did."""
    grown = difference.grown
    return {"parameters": grown.parameters, "macs": None if grown.unknown else grown.macs}


def _cost(cost: Cost) -> dict[str, Any]:
    return {"parameters": cost.parameters, "macs": known_macs(cost)}


def flat_differences(data: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Return the head and the rows of `differences_as_data`, for a spreadsheet."""
    figures = [column.key for column in _SHOWN]
    head = ["change", *(f"{name}_{when}" for when in ("before", "after") for name in figures)]
    head += ["parameters_grown", "macs_grown"]
    rows = []
    for entry in data["differences"]:
        row = [entry["change"]]
        for side in (entry["before"] or {}, entry["after"] or {}):
            row += [_cell(name, side) for name in figures]
        row += [_cell(name, entry["grown"]) for name in ("parameters", "macs")]
        rows.append([*row, "; ".join(entry["facts"])])
    return [*head, "facts"], rows


def _cell(name: str, side: dict[str, Any]) -> Any:
    if name not in side:
        return ""
    value = side[name]
    if name == "output":
        return "x".join(map(str, value))
    return "?" if value is None else value
