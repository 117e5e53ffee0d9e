"""The emitted source of bundled networks passes what a reviewer would run on it.

By default that of the golden dozen, with `-m slow` that of all.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import archspec
from archspec.reading import bundled_names

ROOT = Path(__file__).parent.parent

GOLDEN = [path.stem for path in (ROOT / "tests" / "golden").glob("*.py")]

# The rules of this house, but at the width that archspec emits, and torch is welcome.
RULES = ("--config", str(ROOT / "pyproject.toml"), "--config", "line-length=88")


@pytest.fixture(scope="module", params=["golden", pytest.param("all", marks=pytest.mark.slow)])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of sources, for one process to check them all."""
    path = tmp_path_factory.mktemp("emitted")
    for name in GOLDEN if request.param == "golden" else bundled_names():
        (path / f"{name}.py").write_text(archspec.load(name).codegen(), encoding="utf-8")
    return path


def check(folder: Path, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command, "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"[:4000]


def test_a_formatter_finds_nothing_to_change(folder: Path) -> None:
    check(folder, "ruff", "format", "--isolated", "--no-cache", "--diff")


def test_a_linter_finds_nothing_to_say(folder: Path) -> None:
    check(folder, "ruff", "check", "--no-cache", *RULES, "--ignore", "TID251")


def test_a_strict_type_checker_finds_nothing_to_say(folder: Path) -> None:
    check(folder, "mypy", "--strict", "--config-file=", f"--cache-dir={folder}-types")


def test_it_imports_torch_alone(folder: Path) -> None:
    """And the standard library, which needs no installing."""
    allowed = {"torch", *sys.stdlib_module_names}
    for path in folder.iterdir():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            assert {name.partition(".")[0] for name in names} <= allowed, path.name
