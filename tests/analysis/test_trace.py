"""How a node came to be: what `trace` tells, held against the stages that it tells of."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import FrameType
from typing import Any

import pytest
import random_specs
import torch
from modules import source_class
from torch import nn

import archspec
from archspec import SpecError
from archspec.commands import main
from archspec.derivation import Derivation, as_data, as_text, derive
from archspec.errors import fail
from archspec.expressions import Value
from archspec.network import Leaf
from archspec.ops import Form
from archspec.resolve.making import Place

BUNDLED = ("resnet34", "googlenet", "densenet121", "vgg11_bn", "swin_v2_t", "mobilenet_v3_small")
"""Loops, blocks in blocks, branches, sizes that grow, a `cfg`, attention, chosen activations."""


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["trace", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def names(scope: dict[str, Any]) -> dict[str, Any]:
    return {name["name"]: name["value"] for name in scope["names"]}


def test_what_a_block_reads_is_told_with_its_names_for_it() -> None:
    found = archspec.load("unet", width=8).trace("up2")
    assert found.inputs == (("up1", (64, 32, 32)), ("down2", (32, 64, 64)))
    assert "reads down2 (32, 64, 64) as skip" in as_text(found)
    assert [held["as"] for held in as_data(found)["inputs"]] == ["below", "skip"]
    assert "as" not in as_data(archspec.load("lenet").trace("features"))["inputs"][0]


def test_a_convolution_in_a_block_in_two_loops(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "resnet34", "--node", "layer2.0.conv1")
    assert (found["op"], found["output"]) == ("Conv2d", [128, 28, 28])
    assert found["inputs"] == [{"name": "input", "shape": [64, 56, 56]}]
    arguments = {argument["name"]: argument for argument in found["arguments"]}
    stride = arguments["stride"]
    assert (stride["value"], stride["formula"], stride["origin"]) == (2, "stride", "written")
    assert stride["written"]["text"] == "=stride"
    assert arguments["bias"]["origin"] == "defaults"
    assert arguments["in_channels"]["origin"] == "arrives"
    assert arguments["groups"]["origin"] == "default"
    block, turn, _, stage, _, vars = found["scopes"]
    assert names(block) == {
        "channels": 128,
        "stride": 2,
        "dilation": 1,
        "in_channels": 64,
        "in_height": 56,
        "in_width": 56,
    }
    own = next(name for name in block["names"] if name["name"] == "stride")
    assert own["written"]["text"] == "=stride if index == 0 else 1"
    assert own["formula"] == "stride if index == 0 else 1"
    assert names(turn) == {"index": 0}
    assert names(stage) == {
        "i": 2,
        "depth": 4,
        "channels": 128,
        "stride": 2,
        "dilation": 1,
        "index": 1,
    }
    assert names(vars)["num_classes"] == 1000
    seen = {name["name"] for scope in found["scopes"] for name in scope["names"] if name["visible"]}
    assert seen == {*names(block), *names(vars)}
    assert found["source"]["calls"][-1]["within"] == "BasicBlock.__init__"
    assert found["source"]["calls"][0]["text"] == [
        "self.layer2 = _layer(64, depth=layers[1], channels=128, stride=2)"
    ]


def test_text_leaves_out_sizes_that_nothing_reads() -> None:
    """Of bodies further out; data has them all."""
    text = """\
