"""Arguments of emitted classes make what `load` makes of them, or both refuse."""

from __future__ import annotations

import math
import random
import textwrap
from typing import Any

import pytest
import torch
from loading import bundled
from modules import source_class
from varying import vary

import archspec
from archspec.schema.names import SIZES

HEAD = "name: Net\ninput: [8, 16, 16]\n"

# Each is a var that decides more than arguments: it is none of the class.
CLOSED = {
    "a condition on a side": """
        vars: {stride: 1}
        blocks:
          Half: [{Conv2d: 8, kernel_size: 3, padding: 1}, {if: =in_height > 7, do: ReLU}]
        net:
          stem: {Conv2d: 8, kernel_size: 3, padding: 1, stride: =stride}
          body: {Half: null}
    """,
    "a window that a side bounds": """
        vars: {patch: 2}
        blocks:
          Mix: [{MaxPool2d: "=min(7, in_height)", stride: 1}]
        net: [{Conv2d: 8, kernel_size: =patch, stride: =patch}, Mix]
    """,
    "a padding before a linear layer": """
        vars: {pad: 1}
        net: [{Conv2d: 8, kernel_size: 3, padding: =pad}, Flatten, {Linear: 4}]
    """,
    "two that cancel out": """
        vars: {down: 2, up: 2}
        net:
          - {Conv2d: 8, kernel_size: =down, stride: =down}
          - {Upsample: null, scale_factor: =up}
          - Flatten
          - {Linear: 4}
    """,
    "an even kernel behind which a pooling rounds": """
        vars: {kernel: 4}
        net: [{MaxPool2d: =kernel, stride: 1}, {MaxPool2d: 4}, Flatten, {Linear: 4}]
    """,
    "a side in a number of turns": """
        vars: {stride: 2}
        blocks: {Rest: [{repeat: =in_width // 8, do: {Conv2d: 8, kernel_size: 1}}]}
        net: [{MaxPool2d: 2, stride: =stride}, Rest]
    """,
    "a side in a size": """
        vars: {stride: 2}
        blocks: {Rest(n=in_width): [{Conv2d: =n + 1, kernel_size: 1}]}
        net: [{MaxPool2d: 2, stride: =stride}, Rest]
    """,
    "a side in a name": """
        vars: {stride: 2}
        blocks: {Rest: {for: {i: [=in_width]}, splice: {conv<i>: {Conv2d: 4, kernel_size: 1}}}}
        net: [{MaxPool2d: 2, stride: =stride}, Rest]
    """,
    "a side within a body in place": """
        vars: {stride: 2}
        net:
          small: {MaxPool2d: 2, stride: =stride}
          large: [{MaxPool2d: 2}, {Upsample: null, size: [=in_height, =in_width]}]
          body: {a: {Upsample: null, size: [=in_height, =in_width]}}
    """,
    "a side behind a loop and a block": """
        vars: {stride: 1}
        blocks:
          Down(s): [{Conv2d: 8, kernel_size: 3, stride: =s, padding: 1}]
          End(n): [{if: =n > 3, do: Tanh}, {Conv2d: 8, kernel_size: 1}]
          Rest: [{End: =in_height}]
        net: [{repeat: 2, do: {Down: =stride}}, Rest]
    """,
    "positions of a sequence": """
        vars: {patch: 4}
        net:
          - {Conv2d: 8, kernel_size: =patch, stride: =patch}
          - {Flatten: 2}
          - {Linear: 5}
    """,
    "a group whose side is found out": """
        vars: {side: 4}
        net:
          - {AdaptiveAvgPool2d: =side}
          - {Flatten: 2}
          - {Unflatten: [1, [2, 4]]}
          - {Permute: [0, 1, 3, 2]}
          - {RelativeAttention: 4}
    """,
    "sides that are equal by chance": """
        vars: {size: 4}
        net:
          a: {AdaptiveAvgPool2d: =size}
          b: {from: input, AdaptiveAvgPool2d: 4}
          sum: {Add: [a, b]}
    """,
    "a word": """
        vars: {n: 3}
        net: [{Conv2d: 8, kernel_size: 3, padding: "='same' if n < 10 else 0"}]
    """,
    "whether there is a tensor": """
        vars: {n: 12}
        net: [{Permute: [0, 2, 3, 1]}, {LayerNorm: null, elementwise_affine: "=n < 20"}]
        init: [{LayerNorm: {weight: ones_}}]
    """,
    "a dimension": "\n        vars: {n: 2}\n        net: [{Flatten: =n}]\n",
    "the dimension of a function": """
        vars: {n: 1}
        net: {a: Tanh, sum: {Cat: [a, input], dim: =n}}
    """,
    "sides by different formulas": """
        vars: {s: 4}
        net:
          a: {AdaptiveAvgPool2d: =s}
          b: {from: input, MaxPool2d: 4, stride: =s}
          sum: {Add: [a, b]}
    """,
    "channels by different formulas": """
        vars: {w: 16}
        net:
          a: {Conv2d: =w // 8, kernel_size: 1}
          b: {from: input, Conv2d: =18 - w, kernel_size: 1}
          sum: {Add: [a, b]}
    """,
    "one channel by a formula": """
        vars: {w: 8}
        net:
          a: {Conv2d: =w // 8, kernel_size: 1}
          b: {from: input, Conv2d: 1, kernel_size: 1}
          sum: {Add: [a, b]}
    """,
    "channels that are stated": """
        vars: {w: 8, v: 8}
        net: [{Conv2d: =w, kernel_size: 1}, {Conv2d: 4, kernel_size: 1, in_channels: =v}]
    """,
    "the size of a tensor that is stretched": """
        vars: {w: 1}
        net: {scale: {Parameter: [8, =w, 1]}, sum: {Add: [input, scale]}}
    """,
    "the size of a tensor that has that of the map": """
        vars: {w: 16}
        net: {scale: {Parameter: [1, =w, 1]}, sum: {Add: [input, scale]}}
    """,
    "a batch of one": """
        vars: {w: 1}
        net: {scale: {Parameter: [=w, 8, 1, 1]}, sum: {Add: [input, scale]}}
    """,
    "a sibling that is called again": """
        vars: {w: 8}
        net: {a: {Conv2d: 8, kernel_size: 1}, b: {Conv2d: =w, kernel_size: 1}, c: a}
    """,
    "sizes of what is cut up": """
        vars: {w: 8, v: 4}
        net: [{Conv2d: =w, kernel_size: 1}, {Unflatten: [1, [2, =v]]}]
    """,
    "sides beside one another": """
        vars: {w: 4}
        net:
          a: {AdaptiveAvgPool2d: =w}
          b: {from: input, AdaptiveAvgPool2d: 4}
          both: {Cat: [a, b]}
    """,
    "rows and columns": """
        vars: {w: 16}
        net:
          a: {AdaptiveAvgPool2d: [[16, =w]]}
          product: {MatMul: [a, input]}
    """,
    "an order of dimensions": """
        vars: {n: 3}
        net: [{Permute: [0, 2, =n, 1]}]
    """,
    "an even kernel beside what it reads": """
        vars: {k: 3}
        net:
          a: {Conv2d: 8, kernel_size: =k, padding: =k // 2}
          sum: {Add: [a, input]}
    """,
}

