"""The page in which blocks open and close: its data, its safety, and what a browser makes of it."""

import base64
import gzip
import hashlib
import json
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from browser import PROGRAM, Page, chromium
from loading import bundled
from pictures import DENSE

import archspec
from archspec.commands import main
from archspec.draw import DrawError, image
from archspec.draw.graphviz.theme import theme_named
from archspec.draw.graphviz.writer import Writer
from archspec.draw.picture.compose import compose
from archspec.draw.picture.opening import Opening
from archspec.draw.viewer.page_data import picture
from archspec.draw.viewer.palette import in_slots
from archspec.network import Network, walk
from archspec.reading import bundled_names

pytestmark = pytest.mark.heavy  # it starts a browser

VIEWER = files("archspec.draw.viewer")
NESTED = """
name: Nested
input: [8, 16, 16]
blocks:
  Inner(channels):
    conv: {Conv2d: =channels, kernel_size: 3, padding: 1}
    add: {Add: [conv, input]}
  Outer(channels):
    first: {Inner: =channels}
    second: {Conv2d: =channels, kernel_size: 1}
    third: {Inner: =channels}
    add: {Add: [third, input]}
net:
  stem: {Conv2d: 8, kernel_size: 3, padding: 1}
  one: {Outer: 8}
  wider: {Conv2d: 16, kernel_size: 1}
  two: {Outer: 16}
  three: {Conv2d: 16, kernel_size: 1}
  four: {Outer: 16}
  pool: {AdaptiveAvgPool2d: 1}
  flatten: Flatten
  fc: {Linear: 10}
"""


def network(name: str) -> Network:
    return bundled(name).network


def data(drawn: Network, direction: str = "TB", depth: int | None = None) -> dict[str, Any]:
    scene = compose(drawn, depth=depth, direction=direction, foldable=True)
    return picture(drawn, scene, lambda s, t: Writer(s, theme_named(t), direction))[0]


def test_the_legend_stands_where_the_page_begins() -> None:
    lines = [text for text, _ in data(network("lenet"))["lines"]]
    page = lines[lines.index("subgraph cluster_page {") + 1]
    assert 'labelloc="t"' in page
    assert "Linear" in page


# Which lines belong together


def level(parts: dict[str, Any], name: str) -> int:
    part = parts[name]
    return ("folded" in part) + (level(parts, part["in"]) if part["in"] else 0)


def blocks(parts: dict[str, Any]) -> dict[str, str]:
    """Return the paths of blocks by the names of their frames."""
    return {name: part["ops"][0][0] for name, part in parts.items() if "folded" in part}


def kept(told: dict[str, Any], paths: set[str]) -> list[str]:
    """Return the lines that the viewer keeps when the blocks of these paths are open."""
    parts = told["parts"]
    opened = {name for name, path in blocks(parts).items() if path in paths}

    def shown(name: str) -> bool:
        part = parts[name]
        if part["in"] and not (part["in"] in opened and shown(part["in"])):
            return False
        return name in opened if "folded" in part else part.get("folds") not in opened

    return [text for text, needs in told["lines"] if all(map(shown, needs))]


def form(lines: list[str]) -> Counter[str]:
    """Return lines of DOT without what may differ: colours, widths, ids and names of parts."""
    text = "\n".join(lines)
    names = re.findall(r"^(?:subgraph )?(n\d+|cluster_\d+) [\[{]", text, re.MULTILINE)
    assert len(names) == len(set(names))
    numbers = {name: f"part-{number}" for number, name in enumerate(names)}
    # In a tooltip, `\\n56` is the beginning of a line.
    named = re.compile(r"(?<![\\\w])(?:n|cluster_)\d+\b")
    text = named.sub(lambda match: numbers.get(match[0], match[0]), text)
    text = re.sub(r'#[0-9a-fA-F]{6}| (id|labeljust|width|fontname|WIDTH)="[^"]*"', "", text)
    return Counter(text[text.index("part-0") :].splitlines())


FEW = ("resnet18", "googlenet", "swin_t", "unet", "efficientnet_b0", "inception_resnet_v2")


def check(told: dict[str, Any], drawn: Network, direction: str, paths: set[str]) -> None:
    """Compare what the viewer keeps with a picture in which the same blocks are open."""
    with pytest.MonkeyPatch.context() as patch:
        # The command opens by depth alone; a reader opens what he likes.
        opened = lambda group, _: group.path in paths  # noqa: E731
        patch.setattr(sys.modules["archspec.draw.picture.compose"], "_opened", lambda *_: opened)
        # A page tells apart all that may be open at once.
        rows = Opening.rows
        patch.setattr(Opening, "rows", lambda self, *a: rows(replace(self, foldable=True), *a))
        scene = compose(drawn, depth=1, direction=direction)
    alone = Writer(scene, theme_named("light"), direction).lines()
    assert form(kept(told, paths)) == form([line.text for line in alone])


