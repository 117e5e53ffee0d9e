"""A run of the quick tests takes these alone, and fails where one of them is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from repository import ROOT, SUPPORT, TESTS

pytestmark = pytest.mark.heavy  # each starts a run of its own

UNSEEN = '__import__("torch")'
"""An import that the text of a test does not show, as those within archspec are."""

LEFT = [
    "def test_it():\n    import torch",
    "def test_it():\n    from torch.nn import Linear",
    "from modules import source\n\ndef test_it():\n    pass",
    "import agreement\n\ndef test_it():\n    pass",
    "def test_it(make):\n    pass",
    f"import pytest\n\n@pytest.mark.heavy\ndef test_it():\n    {UNSEEN}",
    "import pytest\n\n@pytest.mark.slow\ndef test_it():\n    pass",
]
RUN = [
    "def test_it():\n    pass",
    "import archspec\n\ndef test_it():\n    archspec.load('lenet')",
    "import adding_up\n\ndef test_it():\n    pass",
]
WRONG = {
    f"def test_it():\n    {UNSEEN}": "it imports torch",
    "import quick\nquick.MOST = 0\n\ndef test_it():\n    sum(range(10**6))": "of computing",
}


ALONE = {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Plugins that are there need not be read."""


def run(folder: Path, *texts: str) -> tuple[int, str]:
    """Run the quick tests of some files, where torch is an empty module."""
    (folder / "torch.py").write_text("")
    for number, text in enumerate(texts):
        (folder / f"test_{number}.py").write_text(text)
    paths = [folder, TESTS, SUPPORT, ROOT]
    settings = ["-c", ROOT / "pyproject.toml", "--rootdir", folder, "-p", "conftest"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "quick", "-rA", *settings, folder],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "PYTEST_ADDOPTS": "",
            **ALONE,
        },
    )
    return done.returncode, done.stdout + done.stderr


def test_it_takes_what_needs_neither_torch_nor_time(tmp_path: Path) -> None:
    code, told = run(tmp_path, *LEFT, *RUN)
    assert code == pytest.ExitCode.OK, told
    passed = {int(number) for number in re.findall(r"^PASSED test_(\d+)", told, re.MULTILINE)}
    assert passed == {*range(len(LEFT), len(LEFT + RUN))}, told


@pytest.mark.parametrize("text", WRONG)
def test_a_mark_that_is_missing_fails(text: str, tmp_path: Path) -> None:
    code, told = run(tmp_path, text)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert WRONG[text] in told


def test_an_import_as_tests_are_read_ends_the_run(tmp_path: Path) -> None:
    code, told = run(tmp_path, f"{UNSEEN}\n\ndef test_it():\n    pass")
    assert code == pytest.ExitCode.USAGE_ERROR, told
    assert "imports torch" in told
