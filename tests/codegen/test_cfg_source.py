"""VGG's list in emitted source: loops over stages where it has stages, else its layers."""

from __future__ import annotations

import pytest
import torch
from loading import bundled
from modules import source_class

import archspec

HEAD = """
name: Net
input: [3, 64, 64]
net:
  features:
    - cfg: {cfg}
      where:
        n: [{{Conv2d: =n, kernel_size: 3, padding: 1}}, ReLU]
        M: {{MaxPool2d: 2}}
        A: {{AvgPool2d: 2}}
"""
STAGED = {
    "stages": "[8, M, 8, 16, M, 32, M]",
    "stages of equal widths": "[8, 8, M, 8, 8, M]",
}
LISTED = {
    "too short for a loop": "[8, M, 16, M]",
    "two kinds of ends": "[8, M, 16, A, 32, M]",
    "no end": "[8, M, 16, M, 16, 32]",
    "a stage without a number": "[8, M, M, 16, M, 8, M]",
    "numbers alone": "[8, 8, 16, 16, 32, 32]",
}


def emitted(text: str) -> str:
    """Return the source, whose network has the state dict and the order of the live module."""
    net = archspec.loads(text)
    with torch.device("meta"):
        made = source_class(net)()
    live = net.build(device="meta")
    assert [(k, t.shape) for k, t in made.state_dict().items()] == [
        (k, t.shape) for k, t in live.state_dict().items()
    ]
    kinds = [type(m).__name__ for m in live.modules() if not list(m.children())]
    assert [type(m).__name__ for m in made.modules() if not list(m.children())] == kinds
    return net.codegen()


@pytest.mark.parametrize("case", STAGED)
def test_stages_become_loops(case: str) -> None:
    text = emitted(HEAD.format(cfg=STAGED[case]))
    assert text.count("nn.Conv2d(") == 1
    assert "for stage in (" in text


@pytest.mark.parametrize("case", LISTED)
def test_any_other_list_stays_a_list(case: str) -> None:
    assert "for stage in" not in emitted(HEAD.format(cfg=LISTED[case]))


def test_a_layer_that_counts_turns_stays_a_list() -> None:
    text = HEAD.format(cfg=STAGED["stages"]).replace("ReLU]", '{Dropout: "=index / 10"}]')
    assert "for stage in" not in emitted(text)


def test_what_stands_behind_the_list_is_appended() -> None:
    text = emitted(HEAD.format(cfg=STAGED["stages"]) + "    - Dropout2d\n")
    assert text.count("layers.append(") == 2


def test_bundled_vgg_is_short() -> None:
    assert len(bundled("vgg16_bn").codegen().splitlines()) <= 75