def check_states(drawn: Network, direction: str, turns: int = 4) -> None:
    told = data(drawn, direction)
    names = blocks(told["parts"])
    deepest = max((level(told["parts"], name) for name in names), default=0)
    for depth in range(deepest + 1):
        opened = {path for name, path in names.items() if level(told["parts"], name) <= depth}
        check(told, drawn, direction, opened)
    for turn in range(turns):
        draw = random.Random(turn)
        check(told, drawn, direction, {path for path in names.values() if draw.random() < 0.6})


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name", FEW)
def test_whatever_is_open_looks_as_if_drawn_so(name: str, direction: str) -> None:
    check_states(network(name), direction)


@pytest.mark.usefixtures("read_once")
def test_nested_blocks_open_one_by_one() -> None:
    drawn = archspec.loads(NESTED).network
    assert len(blocks(data(drawn)["parts"])) == 9
    check_states(drawn, "TB", turns=30)


@pytest.mark.usefixtures("read_once")
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(bundled_names()) - set(FEW)))
def test_every_network_opens_and_closes(name: str) -> None:
    check_states(network(name), "TB")


def test_it_begins_as_the_picture_does() -> None:
    parts = data(network("resnet34"))["parts"].values()
    assert [part["ops"][0][0] for part in parts if part.get("opened")] == ["layer1.0"]
    parts = data(network("resnet34"), depth=2)["parts"].values()
    assert all(part.get("opened", True) for part in parts)


# What there is to know and to find


def test_every_node_is_found() -> None:
    for name in ("resnet34", "googlenet", "densenet121", "swin_t", "mobilenet_v2"):
        drawn = network(name)
        told = data(drawn)
        found = {path: part for path, _, part in told["index"]}
        assert list(found) == [node.path for node in walk(drawn.root) if node.path]
        assert set(found.values()) <= set(told["parts"])


def test_a_branch_for_training_opens_and_is_searched() -> None:
    told = data(network("googlenet"))
    places = {path: part for path, _, part in told["index"]}
    frame = places["aux1"]
    assert told["parts"][frame]["folded"]
    assert told["parts"][places["aux1.fc1"]]["in"] == frame
    figures = dict(told["parts"][frame]["figures"])
    assert figures["MACs"] == "training only"


def test_equal_blocks_are_found_where_they_are_drawn() -> None:
    told = data(network("resnet34"))
    found = {path: part for path, _, part in told["index"]}
    assert found["layer1.2.conv1"] == found["layer1.0.conv1"] == found["layer1.0.bn1"]
    assert found["layer1.2"] == found["layer1"] == found["layer1.0"]
    assert found["layer2.3.out"] != found["layer2.0.out"]
    assert told["parts"][found["layer1.1"]]["turns"] == 3


def test_cards_say_what_the_table_says() -> None:
    net = bundled("resnet34")
    told = data(net.network)
    parts = {part: dict(told["parts"][part]["figures"]) for _, _, part in told["index"]}
    card = parts[next(part for path, _, part in told["index"] if path == "layer2.0")]
    assert card == {
        "shape": "64 × 56 × 56 → 128 × 28 × 28",
        "parameters": "230,144",
        "MACs": "179,830,784",
        "receptive field": "83 × 83 px",
    }


# One file, and nothing of a spec in it but text