name: Tiny
input: [3, 8, 8]
blocks: {Wide(width): {conv: {Conv2d: =width, kernel_size: 3}}}
net: {a: [{Wide: =FACTOR}]}
"""
    for factor, told in (("2 * 8", False), ("2 * in_channels", True)):
        found = derived(text.replace("FACTOR", factor), "a.0.conv")
        assert [scope.kind for scope in found.scopes] == ["block", "body", "body", "vars"]
        assert ("names of what enters a " in as_text(found)) == told


def test_a_name_that_another_hides_is_told_as_that() -> None:
    """The number of the stage, where that of the block in it has the same name."""
    found = archspec.load("resnet34").trace("layer2.0")
    turns = [scope for scope in found.scopes if scope.kind == "turn"]
    seen = [[n.visible for n in scope.names if n.name == "index"] for scope in turns]
    assert seen == [[True], [False]]
    (line,) = [line for line in as_text(found).splitlines() if "hidden by another" in line]
    assert line.split()[:2] == ["index", "1"]


def test_text_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "resnet34", "--node", "layer2.0.conv1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "layer2.0.conv1: Conv2d"
    assert "gives (128, 28, 28)" in lines
    assert "parameters 73,728, MACs 57,802,752" in lines
    assert any(line.split()[:3] == ["stride", "2", "=stride"] for line in lines)
    assert any("=stride if index == 0 else 1" in line for line in lines)
    assert not any(line != line.rstrip() for line in lines)


def test_the_callers_values_are_told_as_theirs(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "resnet34", "--set", "num_classes=10", "--node", "fc")
    (var,) = [n for n in found["scopes"][-1]["names"] if n["name"] == "num_classes"]
    assert (var["value"], var["origin"]) == (10, "caller")
    assert var["written"] == {"file": "--set", "line": None, "text": "10"}
    arguments = {argument["name"]: argument["value"] for argument in found["arguments"]}
    assert (arguments["in_features"], arguments["out_features"]) == (512, 10)
    assert found["parameters"] == 5130


def test_a_merge_is_computed_in_the_forward_of_its_class(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = told(capsys, "resnet34", "--node", "layer1.0.add")
    assert found["source"]["calls"] == []
    assert found["source"]["forward"]["within"] == "BasicBlock.forward"
    assert any("out + self.downsample(x)" in line for line in found["source"]["forward"]["text"])


def test_a_block_has_its_parameters_as_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "resnet50", "--node", "layer3.0")
    arguments = {argument["name"]: argument for argument in found["arguments"]}
    assert {name: a["value"] for name, a in arguments.items()} == {
        "channels": 256,
        "stride": 2,
        "dilation": 1,
        "width": 256,
    }
    assert arguments["width"]["origin"] == "computed default"
    assert arguments["width"]["formula"] == "channels * width_per_group // 64 * groups"
    assert found["source"]["class"]["text"] == ["class Bottleneck(nn.Module):"]


CHOOSING = """\
name: Tiny
input: [3, 8, 8]
vars: {deep: false}
net:
  a: {Conv2d: 3, kernel_size: 3, padding: 1}
  b: {if: =deep, Conv2d: 4, kernel_size: 3}
  c: {from: a}
  d: {if: =deep, ReLU: null, else: Sigmoid}
  e: {from: c, do: a}
  f: {Add: [d, e]}
  aside: {if: =training, from: a, do: [Flatten, {Linear: 2}]}
