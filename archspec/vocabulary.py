"""What the keys of a spec mean, in a line each, with examples: for editors, beside what is typed.

The arguments of ops go by the names that PyTorch gives them, so most mean the same in all ops;
where one does not, it stands here under the op's name too. A plugin's op says it in its docstring.
"""

from __future__ import annotations

import inspect
import re
from typing import Any, Final, TypeAlias

from archspec.ops import Op

Words: TypeAlias = tuple[str, tuple[Any, ...]]
"""A description and examples."""

TOP: Final[dict[str, Words]] = {
    "archspec": ("Version of the language.", (1,)),
    "name": ("Class name of the network.", ("ResNet34",)),
    "description": ("What the network is, in a sentence; which source repeats.", ("A small CNN.",)),
    "paper": (
        "Title, authors, year and address of the paper.",
        ("Going Deeper with Convolutions, Szegedy et al. 2014",),
    ),
    "extends": (
        "Another spec, whose keys this one overrides.",
        ("families/resnet.yaml", "resnet34"),
    ),
    "changes": (
        "Nodes of the extended spec by path: replaced, removed by null, or `after PATH` new ones.",
        (
            {"net.conv1": {"Conv2d": 64, "kernel_size": 3, "padding": 1}, "net.maxpool": None},
            {"after Bottleneck.bn3": {"se": "SE"}},
        ),
    ),
    "input": (
        "Input shape without the batch dimension, or a mapping of named inputs.",
        ([3, 224, 224], {"left": [3, 64, 64], "right": [3, 64, 64]}),
    ),
    "vars": (
        "Named values with defaults, which a caller may set.",
        (
            {"num_classes": 1000},
            {"stem": {"default": "deep", "choices": ["deep", "plain"]}},
            {"dropout": {"default": 0.5, "min": 0, "max": 1}},
        ),
    ),
    "defaults": (
        "Arguments that all uses of an op get unless they say otherwise.",
        ({"Conv2d": {"bias": False}},),
    ),
    "blocks": (
        "Modules of your own, by name and parameters.",
        ({"ConvReLU(channels)": [{"Conv2d": "=channels", "kernel_size": 3}, "ReLU"]},),
    ),
    "net": ("The body of the network.", (["Flatten", {"Linear": 10}],)),
    "outputs": (
        "What the network returns, when that is not the last node alone.",
        ("fc", {"logits": "fc", "features": "pool"}),
    ),
    "init": (
        "How tensors are first filled; the first rule that names a module has it.",
        ([{"Conv2d": {"weight": "kaiming_normal_", "bias": "zeros_"}}],),
    ),
    "expect": ("The file's own test.", ({"params": 21797672, "output": [1000]},)),
}
"""The keys at the top of a spec."""

BLOCK: Final[dict[str, Words]] = {
    "input": ("The tensors that it reads, by name, in their order.", (["below", "skip"],)),
    "net": ("Its body.", ({"cat": {"Cat": ["skip", "below"]}},)),
    "outputs": ("What leaves it, by label; without it the last node.", ({"high": "relu"},)),
}
"""The keys of a block that is written as the file is."""

VAR: Final[dict[str, Words]] = {
    "default": ("The value, where a caller gives none.", (64, "deep", [2, 2, 2])),
    "choices": ("What it may be; of a list, what each entry may be.", (["deep", "plain"],)),
    "min": ("The least that it, or an entry of a list, may be.", (1,)),
    "max": ("The most that it, or an entry of a list, may be.", (1.0,)),
}
"""The keys of a var that says what it may be."""

EXPECT: Final[dict[str, Words]] = {
    "params": ("Learned parameters.", (21797672,)),
    "macs": ("Multiply-accumulates for one sample.", (3663761408,)),
    "output": ("Output shape without the batch dimension, or one for each output.", ([1000],)),
    "receptive_field": ("Side in pixels before global pooling, or `global`.", (899, "global")),
}
"""The keys of `expect`."""

