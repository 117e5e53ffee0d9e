"""What fuzzing has found: each file gets the codes of its first line, and nothing else."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from examining import examine

import archspec

CASES = sorted((Path(__file__).parent / "regressions").glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_was_found_is_told_with_its_place(case: Path) -> None:
    text = case.read_text(encoding="utf-8")
    with warnings.catch_warnings(record=True) as remarks:
        codes = examine(text)
    assert list(codes) == text.partition("\n")[0].removeprefix("# ").split()
    assert not remarks
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(text)
    assert all(diagnostic.span for diagnostic in caught.value.diagnostics)


def test_all_entries_of_a_list_are_underlined() -> None:
    text = (Path(__file__).parent / "regressions" / "last-of-several-sizes.yaml").read_text()
    with pytest.raises(archspec.SpecError, match=r"\n  \|                         \^{7}\n"):
        archspec.loads(text)