class Reader(HTMLParser):
    """Collects the elements of a page and what stands in them."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = [("", {})]
        self.texts: list[tuple[str, str]] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append((self.elements[-1][0], data))


ATTACKS = ("</script><script>attack()</script>", "<img src=x onerror=attack()>", "javascript:x()")


def hostile(attack: str) -> Network:
    """Return a network that says something evil wherever it says anything."""
    drawn = archspec.loads(NESTED).network
    rename: Callable[[Any], Any] = lambda node: replace(node, path=f"{attack}{node.path}")  # noqa: E731
    children = tuple(
        replace(child, children=tuple(map(rename, child.children)), path=f"{attack}.{child.path}")
        if hasattr(child, "children")
        else rename(child)
        for child in drawn.root.children
    )
    root = replace(drawn.root, children=children)
    outputs = ((attack, "fc"), (f"{attack}2", "pool"))
    return replace(drawn, name=attack, description=attack, root=root, outputs=outputs)


def test_a_page_is_one_file_that_asks_for_nothing() -> None:
    page = image(network("lenet"), "html")
    read = Reader(page)
    assert not [(tag, at) for tag, at in read.elements if {"src", "href", "style"} & set(at)]
    assert not [name for _, at in read.elements for name in at if name.startswith("on")]
    policy = next(at["content"] for _, at in read.elements if "http-equiv" in at) or ""
    assert policy.startswith("default-src 'none'; ")
    assert not re.search(r"https?:|\*|unsafe-inline|'unsafe-eval'|data:|blob:", policy)
    engine = gzip.decompress(VIEWER.joinpath("viz-global.js.gz").read_bytes())
    for text in (engine, VIEWER.joinpath("viewer.js").read_bytes()):
        digest = base64.b64encode(hashlib.sha256(text).digest()).decode()
        assert f"'sha256-{digest}'" in policy


@pytest.mark.parametrize("attack", [*ATTACKS, "\u2028&amp;\u202e"])
def test_text_of_a_spec_stays_text(attack: str) -> None:
    plain, page = Reader(image(network("lenet"), "html")), Reader(image(hostile(attack), "html"))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    text = max((text for tag, text in page.texts if tag == "script"), key=lambda t: "lines" in t)
    assert not set(text) & set("<>&\u2028\u2029\u202e")
    shown = attack.replace("\u2028", "\\u{2028}").replace("\u202e", "\\u{202e}")
    assert json.loads(text)["title"] == shown


def test_colours_of_themes_become_slots_and_words_do_not() -> None:
    light = ['a [color="#000000" tooltip="#ABCDEF" fillcolor="#fe0001"]', 'b [color="#000000"]']
    dark = ['a [color="#FFFFFF" tooltip="#ABCDEF" fillcolor="#fe0001"]', 'b [color="#FFFFFF"]']
    lines, palette = in_slots({"light": light, "dark": dark})
    assert lines == [line.replace("#000000", "#fe0002") for line in light]
    assert palette == {"light": {"#fe0002": "#000000"}, "dark": {"#fe0002": "#FFFFFF"}}
    with pytest.raises(ValueError, match="more than colours"):
        in_slots({"light": light, "dark": ["a", "b"]})


def test_a_page_needs_no_graphviz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setitem(sys.modules, "graphviz", None)
    for out in ("lenet.html", "lenet.dot"):
        assert main(["draw", "lenet", "--out", out]) == 0
        assert main(["draw", "lenet", "--out", out]) == 0
    assert b'id="engine"' in Path("lenet.html").read_bytes()


def test_a_page_is_light_or_dark() -> None:
    drawn = network("lenet")
    assert b'data-theme="auto"' in image(drawn, "html")
    assert b'data-theme="dark"' in image(drawn, "html", theme="dark")
    with pytest.raises(DrawError, match="a page is light or dark"):
        image(drawn, "html", theme="print")


def test_the_engine_is_the_one_that_is_named() -> None:
    told = VIEWER.joinpath("README.md").read_text(encoding="utf-8")
    engine = gzip.decompress(VIEWER.joinpath("viz-global.js.gz").read_bytes())
    assert hashlib.sha256(engine).hexdigest() in told
    version = re.search(rb"Viz\.js ([0-9.]+)\n", engine)
    assert version is not None
    assert f"@viz-js/viz@{version[1].decode()}" in told


# In a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    if PROGRAM is None and "chromium" not in os.environ.get("ARCHSPEC_REQUIRE", ""):
        pytest.skip("there is no chromium; ARCHSPEC_REQUIRE=chromium makes this a failure")
    with chromium() as page:
        yield page


@pytest.fixture
def page(browser: Page, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Return how to open the page of a network; at its end, nothing may have gone wrong."""

    def show(drawn: Network, *, dark: bool = False, **options: Any) -> Page:
        path = tmp_path / "page.html"
        path.write_bytes(image(drawn, "html", **options))
        browser.requests.clear()
        browser.complaints.clear()
        browser.open(path, dark=dark)
        return browser

    yield show
    assert browser.complaints == []
    assert browser.requests == [(tmp_path / "page.html").as_uri()]


def button(path: str) -> str:
    """Return a selector for what opens or closes a block."""
    return f'[role="button"][aria-label$=" {path}"]'


def is_open(page: Page, path: str) -> bool:
    return page.do(f"document.querySelector('{button(path)}').getAttribute('aria-expanded')") == (
        "true"
    )


def texts(page: Page) -> list[str]:
    return page.do("[...document.querySelectorAll('#picture text')].map((t) => t.textContent)")