outputs: {y: f, z: aside}
"""


def derived(text: str, path: str, **vars: Any) -> Derivation:
    return archspec.loads(text, **vars).trace(path)


def test_what_an_if_leaves_out_has_a_trace_too() -> None:
    absent = derived(CHOOSING, "b")
    assert (absent.label, absent.output, absent.cost) == ("absent", None, None)
    assert absent.told == "it is not there; its name stands for `a`"
    ((condition, held),) = absent.conditions
    assert (condition.text, held) == ("=deep", False)
    there = derived(CHOOSING, "b", deep=True)
    assert [held for _, held in there.conditions] == [True]


def test_an_else_tells_the_condition_that_was_false() -> None:
    assert [held for _, held in derived(CHOOSING, "d").conditions] == [False]
    assert derived(CHOOSING, "d").label == "Sigmoid"
    assert [held for _, held in derived(CHOOSING, "d", deep=True).conditions] == [True]


def test_names_and_calls_of_others_are_told() -> None:
    alias = derived(CHOOSING, "c")
    assert (alias.label, alias.told) == ("alias", "the name stands for `a`")
    again = derived(CHOOSING, "e")
    assert again.told == "calls `a` again, with its weights"
    assert again.written.text == "e: {from: c, do: a}"
    assert again.cost is not None
    assert again.cost.parameters == 0
    assert again.emitted.calls[-1].text == derived(CHOOSING, "a").emitted.calls[-1].text
    assert derived(CHOOSING, "aside").told == "there in training mode alone"


@pytest.mark.parametrize(
    ("path", "column", "message", "help"),
    [
        ("layer9.0", 1, "nothing in ResNet34 is named `layer9`", "did you mean `layer4`?"),
        ("layer2.0.conv9", 10, "nothing in `layer2.0` is named `conv9`", "did you mean `conv2`?"),
        ("layer2.0.conv1.x", 16, "nothing is in `layer2.0.conv1`, a single Conv2d", ""),
        ("layer2.0.", 10, "a path is names joined by dots, and one is missing here", ""),
        ("", 1, "a path is names joined by dots, and one is missing here", ""),
        ("resnet34.conv1", 1, "nothing in ResNet34 is named `resnet34`", ""),
    ],
)
def test_a_path_that_leads_nowhere(path: str, column: int, message: str, help: str) -> None:
    with pytest.raises(SpecError) as caught:
        archspec.load("resnet34").trace(path)
    (found,) = caught.value.diagnostics
    assert found.code == "G376"
    assert found.message == message
    assert found.span is not None
    assert (found.span.line, found.span.column) == (1, column)
    assert help in found.help


def test_the_command_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "resnet34", "--node", "layer2.0.conv9"]) == 1
    err = capsys.readouterr().err
    assert "node:1:10" in err
    assert "did you mean `conv2`?" in err


@contextmanager
def scopes_of_ops() -> Iterator[dict[str, dict[str, Value]]]:
    """Keep what the resolver itself lets each op see."""
    seen: dict[str, dict[str, Value]] = {}
    op = Place.op

    def noting(self: Place, *arguments: Any) -> Leaf:
        seen[self.path] = dict(self.scope.values)
        return op(self, *arguments)

    Place.op = noting  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        Place.op = op  # type: ignore[method-assign]


@contextmanager
def lines_of_modules() -> Iterator[dict[int, tuple[int, int]]]:
    """Keep the lines of the call that makes each module, as Python itself runs it."""
    made: dict[int, tuple[int, int]] = {}
    init = nn.Module.__init__

    def noting(self: nn.Module, *arguments: Any, **named: Any) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_locals.get("self") is self:
            frame = frame.f_back
        assert frame is not None
        first, last, _, _ = [*frame.f_code.co_positions()][frame.f_lasti // 2]
        made[id(self)] = (first or 0, last or 0)
        init(self, *arguments, **named)

    nn.Module.__init__ = noting  # type: ignore[method-assign]
    try:
        yield made
    finally:
        nn.Module.__init__ = init  # type: ignore[method-assign]


def assert_traced(load: Any, paths: list[str] | None = None) -> None:
    """Hold the traces of nodes against the network, the resolver, and its source when it runs."""
    with scopes_of_ops() as seen:
        net = load()
    text = net.codegen()
    with torch.device("meta"), lines_of_modules() as made:  # some have 10¹² parameters
        modules = dict(source_class(net, text)().named_modules())
    rows = {node["path"]: node for node in archspec.tables.as_data(net.network)["nodes"]}
    for node in net:
        if paths is not None and node.path not in paths:
            continue
        found = derive(net.network, net._written, {}, node.path, lambda: text)
        assert found.cost is not None
        assert (found.label, found.output) == (node.label, node.output)
        assert found.cost.parameters == rows[node.path]["parameters"]
        assert found.cost.macs == (rows[node.path]["macs"] or 0)
        if isinstance(node, Leaf):
            visible = {n.name: n.value for s in found.scopes for n in s.names if n.visible}
            assert visible == seen[node.path], node.path
            assert {a.name: a.value for a in found.arguments} == dict(node.op), node.path
        assert_lines(node, found, modules, made)


def assert_lines(node: Any, found: Derivation, modules: Any, made: Any) -> None:
    """Hold lines of source against those at which Python made the module."""
    if found.emitted.calls:
        last = found.emitted.calls[-1]
        path = node.path
        if path in modules:
            assert made[id(modules[path])] == (last.line, last.end_line), path
    else:
        is_tensor = isinstance(node, Leaf) and node.op.form is Form.TENSOR
        assert not is_tensor, node.path
        # Only a node that is no module has no lines: what is told is all there is.
        assert node.path not in modules, (node.path, found.emitted)


@cache
def bundled(name: str) -> list[str]:
    """Return paths of each kind of node of a bundled spec, one of a kind."""
    kinds = {(node.label, node.path.count(".")): node.path for node in archspec.load(name)}
    return [*kinds.values()]


@pytest.mark.parametrize("name", BUNDLED)
def test_traces_of_bundled_networks(name: str) -> None:
    assert_traced(lambda: archspec.load(name), bundled(name))


@pytest.mark.parametrize(
    "seed", [*range(5), *(pytest.param(n, marks=pytest.mark.slow) for n in range(5, 12))]
)
def test_every_node_of_a_random_network_can_be_traced(seed: int) -> None:
    rng = random.Random(seed)
    while True:
        text = random_specs.text(random_specs.document(rng))
        try:
            archspec.loads(text)
        except SpecError:  # what overwrites a value that is read again
            continue
        break
    assert_traced(lambda: archspec.loads(text))


def test_conditions_under_which_tensors_are_filled_decide_nothing() -> None:
    net = archspec.loads("""
        name: Net
        input: [4, 8, 8]
        net: {conv: {Conv2d: 4, kernel_size: 1}, tail: [{Conv2d: 4, kernel_size: 1}]}
        init: [{conv: {bias: zeros_}}, {tail.0: {weight: zeros_, bias: zeros_}}]
    """)
    assert "if isinstance(self.tail[0], nn.Conv2d):" in net.codegen()
    for node in ("conv", "tail.0"):
        emitted = net.trace(node).emitted
        assert {call.within for call in emitted.calls} == {"Net.__init__"}


def test_traces_are_silent_where_source_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    net = archspec.load("lenet")
    text = net.codegen().replace("super().__init__()", "super().__init__()\n        del self.x", 1)
    found = derive(net.network, net._written, {}, "classifier.0", lambda: text)  # type: ignore[arg-type]
    assert found.emitted.calls == ()
    assert found.emitted.silent


def too_long() -> str:
    raise fail("L207", "too long")


def test_a_network_without_source_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    net = archspec.load("lenet")
    found = derive(net.network, net._written, {}, "classifier.0", too_long)  # type: ignore[arg-type]
    assert found.emitted.silent == "there is none: too long"
