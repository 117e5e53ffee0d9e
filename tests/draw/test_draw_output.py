"""What gets out of a picture: ids, tooltips, colours, and nothing of a spec but as text."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hash_seeds import elsewhere
from pictures import (
    DENSE,
    RESIDUAL,
    SVG,
    dense,
    network,
    written,
)

from archspec.draw import DrawError, dot, image
from archspec.network import INPUT, walk

pytestmark = pytest.mark.heavy  # it starts processes


def test_ids_are_paths() -> None:
    drawn = network("resnet34")
    root = ElementTree.fromstring(image(drawn, "svg"))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert set(ids) <= {node.path for node in walk(drawn.root)}
    assert {"conv1", "layer1.0", "layer1.0.conv1", "layer2.0", "fc"} <= set(ids)


def test_svg_has_no_colour_that_svg_lacks() -> None:
    svg = image(network("resnet34"), "svg").decode()
    assert "transparent" not in svg
    assert 'stroke="none"' in svg


def test_paths_that_look_like_ids_of_graphviz() -> None:
    names = ["node1", "a_node2", "graph0", "edge1", "clust1"]
    layers = "".join(
        f"\n  {name}: {{Conv2d: {8 + index}, kernel_size: 1}}" for index, name in enumerate(names)
    )
    drawn = written(f"name: Names\ninput: [4, 8, 8]\nnet:{layers}")
    root = ElementTree.fromstring(image(drawn, "svg"))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert sorted(ids) == sorted(names)


def test_every_node_has_a_tooltip_and_there_are_no_links() -> None:
    root = ElementTree.fromstring(image(network("resnet34"), "svg"))
    titles = {
        group.get("id"): group.findtext(f"{SVG}title")
        for group in root.iter(f"{SVG}g")
        if group.get("class") == "node"
    }
    assert titles["layer2.0"] == (
        "layer2.0: BasicBlock\n64 × 56 × 56 → 128 × 28 × 28\n"
        "230,144 params · 179,830,784 MACs\nreceptive field 83 × 83 px"
    )
    assert "conv1: Conv2d(3, 64, kernel_size=7, stride=2, padding=3" in titles["conv1"]
    assert not [e for e in root.iter() if e.tag in (f"{SVG}a", f"{SVG}script", f"{SVG}image")]
    assert not [key for e in root.iter() for key in e.attrib if "href" in key]


HOSTILE = ["<b>", '"', "]", "javascript:alert(1)", "&amp;", "\\N", '"];x[URL="u"', "a\x1bb\u202e"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    drawn = replace(written(RESIDUAL), name=text, description=text, outputs=((text, "fc"),))
    drawn = replace(drawn, outputs=((text, "fc"), (text, "pool")), inputs={text: (8, 16, 16)})
    drawn = replace(
        drawn,
        root=replace(
            drawn.root,
            children=tuple(
                replace(child, reads=tuple(text if r == INPUT else r for r in child.reads))
                for child in drawn.root.children
            ),
        ),
    )
    written_down = dot(drawn)
    assert not re.search(r"\b(URL|href|image|shapefile|target)=", without_text(written_down), re.I)
    root = ElementTree.fromstring(image(drawn, "svg"))
    shown = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    visible = text.replace("\x1b", "\\u{001b}").replace("\u202e", "\\u{202e}")
    assert visible in shown
    assert not [e for e in root.iter() if e.tag in (f"{SVG}a", f"{SVG}script", f"{SVG}image")]


def without_text(text: str) -> str:
    """Return DOT with what stands in quotes and in labels left out."""
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', re.sub(r"label=<<.*?>>(?=[ \]])", "", text))


def test_the_same_text_every_time() -> None:
    code = (
        "from archspec.draw import dot; from archspec.reading import read_document;"
        "from archspec.resolve import resolve; from archspec.schema import read_spec;"
        "import sys; net = resolve(read_spec(read_document('inception_v3')));"
        "print(dot(net, depth=2), end='');"
        "assert not {'torch', 'graphviz', 'pygraphviz', 'jinja2'} & set(sys.modules)"
    )
    drawn = network("inception_v3")
    assert {dot(drawn, depth=2), dot(drawn, depth=2)} == {elsewhere(code)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"format": "gif"}, "no format `gif`"),
        ({"format": "svg", "theme": "neon"}, "no theme `neon`; there are light, dark, print"),
        ({"format": "svg", "direction": "BT"}, "no direction `BT`"),
        ({"format": "svg", "depth": -1}, "a depth is 0 or more"),
        ({"format": "png", "dpi": 0}, "a dpi is 1 or more"),
    ],
)
def test_what_cannot_be_drawn(arguments: dict, message: str) -> None:
    with pytest.raises(DrawError, match=message):
        image(written(RESIDUAL), **arguments)


@pytest.mark.parametrize("format", ["svg", "html"])
def test_what_nobody_could_lay_out_is_refused(format: str) -> None:
    drawn = written(f"name: D\ninput: [8, 4, 4]\nnet:\n{dense(300, '  ')}")
    with pytest.raises(DrawError, match=r"nodes .*edges between them are too much .*a focus"):
        image(drawn, format, depth=1)


def test_a_refusal_tells_of_a_depth_that_is_drawn() -> None:
    drawn = written(DENSE)
    with pytest.raises(DrawError, match=r"too much to lay out; a depth of 1 has 4 nodes"):
        image(drawn, "svg", depth=4)
    assert b"</svg>" in image(drawn, "svg", depth=1)


def test_a_long_list_is_laid_out() -> None:
    layers = "".join(f"  c{n}: {{Conv2d: {8 + n % 3}, kernel_size: 1}}\n" for n in range(1500))
    drawn = written(f"name: L\ninput: [3, 8, 8]\nnet:\n{layers}")
    assert image(drawn, "svg", depth=1).count(b">Conv 1\xc3\x971<") == 1500