# Each is an argument of the class.
OPEN = {
    "a stride before a global pooling": """
        vars: {stride: 2, width: 8}
        net:
          - {Conv2d: =width, kernel_size: 3, stride: =stride, padding: 1}
          - {AdaptiveAvgPool2d: 1}
          - Flatten
          - {Linear: =2 * width}
    """,
    "sides that meet": """
        vars: {stride: 2, rate: 0.5}
        net:
          a: {MaxPool2d: 2, stride: =stride}
          b: {Dropout: =rate}
          c: {Conv2d: 8, kernel_size: 1}
          sum: {Add: [b, c]}
          gate: {Mul: {same: Identity, f: [{AdaptiveAvgPool2d: 1}, Sigmoid]}}
    """,
    "equal sides by different arguments": """
        vars: {stride: 2, radius: 1, width: 16}
        blocks:
          Down(channels, stride):
            conv: {Conv2d: =channels, kernel_size: 3, padding: 1, stride: =stride}
            short: {from: input, Conv2d: =channels, kernel_size: 1, stride: =stride}
            sum: {Add: [conv, short]}
          Same(channels):
            conv: {Conv2d: =2 * channels, kernel_size: =2 * radius + 1, padding: =radius}
            back: {Conv2d: =in_channels, kernel_size: 3, padding: 1}
            sum: {Add: [back, input]}
        net:
          - {Conv2d: =width, kernel_size: 1}
          - {Down: [=2 * width, =stride]}
          - {Same: =width * 2}
          - {Down: [8, 2]}
          - {repeat: 2, do: {Same: 8}}
    """,
    "channels that a number divides": """
        vars: {factor: 2}
        net: [{PixelShuffle: =factor}, {Conv2d: 4, kernel_size: 1}]
    """,
    "what is divided": """
        vars: {width: 16, extra: 3}
        net: [{Conv2d: =width // 4 + extra, kernel_size: 1}, {Conv2d: =width - 8, kernel_size: 1}]
    """,
    "what functions make of it": """
        vars: {width: 64, most: 9}
        net:
          - {Conv2d: =width, kernel_size: 1}
          - {Conv2d: "=8 * floor(sqrt(width) / 4)", kernel_size: 1}
          - {Conv2d: "=min(most, 12) // 2", kernel_size: 1}
          - {Conv2d: "=max(ceil(most / 4), 1)", kernel_size: 1}
    """,
    "heads": """
        vars: {heads: 2, width: 12, window: 4, rate: 0.1}
        net:
          - {Conv2d: =2 * width, kernel_size: 1}
          - {Permute: [0, 2, 3, 1]}
          - {WindowAttention: 3, window_size: =window, shift_size: =window // 2}
          - {CosineWindowAttention: =heads, window_size: =window, dropout: =rate / 2}
    """,
}


