"""`archspec codegen` beyond the source itself: checking, styles, and what stands beside it."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from hash_seeds import printed

import archspec
from archspec.commands import main

SPEC = """\
name: Tiny
input: [3, 16, 16]
vars: {n: 4, num_classes: 10}
net:
  stem: [{Conv2d: =n, kernel_size: 3}, BatchNorm2d, ReLU]
  pool: {AdaptiveAvgPool2d: 1}
  flatten: Flatten
  fc: {Linear: =num_classes}
"""

TWO = """\
name: Two
input: {left: [3, 8, 8], right: [3, 8, 8]}
net:
  a: {from: left, Conv2d: 4, kernel_size: 1}
  b: {from: right, Conv2d: 4, kernel_size: 1}
  both: {Add: [a, b]}
  aux: {if: =training, from: a, Conv2d: 2, kernel_size: 1}
outputs: {main: both, first: a, aux: aux}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder with two specs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(SPEC)
    (tmp_path / "two.yaml").write_text(TWO)
    return tmp_path


def python(folder: Path, *arguments: str) -> str:
    """Run Python in a folder that imports from there alone, and return what it prints."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"[-4000:]
    return done.stdout


def outcomes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run all tests in a folder as its owner does, but here, where torch is imported."""
    found: list[str] = []

    class Listener:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.when == "call":
                found.append(report.outcome)

    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "")
    pytest.main(["-q", "-p", "no:cacheprovider", "-c", os.devnull, "."], [Listener()])
    for path in folder.glob("*.py"):
        sys.modules.pop(path.stem, None)
    return found