def test_a_block_opens_and_closes(page: Callable[..., Page]) -> None:
    shown = page(network("resnet34"))
    before = texts(shown)
    assert "BasicBlock ↓2" in before
    assert not is_open(shown, "layer2.0")
    middle = shown.middle(button("layer2.0"))
    shown.click(button("layer2.0"))
    assert is_open(shown, "layer2.0")
    assert is_open(shown, "layer1.0")
    assert Counter(texts(shown))["Conv 1×1"] == Counter(before)["Conv 1×1"] + 1
    # It stays where the hand is.
    assert abs(shown.middle(button("layer2.0"))[0] - middle[0]) < 1
    shown.click(f"{button('layer2.0')} .knob")
    assert not is_open(shown, "layer2.0")
    assert texts(shown) == before


def test_all_blocks_open_and_close(page: Callable[..., Page]) -> None:
    shown = page(archspec.loads(NESTED).network, depth=0)
    count = "document.querySelectorAll('[aria-expanded=true]').length"
    assert shown.do(count) == 0
    for depth, opened in ((1, 3), (2, 9), (0, 0)):
        shown.do(f"document.getElementById('depth').value = {depth}")
        shown.do("document.getElementById('depth').dispatchEvent(new Event('input'))")
        assert shown.do(count) == opened
    shown.click("#open-all")
    assert shown.do(count) == 9
    shown.press("f")
    shown.click(f"{button('four')} .knob")
    assert shown.do(count) == 6
    assert shown.do("document.getElementById('depth').value") == "0"
    shown.click("#close-all")
    assert shown.do(count) == 0


def test_search_opens_what_is_around_a_node(page: Callable[..., Page]) -> None:
    shown = page(archspec.loads(NESTED).network, depth=0)
    shown.press("/")
    shown.type("two conv2d")
    hits = "[...document.querySelectorAll('#hits li code')].map((hit) => hit.textContent)"
    assert shown.do(hits) == ["two.first.conv", "two.second", "two.third.conv"]
    shown.press("ArrowDown", 40)
    shown.press("ArrowDown", 40)
    shown.press("Enter", 13)
    assert [is_open(shown, path) for path in ("two", "two.third", "two.first")] == [
        True,
        True,
        False,
    ]
    assert shown.do("document.querySelectorAll('.halo').length") == 1
    x, y = shown.middle(".halo")
    assert (abs(x - 600) < 2, abs(y - 473) < 30) == (True, True)
    shown.do("document.getElementById('query').value = ''")
    shown.type("nowhere")
    assert shown.do("document.querySelector('#hits').textContent") == "nothing found"


def test_hovering_tells_of_a_node(page: Callable[..., Page]) -> None:
    shown = page(network("resnet34"))
    shown.mouse("mouseMoved", *shown.middle(button("layer2.0")))
    card = shown.do("document.getElementById('card').innerText")
    assert card.split("\n")[:2] == ["layer2.0", "BasicBlock"]
    for word in ("64 × 56 × 56 → 128 × 28 × 28", "230,144", "179,830,784", "83 × 83 px"):
        assert word in card
    assert shown.do("document.querySelectorAll('#picture title').length") == 0


def test_light_and_dark(page: Callable[..., Page]) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    stage = "getComputedStyle(document.querySelector('[data-part^=cluster] path')).fill"
    light, dark = (theme_named(name) for name in ("light", "dark"))

    def rgb(colour: str) -> str:
        return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"

    shown = page(network("lenet"), dark=True)
    assert shown.do(f"[{paper}, {stage}]") == [rgb(dark.paper), rgb(dark.stage.fill)]
    shown.click("#theme")
    assert shown.do(f"[{paper}, {stage}]") == [rgb(light.paper), rgb(light.stage.fill)]
    shown = page(network("lenet"), dark=True, theme="light")
    assert shown.do(paper) == rgb(light.paper)


def test_pan_and_zoom(page: Callable[..., Page]) -> None:
    shown = page(network("lenet"))
    width = "document.querySelector('#world').getBoundingClientRect().width"
    before, at = shown.do(width), shown.middle("#world")
    shown.mouse("mouseWheel", *at, deltaX=0, deltaY=-200)
    shown.until(f"{width} > {before} * 1.2")
    x, y = shown.middle("#world")
    shown.mouse("mousePressed", 100, 200, button="left", clickCount=1)
    shown.mouse("mouseMoved", 160, 230, button="left")
    shown.mouse("mouseReleased", 160, 230, button="left")
    assert shown.middle("#world") == pytest.approx((x + 60, y + 30), abs=1)
    shown.press("ArrowLeft", 37)
    assert shown.middle("#world") == pytest.approx((x + 120, y + 30), abs=1)
    shown.press("f")
    box = shown.do("JSON.stringify(document.querySelector('#world').getBoundingClientRect())")
    box = json.loads(box)
    assert 47 <= box["top"] < box["bottom"] <= 900
    assert box["left"] + box["right"] == pytest.approx(1200, abs=2)