def written(text: str) -> str:
    return HEAD + textwrap.dedent(text)


def arguments(text: str) -> list[str]:
    return [*source_class(archspec.loads(text)).__init__.__annotations__][:-1]


@pytest.mark.parametrize("name", CLOSED)
def test_a_var_that_decides_more_is_no_argument(name: str) -> None:
    assert {*arguments(written(CLOSED[name]))} <= {*SIZES}


@pytest.mark.usefixtures("single_thread")
@pytest.mark.parametrize("name", OPEN)
def test_arguments_of_any_value(name: str) -> None:
    text = written(OPEN[name])
    assert arguments(text)
    found = vary(text, random.Random(0), 20)
    assert min(found["made"], found["refused"] + found["too small an input"]) > 0


FAMILIES = (
    *("alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "inception_v3"),
    *("lenet", "maxvit_t", "mnasnet0_5", "mobilenet_v2", "mobilenet_v3_small", "regnet_x_400mf"),
    *("resnet18", "shufflenet_v2_x0_5", "squeezenet1_1", "swin_t", "swin_v2_t", "unet", "vgg11"),
    "vit_b_32",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_arguments_of_bundled_networks_of_any_value(name: str) -> None:
    vary(name, random.Random(name), 12)


WRONG: dict[str, dict[str, Any]] = {
    "swin_t": {"width": 97, "window": 0, "stochastic_depth": 1.5, "num_classes": 0, "patch": 0},
    "swin_v2_t": {"window": 1, "num_classes": -1},
    "vit_b_32": {"heads": 5, "num_classes": 0},
    "resnet50": {"groups": 0},
    "regnet_x_400mf": {"group_width": 20},
    "convnext_tiny": {"layer_scale": math.nan, "stochastic_depth": math.inf},
    "densenet121": {"growth": 0},
    "efficientnet_b0": {"stochastic_depth": -0.1},
    "maxvit_t": {"head_dim": 0},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_constructor_refuses_what_load_refuses_by_the_name_of_the_argument(name: str) -> None:
    kind = source_class(bundled(name))
    for argument, value in WRONG[name].items():
        with pytest.raises(archspec.SpecError):
            archspec.load(name, **{argument: value})
        with pytest.raises(ValueError, match=argument), torch.device("meta"):
            kind(**{argument: value})


def test_a_constructor_refuses_what_the_spec_says_a_var_cannot_be() -> None:
    text = """
        vars:
          width: {default: 8, min: 4, max: 16}
          groups: {default: 2, choices: [1, 2, 4]}
          rate: {default: 0.1, max: 0.5}
        net: [{Conv2d: =width, kernel_size: 1, groups: =groups}, {Dropout: =rate}]
    """
    kind = source_class(archspec.loads(written(text)))
    for argument, wrong, right in (("width", 18, 16), ("groups", 8, 4), ("rate", 0.6, 0.5)):
        kind(**{argument: right})
        with pytest.raises(ValueError, match=argument):
            kind(**{argument: wrong})


def test_a_constructor_refuses_what_nothing_can_be_divided_by() -> None:
    text = """
        vars: {reduction: 4, heads: 2, dim: 8}
        net:
          - {Conv2d: =16 // reduction, kernel_size: 1}
          - {Conv2d: =64 // reduction, kernel_size: 1}
          - {Conv2d: =dim // heads, kernel_size: 1}
    """
    kind = source_class(archspec.loads(written(text)))
    kind(reduction=16, heads=8)
    for argument, wrong in (("reduction", 0), ("reduction", 17), ("heads", 0), ("heads", 9)):
        with pytest.raises(archspec.SpecError):
            archspec.loads(written(text), **{argument: wrong})
        with pytest.raises(ValueError, match=argument):
            kind(**{argument: wrong})


NAMED: dict[str, tuple[str, dict[str, Any], str]] = {
    "groups of a norm": ("{GroupNorm: =v}", {"v": 2}, "v=0 v=-2 v=3 v=16"),
    "groups of a convolution": ("{Conv2d: 12, kernel_size: 1, groups: =v}", {"v": 2}, "v=0 v=3"),
    "groups that are shuffled": (
        "[{Conv2d: 8, kernel_size: 1}, {ChannelShuffle: =v}]",
        {"v": 2},
        "v=0 v=-4 v=3",
    ),
    "channels that become positions": (
        "[{Conv2d: 8, kernel_size: 1}, {PixelShuffle: =v}]",
        {"v": 2},
        "v=0 v=-2 v=3 v=4",
    ),
    "positions that become channels": ("{PixelUnshuffle: =v}", {"v": 2}, "v=0 v=-2"),
    "eps of a batch norm": ("{BatchNorm2d: null, eps: =v}", {"v": 0.1}, "v=0.0 v=nan v=inf"),
    "eps of another norm": ("{GroupNorm: 2, eps: =v}", {"v": 0.1}, "v=-0.1 v=nan v=inf"),
    "a factor": ("{Scale: =v}", {"v": 0.5}, "v=nan v=inf v=-inf"),
    "a factor below": ("{Scale: =1 / v}", {"v": 0.5}, "v=0.0 v=inf v=nan"),
    "a rate that is kept": ("{Dropout: =1 - v}", {"v": 0.5}, "v=-0.1 v=1.5 v=nan v=inf"),
    "a slope in place": ("{LeakyReLU: =v, inplace: true}", {"v": 0.5}, "v=-0.1 v=nan"),
    "parameters of a slope": ("[{Conv2d: 6, kernel_size: 1}, {PReLU: =v}]", {"v": 6}, "v=0 v=3"),
    "padding of a pooling": (
        "{AvgPool2d: =k, stride: 1, padding: =v}",
        {"v": 1, "k": 3},
        "v=-1 v=2 k=1 k=0",
    ),
    "padding that mirrors": ("{ReflectionPad2d: =v}", {"v": 1}, "v=-1"),
    "a part of the channels": (
        "[{Conv2d: =w, kernel_size: 1}, {Narrow: [1, 2, =v]}]",
        {"v": 4, "w": 8},
        "v=0 v=7 w=5",
    ),
    "padding of what is transposed": (
        "{ConvTranspose2d: 4, kernel_size: 3, stride: =s, output_padding: =v}",
        {"v": 1, "s": 2},
        "v=2 s=1 v=-1",
    ),
    "heads": (
        "[{Conv2d: =w, kernel_size: 1}, {Flatten: 2}, {Permute: [0, 2, 1]},"
        " {MultiheadAttention: =v}]",
        {"v": 2, "w": 8},
        "v=0 v=3 v=-2 w=7",
    ),
    "a shift of windows": (
        "[{Permute: [0, 2, 3, 1]}, {CosineWindowAttention: 2, window_size: =w, shift_size: =v}]",
        {"v": 1, "w": 4},
        "v=-1 v=4 w=1",
    ),
}
"""Nodes, their vars, and what is wrong for one of these."""


@pytest.mark.parametrize("what", NAMED)
def test_a_constructor_names_what_it_refuses(what: str) -> None:
    node, vars, wrong = NAMED[what]
    named = ", ".join(f"{name}: {value}" for name, value in vars.items())
    text = f"{HEAD}vars: {{{named}}}\nnet: [{node}]\n"
    kind = source_class(archspec.loads(text))
    for name, value in (pair.split("=") for pair in wrong.split()):
        given = {name: type(vars[name])(value)}
        with pytest.raises(archspec.SpecError):
            archspec.loads(text, **given)
        with pytest.raises(ValueError, match=rf"\b{name}\b"), torch.device("meta"):
            kind(**given)


def test_a_constructor_refuses_a_fraction_of_which_no_layer_would_say_a_word() -> None:
    kind = source_class(archspec.loads(f"{HEAD}vars: {{v: 8}}\nnet: [{{Scale: =v}}]\n"))
    with pytest.raises(ValueError, match="v must be a whole number"):
        kind(v=0.5)


def test_what_is_asked_of_several_formulas_of_one_argument_is_one_check() -> None:
    text = f"""{HEAD}vars: {{v: 4}}
net:
  - {{Conv2d: 8, kernel_size: 1}}
  - {{Conv2d: 8, kernel_size: 1, groups: "=8 // min(v, 8)"}}
  - {{Conv2d: 24, kernel_size: 1}}
  - {{Conv2d: 24, kernel_size: 1, groups: "=24 // min(v, 24)"}}
"""
    assert "v must give groups that divide 8 and 24" in archspec.loads(text).codegen()


def test_what_divides_a_width_is_not_asked_of_its_multiples() -> None:
    text = f"""{HEAD}vars: {{v: 4, w: 8}}
net:
  - {{Conv2d: =w, kernel_size: 1}}
  - {{GroupNorm: =v}}
  - {{Conv2d: =4 * w, kernel_size: 1, groups: =v}}
"""
    assert archspec.loads(text).codegen().count("% v") == 1


def test_a_block_that_is_repeated_on_a_sequence_takes_its_features() -> None:
    text = f"""{HEAD}blocks:
  Encoder: [{{MultiheadAttention: 2}}]
  Tokens: [{{Flatten: 2}}, {{Permute: [0, 2, 1]}}, [{{repeat: 2, do: Encoder}}], LayerNorm]
net: [Tokens]
"""
    assert vary(text, random.Random(0), 20)["made"] > 0
