"""A network in a notebook: in one that is executed, and where nothing can be drawn."""

import html
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from repository import PACKAGE

import archspec
from archspec.draw.graphviz import layout_limit
from archspec.notebook import bundle

pytestmark = pytest.mark.heavy  # it starts kernels

CELLS = (
    "import sys, archspec\nnet = archspec.load('resnet18')\nnet",
    "import os\nos.environ['PATH'] = ''\nsys.modules['pygraphviz'] = None\nnet",
    "print('torch' in sys.modules)",
)


def executed(cells: tuple[str, ...], folder: Path) -> list[dict[str, Any]]:
    """Return what each cell of a notebook put out, by MIME type."""
    book = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(PACKAGE.parent))
        patch.setenv("IPYTHONDIR", str(folder))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
        NotebookClient(book, timeout=120, kernel_name="python3", env=dict(os.environ)).execute()
    outputs = [cell.outputs[0] for cell in book.cells]
    return [out.get("data") or {"text/plain": out["text"]} for out in outputs]


def test_a_notebook_shows_diagram_and_table(tmp_path: Path) -> None:
    drawn, undrawn, torch = executed(CELLS, tmp_path)
    assert set(drawn) == {"text/html", "image/svg+xml", "text/plain"}
    assert drawn["text/plain"].startswith("<ResNet18: 11,689,512 parameters")
    page = ElementTree.fromstring(f"<div>{drawn['text/html']}</div>")
    assert len(page.findall(".//{http://www.w3.org/2000/svg}svg")) == 1
    rows = [[cell.text for cell in row] for row in page.iter("tr")]
    assert rows[0][:5] == ["path", "op", "output", "parameters", "MACs"]
    assert ["conv1", "Conv2d", "64×112×112", "9,408", "118,013,952"] in [row[:5] for row in rows]
    assert len(rows) == 1 + len(archspec.load("resnet18").nodes)

    assert set(undrawn) == {"text/plain"}
    assert re.search(r"parameters +11,689,512", undrawn["text/plain"])
    assert "no diagram: no Graphviz" in undrawn["text/plain"]
    assert torch["text/plain"] == "False\n"


def test_too_many_nodes_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout_limit, "MOST", 5)
    shown = archspec.load("resnet18")._repr_mimebundle_()
    assert set(shown) == {"text/plain"}
    assert "nodes and the edges between them are too much to lay out" in shown["text/plain"]
    assert archspec.load("lenet")._repr_mimebundle_(include=None, exclude=None)


def test_text_of_a_spec_stays_text() -> None:
    attack = "<script>alert(1)</script>"
    network = archspec.load("lenet").network
    first, *others = network.root.children
    renamed = replace(first, path=attack)
    network = replace(network, root=replace(network.root, children=(renamed, *others)))
    shown = bundle(replace(network, name=attack), "it")["text/html"]
    assert "<script" not in shown
    assert html.escape(attack) in shown
    assert not re.search(r"\bon\w+=|javascript:|href", shown)


def test_without_graphviz_there_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert set(archspec.load("lenet")._repr_mimebundle_()) == {"text/plain"}
