"""The emitted source of a readable dozen, byte for byte: how a change to codegen is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from loading import bundled, emitted
from repository import GOLDEN

pytestmark = pytest.mark.heavy  # it writes the source of large networks


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.py")), ids=lambda path: path.stem)
def test_the_source_is_the_golden_one(path: Path) -> None:
    assert emitted(bundled(path.stem)) == path.read_text(encoding="utf-8"), (
        "where the new source is meant, `python docs/refresh.py` writes it; read its diff"
    )
