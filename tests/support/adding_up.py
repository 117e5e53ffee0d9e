"""What it means that the rows of a table add up, in every form in which tables are written."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import archspec
from archspec import analysis, tables
from archspec.analysis import Cost
from archspec.analysis.difference import Comparison, compare
from archspec.network import Network
from archspec.tables import Table
from archspec.tables.differences import differences_as_data, table_of_differences
from archspec.tables.forms import written

_ROW: Final[dict[str, Callable[[str], list[list[str]]]]] = {
    "text": lambda text: [line.split() for line in _between(text, "─", "─")],
    "markdown": lambda text: [
        re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("| ")
    ][2:],
    "latex": lambda text: [
        re.split(r"(?<!\\)&", line.removesuffix("\\\\"))
        for line in _between(text, "\\midrule", "\\bottomrule")
    ],
    "html": lambda text: [
        [html.unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", line)]
        for line in text.splitlines()
        if "<td" in line
    ],
}
"""How the cells of each form are read back."""


def _between(text: str, *rules: str) -> list[str]:
    lines = [line for line in text.splitlines() if line != "\\endhead"]
    places = [place for place, line in enumerate(lines) if line.startswith(rules)]
    return lines[places[0] + 1 : places[1]] if len(places) > 1 else []


def number(cell: str) -> int:
    """Return what a cell adds to a sum; nothing where it says why it has no figure."""
    plain = cell.replace("$-$", "-").replace("−", "-").replace("$\\geq$", "").replace("≥", "")
    plain = plain.replace(",", "").strip()
    return 0 if plain in ("–", "--", "shared", "training", "?", "") else int(plain)


def columns(table: Table, cells: Sequence[int]) -> dict[str, list[list[int]]]:
    """Return columns of numbers as each form of a table has them."""
    found = {}
    for form, read in _ROW.items():
        rows = read(written(form, lambda _: table, dict, width=400))
        found[form] = [[number(row[cell]) for row in rows] for cell in cells]
    return found


def assert_adds_up(net: archspec.Architecture) -> None:
    """Hold the rows of every table of a network against its totals."""
    whole = analysis.cost(net.network)
    activations = analysis.written(net.network)[""]
    for by in tables.GROUPS:
        groups = tables.groups(net.network, by)
        assert sum((group.cost for group in groups), Cost()) == whole, by
        assert sum(group.activations for group in groups) == activations, by
        table = tables.table(net.network, by=by, columns=["params", "macs"])
        for form, found in columns(table, (0, 1)).items():
            assert [*map(sum, found)] == [whole.parameters, whole.macs], (by, form)
        data = tables.as_data(net.network, by=by)
        assert_data(data, data["groups"], [True] * len(groups), activations)
    for depth in (2, 1, None):
        data = tables.as_data(net.network, depth=depth)
        paths = [node["path"] for node in data["nodes"]]
        around = {path.rpartition(".")[0] for path in paths}
        assert_data(data, data["nodes"], [path not in around for path in paths], activations)
        table = tables.table(net.network, depth=depth, columns=["params", "macs"])
        for form, (parameters, macs) in columns(table, (0, 1)).items():
            for column, figure in ((parameters, "parameters"), (macs, "macs")):
                assert column == [node[figure] or 0 for node in data["nodes"]], (depth, form)
    _assert_modules_add_up(data["nodes"])


def assert_data(
    data: dict[str, Any], rows: list[dict[str, Any]], counted: list[bool], activations: int
) -> None:
    """Hold the counted rows of plain data, and of the spreadsheet made of it, against totals."""
    text = written("csv", lambda _: Table("", (), (), []), lambda: json.loads(json.dumps(data)))
    sheet = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(sheet) == len(rows) == len(counted)
    totals = {name: data[name] for name in ("parameters", "macs", "activation_bytes")}
    assert totals["activation_bytes"] == activations
    for name, total in totals.items():
        kept = [row for row, counts in zip(rows, counted, strict=True) if counts]
        assert sum(row[name] or 0 for row in kept) == total, name
        written_too = [number(row[name]) for row in sheet]
        assert written_too == [row[name] or 0 for row in rows], name


def _assert_modules_add_up(nodes: list[dict[str, Any]]) -> None:
    for name in ("parameters", "macs", "activation_bytes"):
        below: dict[str, int] = {}
        for node in nodes:
            around = node["path"].rpartition(".")[0]
            below[around] = below.get(around, 0) + (node[name] or 0)
        for node in nodes:
            assert not node["is_module"] or (node[name] or 0) == below.get(node["path"], 0), node


def assert_difference_adds_up(before: Network, after: Network) -> Comparison:
    """Hold the rows of a comparison, in every form, against what both networks come to."""
    found = compare(before, after)
    was, now = analysis.cost(before), analysis.cost(after)
    grown = [now.parameters - was.parameters, now.macs - was.macs]
    known = not was.unknown + now.unknown
    for everything in (True, False):
        table = table_of_differences(found, ("a", "b"), everything=everything)
        narrow = Table("", ("parameters", "MACs"), (True, True), [row[3:] for row in table.rows])
        for form, cells in columns(narrow, (0, 1)).items():
            sums = [*map(sum, cells)]
            assert sums == grown if known else sums[0] == grown[0], form
    data = json.loads(json.dumps(differences_as_data(found, ("a", "b"))))
    text = written("csv", lambda _: table, lambda: data)
    sheet = list(csv.DictReader(io.StringIO(text, newline="")))
    for figure, total in zip(("parameters", "macs"), grown, strict=True):
        rows = [row["grown"][figure] for row in data["differences"]]
        assert [number(row[f"{figure}_grown"]) for row in sheet] == [row or 0 for row in rows]
        assert sum(row or 0 for row in rows) == total or not known
    return found
