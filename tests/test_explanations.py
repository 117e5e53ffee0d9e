"""Every code is explained, with a wrong example that gets it and a right one that passes."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import archspec
from archspec import SpecError
from archspec.explanations import Example, explanation, explanations

PACKAGE = Path(archspec.__file__).parent
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


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    shell = f'archspec() {{ "{sys.executable}" -m archspec "$@"; }}\n{command}'
    return subprocess.run(
        ["sh", "-c", shell],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )


@pytest.mark.parametrize("code", explanations())
def test_the_wrong_example_gets_the_code(code: str, tmp_path: Path) -> None:
    example = explanation(code).wrong
    lay_out(example, tmp_path)
    if example.command:
        done = run(example.command, tmp_path)
        # A plugin and a place to write to are the caller's word; what an op of a plugin does with
        # a spec is not.
        callers = "P101" <= code <= "P105" or code == "F201"
        assert done.returncode == (2 if callers else 1), done.stderr
        codes = re.findall(r"^error\[(\w+)\]", done.stderr, re.MULTILINE)
        # Of too many mistakes, the first are told.
        assert codes == [code] if code != "L106" else codes[-1] == code
    elif code.startswith("W"):
        warnings = archspec.load(tmp_path / "spec.yaml").warnings
        assert [found.code for found in warnings] == [code]
    else:
        with pytest.raises(SpecError) as caught:
            archspec.load(tmp_path / "spec.yaml")
        assert [found.code for found in caught.value.diagnostics] == [code], str(caught.value)


@pytest.mark.parametrize("code", explanations())
def test_the_right_example_passes(code: str, tmp_path: Path) -> None:
    example = explanation(code).right
    lay_out(example, tmp_path)
    if example.command:
        done = run(example.command, tmp_path)
        assert done.returncode == 0, done.stderr
    else:
        net = archspec.load(tmp_path / "spec.yaml")
        assert code[0] != "W" or not net.warnings
