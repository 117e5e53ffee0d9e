"""The page of the architecture prints what it shows, and names what is there."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import archspec

ROOT = Path(__file__).parent.parent
PACKAGE = Path(archspec.__file__).parent


def test_the_page_of_the_architecture_prints_what_it_shows() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    parts = re.findall(r"```pycon\n(.*?)```", page, re.DOTALL)
    assert len(parts) == 9
    session = doctest.DocTestParser().get_doctest("\n".join(parts), {}, "page", None, None)
    result = doctest.DocTestRunner().run(session)
    assert result.attempted > 25
    assert result.failed == 0


def test_the_page_names_every_folder() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert {f"{folder}/" for folder in folders} <= set(re.findall(r"`(\w+/)`", page))


def test_the_page_links_to_what_is_there() -> None:
    for page in ROOT.glob("docs/**/*.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page}: {link}"


def test_the_pages_name_files_that_are_there() -> None:
    pages = [ROOT / "SECURITY.md", ROOT / "docs" / "architecture.md"]
    pages += ROOT.glob("docs/decisions/*.md")
    named = {
        name for page in pages for name in re.findall(r"`([\w/]+\.py)`", page.read_text("utf-8"))
    }
    assert len(named) > 20
    for name in named:
        assert (PACKAGE / name).exists() or (ROOT / name).exists(), name
