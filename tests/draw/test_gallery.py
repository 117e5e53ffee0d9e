"""The gallery's pictures are those that its script draws, and the golden DOT what `draw` writes."""

import runpy
from xml.etree import ElementTree

import pytest
from loading import bundled
from repository import DOCS, GOLDEN

from archspec.draw import dot

pytestmark = pytest.mark.heavy  # it draws every network

GALLERY = runpy.run_path(str(DOCS / "gallery.py"))
FOLDER = DOCS / "gallery"
SVG = "{http://www.w3.org/2000/svg}"


def test_the_page_is_up_to_date() -> None:
    assert (DOCS / "gallery.md").read_text(encoding="utf-8") == GALLERY["page"]()
    assert (FOLDER / "digests.txt").read_text(encoding="utf-8") == GALLERY["digests"]()


def test_every_picture_is_there_and_no_other() -> None:
    wanted = {f"{GALLERY['title'](*picture)}.svg" for picture in GALLERY["PICTURES"]}
    files = {path.name: path for path in FOLDER.glob("*.svg")}
    assert set(files) == wanted
    assert len({name for name, _ in GALLERY["PICTURES"]}) >= 12
    assert sum(path.stat().st_size for path in files.values()) < 3_000_000


@pytest.mark.parametrize("name", [path.name for path in sorted(FOLDER.glob("*.svg"))])
def test_pictures_are_only_pictures(name: str) -> None:
    root = ElementTree.parse(FOLDER / name).getroot()
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            *("svg", "g", "title", "text", "path", "polygon", "polyline", "ellipse"),
        }
        assert not [key for key in element.attrib if key.startswith("on") or "href" in key]
    assert len(list(root.iter(f"{SVG}text"))) > 20


@pytest.mark.parametrize("name", ["lenet", "resnet34", "googlenet", "densenet121", "vit_b_16"])
def test_golden_dot(name: str) -> None:
    golden = GOLDEN / f"{name}.dot"
    assert dot(bundled(name).network) == golden.read_text(encoding="utf-8")
