"""The quick tests, `pytest -m quick`: those that need no torch, and take no long time.

Which these are is read off the tests, so that no list has to be kept: a module's tests are quick
unless it imports torch, or a helper that does. What gets to torch by archspec itself, or takes
long, is marked `heavy`. Where that mark is missing, a run of the quick tests fails.
"""

from __future__ import annotations

import ast
import os
import sys
from functools import cache
from pathlib import Path

import pytest
from repository import SUPPORT, TESTS

HEAVY = ("torch", "torchvision", "timm", "numpy", "safetensors", "archspec.live")
"""What imports torch, or makes modules."""

FIXTURES = {"make", "single_thread"}
"""Those of `conftest` that import torch."""

MOST = 5.0
"""Seconds of processor time from which on a test is not quick."""


def is_asked(config: pytest.Config) -> bool:
    """Tell whether this run is of the quick tests alone."""
    return bool(config.option.markexpr == "quick")


def is_quick(item: pytest.Item) -> bool:
    """Tell whether a test is a quick one."""
    marked = any(item.iter_markers("slow")) or any(item.iter_markers("heavy"))
    asked = FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return not marked and not asked and is_light(item.path)


@cache
def is_light(path: Path) -> bool:
    """Tell whether a module of tests, with the helpers that it imports, leaves torch alone."""
    seen, left = {path}, [path]
    while left:
        importing = left.pop()
        names = _imports(importing)
        if any(f"{name}.".startswith(f"{heavy}.") for name in names for heavy in HEAVY):
            return False
        files = {f"{name.partition('.')[0]}.py" for name in names}
        folders = (importing.parent, SUPPORT, TESTS)
        helpers = {folder / file for folder in folders for file in files} - seen
        left += filter(Path.is_file, helpers)
        seen |= helpers
    return True


@cache
def _imports(path: Path) -> frozenset[str]:
    """Return the names of what a module imports, also within functions."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def processor_time() -> float:
    """Return the seconds that this process and those that it started have computed."""
    return sum(os.times()[:4])


_TOLD = pytest.StashKey[bool]()


def check(item: pytest.Item, seconds: float) -> None:
    """Fail a quick test since which torch is imported, or that has taken long.

    Args:
        item: the test.
        seconds: of processor time that it took.
    """
    stash = item.session.stash
    if "torch" in sys.modules and not stash.get(_TOLD, False):
        stash[_TOLD] = True  # of those behind it nobody knows
        pytest.fail("it imports torch, or a fixture of it does: mark it `heavy`", pytrace=False)
    if seconds > MOST:
        pytest.fail(f"it takes {seconds:.1f} s of computing: mark it `heavy`", pytrace=False)
