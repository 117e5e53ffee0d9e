"""The page on figures says what archspec says."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest
from loading import bundled
from repository import DOCS

PAGE = (DOCS / "analysis.md").read_text(encoding="utf-8")


def refresh() -> ModuleType:
    spec = importlib.util.spec_from_file_location("refresh", DOCS / "refresh.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_commands_print_what_the_page_shows() -> None:
    assert PAGE.count("```console") == 3
    assert refresh().with_outputs(PAGE) == PAGE


def test_the_page_lists_every_column() -> None:
    assert "| `macs%` |" in PAGE
    assert refresh().with_columns(PAGE) == PAGE


@pytest.mark.parametrize("figure", ["parameters", "MACs"])
def test_archspec_columns_are_current(figure: str) -> None:
    table = re.search(rf"^\| {figure} \| archspec \|.*\n\|.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert table is not None
    rows = [line.strip("| ").split(" | ") for line in table[1].splitlines()]
    assert len(rows) == 6
    for name, number, *_ in rows:
        net = bundled(name)
        assert int(number.replace(",", "")) == (
            net.parameters if figure == "parameters" else net.macs
        )


def test_deviations_are_those_of_the_numbers() -> None:
    """The third table repeats the second: what a peer has more than archspec, in full."""
    found = re.findall(r"^\| (\w+) \| (\w+) \| ([+−][\d,]+) \| (.*) \|$", PAGE, re.MULTILINE)
    assert len(found) > 20
    for _, _, more, reasons in found:
        assert "not explained" not in reasons
        numbers = re.findall(r"[+−][\d,]+(?=;|$)", reasons)
        assert sum(map(_number, numbers)) == _number(more)


def _number(text: str) -> int:
    return int(text.replace(",", "").replace("−", "-"))