NODE: Final[dict[str, Words]] = {
    "from": (
        "What it reads, instead of the node before it; of several, in order or by input.",
        ("input", ["left", "right"], {"below": "down2", "skip": "down1"}),
    ),
    "if": ("When false, the node is not there.", ("=stride != 1", "=training")),
    "else": ("What stands here when `if` is false.", ("input", {"from": "conv"}, "ReLU")),
    "before": ("The sibling before which it is registered.", ("bn1",)),
    "do": ("What is held: by a loop once per turn, else as it is.", ("ReLU", {"Linear": 64})),
    "splice": ("The children that each turn adds to the body around.", (["ReLU"],)),
    "repeat": ("How many turns; `index` counts them from 0.", (3, "=depth")),
    "for": ("Variables with a list each; a turn takes one entry of all.", ({"i": [1, 2, 3]},)),
    "cfg": ("A list whose entries are spelt by the cases of `where`.", ([64, "M"], "=layers")),
    "where": ("What each entry of `cfg` becomes; `n` is any number.", ({"M": {"MaxPool2d": 2}},)),
    "use": ("An op or block that an expression chooses.", ("=block",)),
    "Sequential": ("A module with numbered children.", (["ReLU", {"Linear": 10}],)),
}
"""The keys that every node, or one kind of node, takes."""

ARGUMENTS: Final[dict[str, Words]] = {
    "in_channels": ("Channels that arrive.", (64,)),
    "out_channels": ("Channels that leave.", (64, "=channels")),
    "kernel_size": ("Sides of the window, or one number for all.", (3, [1, 7])),
    "stride": ("Step of the window.", (2, [2, 1])),
    "padding": ("Positions added at both ends of each side.", (1, [0, 3])),
    "Pad.padding": ("Padding of all ends, or of left and right, then top and bottom, …", (1,)),
    "value": ("What stands in the padding.", (0.5,)),
    "Threshold.threshold": ("What x must be above.", (0.1,)),
    "Threshold.value": ("What stands where x is not above.", (0.0,)),
    "lower": ("The least factor below 0.", (0.1,)),
    "upper": ("The largest factor below 0.", (0.3,)),
    "min_val": ("The least that leaves.", (0.0,)),
    "max_val": ("The most that leaves.", (6.0,)),
    "lambd": ("How far from 0 it begins.", (0.5,)),
    "dilation": ("Step between the positions that a window reads.", (2, [1, 2])),
    "groups": ("Groups of channels that are convolved apart.", (32, "=channels")),
    "bias": ("Whether a learned bias is added.", (False,)),
    "padding_mode": ("What the padding holds.", ("reflect",)),
    "output_padding": ("Positions added at one end of each side of the output.", (1,)),
    "in_features": ("Features that arrive.", (512,)),
    "out_features": ("Features that leave.", (1000, "=num_classes")),
    "num_features": ("Channels that arrive.", (64,)),
    "eps": ("Added to the variance, so that nothing is divided by 0.", (0.001,)),
    "momentum": ("Share of a new batch in the running statistics.", (0.01,)),
    "affine": ("Whether a learned scale and shift follow, one of each per channel.", (False,)),
    "track_running_stats": ("Whether running statistics are kept for eval mode.", (False,)),
    "num_groups": ("Groups of channels that are normalised apart.", (32,)),
    "num_channels": ("Channels that arrive.", (64,)),
    "normalized_shape": ("The last sizes of what arrives, which are normalised.", (768, [96])),
    "elementwise_affine": ("Whether a learned scale follows, one per element.", (False,)),
    "size": ("Sides that leave, or one number for all.", (64, [32, 64])),
    "LocalResponseNorm.size": ("Neighbouring channels that are summed.", (5,)),
    "alpha": ("Height of the plateau below 0.", (0.5,)),
    "LocalResponseNorm.alpha": ("Weight of the sum of squares.", (0.0001,)),
    "beta": ("Sharpness of the bend at 0.", (2.0,)),
    "LocalResponseNorm.beta": ("Exponent of the divisor.", (0.75,)),
    "k": ("Added to the divisor before its power is taken.", (2.0,)),
    "inplace": ("Whether the incoming tensor is overwritten.", (True,)),
    "negative_slope": ("Slope below 0.", (0.1,)),
    "num_parameters": ("Learned slopes: 1, or one per channel.", (64,)),
    "init": ("The slope at first.", (0.1,)),
    "approximate": ("Whether it is approximated, as BERT and GPT-2 have it.", ("tanh",)),
    "threshold": ("Above it, the function is linear.", (10.0,)),
    "dim": ("The dimension, the batch counted as 0.", (1, -1)),
    "Mean.dim": ("The dimensions that are averaged, the batch counted as 0.", ([2, 3], 1)),
    "Amax.dim": ("The dimensions whose maximum is taken, the batch counted as 0.", ([2, 3], 1)),
    "ceil_mode": ("Whether sizes are rounded up.", (True,)),
    "count_include_pad": ("Whether padding counts in the mean.", (False,)),
    "output_size": ("Sides that leave, or one number for all.", (1, [7, 7])),
    "p": ("Probability that an element is dropped in training mode.", (0.5, "=dropout")),
    "StochasticDepth.p": ("Probability that a branch is dropped in training mode.", (0.2,)),
    "mode": ("How positions in between are made.", ("bilinear",)),
    "StochasticDepth.mode": ("Whether samples are dropped one by one, or the batch.", ("row",)),
    "factor": ("What everything is multiplied by.", (0.17,)),
    "embed_dim": ("Channels that arrive and leave.", (768,)),
    "num_heads": ("Heads, between which the channels are divided.", (12,)),
    "dropout": ("Probability that an element is dropped in training mode.", (0.1,)),
    "attention_dropout": ("Probability that a weight of attention is dropped.", (0.1,)),
    "batch_first": ("Whether the batch is the first dimension; here it always is.", (True,)),
    "window_size": ("Side of the windows within which positions attend.", (7,)),
    "shift_size": ("How far the windows are shifted along both axes.", (3, 0)),
    "head_dim": ("Channels of each head.", (32,)),
    "start_dim": ("The first dimension that is flattened, the batch counted as 0.", (1, 2)),
    "end_dim": ("The last dimension that is flattened.", (-1,)),
    "unflattened_size": ("Sizes that the dimension is split into; one may be -1.", ([8, -1],)),
    "dims": ("The dimensions that are rolled, the batch counted as 0.", ([1, 2],)),
    "Permute.dims": ("The dimensions in their new order, the batch as 0.", ([0, 2, 3, 1],)),
    "start": ("The first index that is kept.", (0, -1)),
    "length": ("How many indices are kept.", (1, "=channels")),
    "ChannelShuffle.groups": ("Groups of channels that are interleaved.", (2,)),
    "block_size": ("Side of the squares of pixels that become channels.", (2,)),
    "scale_factor": ("How many times as large the map becomes.", (2, [2, 2])),
    "align_corners": ("Whether the corners keep their place.", (True,)),
    "upscale_factor": ("How many times as large the map becomes.", (2,)),
    "downscale_factor": ("How many times as small the map becomes.", (2,)),
    "shifts": ("How far each dimension is rolled.", ([-3, -3],)),
    "keepdim": ("Whether the dimensions stay, with a size of 1.", (True,)),
    "shape": ("Its sizes.", ([1, 1, 768],)),
    "fill": ("A number, or `normal_` or `trunc_normal_`.", (0, "normal_")),
    "std": ("Standard deviation of the numbers it is filled with.", (0.02,)),
}
"""The arguments of ops."""

