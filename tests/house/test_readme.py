"""What the README shows is what archspec does."""

from __future__ import annotations

import re
import sys

import pytest
from repository import DOCS, EXAMPLE, MISTAKES, ROOT

import archspec
from archspec.reading import bundled_names

pytestmark = pytest.mark.heavy  # it runs what the page says in processes of their own

sys.path.insert(0, str(DOCS))
import refresh  # noqa: E402 - what the documents are made by

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_spec_shown_is_the_example() -> None:
    assert block("yaml") == (EXAMPLE / "tiny.yaml").read_text(encoding="utf-8")


def test_the_source_shown_is_what_is_emitted() -> None:
    source = archspec.load(EXAMPLE / "tiny.yaml").codegen()
    assert block("python") == source
    assert (EXAMPLE / "tiny.py").read_text(encoding="utf-8") == source


def test_the_diagram_shown_is_of_the_example() -> None:
    svg = (EXAMPLE / "tiny.svg").read_text(encoding="utf-8")
    for path in ("stem", "stage1", "fc"):
        assert f'id="{path}' in svg


def test_the_error_shown_is_what_is_told() -> None:
    shown = re.search(r"```\n(error\[.*?)\n```", README, re.DOTALL)
    assert shown is not None
    wrong = (EXAMPLE / "tiny.yaml").read_text(encoding="utf-8").replace("from: input\n      ", "")
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(wrong)
    assert str(caught.value).replace("<string>", "tiny.yaml") == shown[1]


def test_the_mistakes_shown_are_those_of_the_tests() -> None:
    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    cases = re.findall(r"<!-- case: (\S+) -->\n(.*?)\n<!-- end -->", page, re.DOTALL)
    assert len(cases) == 3
    for case, shown in cases:
        kept = (MISTAKES / f"{case}.txt").read_text(encoding="utf-8")
        edit, _, told = kept.partition("\n\n")
        name, _, hunk = edit.partition("\n")
        blocks = re.findall(r"```(?:diff)?\n(.*?)\n```", shown, re.DOTALL)
        assert f"In `{name}`:" in shown
        assert blocks == [hunk, told.rstrip()]


def test_the_sources_shown_are_what_is_emitted() -> None:
    page = (DOCS / "source.md").read_text(encoding="utf-8")
    assert page.count("<!-- source: ") == 2
    assert refresh.with_sources(page) == page, "`python docs/refresh.py` writes it"


def test_the_table_of_emitters_shows_what_is_emitted() -> None:
    """As far as it can be counted at once; `python benchmarks/emitters.py` measures all of it."""
    page = (DOCS / "source.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| archspec \|(.*)\|$", page, re.MULTILINE)[0].split("|")
    sources = re.findall(r"<!-- source: .*? -->\n```python\n(.*?)```", page, re.DOTALL)
    lines = [str(len(source.splitlines())) for source in sources]
    classes = [str(len(re.findall("^class ", source, re.MULTILINE))) for source in sources]
    shown = [" / ".join(dict.fromkeys(pair)) for pair in (lines, classes)]
    assert [cell.strip() for cell in cells[:2]] == shown


def test_the_hooks_check_specs_and_sources() -> None:
    import yaml

    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    hook, source = yaml.safe_load(text)
    assert source["entry"] == "archspec codegen --check"
    assert source["pass_filenames"] is False
    assert hook["entry"] == "archspec validate"
    paths = [str(path.relative_to(ROOT)) for path in ROOT.glob("*/**/*.yaml")]
    taken = {path for path in paths if re.search(hook["files"], path)}
    assert taken == {path for path in paths if path.startswith("specs/")}


def test_the_hooks_of_the_repository_are_what_decides() -> None:
    """Each is a command that `.ci/run` runs; ruff's get the names of files instead of all."""
    import yaml

    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (repository,) = yaml.safe_load(text)["repos"]
    assert repository["repo"] == "local"
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    entries = [hook["entry"] for hook in repository["hooks"]]
    assert len(entries) == 3
    for entry in entries:
        assert entry in lines or f"{entry} ." in lines


def test_the_commands_shown_exist() -> None:
    from archspec.commands import COMMANDS

    shown = set(re.findall(r"^\| `archspec (\w+)", README, re.MULTILINE))
    assert shown == {command.NAME for command in COMMANDS}


def test_the_page_of_networks_lists_every_one() -> None:
    """Its marks come from whole runs of the tests, which `.ci/run` compares it with."""
    page = (DOCS / "zoo.md").read_text(encoding="utf-8")
    assert (
        sorted(re.findall(r"^\| \[(\w+)\]\(../specs/\1.yaml\)", page, re.MULTILINE))
        == bundled_names()
    )


def test_the_guide_shows_every_op() -> None:
    guide = (DOCS / "language.md").read_text(encoding="utf-8")
    assert "| `Hardsigmoid` |" in guide
    assert refresh.with_ops(guide) == guide, "`python docs/refresh.py` writes the table anew"