def test_two_fingers_zoom(page: Callable[..., Page]) -> None:
    shown = page(network("lenet"))
    width = "document.querySelector('#world').getBoundingClientRect().width"
    before = shown.do(width)
    shown.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    for kind, gap in (("touchStart", 100), ("touchMove", 150), ("touchMove", 200)):
        fingers = [{"x": x, "y": 400, "id": int(x > 600)} for x in (600 - gap, 600 + gap)]
        shown.call("Input.dispatchTouchEvent", type=kind, touchPoints=fingers)
    shown.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    shown.until(f"Math.abs({width} / {before} - 2) < 0.02")
    shown.call("Emulation.setTouchEmulationEnabled", enabled=False)


def test_keys_open_and_close(page: Callable[..., Page]) -> None:
    shown = page(archspec.loads(NESTED).network, depth=0)
    shown.do(f"document.querySelector('{button('two')}').focus()")
    for opened in (True, False, True):
        shown.press("Enter", 13)
        assert is_open(shown, "two") is opened
    shown.press("Tab", 9)
    label = shown.do("document.activeElement.getAttribute('aria-label')")
    path = label.split(" ")[1]
    assert path != "two"
    assert shown.do("document.getElementById('card').innerText").startswith(path)


def test_what_is_too_much_is_not_laid_out(page: Callable[..., Page]) -> None:
    shown = page(archspec.loads(DENSE).network)
    status = "document.getElementById('status').textContent"
    assert shown.do(status) == "2 nodes"
    shown.click(button("first"))
    assert re.fullmatch(
        r"\d{3,4} nodes and the edges between them are too much to lay out at once",
        shown.do(status),
    )
    assert not is_open(shown, "first")
    # Nor by a search for what is in it.
    shown.press("/")
    shown.type("first.c7")
    shown.press("Enter", 13)
    assert shown.do(status).endswith("too much to lay out at once")
    assert not is_open(shown, "first")


def test_a_list_of_thousands_is_laid_out(page: Callable[..., Page]) -> None:
    layers = "".join(f"  c{n}: {{Conv2d: {8 + n % 3}, kernel_size: 1}}\n" for n in range(3000))
    shown = page(archspec.loads(f"name: L\ninput: [3, 8, 8]\nnet:\n{layers}").network)
    assert shown.do("document.getElementById('status').textContent") == "3000 nodes"
    shown.press("/")
    shown.type("c2718")
    shown.press("Enter", 13)
    x, y = shown.middle(".halo")
    assert (abs(x - 600) < 2, abs(y - 473) < 30) == (True, True)


def test_a_search_where_nothing_could_be_laid_out(
    page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Writer, "_defaults", lambda _: iter(["]"]))
    shown = page(archspec.loads(NESTED).network)
    status = "document.getElementById('status').textContent"
    assert shown.do(status).startswith("This browser cannot lay out the picture: ")
    shown.press("/")
    shown.type("conv")
    shown.press("Enter", 13)
    assert shown.do(status).startswith("This browser cannot lay out the picture: ")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_spec_runs_nothing(page: Callable[..., Page], attack: str) -> None:
    shown = page(hostile(attack))
    assert attack in texts(shown)
    assert shown.do("document.getElementById('title').textContent") == attack
    elements = "[...document.querySelectorAll('img, a, iframe, [onerror], [onload]')].length"
    assert shown.do(elements) == 0
    assert shown.do("document.scripts.length") == 4  # data, engine packed and unpacked, viewer
    shown.do("document.getElementById('query').focus()")
    shown.type("conv")
    shown.press("Enter", 13)
    shown.mouse("mouseMoved", *shown.middle(".halo"))
    assert shown.do("document.querySelector('#card .op b').textContent").startswith(attack)
    assert shown.do(elements) == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", bundled_names())
def test_every_network_opens_in_a_browser(page: Callable[..., Page], name: str) -> None:
    shown = page(network(name))
    shown.click("#fit")
    if shown.do("document.getElementById('levels').hidden"):
        return
    shown.click("#open-all")
    assert shown.do("document.getElementById('status').textContent.endsWith(' nodes')")
    assert shown.do("document.querySelectorAll('#picture [aria-expanded=false]').length") == 0
