"""Small specs on which products once disagreed, each the shrunk case of a random network."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from agreement import assert_agree, assert_counted, assert_formatted
from loading import bundled, emitted

import archspec
from archspec.live import parts

CASES = {
    "a loop that joins the body reads what `from` says": """
        net:
          stem: {Conv2d: 4, kernel_size: 1}
          wide: {Conv2d: 8, kernel_size: 1}
          conv<i>: {from: stem, for: {i: [1, 2]}, do: {Conv2d: 6, kernel_size: 1}}
    """,
    "the turns of a loop read tensors of fewer and fewer sizes": """
        net: [{AdaptiveAvgPool2d: 1}, {repeat: 2, do: Flatten}, {Linear: 4}]
    """,
    "a loop under a key of the loop around it is one module": """
        net:
          all:
            for: {i: [1, 2]}
            splice: {conv<i>: {repeat: 2, do: {Conv2d: 4, kernel_size: 1}}, relu<i>: ReLU}
    """,
    "an `if` within a training-only part decides": """
        vars: {flag: false}
        net:
          stem: {Conv2d: 4, kernel_size: 1}
          tail: {Conv2d: 2, kernel_size: 1}
          aux: {if: =training, from: stem, do: {if: =flag, Conv2d: 3, kernel_size: 1}}
          more: {if: =training, from: stem, Conv2d: 3, kernel_size: 1}
        outputs: {main: tail, more: more, aux: aux}
    """,
    "several outputs in eval mode beside one for training": """
        net:
          stem: {Conv2d: 4, kernel_size: 1}
          tail: {Conv2d: 2, kernel_size: 1}
          aux: {if: =training, from: stem, Conv2d: 3, kernel_size: 1}
        outputs: {main: tail, stem: stem, aux: aux}
    """,
    "a training-only part reads what an absent node stands for": """
        net:
          stem: {Conv2d: 4, kernel_size: 1}
          norm: {if: false, do: BatchNorm2d}
          drop: {from: stem, Dropout: 0.5}
          aux: {if: =training, from: norm, Dropout: 0.5}
        outputs: {main: drop, aux: aux}
    """,
    "names that differ in case alone": """
        net:
          Mix: {Conv2d: 4, kernel_size: 1}
          mix: {Conv2d: 4, kernel_size: 1}
          out: {Conv2d: 4, kernel_size: 1}
          sum: {Cat: [out, Mix, mix]}
          last: {Conv2d: 4, kernel_size: 1}
    """,
    "a network that is a list with a repeat": """
        net: [{repeat: 3, do: {Conv2d: 4, kernel_size: 1}}, ReLU]
    """,
    "an identity in a named chain": """
        net:
          stem: {conv: {Conv2d: 4, kernel_size: 1}, skip: Identity, relu: ReLU}
          empty: {skip: Identity}
          tail: {Conv2d: 4, kernel_size: 1}
    """,
    "an absent node stands for an identity": """
        net:
          conv: {Conv2d: 4, kernel_size: 1}
          skip: Identity
          norm: {if: false, do: BatchNorm2d}
          tail: {from: conv, Conv2d: 4, kernel_size: 1}
          sum: {Add: [norm, tail]}
    """,
    "an output that is an identity": """
        net: {conv: {Conv2d: 4, kernel_size: 1}, skip: Identity, tail: {Conv2d: 2, kernel_size: 1}}
        outputs: {main: tail, early: skip}
    """,
    "a name within a chain says nothing about the same name outside": """
        net:
          chain: {conv: {Conv2d: 4, kernel_size: 1}, relu: {if: false, do: ReLU}}
          relu: Sigmoid
          sum: {Add: [relu, chain]}
    """,
    "a sum of three adds up its gradients in one order": """
        net:
          stem: {Conv2d: 4, kernel_size: 3, padding: 1}
          sum: {Add: {conv: {Conv2d: 4, kernel_size: 3, padding: 1}, skip: Identity, gate: GELU}}
          all: {Add: [stem, sum, input]}
    """,
    "what nothing reads": """
        net:
          stem: {Conv2d: 4, kernel_size: 1}
          norm: BatchNorm2d
          sum: {Add: [stem, norm]}
          tail: {from: stem, Conv2d: 2, kernel_size: 1}
    """,
    "a sum of many sizes": """
        blocks:
          Dense:
            - Cat: {a: Identity, b: {Conv2d: 8, kernel_size: 1}, c: Identity}
            - Cat: {a: Identity, b: {Conv2d: =in_channels, kernel_size: 1}, c: Identity}
            - Cat: {a: Identity, b: Identity, c: {Conv2d: =in_channels // 2, kernel_size: 1}}
            - {Conv2d: 4, kernel_size: 1}
        net: [Dense, {Conv2d: 6, kernel_size: 1}, Dense]
    """,
    "formulas that are longer than their lines": """
        vars: {n: 8}
        blocks:
          Wide(narrow_layer_channels, wide_layer_width):
            - Conv2d: =max(narrow_layer_channels, 16) // 8 * 4 + max(wide_layer_width, 16) // 8 * 4
              kernel_size: 1
            - if: =narrow_layer_channels > 8 and wide_layer_width > 8 and narrow_layer_channels != 9
              do: ReLU
        net: [{Wide: [8, 16]}, {Wide: [24, 8]}, {Wide: [32, 24]}]
    """,
    "a named chain with an entry that comes and goes": """
        blocks:
          Unit(active):
            chain: {conv: {Conv2d: 4, kernel_size: 1}, relu: {if: =active, do: ReLU}}
            sum: {Add: [chain, input]}
        net: [{Unit: true}, {Unit: false}]
    """,
    "an optional chain with an optional entry": """
        blocks:
          Unit(there, active):
            conv: {Conv2d: 4, kernel_size: 1}
            chain: {if: =there, do: [BatchNorm2d, {if: =active, do: ReLU}]}
            other: [BatchNorm2d, {if: =active, do: Sigmoid}]
            sum: {Add: [conv, other]}
        net: [{Unit: [true, true]}, {Unit: [true, false]}, {Unit: [false, true]}]
    """,
    "two optional chains in a list": """
        blocks:
          Unit(active, loud):
            - [BatchNorm2d, {if: =active, do: ReLU}]
            - [BatchNorm2d, {if: =loud, do: Sigmoid}]
        net: [{Unit: [true, true]}, {Unit: [true, false]}, {Unit: [false, true]}]
    """,
    "stages with an optional entry": """
        net:
          stage<i>:
            for: {i: [1, 2], active: [true, false]}
            do: [{Conv2d: 4, kernel_size: 1}, {if: =active, do: ReLU}]
    """,
    "a sibling called again in some uses alone": """
        blocks:
          Unit(twice):
            conv: {Conv2d: 4, kernel_size: 1}
            relu: Tanh
            again: {if: =twice, do: conv}
            tail: {Conv2d: 4, kernel_size: 1}
        net: [{Unit: true}, {Unit: false}]
    """,
    "an op that is an identity in the first use alone": """
        blocks:
          Unit(act):
            conv: {Conv2d: 4, kernel_size: 1}
            act: {do: =act}
            sum: {Add: [act, input]}
        net: [{Unit: Identity}, {Unit: Tanh}]
    """,
    "a norm or none": """
        blocks:
          Unit(norm_layer): [{Conv2d: 4, kernel_size: 1}, {do: =norm_layer}]
        net: [{Unit: Identity}, {Unit: BatchNorm2d}]
    """,
    "an optional sum, and what stands for it, are both read": """
        blocks:
          Unit(join):
            conv: {Conv2d: 4, kernel_size: 1}
            tanh: Tanh
            sum: {if: =join, Add: [tanh, input], else: {from: tanh}}
            tail: {Conv2d: 4, kernel_size: 1}
            all: {Add: [tail, tanh]}
            last: {Mul: [all, sum]}
        net: [{Unit: true}, {Unit: false}]
    """,
    "a child by the name of another's flag": """
        blocks:
          Unit(join):
            has_sum: Tanh
            sum: {if: =join, Add: [has_sum, input], else: {from: has_sum}}
            tail: {Conv2d: 4, kernel_size: 1}
        net: [{Unit: true}, {Unit: false}]
    """,
    "a long module under a name with a hyphen": """
        net:
          a-b: [{Conv2d: 4, kernel_size: 3, padding: 1, bias: false}, BatchNorm2d]
          c-d: {Conv2d: 4, kernel_size: 3, padding: 1, dilation: 1, padding_mode: circular}
          sum: {Add: [a-b, c-d]}
    """,
    "a chain of one under a name with a hyphen, in a chain of named ones": """
        net:
          bn:
            norm: BatchNorm2d
            inner: {block-two: {Conv2d: 4, kernel_size: 1}}
          tail: Tanh
    """,
    "a default that is computed": """
        vars: {factor: 2, chosen: 3}
        blocks:
          Two(channels, hidden=channels * factor, twice=2 * hidden):
            first: {Conv2d: =hidden, kernel_size: 1}
            parts: {Unflatten: [1, "=[2, hidden // 2]"]}
            whole: {Flatten: [1, 2]}
            inner: [{Conv2d: =twice, kernel_size: 1}, ReLU, {Conv2d: =twice, kernel_size: 1}]
            last: {if: =twice > 20, Conv2d: =in_channels, kernel_size: 1}
          Some(channels, hidden=channels * in_channels): [{Conv2d: =hidden, kernel_size: 1}]
        net:
          one: {Two: 2}
          more: {repeat: 2, do: {Two: =chosen + index}}
          some: {Some: 2}
          other: {Some: 2, hidden: =factor}
    """,
    "defaults that name an op, and what source names itself": """
        blocks:
          B(kind, act=kind, o='Tanh' if act == 'ReLU' else act, layers=in_channels, on=layers > 4):
            - {if: =on, Conv2d: =in_channels, kernel_size: 1}
            - {Conv2d: =layers, kernel_size: 1}
            - use: =act
            - use: =o
        net: [{B: ReLU}, {B: Tanh}, {B: GELU}]
    """,
    "a size that an optional layer has by chance": """
        blocks:
          B(n, flag=true):
            - {if: =flag, Conv2d: =2 * n, kernel_size: 1}
            - BatchNorm2d
            - {Conv2d: =n, kernel_size: 1}
        net: {a: {B: 2}, b: {B: 6, flag: false}}
    """,
    "a list of siblings a turn under a name": """
        net:
          features: {repeat: 2, splice: [{Conv2d: 4, kernel_size: 3}, ReLU]}
          inner: {all: {for: {n: [3, 2]}, splice: [{Conv2d: =n, kernel_size: 1}, Tanh]}}
          fc: {Conv2d: 2, kernel_size: 1}
    """,
    "names of a loop that its nodes read": """
        net:
          start: ReLU
          grid:
            for: {j: [0, 1, 2]}
            splice:
              c<j>: {Conv2d: 4, kernel_size: 1}
              side<j>: {from: start, Conv2d: 4, kernel_size: 1}
              d<j>: {Add: [c<j>, side<j>]}
          more<k>: {for: {k: [1, 2], n: [0, 1]}, do: {from: c<n>, Conv2d: 4, kernel_size: 1}}
          last: {Add: [c0, d2, more1, more2]}
    """,
    "branches by a loop": """
        vars: {rates: [1, 2, 3], width: 8}
        blocks:
          Some(n, skip=true):
            main:
              Add:
                conv<i>: {for: {i: =range(n)}, do: {Conv2d: =in_channels, kernel_size: 1}}
                id: {if: =skip, do: Identity}
          One(n): {Add: {c<i>: {for: {i: =range(n)}, do: {Conv2d: 4, kernel_size: 1}}}}
        net:
          aspp:
            Cat:
              b0: {Conv2d: =width, kernel_size: 1}
              b<i>:
                for: {i: =rates}
                do: [{Conv2d: =width, kernel_size: 3, padding: =i, dilation: =i}, ReLU]
          some: [{Some: 3}, {Some: 2}, {Some: 1}, {Some: 1, skip: false}]
          ones: [{One: 3}, {One: 1}]
    """,
    "names with hyphens within one another too long for a line": """
        net:
          - - Tanh
            - out-a:
                Out: Tanh
                block-two-of-mix: {from: Out, Conv2d: 4, kernel_size: 1}
                end: {Conv2d: 4, kernel_size: 1}
                sum: {Add: [Out, end, block-two-of-mix]}
          - {Conv2d: 2, kernel_size: 1}
    """,
    "a sum of long calls": """
        net:
          out-a: {Conv2d: 4, kernel_size: 1}
          block-two71: {from: input, Conv2d: 4, kernel_size: 1}
          add: {Add: [out-a, block-two71]}
          a-norm-with-a-very-long-name-indeed: BatchNorm2d
          another-with-a-very-long-name-indeed: {from: add, Conv2d: 4, kernel_size: 1}
          mul: {Mul: [a-norm-with-a-very-long-name-indeed, another-with-a-very-long-name-indeed]}
    """,
    "a long call in training mode alone": """
        net:
          the-stem-of-the-network: {Conv2d: 4, kernel_size: 1}
          tail: {Conv2d: 2, kernel_size: 1}
          aux-of-the-stem:
            {if: =training, from: the-stem-of-the-network, do: [{Conv2d: 3, kernel_size: 1}, ReLU]}
        outputs: {main: tail, aux: aux-of-the-stem}
    """,
    "a formula that is one long call": """
        blocks:
          Scaled(wide_patch_width, narrow_patch_height):
            factor:
              Parameter: [4, 1, 1]
              fill: normal_
              std: =sqrt(1 / (in_channels * wide_patch_width * narrow_patch_height * in_height))
            scaled: {Mul: [input, factor]}
            conv:
              Conv2d: =max(narrow_patch_height // 8, wide_patch_width // 8, in_channels, in_width)
              kernel_size: 1
        net: [{Scaled: [8, 16]}, {Conv2d: 4, kernel_size: 1}, {Scaled: [24, 8]}]
        init:
          - Conv2d:
              weight: {normal_: {std: "=1 / sqrt(in_channels * kernel_size[0] * out_channels * 2)"}}
    """,
    "a formula whose operands are formulas of their own": """
        blocks:
          Wide(narrow_layer_width, wide_layer_width):
            - Conv2d: =8 if narrow_layer_width > 8 else 4 if wide_layer_width < 8 else 2 * 2 * 2
              kernel_size: 1
            - Conv2d:
                =4 * (narrow_layer_width // 8 + (wide_layer_width if wide_layer_width < 8 else 2))
              kernel_size: 1
            - if: =(narrow_layer_width > 8 or wide_layer_width > 8) == (narrow_layer_width < 30)
              do: ReLU
        net: [{Wide: [8, 16]}, {Wide: [24, 8]}, {Wide: [32, 24]}]
    """,
    "a tensor under a name with a hyphen": """
        net:
          a-scale: {Parameter: [4, 1, 1], fill: normal_}
          scaled: {Mul: [a-scale, input]}
          b: {Mul: {c-d: {Parameter: [4, 1, 1], fill: 0.5}, conv: {Conv2d: 4, kernel_size: 1}}}
    """,
    "a tensor that some uses alone have": """
        blocks:
          Unit(scaled):
            scale: {if: =scaled, Parameter: [4, 1, 1], fill: trunc_normal_, std: 0.1}
            out: {if: =scaled, Mul: [scale, input]}
            conv: {before: scale, Conv2d: 4, kernel_size: 1}
        net: [{Unit: true}, {Unit: false}, {Unit: true}]
    """,
    "registered early, run in its place": """
        net:
          one: {Dropout: 0.5}
          two: {before: one, from: input, Dropout: 0.5}
          three: {Conv2d: 4, kernel_size: 1, before: two}
          sum: {Add: [one, two, three]}
    """,
    "a sum registered before what it reads, of which one is not always there": """
        blocks:
          Unit(there):
            conv: {Conv2d: 4, kernel_size: 1}
            norm: {if: =there, do: BatchNorm2d}
            act: {from: input, do: Tanh}
            sum: {before: conv, Add: [norm, act]}
            tail: {Conv2d: 4, kernel_size: 1}
        net: [{Unit: false}, {Unit: true}]
    """,
    "a norm by name that torch lacks": """
        blocks:
          Unit(norm_layer, there):
            conv: {Conv2d: 4, kernel_size: 1}
            norm: {if: =there, do: =norm_layer}
            tail: {do: =norm_layer}
        net: [{Unit: [LayerNorm2d, true]}, {Unit: [Identity, false]}, {Unit: [LayerNorm2d, false]}]
    """,
    "a chain repeated within a chain": """
        net:
          chain:
            - {Permute: [0, 2, 3, 1]}
            - {repeat: 2, do: [LayerNorm, GELU]}
            - {Permute: [0, 3, 1, 2]}
    """,
    "rules within a block that has two classes": """
        blocks:
          Unit(there): [{if: =there, do: [{Linear: 4}]}, {Linear: 4}]
        net: [Flatten, {Linear: 4}, {Unit: true}, {Unit: false}, {Unit: true}]
        init: [{Unit: {Linear: {weight: {normal_: {std: 0.1}}}}}, {Linear: {bias: zeros_}}]
    """,
    "a non-local block": """
        blocks:
          NonLocal(inner):
            theta: {Conv2d: =inner, kernel_size: 1}
            query: [{Flatten: 2}, {Permute: [0, 2, 1]}]
            key: {from: input, do: [{Conv2d: =inner, kernel_size: 1}, {Flatten: 2}]}
            scores: {MatMul: [query, key]}
            weights: {Softmax: -1}
            value:
              from: input
              do: [{Conv2d: =inner, kernel_size: 1}, {Flatten: 2}, {Permute: [0, 2, 1]}]
            mixed: {MatMul: [weights, value]}
            turned: {Permute: [0, 2, 1]}
            map: {Unflatten: 2, unflattened_size: [=in_height, =in_width]}
            out: {Conv2d: =in_channels, kernel_size: 1}
            add: {Add: [out, input]}
        net: [{NonLocal: 2}, {Conv2d: 6, kernel_size: 2, stride: 2}, {NonLocal: 3}]
    """,
    "attention to positions": """
        blocks:
          Spatial(kernel_size=7):
            mean: {Mean: 1, keepdim: true}
            largest: {from: input, Amax: 1, keepdim: true}
            both: {Cat: [mean, largest]}
            conv: {Conv2d: 1, kernel_size: =kernel_size, padding: =kernel_size // 2}
            gate: Sigmoid
            scaled: {Mul: [gate, input]}
        net: [Spatial, {Spatial: 3}, {Mean: [2, 3]}, {Linear: 2}]
    """,
    "up and down": """
        net:
          pad: {ZeroPad2d: [1, 0, 2, 1]}
          mirror: {ReflectionPad2d: 1}
          roll: {Roll: , shifts: [1, -1], dims: [2, 3]}
          up: {ConvTranspose2d: 6, kernel_size: 3, stride: 2, output_padding: 1}
          act: {PReLU: 6}
          norm: {InstanceNorm2d: , affine: true}
          wide: {Upsample: , size: [16, 20], mode: bilinear}
          deep: {PixelUnshuffle: 2}
          flat: {PixelShuffle: 2}
        init: [{ConvTranspose2d: {weight: xavier_uniform_, bias: zeros_}}]
    """,
    "a matrix of the module's own": """
        net:
          basis: {Parameter: [1, 3, 4], fill: normal_}
          flat: {Flatten: 2}
          mixed: {MatMul: [basis, flat]}
    """,
    "a named repeat of a length that varies": """
        blocks:
          Unit(depth):
            stem: {Conv2d: 4, kernel_size: 1}
            conv<index>: {repeat: =depth, do: {Conv2d: 4, kernel_size: 1}}
            sum: {Add: [conv0, stem]}
        net: [{Unit: 1}, {Unit: 3}]
    """,
    "names too long for their lines": """
        blocks:
          ResidualBottleneckWithSqueezeExcitationAndStochasticDepthDropout(output_channels):
            convolution_with_a_long_name: {Conv2d: =output_channels, kernel_size: 3, padding: 1}
            norm: BatchNorm2d
            shortcut: {from: input, Conv2d: =output_channels, kernel_size: 1}
            sum: {Add: [norm, shortcut]}
        net:
          stage_one_of_the_encoder_at_full_resolution:
            ResidualBottleneckWithSqueezeExcitationAndStochasticDepthDropout: 8
          stage_two_of_the_encoder_at_full_resolution:
            ResidualBottleneckWithSqueezeExcitationAndStochasticDepthDropout: 6
          classifier_that_says_what_is_seen_at_each_single_pixel_of_it:
            [{Conv2d: 4, kernel_size: 1}, ReLU]
    """,
    "names with hyphens too long for their lines": """
        net:
          the-very-first-of-all-the-layers: {Conv2d: 4, kernel_size: 1}
          the-one-that-follows-on-the-very-first-of-all-the-layers:
            do:
              conv: {Conv2d: 4, kernel_size: 1}
              an-activation-under-a-long-name: ReLU
              sum: {Add: [conv, an-activation-under-a-long-name]}
          add:
            Add:
              - the-very-first-of-all-the-layers
              - the-one-that-follows-on-the-very-first-of-all-the-layers
    """,
    "an `init` of single modules": """
        vars: {width: 4}
        blocks:
          Unit(channels):
            pair: {a-b: {Conv2d: =channels, kernel_size: 1}, norm: BatchNorm2d}
            last: {Conv2d: =channels, kernel_size: 1, bias: false}
        net:
          tail: {from: input, Conv2d: =width, kernel_size: 1}
          first: {Unit: 4}
          second: {Unit: 6}
          attention: {do: [{Flatten: 2}, {LayerNorm: 64}]}
        init:
          - Unit:
              - last: {weight: {normal_: {std: 0.1}}}
              - pair.a-b: {weight: {uniform_: {a: -1}}, bias: ones_}
          - attention.1: {bias: {normal_: {std: 0.5}}}
          - tail: {weight: {trunc_normal_: {std: =1 / out_channels}}, bias: {uniform_: {b: 2}}}
    """,
    "a size that a condition decides": """
        vars: {classes: 3}
        blocks:
          Unit(channels, narrow=false, twice=false):
            reduce: {if: =narrow, Conv2d: =channels // 2, kernel_size: 1}
            conv: {Conv2d: =channels, kernel_size: 3, padding: 1}
            more: [{if: =twice, Conv2d: =channels + 1, kernel_size: 1}, BatchNorm2d, ReLU]
            out: {Conv2d: =channels, kernel_size: 1}
        net: [{Unit: 4}, {Unit: [6, true]}, {Unit: [8, false, true]}, {Unit: [5, true, true]}]
    """,
    "rows of a table": """
        vars: {table: [[a, 4, 1, 2], [a, 6, 3, 1], [b, 8, 3, 3]]}
        net:
          features:
            for: {row: =table, step: [1, 2, 3]}
            do:
              Sequential:
                repeat: =row[-1]
                do:
                  - Conv2d: =row[1] * step
                    kernel_size: =row[2]
                    padding: =row[2] // 2
                  - BatchNorm2d
    """,
    "rows of a table that are read as a whole": """
        net:
          features:
            for: {row: [[4, 3], [6, 3], [8, 1]]}
            do:
              Sequential:
                - {Conv2d: "=row[0]", kernel_size: "=row[1]"}
                - {Conv2d: =sum(row), kernel_size: 1}
    """,
    "functions of `init` with their defaults": """
        net: [{Conv2d: 4, kernel_size: 1}, BatchNorm2d, {Conv2d: 4, kernel_size: 3}, ReLU]
        init:
          - "2": {weight: {trunc_normal_: {mean: 0, std: 0.5, a: -2, b: 2}}}
          - Conv2d: {weight: {kaiming_normal_: {a: 0, mode: fan_in, nonlinearity: leaky_relu}}}
          - BatchNorm2d: {weight: {uniform_: {a: 0.5, b: 1.0}}, bias: {normal_: {std: =1 / 2}}}
    """,
}

REFUSED = {
    "G326": "net: [{Conv2d: 4, kernel_size: 1}, {if: =training, do: ReLU}]",
    "G327": "net: [{Conv2d: 4, kernel_size: 1}, {Add: [input, input]}]",
    "G334": """
        net: {conv: {Conv2d: 4, kernel_size: 1}, aux: {if: =training, from: conv, do: ReLU}}
        outputs: {aux: aux}
    """,
}


def load(body: str) -> archspec.Architecture:
    return archspec.loads(f"name: Tiny\ninput: [4, 8, 8]\n{textwrap.dedent(body)}")


@pytest.mark.parametrize("case", CASES)
def test_the_products_agree(case: str) -> None:
    net = load(CASES[case])
    assert_counted(net)
    assert_agree(net)


def test_long_signatures_are_laid_out() -> None:
    names = ("rgb_image", "depth_image", "thermal_image", "normals_image")
    for count in (2, 3, 4):
        inputs = ", ".join(f"{name}: [3, 8, 8]" for name in names[:count])
        net = f"net: {{sum: {{Add: [{', '.join(names[:count])}]}}}}"
        spec = f"name: Tiny\ninput: {{{inputs}}}\n{net}\n"
        assert_formatted(archspec.loads(spec).codegen())


def test_defaults_of_init_are_not_spelt_out() -> None:
    source = load(CASES["functions of `init` with their defaults"]).codegen()
    for call in ("trunc_normal_(module.weight, std=0.5)", "kaiming_normal_(module.weight)"):
        assert f"nn.init.{call}\n" in source
    assert "nn.init.uniform_(module.weight, a=0.5)\n" in source


def test_one_class_serves_both_sides_of_a_condition() -> None:
    source = load(CASES["a size that a condition decides"]).codegen()
    assert "class Unit2" not in source
    assert "channels // 2 if narrow else in_channels" in source
    assert "class InvertedResidual2" not in emitted(bundled("shufflenet_v2_x1_0"))


def test_single_modules_are_filled_without_a_loop() -> None:
    source = load(CASES["an `init` of single modules"]).codegen()
    assert "modules()" not in source
    assert "std=1 / self.tail.out_channels" in source


def test_what_a_table_says_is_passed_under_its_name() -> None:
    source = load(CASES["rows of a table"]).codegen()
    assert "for out_channels, kernel_size, blocks, step in (" in source
    assert "row" not in source
    assert "sum(row)" in load(CASES["rows of a table that are read as a whole"]).codegen()
    source = emitted(bundled("resnet34"))
    assert "_layer(64, depth=layers[0], channels=64, stride=1)" in source


def test_what_is_copied_into_source_is_laid_out_as_source() -> None:
    for path in Path(parts.__file__).parent.glob("*.py"):
        assert_formatted(path.read_text(encoding="utf-8"))


def test_a_loop_that_joins_the_body_reads_what_from_says() -> None:
    net = load(CASES["a loop that joins the body reads what `from` says"])
    assert [node.inputs[0][0] for node in net.nodes] == [4, 4, 4, 6]


def test_an_if_within_a_training_only_part_decides() -> None:
    net = load(CASES["an `if` within a training-only part decides"])
    assert [node.name for node in net.nodes] == ["stem", "more", "tail"]


@pytest.mark.parametrize("code", REFUSED)
def test_what_no_source_could_say_is_refused(code: str) -> None:
    with pytest.raises(archspec.SpecError, match=code):
        load(REFUSED[code])


def test_a_series_is_a_comprehension() -> None:
    source = emitted(bundled("densenet121"))
    assert '(f"denselayer{j}", DenseLayer(channels + growth * (j - 1), growth))' in source
    assert "for j in range(1, depth + 1)" in source


def test_one_class_serves_a_norm_and_none() -> None:
    source = load(CASES["a norm or none"]).codegen()
    assert "norm_layer(4)" in source
    assert "class Unit2" not in source


def test_what_is_not_there_passes_on_the_running_variable() -> None:
    source = emitted(bundled("efficientnet_b0"))
    assert "        if self.has_add:\n            out = out + x\n        return out\n" in source
