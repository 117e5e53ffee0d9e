"""The usual mistakes, made in real specs: the whole text that tells of each, byte for byte.

A file under `tests/mistakes/` holds the edit of a bundled spec (a hunk of a diff, below the name of
the edited file) and, after an empty line, what `archspec validate` then tells. After a change of
the messages, `python tests/errors/test_mistakes.py` writes them anew; read the diff aloud.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import archspec
from archspec import Architecture
from archspec.commands import main
from archspec.network import Absent

# For the command, which pytest does not show the way.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from repository import MISTAKES, ROOT, SPECS

CASES = sorted(MISTAKES.glob("*/*.txt"))
KINDS = {
    "misspelt-op",
    "misspelt-torch-class",
    "merge-of-the-wrong-node",
    "reference-to-nothing",
    "reference-to-a-later-node",
    "reference-to-itself",
    "wrong-channels-stated",
    "argument-missing",
    "arguments-swapped",
    "misspelt-variable",
    "unknown-variant",
    "unknown-base-file",
    "misspelt-top-level-key",
    "value-of-the-wrong-kind",
    "node-inserted-in-the-middle",
}


def edit(case: Path, folder: Path) -> None:
    """Copy the specs into a folder and make the mistake there."""
    for path in (f"{case.parent.name}.yaml", "families/resnet.yaml"):
        (folder / path).parent.mkdir(exist_ok=True)
        shutil.copyfile(SPECS / path, folder / path)
    name, *hunk = case.read_text(encoding="utf-8").partition("\n\n")[0].splitlines()
    text = (folder / name).read_text(encoding="utf-8")
    old, new = (
        "".join(f"{line[1:]}\n" for line in hunk if line[0] in kept) for kept in (" -", " +")
    )
    assert f"\n{text}".count(f"\n{old}") == 1, f"{case}: {old}"
    (folder / name).write_text(f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:], encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_a_mistake_is_told_as_it_was(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    edit(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["validate", f"{case.parent.name}.yaml", "--color", "never"]) == 1
    assert capsys.readouterr().err == case.read_text(encoding="utf-8").partition("\n\n")[2]


def test_every_mistake_is_made_in_both_specs() -> None:
    assert {(case.parent.name, case.stem) for case in CASES} == {
        (spec, kind) for spec in ("resnet34", "googlenet") for kind in KINDS
    }


def wiring(net: Architecture) -> dict[str, tuple[str, ...]]:
    """Return what each node reads; what is not there is what stands for it."""
    absent = {n.name for n in net.nodes if isinstance(n, Absent)}
    return {node.path: node.written_reads for node in net.nodes if node.name not in absent}


@pytest.mark.parametrize(
    ("spec", "name", "before", "after"),
    [
        ("resnet34", "layer1.0.extra", "layer1.0.bn1", "layer1.0.relu"),
        ("googlenet", "extra", "conv3", "maxpool2"),
    ],
)
def test_a_node_in_the_middle_rewires_only_its_neighbour(
    spec: str, name: str, before: str, after: str, tmp_path: Path
) -> None:
    edit(MISTAKES / spec / "node-inserted-in-the-middle.txt", tmp_path)
    usual = wiring(archspec.load(spec))
    changed = wiring(archspec.load(tmp_path / f"{spec}.yaml", num_classes=1000))
    new = name.rpartition(".")[2]
    assert changed[name] == (before.rpartition(".")[2],)
    assert changed[after] == (new,)
    assert {path for path in usual if usual[path] != changed[path]} == {
        path for path in usual if new in changed[path]
    }
    assert all(f".{new}" in f".{path}" for path in changed.keys() - usual.keys())


def refresh() -> None:
    """Write what is told about each mistake anew."""
    import tempfile

    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            edit(case, Path(folder))
            done = subprocess.run(
                [sys.executable, "-m", "archspec", "validate", f"{case.parent.name}.yaml"],
                capture_output=True,
                text=True,
                check=False,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
            )
        head = case.read_text(encoding="utf-8").partition("\n\n")[0]
        case.write_text(f"{head}\n\n{done.stderr}", encoding="utf-8")


if __name__ == "__main__":
    refresh()
