"""The spec language, construct by construct, on networks small enough to know by heart."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from loading import bundled

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


def test_a_default_is_computed_of_what_the_block_sees() -> None:
    net = load("""
        vars: {factor: 3, act: Tanh}
        blocks:
          Two(channels=4, hidden=channels * factor, act=act, last=hidden + in_channels):
            - {Conv2d: =hidden, kernel_size: 1}
            - use: =act
            - {Conv2d: =last, kernel_size: 1}
        net: [Two, {Two: 2}, {Two: 2, hidden: 5, act: ReLU}]
    """)
    assert [leaf.output[0] for leaf in net.network.leaves] == [12, 12, 16, 6, 6, 22, 5, 5, 27]
    assert [leaf.label for leaf in net.network.leaves if leaf.label != "Conv2d"] == [
        *("Tanh", "Tanh", "ReLU"),
    ]


def test_the_network_sees_what_enters_it() -> None:
    text = "name: Tiny\ninput: [6]\nnet: [{Linear: =2 * in_features}]\n"
    assert archspec.loads(text).output == (12,)


def test_a_word_is_a_name_where_the_block_sees_one() -> None:
    spec = """
        blocks:
          One(mode, padding_mode=mode): [{Conv2d: 4, kernel_size: 1, padding_mode: =padding_mode}]
          Two(padding_mode=reflect): [{Conv2d: 4, kernel_size: 1, padding_mode: =padding_mode}]
        net: [{One: circular}, Two]
    """
    modes = [leaf.op.padding_mode for leaf in load(spec).network.leaves]  # type: ignore[attr-defined]
    assert modes == ["circular", "reflect"]


@pytest.mark.parametrize(
    ("header", "column", "message"),
    [
        ("One(n, wide=4 * chanels)", 27, "`chanels` is not defined here"),
        ("One(n, wide=later + 1, later=wide + 1)", 23, "`later` is not defined here"),
        ("One(n, wide=2 // (n - 4))", 23, "division by zero"),
    ],
)
def test_a_default_that_cannot_be_computed(header: str, column: int, message: str) -> None:
    spec = f'blocks: {{"{header}": [ReLU]}}\nnet: {{one: {{One: 4}}}}\n'
    with pytest.raises(archspec.SpecError) as caught:
        archspec.loads(f"name: Tiny\ninput: [4, 8, 8]\n{spec}")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("E402", message)
    assert diagnostic.span is not None
    assert (diagnostic.span.line, diagnostic.span.column) == (3, column)
    assert diagnostic.path == "one"
    assert diagnostic.trail[0].text.startswith("one (One")


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


def test_a_merge_that_is_left_out_stands_for_what_it_merges() -> None:
    spec = """
        vars: {{deep: false}}
        net:
          a: {{Conv2d: 4, kernel_size: 1}}
          b: {{from: input, Conv2d: 6, kernel_size: 1}}
          c: {{from: input, Conv2d: 5, kernel_size: 1}}
          m: {{if: =deep, {0} Cat: [a, b]}}
          d: {{Cat: [m, c]}}
    """
    with pytest.raises(archspec.SpecError, match=r"G329.*could stand for `a` and `b`"):
        load(spec.format(""))
    assert load(spec.format("from: b,")).output == (11, 8, 8)
    assert load(spec.format(""), deep=True).output == (15, 8, 8)


def test_side_branches_of_one_value_run_in_their_order() -> None:
    net = load("""
        net:
          stem: {Conv2d: 4, kernel_size: 1}
          end: Tanh
          one: {if: =training, from: stem, do: [{Dropout: 0.5}]}
          two: {if: =training, from: stem, do: [{Dropout: 0.3}]}
        outputs: {end: end, one: one, two: two}
    """)
    assert [node.name for node in net.network.root.steps] == ["stem", "one", "two", "end"]
    source = net.codegen()
    assert source.index("self.one(") < source.index("self.two(") < source.index("self.end(")


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
    net = bundled("resnet18")
    blocks = [node for node in net if isinstance(node, Body) and node.block]
    assert [body.block.name for body in blocks if body.block][:2] == ["BasicBlock"] * 2
    assert blocks[2].path == "layer2.0"
    assert blocks[2].block is not None
    assert blocks[2].block.values["stride"] == 2


def test_a_parameter_is_read_by_merges_alone_and_the_next_node_does_not_read_it() -> None:
    net = load("""
        net:
          scale: {Parameter: [4, 1, 1], fill: 0.5}
          conv: {Conv2d: 4, kernel_size: 1, bias: false}
          scaled: {Mul: [scale, conv]}
          shift: {Parameter: [1, 1, 1, 8]}
          shifted: {Add: [scaled, shift]}
    """)
    assert [node.reads for node in net.nodes] == [
        *((), ("input",), ("scale", "conv"), (), ("scaled", "shift"))
    ]
    assert (net.parameters, net.output) == (4 + 16 + 8, (4, 8, 8))


def test_a_parameter_may_be_a_branch_and_be_left_out_with_its_merge() -> None:
    spec = """
        vars: {scaled: true}
        net:
          block: {Mul: {factor: {Parameter: [4, 1, 1]}, conv: {Conv2d: 4, kernel_size: 1}}}
          scale: {if: =scaled, Parameter: [4, 1, 1]}
          out: {if: =scaled, Mul: [scale, block]}
    """
    assert load(spec).nodes[3].reads == ("factor", "conv")
    assert load(spec).parameters == 4 + 20 + 4
    assert load(spec, scaled=False).parameters == 4 + 20


def test_a_token_is_put_ahead_of_every_sequence() -> None:
    net = load("""
        net:
          token: {Parameter: [1, 1, 4]}
          flat: {Flatten: 2}
          positions: {Permute: [0, 2, 1]}
          tokens: {Cat: [token, positions]}
          first: {Narrow: [1, 0, 1]}
    """)
    assert [node.output for node in net.nodes][2:] == [(64, 4), (65, 4), (1, 4)]


def test_linear_reads_the_channels_where_they_are_last() -> None:
    net = load("net: [{Permute: [0, 2, 3, 1]}, {Linear: 6}, {Permute: [0, 3, 1, 2]}]")
    assert [node.output for node in net.nodes] == [(8, 8, 4), (8, 8, 6), (6, 8, 8)]


@pytest.mark.parametrize("order", ["[0, 1, 2, 3]", "[0, 2, 3, 1]"])
def test_a_block_knows_what_enters_it_in_either_layout(order: str) -> None:
    net = load(
        f"""
        blocks:
          Sizes:
            flat: Flatten
            sizes: {{Linear: "=100 * in_channels + 10 * in_height + in_width"}}
        net: [{{Permute: {order}}}, Sizes]
        """,
        "input: [4, 3, 2]",
    )
    assert net.output == (432,)


@pytest.mark.heavy
def test_before_decides_the_order_of_registration_alone() -> None:
    net = load("""
        net:
          norm: BatchNorm2d
          wide: {Conv2d: 6, kernel_size: 1, before: norm}
          tail: {before: wide, from: input, do: [{Conv2d: 6, kernel_size: 1}, ReLU]}
          sum: {Add: [wide, tail]}
    """)
    assert [node.name for node in net.network.root.nodes] == ["tail", "wide", "norm", "sum"]
    assert [node.name for node in net.network.root.steps] == ["norm", "wide", "tail", "sum"]
    assert next(iter(net.build().state_dict())) == "tail.0.weight"


def test_before_an_absent_sibling_is_where_that_would_be() -> None:
    for absent in ("BatchNorm2d: ", "Parameter: [1]"):
        net = load(f"""
            net:
              act: ReLU
              gone: {{if: =1 > 2, {absent}}}
              conv: {{Conv2d: 4, kernel_size: 1}}
              late: {{before: gone, do: Sigmoid}}
        """)
        assert [node.name for node in net.network.root.nodes] == ["act", "late", "conv"]


@pytest.mark.heavy
def test_rules_within_a_block_come_first_and_are_followed_there_alone() -> None:
    net = load("""
        blocks: {Head(n): [{Linear: =n}, {Linear: =n}], Unused: [{Linear: 1}]}
        net: [Flatten, {Head: 5}, {Linear: 3}]
        init:
          - Head: [{"1": {weight: ones_}}, {Linear: {weight: {constant_: {val: =out_features}}}}]
          - Unused: {Linear: {weight: zeros_}}
          - {Linear: {bias: zeros_}}
    """)
    module = net.build()
    filled = {name: tensor.unique().tolist() for name, tensor in module.state_dict().items()}
    assert (filled["1.0.weight"], filled["1.1.weight"]) == ([5.0], [1.0])
    assert len(filled["2.weight"]) > 1
    assert filled["1.0.bias"] == filled["1.1.bias"] == filled["2.bias"] == [0.0]


def test_a_factor_for_each_channel_or_position_scales_a_map() -> None:
    for order, dims, factor in (
        ("[0, 1, 2, 3]", "[2, 3]", "per channel"),
        ("[0, 1, 2, 3]", "[1]", "per position"),
        ("[0, 2, 3, 1]", "[1, 2]", "per channel"),
        ("[0, 2, 3, 1]", "[3]", "per position"),
    ):
        net = load(f"""
            net:
              map: {{Permute: {order}}}
              mean: {{Mean: {dims}, keepdim: true}}
              scaled: {{Mul: [mean, map]}}
        """)
        assert net.output == net.nodes[0].output, factor


@pytest.mark.parametrize("name", ["resnet34", "googlenet", "efficientnet_b0"])
def test_a_network_is_frozen(name: str) -> None:
    net = bundled(name)
    with pytest.raises((AttributeError, TypeError)):
        net.network.root.children = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    "body",
    [
        "{Linear1: {Conv2d: 4, kernel_size: 1}, a: ReLU}",
        "{a: ReLU, Dropot: {Conv2d: 4, kernel_size: 1}}",
        "{relu: ReLU}",
        "{add: {Add: [input, input]}}",
        "{a: {Cat: {Left: ReLU, right: ReLU}}}",
        "{weight: {Conv2d: 4, kernel_size: 1}, activation: =act}",
    ],
)
def test_children_that_look_like_ops(body: str) -> None:
    spec = f"name: Tiny\ninput: [3, 8, 8]\nvars: {{act: ReLU}}\nnet: {body}\n"
    assert archspec.loads(spec).nodes
