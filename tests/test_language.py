"""The spec language, construct by construct, on networks small enough to know by heart."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

import archspec
from archspec.network import Body


def load(body: str, head: str = "input: [4, 8, 8]", **vars: Any) -> archspec.Architecture:
    return archspec.loads(f"name: Tiny\n{head}\n{textwrap.dedent(body)}", **vars)


def paths(net: archspec.Architecture) -> list[str]:
    return [node.path for node in net.nodes]


def test_a_list_numbers_and_a_mapping_names() -> None:
    net = load("""
        net:
          stem: [{Conv2d: 6, kernel_size: 3}, ReLU]
          head: {pool: {AdaptiveAvgPool2d: 1}, flatten: Flatten}
    """)
    assert paths(net) == ["stem", "stem.0", "stem.1", "head", "head.pool", "head.flatten"]
    assert net.output == (6,)


def test_positional_and_keyword_arguments_are_the_same() -> None:
    one = load("net: [{Conv2d: [6, 3, 2, 1]}]")
    two = load("net: [{Conv2d: 6, kernel_size: 3, stride: 2, padding: 1}]")
    assert one.nodes[0].op == two.nodes[0].op  # type: ignore[union-attr]


def test_a_pair_is_written_by_name() -> None:
    net = load("net: [{Conv2d: 6, kernel_size: [1, 3], padding: [0, 1]}]")
    assert net.output == (6, 8, 8)


def test_reuse_shares_weights() -> None:
    net = load("""
        net:
          conv: {Conv2d: 4, kernel_size: 3, padding: 1}
          again: conv
    """)
    assert net.parameters == 4 * 4 * 9 + 4
    assert net.macs == 2 * 4 * 4 * 9 * 64


def test_defaults_and_their_override() -> None:
    net = load("""
        defaults: {Conv2d: {bias: false}}
        net: [{Conv2d: 4, kernel_size: 1}, {Conv2d: 4, kernel_size: 1, bias: true}]
    """)
    assert net.parameters == 16 + 16 + 4


def test_vars_are_computed_in_order_and_overridden() -> None:
    spec = """
        vars: {width: 2, channels: =8 * width}
        net: [{Conv2d: =channels, kernel_size: 1}]
    """
    assert load(spec).output == (16, 8, 8)
    assert load(spec, width=3).output == (24, 8, 8)
    assert load(spec, channels=5).output == (5, 8, 8)


def test_a_block_sees_vars_parameters_and_what_enters_it() -> None:
    net = load("""
        vars: {factor: 3}
        blocks:
          Widen(times=2): [{Conv2d: =in_channels * times * factor, kernel_size: 1}]
        net: [Widen, {Widen: 1}]
    """)
    assert net.output == (4 * 2 * 3 * 1 * 3, 8, 8)


def test_an_absent_named_node_stands_for_its_input() -> None:
    spec = """
        vars: {project: true}
        net:
          conv: {Conv2d: 4, kernel_size: 3, padding: 1}
          shortcut: {if: =project, from: input, Conv2d: 4, kernel_size: 1}
          sum: {Add: [conv, shortcut]}
    """
    assert load(spec).parameters == 148 + 20
    absent = load(spec, project=False)
    assert absent.parameters == 148
    assert absent.nodes[-1].reads == ("conv", "input")


def test_a_list_closes_up_its_numbering() -> None:
    net = load("net: [{if: =1 > 2, do: ReLU}, Sigmoid]")
    assert paths(net) == ["0"]


def test_an_absent_branch_is_no_branch() -> None:
    spec = """
        vars: {skip: true}
        net:
          block: {Add: {layers: [ReLU], skip: {if: =skip, do: Identity}}}
    """
    assert paths(load(spec)) == [
        "block",
        "block.layers",
        "block.layers.0",
        "block.skip",
        "block.add",
    ]
    assert paths(load(spec, skip=False)) == ["block", "block.layers", "block.layers.0"]


def test_repeat_under_a_key_and_in_a_list() -> None:
    net = load("""
        net:
          layers: {repeat: 2, do: {Conv2d: =4 * (index + 1), kernel_size: 1}}
          tail: [{repeat: 2, do: ReLU}, Sigmoid]
    """)
    assert paths(net) == [
        *("layers", "layers.0", "layers.1"),
        *("tail", "tail.0", "tail.1", "tail.2"),
    ]
    assert net.output == (8, 8, 8)


def test_for_columns_make_named_children() -> None:
    net = load("""
        net:
          stage<i>:
            for: {i: [1, 2], depth: [1, 2]}
            do: {repeat: =depth, do: {Conv2d: =4 * i, kernel_size: 1}}
    """)
    assert paths(net) == ["stage1", "stage1.0", "stage2", "stage2.0", "stage2.1"]


def test_for_reads_the_papers_table() -> None:
    net = load("""
        net:
          - for:
              channels, kernel_size:
                - [6, 1]
                - [8, 3]
            do: {Conv2d: =channels, kernel_size: =kernel_size}
    """)
    assert paths(net) == ["0", "1"]
    assert net.output == (8, 6, 6)


def test_splice_joins_the_body_around_it() -> None:
    net = load("""
        net:
          all:
            for: {i: [1, 2]}
            splice:
              conv<i>: {Conv2d: =4 * i, kernel_size: 1}
              relu<i>: {if: =i < 2, do: ReLU}
    """)
    assert paths(net) == ["conv1", "relu1", "conv2"]


def test_cfg_spells_its_entries() -> None:
    net = load("""
        vars: {cfg: [6, M, 8]}
        net:
          features: {cfg: =cfg, where: {n: [{Conv2d: =n, kernel_size: 1}, ReLU], M: {MaxPool2d: 2}}}
    """)
    assert [type(leaf.op).__name__ for leaf in net.network.leaves] == [
        *("Conv2d", "ReLU", "MaxPool2d", "Conv2d", "ReLU")
    ]
    assert net.output == (8, 4, 4)


def test_merges_by_name_and_by_branches() -> None:
    net = load("""
        net:
          wide: {Cat: {left: [{Conv2d: 2, kernel_size: 1}], right: Identity}}
          gate: Sigmoid
          out: {Mul: [wide, gate]}
    """)
    assert net.output == (6, 8, 8)


def test_use_and_do_pick_an_op_by_a_value() -> None:
    spec = """
        vars: {act: ReLU, block: Wide}
        blocks: {"Wide(channels)": [{Conv2d: =channels, kernel_size: 1}]}
        net: [{do: =act}, {use: =block, channels: 6}]
    """
    assert [node.label for node in load(spec).nodes] == ["ReLU", "Wide", "Conv2d"]
    assert load(spec, act="Tanh").nodes[0].label == "Tanh"


def test_outputs_and_training_only_parts() -> None:
    net = load("""
        net:
          stem: {Conv2d: 4, kernel_size: 1}
          tail: {Conv2d: 2, kernel_size: 1}
          aux: {if: =training, from: stem, Conv2d: 3, kernel_size: 1}
        outputs: {main: tail, aux: aux}
    """)
    assert net.output == (2, 8, 8)
    assert net.parameters == 20 + 10 + 15
    assert net.macs == 64 * (16 + 8)
    assert [node.name for node in net.network.root.nodes] == ["stem", "tail", "aux"]
    assert [node.name for node in net.network.root.steps] == ["stem", "aux", "tail"]


def test_several_inputs() -> None:
    net = load(
        """
        net:
          a: {from: left, Conv2d: 4, kernel_size: 1}
          b: {from: right, Conv2d: 4, kernel_size: 1}
          sum: {Add: [a, b]}
        """,
        "input: {left: [3, 8, 8], right: [5, 8, 8]}",
    )
    assert net.parameters == 16 + 24


def test_an_inferred_argument_may_be_stated() -> None:
    assert load("net: [Flatten, {Linear: 10, in_features: 256}]").output == (10,)


def test_yaml_is_read_by_its_core_schema() -> None:
    net = load("""
        vars: {a: no, b: 1e-3, c: 0x10, d: "64", e: ~}
        net: [ReLU]
    """)
    assert net.network.vars == {"a": "no", "b": 0.001, "c": 16, "d": "64", "e": None}


def test_the_structure_survives() -> None:
    net = archspec.load("resnet18")
    blocks = [node for node in net if isinstance(node, Body) and node.block]
    assert [body.block.name for body in blocks if body.block][:2] == ["BasicBlock"] * 2
    assert blocks[2].path == "layer2.0"
    assert blocks[2].block is not None
    assert blocks[2].block.values["stride"] == 2


@pytest.mark.parametrize("name", ["resnet34", "googlenet", "efficientnet_b0"])
def test_a_network_is_frozen(name: str) -> None:
    net = archspec.load(name)
    with pytest.raises((AttributeError, TypeError)):
        net.network.root.children = ()  # type: ignore[misc]
