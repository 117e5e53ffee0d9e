"""Every code is explained, with a wrong example that gets it and a right one that passes."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from repository import PACKAGE

import archspec
from archspec import SpecError
from archspec.commands import main
from archspec.explanations import Example, explanation, explanations

CODE = re.compile(r"[A-Z]\d{3}")


def codes_raised() -> set[str]:
    return {
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
    }


def test_every_code_that_is_raised_is_explained_and_no_other() -> None:
    assert set(explanations()) == codes_raised()


def lay_out(example: Example, folder: Path) -> None:
    for name, text in example.files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def run(
    command: str, folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """Return the exit status of an example's command, and what it says to standard error.

    The last line calls archspec, once; what stands before it lays out files. A plugin is a module
    of the folder, and of no other test.
    """
    *before, last = command.rstrip().splitlines()
    name, *arguments = shlex.split(last)
    assert name == "archspec"
    subprocess.run(["sh", "-c", "\n".join(before)], cwd=folder, check=True)
    patch.chdir(folder)
    patch.syspath_prepend(folder)
    status = main(arguments)
    for path in folder.glob("*.py"):
        sys.modules.pop(path.stem, None)
    return status, capsys.readouterr().err


CODES = [
    # The first two build what they refuse when it is smaller.
    pytest.param(code, marks=pytest.mark.heavy) if code in {"L301", "L303", "L207"} else code
    for code in explanations()
]


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_example_gets_the_code(
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    example = explanation(code).wrong
    lay_out(example, tmp_path)
    if example.command:
        status, told = run(example.command, tmp_path, monkeypatch, capsys)
        # A plugin and a place to write to are the caller's word; what an op of a plugin does with
        # a spec is not.
        callers = "P101" <= code <= "P105" or code == "F201"
        assert status == (2 if callers else 1), told
        codes = re.findall(r"^error\[(\w+)\]", told, re.MULTILINE)
        # Of too many mistakes, the first are told.
        assert codes == [code] if code != "L106" else codes[-1] == code
    elif code.startswith("W"):
        warnings = archspec.load(tmp_path / "spec.yaml").warnings
        assert [found.code for found in warnings] == [code]
    else:
        with pytest.raises(SpecError) as caught:
            archspec.load(tmp_path / "spec.yaml")
        assert [found.code for found in caught.value.diagnostics] == [code], str(caught.value)


@pytest.mark.parametrize("code", CODES)
def test_the_right_example_passes(
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    example = explanation(code).right
    lay_out(example, tmp_path)
    if example.command:
        status, told = run(example.command, tmp_path, monkeypatch, capsys)
        assert status == 0, told
    else:
        net = archspec.load(tmp_path / "spec.yaml")
        assert code[0] != "W" or not net.warnings
