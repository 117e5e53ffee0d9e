"""The scripts in `examples/` run, and do what their first lines say."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loading import bundled, emitted
from repository import ROOT

import archspec

pytestmark = pytest.mark.heavy  # the scripts build modules

EXAMPLES = ROOT / "examples"
LIBRARIES = {"own_layers"}
"""Files that a script imports."""


def run(name: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script from another folder, as a user does."""
    return subprocess.run(
        [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )


@pytest.fixture
def printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[str], str]]:
    """Return how to run a script here, where torch is imported, and get what it prints."""

    def run(name: str) -> str:
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(EXAMPLES)
        monkeypatch.setattr(sys, "argv", [f"{name}.py"])
        runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
        return capsys.readouterr().out

    yield run
    for name in ("own_op", *LIBRARIES):
        sys.modules.pop(name, None)


def test_training_lowers_the_loss(printed: Callable[[str], str]) -> None:
    losses = [*map(float, re.findall(r"loss ([\d.]+)", printed("train_step")))]
    assert len(losses) == 5
    assert losses[-1] < losses[0] / 2


def test_source_is_written_where_it_has_changed(tmp_path: Path) -> None:
    assert run("build_source", tmp_path, "generated", "--check").returncode == 1
    assert run("build_source", tmp_path, "generated").stdout.count("written") == 2
    assert run("build_source", tmp_path, "generated", "--check").returncode == 0
    written = (tmp_path / "generated" / "lenet.py").read_text(encoding="utf-8")
    assert written == emitted(bundled("lenet"))
    (tmp_path / "generated" / "lenet.py").write_text("by hand\n")
    stale = run("build_source", tmp_path, "generated", "--check")
    assert (stale.returncode, stale.stdout.splitlines()[0]) == (1, "lenet.py: stale")


def test_an_op_of_ones_own_is_counted_built_and_written(printed: Callable[[str], str]) -> None:
    out = printed("own_op")
    assert "ScaledTanh()" in out
    assert "from own_layers import ScaledTanh" in out
    assert re.search(r"^act +ScaledTanh +8×16×16 +8 ", out, re.MULTILINE)


def test_the_sweep_chooses_the_best_within_the_budget(printed: Callable[[str], str]) -> None:
    out = printed("sweep")
    found = re.findall(r"width +([\d.]+) side (\d+): +([\d,]+) parameters, +([\d,]+) MACs(.*)", out)
    assert len(found) == 12
    fits = [(int(m.replace(",", "")), w, s) for w, s, _, m, large in found if not large]
    assert 0 < len(fits) < 12
    macs, width, side = max(fits)
    assert f"chosen: width {width}, side {side}, {macs:,} MACs" in out
    net = archspec.load("mobilenet_v2", width=float(width), num_classes=100, input=(3, 128, 128))
    assert any(f"{net.parameters:,}" == parameters for _, _, parameters, _, _ in found)


def test_the_sweep_imports_no_torch(tmp_path: Path) -> None:
    script = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__'); "
    script += "sys.exit('torch' in sys.modules)"
    command = [sys.executable, "-c", script, str(EXAMPLES / "sweep.py")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True)
    assert done.returncode == 0


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_every_script_is_run_here_and_says_how(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tests = Path(__file__).read_text(encoding="utf-8")
    if path.stem not in LIBRARIES:
        assert f"python examples/{path.name}" in text
        assert f'"{path.stem}"' in tests or f'"{path.name}"' in tests
    assert f"`{path.name}`" in (EXAMPLES / "README.md").read_text(encoding="utf-8")
