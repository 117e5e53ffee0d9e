"""One thing or another: merges that are left out, `else`, other names for a value."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from agreement import assert_agree

import archspec


def load(body: str, head: str = "input: [4, 8, 8]", **vars: Any) -> archspec.Architecture:
    return archspec.loads(f"name: Tiny\n{head}\n{textwrap.dedent(body)}", **vars)


def test_a_merge_that_is_left_out_stands_for_its_one_operand_that_is_there() -> None:
    spec = """
        vars: {{same: false}}
        net:
          a: {{Conv2d: 4, kernel_size: 3, padding: 1}}
          b: {{from: input, Conv2d: 4, kernel_size: 1}}
          main: {main}
          gain: {{Parameter: [4, 1, 1]}}
          identity: {{if: =same, from: {read}, do: BatchNorm2d}}
          add: {{if: =same, Add: [main, identity, gain]}}
          act: ReLU
    """
    convs = load(spec.format(main="{Add: [a, b]}", read="input"))
    assert (convs.nodes[-1].reads, len(convs.nodes)) == (("main",), 5)
    # What it stands for is made of what the absent operand stands for.
    assert load(spec.format(main="{from: a}", read="a")).nodes[-1].reads == ("a",)
    # Here `b` would be lost.
    with pytest.raises(archspec.SpecError, match=r"G329.*could stand for `identity` and `main`"):
        load(spec.format(main="{from: a}", read="b"))


def test_a_conditional_sum_of_two_nodes_left_out_keeps_the_main_path() -> None:
    spec = """
        vars: {same: false}
        net:
          conv: {Conv2d: 4, kernel_size: 3, padding: 1}
          bn: {if: =same, from: input, do: BatchNorm2d}
          sum: {if: =same, Add: [conv, bn]}
          act: ReLU
    """
    net = load(spec)
    assert net.nodes[-1].reads == ("conv",)
    assert_agree(net)
    assert_agree(load(spec, same=True))
    # Of two that are left out, neither is made of the other's input.
    both = spec.replace("conv: {", "conv: {if: =same, ").replace("from: input, ", "from: other, ")
    both = both.replace("net:", "net:\n          other: ReLU6")
    with pytest.raises(archspec.SpecError, match=r"G329|could stand for"):
        load(both.replace("conv: {if: =same, ", "conv: {if: =same, from: input, "))


CHOICE = """
    vars: {{first: {0}}}
    net:
      stem: {{Conv2d: 4, kernel_size: 1}}
      act: ReLU
      conv: {{Conv2d: 4, kernel_size: 3, padding: 1}}
      shortcut: {{if: =first, from: act, do: BatchNorm2d, else: {1}}}
      add: {{Add: [conv, shortcut]}}
"""


@pytest.mark.parametrize(
    ("other", "reads"),
    [
        ("input", "input"),
        ("{from: input}", "input"),
        ("{from: stem}", "stem"),
        ("Tanh", "shortcut"),
        ("{from: stem, do: Tanh}", "shortcut"),
        ("{do: act}", "shortcut"),
        ("{if: =not first, from: conv, do: [Tanh], else: ReLU}", "shortcut"),
        ("{if: =first, do: Tanh, else: {from: stem}}", "stem"),
    ],
)
def test_else_is_there_where_if_is_false(other: str, reads: str) -> None:
    """It is the same network as one that has the one node or the other, in all products."""
    for first in (True, False):
        net = load(CHOICE.format(str(first).lower(), other))
        assert net.nodes[-1].reads == ("conv", "shortcut" if first else reads)
        node = next((node for node in net.nodes if node.name == "shortcut"), None)
        own = {
            "{from: stem, do: Tanh}": "stem",
            "{if: =not first, from: conv, do: [Tanh], else: ReLU}": "conv",
        }
        assert node is None or node.reads == (("act",) if first else (own.get(other, "act"),))
        assert_agree(net)


def test_an_alias_is_another_name() -> None:
    spec = """
        net:
          stem: {Conv2d: 4, kernel_size: 1}
          act: ReLU
          top: {from: stem}
          same: input
          again: {do: stem}
          pre: {from: top, do: Tanh}
          mix: {Add: {main: {Conv2d: 4, kernel_size: 1}, skip: {from: input}}}
        outputs: {mixed: mix, stem: top}
    """
    net = load(spec)
    assert [node.name for node in net.network.root.nodes] == ["stem", "act", "again", "pre", "mix"]
    assert net.network.outputs == (("mixed", "mix"), ("stem", "stem"))
    nodes = {node.name: node for node in net.network.root.nodes}
    assert (nodes["pre"].reads, nodes["again"].reads) == (("stem",), ("input",))
    assert net.parameters == 2 * 20
    assert_agree(net)
