"""Words that people bring from Keras, TensorFlow, timm, papers and plain torch lead to the op."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

import archspec
from archspec import SpecError
from archspec.commands import main
from archspec.errors import Diagnostic
from archspec.ops import BY_NAME, OPS
from archspec.schema.foreign import Meant, foreign_ops, known_op, meant, meant_argument, unknown_op
from archspec.schema.torch_names import TORCH

ENTRIES = list(foreign_ops())
NODES = sorted({entry.node for _, entry in ENTRIES if entry.node})
INPUTS = ("[8, 16, 16]", "[16, 8]", "[8]")
"""A feature map, a sequence, features: each node of the table reads one of them."""


def error(text: str) -> Diagnostic:
    with pytest.raises(SpecError) as caught:
        archspec.loads(text)
    (found,) = caught.value.diagnostics
    return found


def of(node: str, shape: str = "[8, 16, 16]") -> Diagnostic:
    return error(f"name: Tiny\ninput: {shape}\nnet:\n  - {node}\n")


def validates(node: str, shape: str) -> bool:
    """Tell whether a node stands behind two siblings `a` and `b` in a spec."""
    body = f"  a: ReLU\n  b: {{from: input, do: Sigmoid}}\n  c: {node}\n"
    try:
        archspec.loads(f"name: Tiny\ninput: {shape}\nnet:\n{body}")
    except SpecError:
        return False
    return True


@pytest.mark.parametrize("node", NODES)
def test_what_a_foreign_word_is_here_is_a_node(node: str) -> None:
    assert any(validates(node, shape) for shape in (*INPUTS, "[4, 4]", "[4, 6, 8, 8]"))


@pytest.mark.parametrize(
    "quoted",
    sorted({q for _, e in ENTRIES for q in re.findall(r"`([^`]+)`", e.remark)}),
)
def test_what_a_remark_quotes_is_part_of_the_language(
    quoted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {*BY_NAME, "blocks", "input", "outputs", "--plugin", "stride: 2"}
    if quoted.startswith("archspec show "):
        assert main(quoted.split()[1:]) == 0
        assert "blocks:" in capsys.readouterr().out
    elif quoted[0] == "{":
        held = quoted.replace("minus", "b").replace("…", "4")
        assert any(validates(held, shape) for shape in ("[8, 16, 16]", "[8]", "[8, 16]"))
    elif ": {" in quoted:  # a child with its name
        held = quoted.partition(": ")[2]
        if "Parameter" in held:
            held = f"{{p: {held}, q: {{Mul: [input, p]}}}}"
            assert any(validates(held, shape) for shape in ("[16, 64]", "[8, 16, 16]"))
        else:
            assert validates(held, "[8, 16, 16]")
    else:
        assert quoted in words | {
            "BasicBlock",
            "Bottleneck",
            "InvertedResidual",
            "EncoderBlock",
        } | {"SqueezeExcitation"}


def test_no_word_stands_twice_and_none_is_an_op() -> None:
    seen: set[str] = set()
    for words, _ in ENTRIES:
        assert not words & seen, words & seen
        seen |= words
    assert not seen & {re.sub("[-_ ]", "", op.__name__).casefold() for op in OPS}


# (a word, the op or the words that its help must hold)
WORDS = {
    "Dense": "{Linear: ",
    "FC": "{Linear: ",
    "Concatenate": "{Cat: ",
    "Concat": "{Cat: ",
    "Conv2DTranspose": "{ConvTranspose2d: ",
    "Conv2D": "did you mean `Conv2d`?",
    "Convolution": "{Conv2d: ",
    "Conv": "{Conv2d: ",
    "View": "`Flatten`",
    "Reshape": "{Unflatten: ",
    "Swish": "`SiLU`",
    "DropPath": "{StochasticDepth: ",
    "GlobalAvgPool": "{AdaptiveAvgPool2d: 1}",
    "GlobalAvgPool2d": "{AdaptiveAvgPool2d: 1}",
    "GlobalAveragePooling2D": "{AdaptiveAvgPool2d: 1}",
    "MaxPooling2D": "{MaxPool2d: ",
    "Pool": "{MaxPool2d: ",
    "BatchNormalization": "BatchNorm2d",
    "BN": "BatchNorm2d",
    "LeakyRelu": "did you mean `LeakyReLU`?",
    "leaky_relu": "did you mean `LeakyReLU`?",
    "Activation": "`ReLU`",
    "Split": "{Narrow: ",
    "Chunk": "{Narrow: ",
    "Transpose": "{Permute: ",
    "Sub": "Scale: -1",
    "Exp": "a plugin can add it",
    "Lambda": "plugin",
    "Input": "the key `input`",
    "Residual": "{Add: ",
    "Shortcut": "{Add: ",
    "SE": "archspec show regnet_y_400mf",
    "UpSampling2D": "scale_factor: 2",
    "ZeroPadding2D": "{ZeroPad2d: ",
    "DepthwiseConv2D": "groups: =in_channels",
    "SeparableConv2D": "groups: =in_channels",
    "Embedding": "archspec has not yet; a plugin",
    "LSTM": "archspec has not yet; a plugin",
    "LazyConv2d": "leave the `Lazy`",
    "CosineSimilarity": "two tensors",
    "Conv1D": "did you mean `Conv1d`?",
    "MaxPooling3D": "{MaxPool3d: ",
    "ConvLSTM": "archspec has no such layer; a plugin",
    "Convv2d": "did you mean `Conv2d`?",
    "Lineer": "did you mean `Linear`?",
    "Downsample": "stride: 2",
    "Frobnicate": "--plugin",
}


@pytest.mark.parametrize("word", WORDS)
def test_the_word_leads_to_the_op(word: str) -> None:
    found = of(f"{{{word}: 4}}")
    assert (found.code, found.message) == ("S202", f"unknown op `{word}`")
    assert WORDS[word] in found.help
    assert found.help.count("`") < 14  # never a list of all ops
    computed = of(f'{{do: "={word!r}"}}')
    assert (computed.code, WORDS[word] in computed.help) == ("S202", True)


@pytest.mark.parametrize("word", sorted(TORCH))
def test_layers_of_torch_have_an_answer_that_names_no_other_by_chance(word: str) -> None:
    help = unknown_op(word, BY_NAME, ())
    assert "did you mean" not in help
    assert "archspec" in help or meant(word) is not None


def test_what_misled_is_gone() -> None:
    misleading = {
        "Activation": "RelativeAttention",
        "Swish": "Hardswish",
        "Reshape": "repeat",
        "Split": "splice",
        "DropPath": "Dropout",
        "Transpose": "ConvTranspose2d",
    }
    for word, wrong in misleading.items():
        assert wrong not in of(f"{{{word}: 2}}").help


def test_a_value_of_the_right_kind_is_taken_over() -> None:
    assert "`{Linear: 128}`" in of("{Dense: 128}").help
    assert "`{StochasticDepth: 0.3}`" in of("{DropPath: 0.3}").help
    assert "`ReLU`" in of("{Activation: relu}").help
    assert "`GELU`" in of("{Activation: gelu}").help


def test_blocks_of_the_spec_are_meant_first() -> None:
    help = unknown_op("ConvBNRelU", BY_NAME, ["ConvBNReLU"])
    assert help == "did you mean `ConvBNReLU`?"
    assert known_op("ConvBlocks", BY_NAME, ["ConvBlock"]) == "did you mean `ConvBlock`?"


def test_a_word_that_nothing_above_has_may_be_an_op() -> None:
    assert of("relu").help == "did you mean `ReLU`?"
    assert "{Cat: " in of("concat").help
    assert of("foo").help == "no node stands above"


def test_a_word_of_keras_with_its_arguments_is_no_body_of_children() -> None:
    text = "name: T\ninput: [8]\nvars: {n: 3}\nnet: [{Dense: =n, activation: relu}]\n"
    assert error(text).message == "unknown op `Dense`"


# (node, the argument, what the help holds)
ARGUMENTS = [
    ("{Conv2d: , filters: 3, kernel_size: 1}", "filters", "`out_channels`, the op's value"),
    ("{Linear: , units: 3}", "units", "`out_features`, the op's value"),
    ("{Conv2d: 3, kernel: 1}", "kernel", "`kernel_size`"),
    ("{Conv2d: 3, kernel_size: 1, strides: 2}", "strides", "`stride`"),
    ("{Conv2d: 3, kernel_size: 1, dilation_rate: 2}", "dilation_rate", "`dilation`"),
    ("{Conv2d: 3, kernel_size: 1, use_bias: false}", "use_bias", "`bias`"),
    ("{Conv2d: 3, kernel_size: 1, in: 8}", "in", "`in_channels` is inferred"),
    ("{Conv2d: 3, kernel_size: 1, ch: 8}", "ch", "`out_channels`"),
    ("{Conv2d: 3, kernel_size: 1, activation: relu}", "activation", "a node of its own"),
    ("{Conv2d: 3, kernel_size: 1, kernel_initializer: he}", "kernel_initializer", "key `init`"),
    ("{Conv2d: 3, kernel_size: 1, name: conv1}", "name", "the key before a node"),
    ("{Conv2d: 3, kernel_size: 1, input_shape: [3, 8, 8]}", "input_shape", "the key `input`"),
    ("{MaxPool2d: , pool_size: 2}", "pool_size", "`kernel_size`, the op's value"),
    ("{Dropout: , rate: 0.2}", "rate", "`p`, the op's value"),
    ("{BatchNorm2d: , epsilon: 0.1}", "epsilon", "`eps`"),
    ("{BatchNorm2d: , num_channels: 8}", "num_channels", "`num_features` is inferred"),
    ("{Softmax: , axis: 1}", "axis", "`dim`"),
    ("{LeakyReLU: , alpha: 0.1}", "alpha", "`negative_slope`"),
    ("{Conv2d: 3, kernal_size: 1}", "kernal_size", "did you mean `kernel_size`?"),
]


@pytest.mark.parametrize(("node", "word", "help"), ARGUMENTS, ids=[case[1] for case in ARGUMENTS])
def test_an_argument_by_another_name_leads_to_ours(node: str, word: str, help: str) -> None:
    found = of(node)
    assert found.message.startswith(f"unknown argument `{word}`")
    assert help in found.help


def test_arguments_that_an_op_has_are_never_taken_for_foreign() -> None:
    for kind in OPS:
        known = list(kind.model_fields)
        for name in known:
            assert f"`{name}`?" not in meant_argument(name, kind, known)


# (the node, the code, what the help holds)
SLIPS: list[tuple[str, str, str]] = [
    ("{Conv2d: 6, kernel_size: (3, 3)}", "S240", "`[3, 3]`"),
    ("{MaxPool2d: (2, 2)}", "S240", "`[2, 2]`"),
    ("{Conv2d: [6, (3, 3)]}", "S240", "`[3, 3]`"),
    ("[Conv2d(8, 6, 5), ReLU()]", "S240", "`{Conv2d: [6, 5]}`"),
    (
        "nn.Conv2d(8, 6, kernel_size=(3, 3), bias=False)",
        "S240",
        "kernel_size: [3, 3], bias: false}",
    ),
    ("nn.ReLU(inplace=True)", "S240", "`{ReLU: , inplace: true}`"),
    ("nn.BatchNorm2d(8)", "S240", "`{BatchNorm2d: 8}`"),
    ("nn.ReLU()", "S240", "`ReLU`"),
    ("{op: Conv2d, args: [6, 5]}", "S241", "`{Conv2d: [6, 5]}`"),
    ("{type: Conv2d, out_channels: 6, kernel_size: 5}", "S241", "out_channels: 6, kernel_size: 5}"),
    ("{LayerNorm2d: {eps: 1e-6}}", "S211", "`{LayerNorm2d: , eps: 1e-6}`"),
    ("{Conv2d: {out_channels: 6, kernel_size: 1}}", "S211", "{Conv2d: , out_channels: 6"),
    ("{for: {i: [1]}, do: ReLU, bias: true}", "S214", "under `do`"),
    ("{use: encoder}", "S202", "`do: encoder`"),
    ("{Add: [input, 1]}", "S213", "a position is no name"),
    ("{Mul: [input, 2]}", "S213", "`{Scale: 2}`"),
    ("{Add: [{Conv2d: 8, kernel_size: 1}, input]}", "S213", "`{Add: {left: …, right: …}}`"),
    ("{Cat: =names}", "S212", "names are not computed"),
    ("{Add: input}", "S212", "`{Add: [a, b]}`"),
    ('{Conv2d: "=pow(2, 3)", kernel_size: 1}', "E401", "`x ** y`"),
    ('{Conv2d: "=math.ceil(8 / 2)", kernel_size: 1}', "E401", "it is `ceil`"),
]


@pytest.mark.parametrize(("node", "code", "help"), SLIPS, ids=[case[0] for case in SLIPS])
def test_a_slip_is_one_error_that_says_how_it_is_written(node: str, code: str, help: str) -> None:
    found = of(node)
    assert (found.code, help in found.help) == (code, True), str(found)


def test_a_loop_is_named_by_its_own_key() -> None:
    assert "beside `for`" in of("{for: {i: [1]}, do: ReLU, bias: true}").message
    assert "beside `repeat`" in of("{repeat: 2, do: ReLU, bias: true}").message


@pytest.mark.parametrize(
    ("expression", "column"), [("=2 ^ 3", 3), ("=8 @ 2", 3), ("= n  ^ 2", 5), ("=1 + 2 << 3", 7)]
)
def test_the_caret_stands_below_the_operator(expression: str, column: int) -> None:
    node = f"{{Conv2d: {expression}, kernel_size: 1}}"
    found = of(node)
    assert found.span is not None
    assert found.span.column == 5 + len("{Conv2d: ") + column


@pytest.mark.parametrize("name", ["x", "half", "pass", "3x3", "1conv", "conv.1", "class", "conv 1"])
def test_a_name_that_cannot_be_given_gets_one_that_can(name: str) -> None:
    text = "name: T\ninput: [3]\nnet:\n  {}: ReLU\n"
    found = error(text.format(name))
    assert found.code == "S207"
    proposed = re.search(r"such as `(\w+)`", found.help)
    assert proposed
    assert archspec.loads(text.format(proposed[1])).nodes[0].name == proposed[1]


def test_a_tuple_among_the_vars_is_one_mistake() -> None:
    text = "name: T\ninput: [3, 8, 8]\nvars: {k: (3, 3)}\nnet: [{Conv2d: 4, kernel_size: =k}]\n"
    assert error(text).code == "S240"


def test_helps_are_yaml() -> None:
    for _, entry in ENTRIES:
        assert isinstance(entry, Meant)
        held: Any = yaml.safe_load(entry.node)
        assert held is None or isinstance(held, str | dict | list)


# (the node, the code, what the help holds): values that are spelt as elsewhere
VALUES: list[tuple[str, str, str]] = [
    ("{MaxPool2d: 3, stride: 2, padding: same}", "G315", "`padding: 1`"),
    ("{Conv2d: 8, kernel_size: 3, padding: SAME}", "G315", "did you mean `same`?"),
    ("{Conv2d: 8, kernel_size: 5, stride: 2, padding: same}", "G302", "`padding: 2`"),
    ("{Conv2d: 8, kernel_size: 3x3}", "G315", "`[3, 3]`"),
    ("{Conv2d: 8 3}", "G315", "`[8, 3]`"),
    ('{Conv2d: "8, 3"}', "G315", "`[8, 3]`"),
    ("{Conv2d: 8, kernel_size: 3, bias: no}", "G315", "did you mean `false`?"),
    ("{Conv2d: 8, kernel_size: 3, bias: 1}", "G315", "did you mean `true`?"),
    ("{Upsample: , size: 32, mode: Bilinear}", "G315", "did you mean `bilinear`?"),
    ("{Cat: {input, input_}}", "S212", "`{Cat: [input, input_]}`"),
    ("[-1, 1, Conv, [64, 3, 2]]", "S203", "`{Conv2d: [16, 3]}`"),
    ("conv: [16, 3, 1]", "S203", "`{Conv2d: [16, 3]}`"),
    ("{layer: Dense, units: 10, activation: softmax}", "S241", "`{Linear: 64}`"),
    ("{type: conv, filters: 16, size: 3}", "S241", "`{Conv2d: 64, kernel_size: 3, padding: 1}`"),
    ("{for: i in range(3), do: ReLU}", "S215", "`for: {i: =range(3)}`"),
    ("{for: {i: 3}, do: ReLU}", "G321", "`=range(3)`"),
    ("{for: {i: range(3)}, do: ReLU}", "G321", "`=range(3)`"),
    ("{if: training, do: ReLU}", "G303", "`=training`"),
    ("Sequential", "S202", "`{Sequential: [ReLU]}`"),
]


@pytest.mark.parametrize(("node", "code", "help"), VALUES, ids=[case[0] for case in VALUES])
def test_a_value_spelt_as_elsewhere_is_one_error_with_our_spelling(
    node: str, code: str, help: str
) -> None:
    found = of(node)
    assert (found.code, help in found.help) == (code, True), str(found)


def test_a_block_that_is_no_key_is_told_with_its_own_arguments() -> None:
    text = "name: T\ninput: [8]\nblocks: {MLP(n): [{Linear: =n}]}\nnet: [{op: MLP, n: 3}]\n"
    found = error(text)
    assert (found.code, found.help) == ("S241", "write `{MLP: , n: 3}`")


def test_children_with_such_names_are_still_children() -> None:
    text = "name: T\ninput: [8]\nnet: {layer: {Linear: 4}, act: ReLU, kind: {Linear: 3}}\n"
    assert [node.name for node in archspec.loads(text)] == ["layer", "act", "kind"]


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        ("Dense(64)", "{Linear: 64}"),
        ("layers.Dense(64, activation='relu')", "{Linear: 64}"),
        ("Conv2D(32, (3, 3))", "{Conv2d: [32, [3, 3]]}"),
        ("nn.Conv2D(8, 32, 3)", "{Conv2d: [32, 3]}"),
        ("F.relu(x)", "ReLU"),
        ("torch.flatten(x, 1)", "{Flatten: 1}"),
        ("self.conv1(x)", "conv1"),
    ],
)
def test_a_call_is_told_at_once_as_the_node_that_it_means(call: str, meant: str) -> None:
    found = of(f'"{call}"')
    assert (found.code, f"`{meant}`" in found.help) == ("S240", True)


@pytest.mark.parametrize("word", ["torch.relu", "F.relu", "tf.nn.relu", "nn.functional.relu"])
def test_a_function_of_elsewhere_is_one_error(word: str) -> None:
    assert (of(f"{{{word}: }}").help, of(word).help) == ("did you mean `ReLU`?",) * 2


@pytest.mark.parametrize(
    "net",
    [
        "{type: Sequential, layers: [ReLU, Tanh]}",
        "{layers: [{Conv2d: 8, kernel_size: 3}], class_name: Model}",
    ],
)
def test_a_list_of_layers_in_other_tools_files_is_one_error(net: str) -> None:
    found = error(f"name: Tiny\ninput: [8, 16, 16]\nnet: {net}\n")
    assert (found.code, found.help) == (
        "S241",
        "a list of nodes is such a module already: `[ReLU, Tanh]`",
    )


@pytest.mark.parametrize(
    ("value", "help"),
    [
        ("stride == 2", "an expression begins with `=`, and no `stride` is in reach here"),
        ("depht > 1", "in reach here; did you mean `depth`?"),
        ("depth > 1", "did you mean `=depth > 1`?"),
    ],
)
def test_an_expression_without_its_sign(value: str, help: str) -> None:
    head = "name: Tiny\ninput: [8]\nvars: {depth: 1}\n"
    net = f"net: [{{if: {value}, do: ReLU}}, {{if: =depth > 1, do: Tanh}}, GELU]\n"
    assert error(head + net).help.endswith(help)
