"""Mistakes in colour, and as other programs read them."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from repository import ROOT

from archspec.commands import main
from archspec.explanations import explanation, explanations
from archspec.reports import FORMATS

WRONG = """\
name: Tiny
input: [3, 8, 8]
blocks:
  Block(channels):
    conv: {Conv2d: =channels, kernel_size: 3}
    sum: {Add: [conv, input]}
net:
  a: {repeat: 2, do: {Block: 4}}
  b: {from: c, do: ReLU}
  c: ReLU
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with a wrong spec, and no wishes about colour."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    (tmp_path / "wrong.yaml").write_text(WRONG)
    return tmp_path


def validated(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what goes to standard output when a spec is wrong; nothing else is told."""
    assert main(["validate", *arguments]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 1
    return capsys.readouterr().err


def without_colour(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_colour_changes_nothing_that_is_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = told(capsys, "validate", "wrong.yaml", "--color", "never")
    coloured = told(capsys, "validate", "wrong.yaml", "--color", "always")
    assert "\x1b[" not in plain
    assert "\x1b[1;31merror[G301]\x1b[0m" in coloured
    assert without_colour(coloured) == plain
    assert coloured.count("\x1b[0m") * 2 == coloured.count("\x1b[")


@pytest.mark.parametrize(
    ("arguments", "variables", "is_terminal", "is_coloured"),
    [
        ([], {}, True, True),
        ([], {}, False, False),
        ([], {"NO_COLOR": "1"}, True, False),
        ([], {"NO_COLOR": ""}, True, True),
        ([], {"FORCE_COLOR": "1"}, False, True),
        ([], {"FORCE_COLOR": ""}, False, False),
        ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ([], {"TERM": "dumb"}, True, False),
        (["--color", "always"], {"NO_COLOR": "1"}, False, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, True, False),
        (["--color", "auto"], {}, True, True),
    ],
)
@pytest.mark.parametrize("command", ["validate", "summary"])
@pytest.mark.parametrize("is_before", [True, False])
def test_when_there_is_colour(
    arguments: list[str],
    variables: dict[str, str],
    is_terminal: bool,
    is_coloured: bool,
    command: str,
    is_before: bool,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    parts = [*arguments, command] if is_before else [command, *arguments]
    assert ("\x1b[" in told(capsys, *parts, "wrong.yaml")) == is_coloured


def test_the_choice_behind_the_command_wins(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = told(capsys, "--color", "always", "validate", "wrong.yaml", "--color", "never")
    assert "\x1b[" not in text


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(validated(capsys, "wrong.yaml", "--format", "json"))
    assert data["version"] == 1
    first, second = data["diagnostics"]
    assert first == {
        "file": "wrong.yaml",
        "line": 6,
        "column": 11,
        "endLine": 6,
        "endColumn": 14,
        "code": "G301",
        "level": "error",
        "message": "Add: shapes differ",
        "help": "",
        "path": "a.0.sum",
        "notes": [
            at(5, 12, 18, "conv (4, 6, 6) from line 5"),
            at(4, 3, 18, "input (3, 8, 8) the block's input") | NOWHERE,
            at(8, 23, 28, "in a.0 (Block, channels=4), used at line 8"),
            at(8, 6, 33, "in turn index=0 of the loop at line 8"),
        ],
    }
    assert (second["code"], second["line"], second["path"]) == ("G307", 9, "b")
    assert second["notes"] == [at(10, 3, 4, "`c` is made here")]


NOWHERE = dict.fromkeys(("file", "line", "column", "endLine", "endColumn"))


def at(line: int, column: int, end: int, message: str) -> dict[str, Any]:
    place = {"line": line, "column": column, "endLine": line, "endColumn": end}
    return {"message": message, "file": "wrong.yaml", **place}


def test_json_of_specs_that_are_right_and_of_one_that_is_not_there(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "lenet", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"version": 1, "diagnostics": []}
    (found,) = json.loads(validated(capsys, "lenet", "lenett", "--format", "json"))["diagnostics"]
    assert found["code"] == "F101"
    assert found["help"] == "did you mean `lenet`?"
    assert {found[key] for key in NOWHERE} == {None}


def test_github(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = validated(capsys, "wrong.yaml", "--format", "github").splitlines()
    assert first.startswith(
        "::error file=wrong.yaml,line=6,col=11,endLine=6,endColumn=14,title=archspec G301::"
        "Add: shapes differ%0Aconv (4, 6, 6) from line 5%0A"
    )
    assert "title=archspec G307::`c` stands below, and" in second
    assert validated(capsys, "no_such", "--format", "github").startswith(
        "::error title=archspec F101::no file and no bundled spec"
    )


@pytest.mark.parametrize(
    "name",
    [
        "a\n::warning::b.yaml",
        "a\r\n::set-output name=x::y.yaml",
        "a,line=1::b%0A::error::.yaml",
        "a:b,c%d.yaml",
        "\x1b[31m\u202e.yaml",
        os.fsdecode(b"caf\xe9.yaml"),
    ],
)
def test_no_file_name_injects_a_command(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).write_text(WRONG)
    text = told(capsys, "validate", name)
    assert all(character.isprintable() for character in text.replace("\n", ""))
    assert json.loads(validated(capsys, name, "--format", "json"))["diagnostics"]
    log = json.loads(validated(capsys, name, "--format", "sarif"))
    SARIF.validate(log)
    commands = re.split(r"[\r\n]+", validated(capsys, name, "--format", "github").rstrip("\n"))
    assert len(commands) == 2
    for command in commands:
        head, _, _ = command.removeprefix("::error ").partition("::")
        assert unescaped(head.split(",")[0].removeprefix("file=")) == shown(name)
        assert re.search(r",line=\d+,col=\d+,endLine=\d+,endColumn=\d+,title=[^,]*$", head)


def unescaped(text: str) -> str:
    return re.sub("%([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), text)


def shown(name: str) -> str:
    return "".join(f"\\u{{{ord(c):04x}}}" if "\ud800" <= c <= "\udfff" else c for c in name)


# The schema that OASIS and SchemaStore publish; `sarif/LICENSE` says where it was had from.
SARIF = Draft4Validator(
    json.loads((Path(__file__).parent / "sarif" / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
)


def test_the_schema_of_sarif_refuses_what_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = validated(capsys, "wrong.yaml", "--format", "sarif")
    for old, new in (
        ('"version": "2.1.0"', '"version": "2.1.1"'),
        ('"level": "error"', '"level": "wrong"'),
        ('"startLine": 6', '"startLine": 0'),
        ('"ruleIndex"', '"ruleNumber"'),
        ('"columnKind": "unicodeCodePoints"', '"columnKind": "characters"'),
    ):
        assert old in text
        assert SARIF.is_valid(json.loads(text))
        assert not SARIF.is_valid(json.loads(text.replace(old, new)))


def test_sarif(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["wrong.yaml", str(folder / "wrong.yaml"), "no_such", "--format", "sarif"]
    log = json.loads(validated(capsys, *names))
    SARIF.validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["F101", "G301", "G307"]
    assert rules[1]["shortDescription"]["text"] == explanation("G301").title
    first, _, absolute, _, missing = run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    (location,) = first["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "wrong.yaml"},
        "region": {"startLine": 6, "startColumn": 11, "endLine": 6, "endColumn": 14},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "a.0.sum", "kind": "module"}]
    assert [
        place["physicalLocation"]["region"]["startLine"] for place in first["relatedLocations"]
    ] == [5, 8, 8]
    place = absolute["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == (folder / "wrong.yaml").as_uri()
    assert "locations" not in missing


@pytest.mark.parametrize("code", explanations())
def test_sarif_of_every_code(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example = explanation(code).wrong
    monkeypatch.chdir(tmp_path)
    for name, text in example.files.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    main(["validate", "spec.yaml", "--format", "sarif"])
    SARIF.validate(json.loads(capsys.readouterr().out))


def test_sarif_of_a_right_spec(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "lenet", "--format", "sarif"]) == 0
    log = json.loads(capsys.readouterr().out)
    SARIF.validate(log)
    assert log["runs"][0]["results"] == []


def test_usage_is_told_on_standard_error_in_every_format(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for form in ("text", *FORMATS):
        assert main(["validate", "wrong.yaml", "--input", "3 8 8", "--format", form]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "--input" in captured.err


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_writes_one_document_for_all_specs(
    form: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["wrong.yaml", "no_such", "lenet"]
    text = validated(capsys, *names, "--format", form)
    assert text == validated(capsys, *names, "--format", form)
    assert text.endswith("\n")
    assert all(code in text for code in ("F101", "G301", "G307"))


def test_the_page_has_a_part_on_every_format() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    part = page.partition("## For other programs\n")[2].partition("\n## ")[0]
    assert re.findall(r"^### (\w+)$", part, re.MULTILINE) == [*FORMATS]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = "\\|".join(["text", *FORMATS])
    assert f"validate SPEC… [--format {named}]" in readme  # `docs/refresh.py` writes it