FILLS: Final[dict[str, Words]] = {
    "a": ("Lower bound; for `kaiming_…`, the slope of a leaky ReLU below 0.", (0.0,)),
    "b": ("Upper bound.", (1.0,)),
    "mean": ("Mean of the normal distribution.", (0.0,)),
    "std": ("Standard deviation of the normal distribution.", (0.01,)),
    "val": ("The number.", (0.1,)),
    "groups": ("Groups of channels that are filled alike.", (1,)),
    "gain": ("Factor of the result.", (0.5,)),
    "mode": ("Whether what arrives or what leaves keeps its variance.", ("fan_out", "fan_in")),
    "nonlinearity": ("The function that follows.", ("relu", "leaky_relu")),
    "sparsity": ("Share of each column that is 0.", (0.1,)),
}
"""The arguments of the functions of `torch.nn.init`."""


def argument(kind: type[Op], name: str) -> Words:
    """Return what an argument of an op means; an op's own docstring says it first."""
    own = _in_docstring(kind, name)
    known = (ARGUMENTS.get(f"{base.__name__}.{name}") for base in kind.__mro__)
    told, examples = next(filter(None, known), None) or ARGUMENTS.get(name, ("", ()))
    default = kind.model_fields[name].get_default()
    shown = examples if not own else () if kind.model_fields[name].is_required() else (default,)
    return own or told, shown


def _in_docstring(kind: type[Op], name: str) -> str:
    """Return what the `Args:` section of an op's docstring says of an argument."""
    _, _, section = inspect.cleandoc(kind.__doc__ or "").partition("\nArgs:\n")
    found = re.search(rf"^ +{name}: (.+(?:\n {{8,}}.+)*)", section, re.MULTILINE)
    return " ".join(found[1].split()) if found else ""
