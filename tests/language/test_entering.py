"""`in_channels` and the like: sizes of what enters the body in which they stand."""

from __future__ import annotations

import textwrap

import pytest
from agreement import assert_agree

import archspec
from archspec.network import Leaf

NET = """
    name: Deep
    input: [3, 16, 16]
    blocks:
      Unit(channels):
        conv: {Conv2d: =channels, kernel_size: 3, padding: 1}
        inner: {a: {Conv2d: =2 * in_channels, kernel_size: 1}, b: {Add: [a, a]}}
    net:
      stem: {Conv2d: 8, kernel_size: 2, stride: 2}
      list: [{Conv2d: =2 * in_channels, kernel_size: 1}, ReLU]
      turns:
        repeat: 2
        do: [{Conv2d: =in_channels + 4, kernel_size: 1}, {Conv2d: 12, kernel_size: 1}]
      split: {Cat: {a: {Conv2d: =in_channels // 4, kernel_size: 1}, b: Identity}}
      block: {Unit: 6}
      flat: [Flatten, {Linear: =in_height}]
      last: [{Linear: =in_features + 1}]
"""


def test_they_speak_of_the_body_in_which_they_stand() -> None:
    net = archspec.loads(textwrap.dedent(NET))
    out = {node.path: node.output[0] for node in net.nodes if isinstance(node, Leaf)}
    assert [out[path] for path in ("list.0", "turns.0.0", "turns.1.0")] == [16, 20, 16]
    assert [out[path] for path in ("split.a", "block.inner.a")] == [3, 12]
    assert [out[path] for path in ("flat.1", "last.0")] == [8, 9]
    assert_agree(net)
    told = [warning.message for warning in net.warnings if warning.code == "W120"]
    assert [text.partition(",")[0] for text in told] == [
        "`in_channels` is 8 here",
        "`in_channels` is 16 here",
        "`in_channels` is 12 here",
        "`in_channels` is 6 here",
        "`in_height` is 8 here",
    ]


def test_a_use_may_state_what_enters() -> None:
    text = """
        name: Tiny
        input: [3, 8, 8]
        blocks: {"B(channels)": [{Conv2d: =channels, kernel_size: 1}]}
        net: [{B: 8, in_channels: 3}, {B: 4, in_channels: STATED}]
    """
    assert archspec.loads(textwrap.dedent(text.replace("STATED", "=4 + 4"))).output == (4, 8, 8)
    with pytest.raises(archspec.SpecError, match=r"G313.*B: `in_channels` is stated as 3, but 8"):
        archspec.loads(textwrap.dedent(text.replace("STATED", "3")))


def test_a_header_that_names_what_enters_says_how_it_is_written() -> None:
    text = """
        name: Tiny
        input: [3, 8, 8]
        blocks:
          B(in_channels, out_channels, stride=1): [{Conv2d: =out_channels, kernel_size: 1}]
        net: [{B: [3, 8]}, {B: [8, 8, 2]}]
    """
    with pytest.raises(archspec.SpecError) as raised:
        archspec.loads(textwrap.dedent(text))
    (found,) = raised.value.diagnostics
    assert (found.code, "`B(out_channels, stride=1)`" in found.help) == ("S252", True)


@pytest.mark.parametrize("name", ["in_channels", "in_features", "in_length"])
def test_nothing_else_is_called_so(name: str) -> None:
    for text in (f"vars: {{{name}: 3}}\nnet: [ReLU]", f"net: [{{for: {{{name}: [1]}}, do: ReLU}}]"):
        with pytest.raises(archspec.SpecError, match=r"S207.*is known already"):
            archspec.loads(f"name: Tiny\ninput: [3]\n{text}\n")
