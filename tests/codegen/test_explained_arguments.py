"""`codegen --explain`: which vars are arguments, and what makes the others numbers."""

from __future__ import annotations

import inspect

import pytest
from modules import source_class
from repository import DOCS

import archspec
from archspec.commands import main

HEAD = """name: Net
input: [8, 6, 6]
vars: {width: 8, count: 1, rate: 0.5, twice: =2 * width, words: [ReLU, GELU], act: ReLU, bias: true}
"""
CONV = "{Conv2d: 4, kernel_size: 1}"

# A network, a var in it, why it is no argument, and the line that says so.
REASONS = {
    "a condition": (
        f"net: [{{if: =width > 1, do: ReLU, else: GELU}}, {CONV}]",
        "width",
        "a node is there",
        4,
    ),
    "a count": (f"net: [{{repeat: =count, do: {CONV}}}]", "count", "where `min` is not 1", 4),
    "a column of the same name": (
        f"net: [{{for: {{'i, count': [[1, 1], [2, 2]]}}, do: {{repeat: =count, do: {CONV}}}}}]",
        "count",
        "it may decide nothing where a loop has a `count` of its own",
        4,
    ),
    "a name": (f"net: {{conv<count>: {CONV}}}", "count", "the name of a node", 4),
    "a side": (
        "net:\n- {MaxPool2d: =count + 1, stride: 1}\n- Flatten\n- {Linear: 3}",
        "count",
        "a side of a map that decides `in_features`",
        7,
    ),
    "a fill": (
        f"net: [{CONV}]\ninit: [{{Conv2d: {{weight: {{normal_: {{std: =rate}}}}}}}}]",
        "rate",
        "what tensors are filled with",
        5,
    ),
    "a layout": ("net: [{Flatten: =count}, {Linear: 4}]", "count", "`start_dim`", 4),
    "what may not be equal": (
        "net: {a: {Conv2d: [=width, 1]}, b: {Conv2d: [8, 1]}, c: {Add: [a, b]}}",
        "width",
        "sizes that must be equal",
        4,
    ),
    "a word": (f"net: [{{use: =act}}, {CONV}]", "act", "it is a word", None),
    "a switch": (
        "net: [{Conv2d: 4, kernel_size: 1, bias: =bias}]",
        "bias",
        "it is true or false",
        None,
    ),
    "a list": (
        f"net: [{{for: {{n: =words}}, do: {{do: =n}}}}, {CONV}]",
        "words",
        "it is a list",
        None,
    ),
    "computed": ("net: [{Conv2d: =twice, kernel_size: 1}]", "twice", "computed from width", 3),
    "unread": (f"net: [{CONV}]", "width", "nothing that is there reads it", None),
}


@pytest.mark.parametrize("case", REASONS)
def test_each_var_that_is_no_argument_says_why(case: str) -> None:
    body, name, why, line = REASONS[case]
    found = {var.name: var for var in archspec.loads(f"{HEAD}{body}\n").arguments}
    assert not found[name].is_argument
    assert why in found[name].why
    assert (found[name].place.line if found[name].place else None) == line


@pytest.mark.parametrize("name", ["resnet50", "vgg11_bn", "efficientnet_b0", "swin_t", "unet"])
def test_what_is_an_argument_is_one(name: str) -> None:
    net = archspec.load(name)
    taken = [*inspect.signature(source_class(net)).parameters]
    assert [var.name for var in net.arguments if var.is_argument] == taken
    assert all(bool(var.why) != var.is_argument for var in net.arguments)
    assert {var.name for var in net.arguments} == {*net.network.vars, "in_channels"}


def test_the_command_tells_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codegen", "efficientnet_b0", "--explain"]) == 0
    told = capsys.readouterr().out
    assert f"efficientnet_b0 --explain\n{told}```" in (DOCS / "source.md").read_text()
    lines = {line.split()[0]: line for line in told.splitlines()}
    assert lines["num_classes"].split(maxsplit=1)[1] == "an argument"
    assert lines["depth"].endswith(
        "no argument: it may decide the turns of a loop, families/efficientnet.yaml:66"
    )
    assert main(["codegen", "lenet", "--explain", "--out", "lenet.py"]) == 2
    assert "--explain writes nothing" in capsys.readouterr().err
