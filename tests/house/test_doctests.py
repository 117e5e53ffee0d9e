"""The examples in docstrings and on the page of the architecture print what they show."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
from pathlib import Path

import pytest
from repository import DOCS, PACKAGE, ROOT

import archspec

ENTRANCES = (
    *("syntax:parse", "reading:read_document"),
    *("expressions/parsing:parse", "expressions/evaluation:evaluate"),
    *("expressions/formulas:substitute", "flattening/__init__:flattened"),
    *("resolve/__init__:resolve", "analysis/cost:costs", "analysis/receptive_field:fields"),
    *("schema/__init__:", "draw/__init__:", "tables/__init__:", "live/__init__:build"),
    *("derivation/__init__:derive", "plugins/__init__:registry"),
    *("explanations/__init__:explanation", "errors:did_you_mean", "quantity:quantity"),
    *("traced:Traced", "network/nodes:walk"),
)
"""Where each stage is entered: a function or class, or the module itself."""


def modules_with_examples() -> list[str]:
    """Return the modules in whose texts there is an example."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if ">>> " in path.read_text(encoding="utf-8"):
            parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
            found.append(".".join(part for part in parts if part != "__init__"))
    return found


@pytest.mark.heavy
@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_in_docstrings(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # some write files
    known = {"load": archspec.load}  # with which whoever reads begins
    result = doctest.testmod(importlib.import_module(name), extraglobs=known)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_the_entrance_of_each_stage_has_an_example(entrance: str) -> None:
    file, _, name = entrance.partition(":")
    tree = ast.parse((PACKAGE / f"{file}.py").read_text(encoding="utf-8"))
    node: ast.AST | None = tree
    if name:
        kinds = ast.FunctionDef | ast.ClassDef
        node = next(n for n in tree.body if isinstance(n, kinds) and n.name == name)
    assert ">>> " in (ast.get_docstring(node) or "")  # type: ignore[arg-type]


def test_all_of_the_python_interface_has_examples() -> None:
    """Its own in each docstring; of facts, that of the class which has them."""
    for held in (archspec, archspec.Architecture, archspec.load, archspec.loads):
        assert ">>> " in (held.__doc__ or ""), held
    whole = archspec.Architecture.__doc__ or ""
    for name, held in vars(archspec.Architecture).items():
        if not name.startswith("_") and held.__doc__ and name != "network":
            assert ">>> " in held.__doc__ or f"net.{name}" in whole, name


@pytest.mark.heavy
def test_the_page_of_the_architecture_prints_what_it_shows() -> None:
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    parts = re.findall(r"```pycon\n(.*?)```", page, re.DOTALL)
    assert len(parts) == 10
    session = doctest.DocTestParser().get_doctest("\n".join(parts), {}, "page", None, None)
    result = doctest.DocTestRunner().run(session)
    assert result.attempted > 25
    assert result.failed == 0


def test_the_page_names_every_folder() -> None:
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert {f"{folder}/" for folder in folders} <= set(re.findall(r"`(\w+/)`", page))


def test_the_page_links_to_what_is_there() -> None:
    for page in DOCS.glob("**/*.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page}: {link}"


def test_the_pages_name_files_that_are_there() -> None:
    pages = [ROOT / "SECURITY.md", DOCS / "architecture.md"]
    pages += DOCS.glob("decisions/*.md")
    named = {
        name for page in pages for name in re.findall(r"`([\w/]+\.py)`", page.read_text("utf-8"))
    }
    assert len(named) > 20
    for name in named:
        assert (PACKAGE / name).exists() or (ROOT / name).exists(), name