def written(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Return when the files of a folder were written; that they are read changes nothing here."""
    stats = {path: path.stat() for path in folder.iterdir()}
    return {path: (stat.st_mtime_ns, stat.st_ino, stat.st_size) for path, stat in stats.items()}


def test_a_fresh_file_passes_quietly(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["codegen", "tiny.yaml", "--with", "main", "--with", "test", "--out", "model.py"]
    assert main(command) == 0
    capsys.readouterr()
    before = written(folder)
    assert main([*command, "--check"]) == 0
    assert capsys.readouterr() == ("", "")
    assert written(folder) == before


def test_a_file_with_a_part_that_runs_is_checked_with_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["codegen", "tiny.yaml", "--with", "main", "--out", "model.py"]) == 0
    assert main(["codegen", "tiny.yaml", "--check", "--out", "model.py"]) == 1
    assert "the same command with --with main and without --check" in capsys.readouterr().err


def test_a_stale_file_fails_with_the_difference(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["codegen", "tiny.yaml", "--out", "model.py"]) == 0
    text = (folder / "model.py").read_text()
    (folder / "tiny.yaml").write_text(SPEC.replace("kernel_size: 3", "kernel_size: 5"))
    capsys.readouterr()
    assert main(["codegen", "tiny.yaml", "--check", "--out", "model.py"]) == 1
    out, err = capsys.readouterr()
    assert "--- model.py\n+++ model.py" in out
    assert "-            nn.Conv2d(in_channels, n, kernel_size=3),\n" in out
    assert "+            nn.Conv2d(in_channels, n, kernel_size=5),\n" in out
    assert "model.py is not what the spec says" in err
    assert (folder / "model.py").read_text() == text


def test_a_missing_file_fails_and_stays_missing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["codegen", "tiny.yaml", "--check", "--out", "model.py"]) == 1
    out, err = capsys.readouterr()
    assert "+class Tiny(nn.Module):" in out
    assert "model.py does not exist" in err
    assert not (folder / "model.py").exists()


def test_a_wrong_spec_is_told_before_anything_is_compared(folder: Path) -> None:
    (folder / "tiny.yaml").write_text(SPEC.replace("Linear", "Linnear"))
    assert main(["codegen", "tiny.yaml", "--check", "--out", "model.py"]) == 1


@pytest.mark.parametrize("options", [["--check"], ["--with", "test"]])
def test_what_needs_a_file_says_so(
    options: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["codegen", "tiny.yaml", *options]) == 2
    assert "needs --out FILE" in capsys.readouterr().err


def test_tests_by_hand_are_never_overwritten(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "test_model.py").write_text("# by hand\n")
    command = ["codegen", "tiny.yaml", "--with", "test", "--force", "--out", "model.py"]
    assert main(command) == 2
    assert "test_model.py exists" in capsys.readouterr().err
    assert (folder / "test_model.py").read_text() == "# by hand\n"
    assert not (folder / "model.py").exists()


def test_a_module_that_cannot_be_imported_gets_no_tests(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["codegen", "tiny.yaml", "--with", "test", "--out", "my-model.py"]) == 2
    assert "must have a name like model.py" in capsys.readouterr().err


@pytest.mark.heavy
def test_the_parts_run(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script of each module, its tests, and those of one in which something is wrong."""
    for spec, style, file in (
        *(("tiny", "flat", "tiny.py"), ("two", "structured", "two.py")),
        ("tiny", "structured", "wrong.py"),
    ):
        parts = ["--with", "main", "--with", "test", "--style", style, "--out", file]
        assert main(["codegen", f"{spec}.yaml", *parts]) == 0
    shapes = {"tiny": ["output: (1, 10)"], "two": ["main: (1, 4, 8, 8)", "first: (1, 4, 8, 8)"]}
    for name, told in shapes.items():
        net = archspec.load(f"{name}.yaml")
        capsys.readouterr()
        runpy.run_path(f"{name}.py", run_name="__main__")
        printed = capsys.readouterr().out.splitlines()
        assert printed == [f"parameters: {net.parameters:,}", *told]
    python(folder, "-m", "ruff", "format", "--isolated", "--check", ".")
    rules = "E,F,W,B,C4,D,I,N,PL,RET,RUF,SIM,UP,ANN"
    settings = ["--config", 'lint.pydocstyle.convention="google"', "--ignore", "D107"]
    python(folder, "-m", "ruff", "check", "--isolated", "--select", rules, *settings, ".")

    text = (folder / "wrong.py").read_text()
    (folder / "wrong.py").write_text(text.replace("kernel_size=3", "kernel_size=5"))
    found = outcomes(folder, monkeypatch)
    assert (found.count("passed"), found.count("failed")) == (8, 1), found


@pytest.mark.heavy
def test_the_same_bytes_in_every_process() -> None:
    """Whatever order sets have: two processes of other hashes."""
    script = (
        "import archspec\n"
        "for name in ('squeezenet1_1', 'regnet_y_400mf'):\n"
        "    for style in ('structured', 'flat'):\n"
        "        print(archspec.load(name).codegen(style=style, main=True))\n"
        "        print(archspec.load(name).test_source('model'))\n"
    )
    texts = printed(script)
    assert len(texts) == 1
    assert "class RegNetY400MF" in texts.pop()


def test_a_template_lays_out_the_tests_too(folder: Path) -> None:
    (folder / "mine").mkdir()
    licence = (
        '{% extends "bundled/module.py.jinja" %}\n{% block licence %}\n# Ours.\n{% endblock %}\n'
    )
    (folder / "mine" / "module.py.jinja").write_text(licence)
    command = ["codegen", "tiny.yaml", "--templates", "mine", "--with", "test", "--out", "model.py"]
    assert main(command) == 0
    for name in ("model.py", "test_model.py"):
        assert (folder / name).read_text().startswith('# Ours.\n"""')


@pytest.mark.parametrize("name", ["class.py", "2.py", "model.txt", "torch.py", "typing.py"])
def test_a_name_that_cannot_be_imported(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["codegen", "tiny.yaml", "--with", "test", "--out", name]) == 2
    assert name in capsys.readouterr().err
    assert not (folder / name).exists()


@pytest.mark.heavy
def test_tests_in_a_package_import_what_is_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = folder / "our" / "models"
    package.mkdir(parents=True)
    for place in (package, package.parent):
        (place / "__init__.py").touch()
    out = str(package / "model.py")
    assert main(["codegen", "tiny.yaml", "--with", "test", "--out", out]) == 0
    assert "from our.models.model import Tiny\n" in (package / "test_model.py").read_text()
    monkeypatch.syspath_prepend(folder)
    tests = import_module("our.models.test_model")
    assert tests.Tiny is sys.modules["our.models.model"].Tiny
    for name in ("our", "our.models", "our.models.model", "our.models.test_model"):
        del sys.modules[name]


def test_an_edited_file_is_not_overwritten(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["codegen", "tiny.yaml", "--with", "test", "--out", "model.py"]
    assert main(command) == 0
    for name in ("model.py", "test_model.py"):
        text = (folder / name).read_bytes()
        (folder / name).write_bytes(text.replace(b"\n", b"\r\n"))  # as some editors save
        assert main([*command, "--set", "n=5"]) == 0
        text = (folder / name).read_bytes()
        (folder / name).write_bytes(text + b"# mine\n")
        capsys.readouterr()
        assert main([*command, "--set", "n=6"]) == 2
        assert f"{name} was edited since archspec wrote it" in capsys.readouterr().err
        assert main([*command, "--set", "n=6", "--check"]) == 1
        assert f"{name} was edited since archspec wrote it" in capsys.readouterr().err
        assert (folder / name).read_bytes() == text + b"# mine\n"
        assert main([*command, "--force"]) == 0
        assert main([*command, "--check"]) == 0


def test_several_specs_are_one_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "wide.yaml").write_text("extends: tiny.yaml\nname: Wide\nvars: {n: 8}\n")
    (folder / "deep-er.yaml").write_text("extends: tiny.yaml\nname: Deeper\nvars: {n: 16}\n")
    assert main(["codegen", "wide.yaml", "deep-er.yaml", "--out", "both.py"]) == 0
    text = (folder / "both.py").read_text()
    assert "class Tiny(nn.Module):" in text
    assert "def wide(num_classes: int = 10, in_channels: int = 3) -> Tiny:" in text
    assert "def deep_er(" in text
    capsys.readouterr()
    assert main(["codegen", "wide.yaml", "deep-er.yaml", "--out", "both.py", "--check"]) == 0
    assert main(["codegen", "wide.yaml", "tiny.yaml", "--class", "Other"]) == 0
    assert "class Other(nn.Module):" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["wide.yaml", "two.yaml"], "no base in common"),
        (["wide.yaml", "wide.yaml"], "two of these would be made by a function `wide`"),
        (["wide.yaml", "1.yaml"], "`1`: a name is letters"),
        (["wide.yaml", "tiny.yaml", "--style", "flat"], "--style flat is for one SPEC"),
        (["wide.yaml", "tiny.yaml", "--explain"], "--explain speaks of one network"),
        (["wide.yaml", "--class", "Net"], "--class names the class of several"),
        (["wide.yaml", "tiny.yaml", "--class", "if"], "`if`"),
        (["wide.yaml", "tiny.yaml", "--class", "Tensor"], "`Tensor` would be PyTorch's tensor"),
        (["wide.yaml", "tiny.yaml", "--class", "wide"], "a function that makes a network"),
        (["tiny.yaml", "--explain", "--style", "flat"], "--explain tells of the structured"),
    ],
)
def test_what_speaks_of_one_network(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    (folder / "wide.yaml").write_text("extends: tiny.yaml\nname: Wide\nvars: {n: 8}\n")
    (folder / "1.yaml").write_text("extends: tiny.yaml\nname: Wide\nvars: {n: 8}\n")
    assert main(["codegen", *arguments]) == 2
    assert told in capsys.readouterr().err
