"""The shape of an input as people bring it: with the batch, channels last, in other brackets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import archspec
from archspec import SpecError
from archspec.commands import main
from archspec.errors import Diagnostic

CONV = "[{Conv2d: 8, kernel_size: 3, padding: 1}, {AdaptiveAvgPool2d: 1}, Flatten, {Linear: 10}]"
QUOTED = re.compile(r"`(?:input: )?(\[[\d, ]+\])`")


def spec(shape: str, net: str = CONV) -> str:
    return f"name: Tiny\ninput: {shape}\nnet: {net}\n"


def error(text: str) -> Diagnostic:
    with pytest.raises(SpecError) as caught:
        archspec.loads(text)
    (found,) = caught.value.diagnostics
    return found


@pytest.mark.parametrize(
    ("shape", "meant"),
    [
        ("[32, 1, 28, 28]", "[1, 28, 28]"),
        ("[1, 3, 224, 224]", "[3, 224, 224]"),
        ("{image: [1, 3, 64, 64]}", "[3, 64, 64]"),
        ("[28, 28]", "[1, 28, 28]"),
        ("[3 8 8]", "[3, 8, 8]"),
        ("3x32x32", "[3, 32, 32]"),
        ("3 x 32 x 32", "[3, 32, 32]"),
        ("3×32×32", "[3, 32, 32]"),
        ("3, 32, 32", "[3, 32, 32]"),
        ("'3 32 32'", "[3, 32, 32]"),
        ("(3, 32, 32)", "[3, 32, 32]"),
        ("[(3, 32, 32)]", "[3, 32, 32]"),
        ("{image: 3x32x32}", "[3, 32, 32]"),
        ("[null, 3, 32, 32]", "[3, 32, 32]"),
        ("[-1, 3, 32, 32]", "[3, 32, 32]"),
        ("[N, 3, 32, 32]", "[3, 32, 32]"),
        ("[batch, 3, 32, 32]", "[3, 32, 32]"),
        ("{height: 28, width: 30, channels: 1}", "[1, 28, 30]"),
        ("{c: 3, h: 28, w: 30}", "[3, 28, 30]"),
    ],
)
def test_the_help_writes_the_shape_that_was_meant(shape: str, meant: str) -> None:
    quoted = QUOTED.search(error(spec(shape)).help)
    assert quoted is not None
    assert quoted[1] == meant
    assert archspec.loads(spec(meant)).output == (10,)


@pytest.mark.parametrize("length", [784, 3072])
def test_an_image_in_a_row_is_made_a_map_again(length: int) -> None:
    node = re.search(r"`({Unflatten.*})`", error(spec(f"[{length}]")).help)
    assert node is not None
    assert archspec.loads(spec(f"[{length}]", f"[{node[1]}, {CONV}]")).output == (10,)


@pytest.mark.parametrize(
    ("shape", "code", "help"),
    [
        ("784", "S218", "write `[784]`"),
        ("{image: 784}", "S218", "write `[784]`"),
        ("[3.0, 32, 32]", "S219", "write `3`"),
        ("[3, H, W]", "S219", "write the numbers that the network is made for"),
        ("[3, -1, -1]", "S219", "write the numbers that the network is made for"),
        ("[3, =size, =size]", "S219", "the sizes of `input` are plain numbers"),
        ("=shape", "S218", "the sizes of `input` are plain numbers"),
        ("RGB", "S218", "a list of sizes, such as"),
        ("[]", "S219", "such as"),
    ],
)
def test_what_is_no_shape_is_one_error(shape: str, code: str, help: str) -> None:
    found = error(spec(shape))
    assert (found.code, found.help[: len(help)]) == (code, help)


def warned(shape: str, net: str = CONV) -> list[str]:
    return [w.help for w in archspec.loads(spec(shape, net)).warnings if w.code == "W127"]


def test_channels_that_come_last_are_told() -> None:
    assert warned("[28, 28, 1]") == ["images of 28×28 are `input: [1, 28, 28]`"]
    assert warned("[32, 64, 3]") == ["images of 32×64 are `input: [3, 32, 64]`"]
    assert warned("{image: [32, 64, 3]}") == ["images of 32×64 are `input: [3, 32, 64]`"]
    # Where they are the reason why nothing fits, the error says so.
    deep = "[{Conv2d: 8, kernel_size: 5}, ReLU]"
    assert error(spec("[28, 28, 1]", deep)).help == "channels come first: `input: [1, 28, 28]`"


def test_a_shape_that_a_caller_gives_is_told_as_the_caller_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = spec("[3, 32, 32]")
    (warning,) = archspec.loads(text, input=(28, 28, 1)).warnings
    assert warning.span is not None
    assert warning.span.source.text == "input=(28, 28, 1)"
    assert warning.help == "images of 28×28 are `input=(1, 28, 28)`"
    file = tmp_path / "net.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["validate", str(file), "--input", "28x28x1"]) == 0
    told = capsys.readouterr().err
    assert "--> --input:1:1" in told
    assert "images of 28×28 are `--input 1x28x28`" in told
    assert main(["validate", str(file), "--input", "28x28"]) == 1
    assert "from --input:1" in capsys.readouterr().err


def test_a_batch_that_is_flattened_away_is_told() -> None:
    assert warned("[32, 1, 28, 28]", "[Flatten, {Linear: 10}]") == [
        "`input` has no batch: `input: [1, 28, 28]`"
    ]


@pytest.mark.parametrize(
    ("shape", "net"),
    [
        ("[64, 128, 1]", "[{Conv2d: 8, kernel_size: [5, 1]}]"),  # signals of 64 channels
        ("[32, 32, 3]", "[{Permute: [0, 3, 1, 2]}, {Conv2d: 8, kernel_size: 3}]"),
        ("[512, 7, 3]", CONV),
        ("[3, 3, 3]", CONV),
        ("[28, 28, 1]", "[Flatten, {Linear: 10}]"),
        ("[3, 64, 64]", CONV),
        ("[8, 4, 16, 16]", "[Flatten, {Linear: 10}]"),
    ],
)
def test_what_may_be_meant_is_not_told(shape: str, net: str) -> None:
    assert warned(shape, net) == []
