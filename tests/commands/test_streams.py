"""What is said into a pipe or file of another encoding: the same, in UTF-8 with plain line ends."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from repository import ROOT

from archspec.commands import COMMANDS, main

SPEC = """\
name: Tiny
description: Ein Netz für kleine Bilder, 小さい ≥ 1.
input: [3, 8, 8]
vars: {idle: 1}
net:
  conv: {Conv2d: 4, kernel_size: 3, stride: 2}
  act: ReLU
"""
SAID: dict[str, list[str]] = {
    "validate": ["net.yaml"],
    "summary": ["net.yaml"],
    "build": ["net.yaml"],
    "codegen": ["net.yaml"],
    "draw": ["net.yaml", "--out", "größe.dot", "--force"],
    "diff": ["net.yaml", "lenet"],
    "list": ["lenet"],
    "show": ["net.yaml"],
    "init": ["lenet", "--out", "é", "--force"],
    "explain": [],
    "schema": ["net.yaml"],
    "trace": ["net.yaml", "--node", "conv"],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.yaml").write_text(SPEC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(monkeypatch: pytest.MonkeyPatch, encoding: str, *arguments: str) -> tuple[bytes, bytes]:
    """Return the bytes that both streams get where they are opened as Windows might."""
    raw = io.BytesIO(), io.BytesIO()
    streams = [io.TextIOWrapper(one, encoding=encoding, newline="\r\n") for one in raw]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        main(arguments)
        for stream in streams:
            stream.flush()
    return raw[0].getvalue(), raw[1].getvalue()


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(command.NAME, marks=[pytest.mark.heavy] * (command.NAME == "build"))
        for command in COMMANDS
    ],
)
def test_every_command_says_the_same_in_any_encoding(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [command, *SAID[command]]
    said(monkeypatch, "utf-8", *arguments)  # what it writes is there, as it will be
    plain = said(monkeypatch, "utf-8", *arguments)
    for encoding in ("cp1252", "ascii", "utf-16"):
        assert said(monkeypatch, encoding, *arguments) == plain, encoding
    assert b"\r" not in b"".join(plain)
    b"".join(plain).decode("utf-8")


@pytest.mark.parametrize("form", ["--json", "--csv", "--markdown", "--latex", "--html"])
@pytest.mark.parametrize("command", [["summary", "net.yaml"], ["diff", "net.yaml", "lenet"]])
def test_a_pipe_gets_what_a_file_would(
    command: list[str], form: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    out = folder / "table"
    ending = {"--markdown": "md", "--latex": "tex"}.get(form, form[2:])
    main([*command, "--out", f"{out}.{ending}"])
    assert said(monkeypatch, "cp1252", *command, form)[0] == Path(f"{out}.{ending}").read_bytes()


def test_a_mistake_is_told_in_any_encoding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "net.yaml").write_text(SPEC.replace("ReLU", "RéLU"), encoding="utf-8")
    err = said(monkeypatch, "ascii", "validate", "net.yaml")[1].decode("utf-8")
    assert "RéLU" in err
    assert "archspec: sorry" not in err


def test_a_name_that_is_no_text_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = os.fsdecode(b"n\xff.dot")
    assert b"\\udcff" in said(monkeypatch, "utf-8", "draw", "net.yaml", "--out", name)[0]


def test_the_variables_of_the_shell_change_nothing(folder: Path) -> None:
    command = [sys.executable, "-m", "archspec", "summary", "net.yaml"]
    found = set()
    for more in ({"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}):
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "0", **more}
        done = subprocess.run(command, env=env, capture_output=True, check=True)
        found.add(done.stdout)
    assert len(found) == 1
    assert "4×3×3" in found.pop().decode("utf-8")
