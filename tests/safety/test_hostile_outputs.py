"""Texts and file names of hostile specs in what archspec writes: pictures, pages and tables."""

from __future__ import annotations

import csv
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest
from hostile import net
from hostile.name_cases import MARK, TEXTS, told
from test_hostile import DRAWN, run

pytestmark = pytest.mark.heavy  # it draws and writes each text in every form

FORMS: Final = ("csv", "html", "latex", "markdown", "json")
OTHER: Final = net("{a: {Conv2d: 4, kernel_size: 3}, b: {Add: [a, a]}}")
NAMES: Final = (
    *DRAWN,
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+1",
    "| a | b |",
    "[a](javascript:alert(1))",
    "\\input{pwned}",
    "%\n\\input{pwned}",
    "\x1b[2J\x07",
    "\u202eb",
    "<img src=x onerror=alert(1)>",
)
"""File names, but for slashes; what a spec itself names are plain identifiers."""


class Reader(HTMLParser):
    """Collects the elements of a page, and the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a spec that another is compared with."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    return tmp_path


def written(folder: Path, name: str, text: str) -> str:
    """Write a spec under a name of which only the slashes are taken; return that of the file."""
    path = folder / f"{name.replace('/', '_')}.yaml"
    path.write_text(text, encoding="utf-8")
    return path.name


def made(spec: str) -> dict[str, list[str]]:
    """Return what archspec writes of a spec: tables in each form, a picture and a page."""
    found = {}
    for form in FORMS:
        status, summary, _ = run("summary", spec, f"--{form}")
        differs, diff, _ = run("diff", spec, "other.yaml", f"--{form}")
        back, other, _ = run("diff", "other.yaml", spec, f"--{form}")
        assert (status, differs, back) == (0, 1, 1)
        found[form] = [summary, diff, other]
    for ending in ("svg", "html"):
        assert run("draw", spec, "--out", f"out.{ending}")[0] == 0
        found[f"draw {ending}"] = [Path(f"out.{ending}").read_text(encoding="utf-8")]
    return found


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What archspec writes of a spec that means no harm."""
    place = tmp_path_factory.mktemp("harmless")
    (place / "other.yaml").write_text(OTHER, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        return made(written(place, "plain", told("paper", "A sentence.")))


def check(found: dict[str, list[str]], harmless: dict[str, list[str]]) -> None:
    """Hold what is written of a spec against what is written of a harmless one."""
    for form, texts in found.items():
        for text, plain in zip(texts, harmless[form], strict=True):
            if form in FORMS:
                assert all(line.isprintable() for line in re.split("\r?\n", text))
                assert len(text.splitlines()) == len(plain.splitlines())
            globals()[f"check_{form.replace(' ', '_')}"](text, plain)


def check_csv(found: str, _: str) -> None:
    for cell in (cell for row in csv.reader(found.splitlines()) for cell in row):
        assert cell[:1] not in ("=", "+", "@", "\t", "|"), cell
        assert cell[:1] != "-" or float(cell) < 0


def check_html(found: str, plain: str) -> None:
    assert Reader(found).tags == Reader(plain).tags
    assert Reader(found).attributes == {"lang", "charset", "class"}


def check_latex(found: str, plain: str) -> None:
    """A comment ends with its line; beyond it there are no other commands."""
    bodies = ["\n".join(x for x in t.splitlines() if x[:1] != "%") for t in (found, plain)]
    commands = [re.findall(r"\\(?:\w+|.)", body) for body in bodies]
    assert commands[0] == commands[1]


def check_markdown(found: str, plain: str) -> None:
    """What Markdown or HTML could read in the words is escaped."""
    assert found.count("<") == plain.count("<") == 1
    bare = [re.sub(r"\\.", "", text) for text in (found, plain)]
    assert [bare[0].count(c) for c in "[]|*`"] == [bare[1].count(c) for c in "[]|*`"]


def check_json(found: str, plain: str) -> None:
    assert found.isascii()
    assert json.loads(found).keys() == json.loads(plain).keys()


def check_draw_svg(found: str, plain: str) -> None:
    """It has nothing that runs or leads elsewhere, nor anything that another one has not."""
    elements = [list(ElementTree.fromstring(text).iter()) for text in (found, plain)]
    tags = [[element.tag.rpartition("}")[2] for element in part] for part in elements]
    assert tags[0] == tags[1]
    assert not set(tags[0]) & {"script", "a", "image", "foreignObject", "animate", "set"}
    names = {name for element in elements[0] for name in element.attrib}
    assert not [name for name in names if name.startswith("on") or name.endswith("href")]


def check_draw_html(found: str, plain: str) -> None:
    assert found.lower().count("</script") == plain.lower().count("</script")
    assert Reader(found).tags == Reader(plain).tags
    assert Reader(found).attributes == Reader(plain).attributes


@pytest.mark.parametrize("title", TEXTS)
def test_a_text_in_tables_and_pictures(
    title: str, folder: Path, harmless: dict[str, list[str]]
) -> None:
    """Neither text is shown in most of them today; if one ever is, this holds it to be text."""
    lines = [told(key, TEXTS[title]).splitlines()[2] for key in ("description", "paper")]
    text = told("paper", "A sentence.").replace('paper: "A sentence."', "\n".join(lines))
    assert text.count(MARK) >= 2
    check(made(written(folder, "spec", text)), harmless)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_in_tables_and_pictures(
    name: str, folder: Path, harmless: dict[str, list[str]]
) -> None:
    check(made(written(folder, name, told("paper", MARK))), harmless)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_in_the_terminal(name: str, folder: Path) -> None:
    spec = written(folder, name, told("paper", MARK))
    for command in (["validate"], ["summary"], ["diff", spec], ["diff", "other.yaml"]):
        _, out, err = run(*command, spec)
        assert out
        assert all(line.isprintable() for line in (out + err).split("\n")), command


def test_what_is_no_file_is_not_written_to(folder: Path) -> None:
    """A FIFO would wait for a reader for ever, and a link lead elsewhere."""
    os.mkfifo(folder / "fifo.svg")
    (folder / "kept.svg").write_text("mine")
    (folder / "link.svg").symlink_to("kept.svg")
    for target in ("fifo.svg", "link.svg", "/dev/null.svg/a.svg"):
        for force in ([], ["--force"]):
            status, _, err = run("draw", "lenet", "--out", target, *force)
            assert status in (1, 2), target
            assert err.startswith(("error[F201]", "archspec: ")), err
            assert "fault" not in err
    assert (folder / "kept.svg").read_text() == "mine"
    assert (folder / "link.svg").is_symlink()
    assert (folder / "fifo.svg").is_fifo()
    assert {path.name for path in folder.iterdir()} == {
        *("fifo.svg", "kept.svg", "link.svg", "other.yaml")
    }
