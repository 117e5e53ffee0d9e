"""Random uses of every op that can keep a shape, alone or with another that undoes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from random_marks import SAME, Flow, Node, Scope

if TYPE_CHECKING:
    from random_nodes import Writer

_INPLACE: Final = {"inplace": ("=inplace", False)}
_NORM: Final = {"eps": (1e-3, "=1 / 1024"), "momentum": (0.01,), "affine": (True, False)}
KEEPING: Final[dict[str, dict[str, tuple[Any, ...]]]] = {
    **dict.fromkeys(("ReLU", "ReLU6", "SiLU", "Mish", "Hardswish", "Hardsigmoid"), _INPLACE),
    "LeakyReLU": {"negative_slope": (0.2, "=sqrt(0.04)"), **_INPLACE},
    "ELU": {"alpha": (0.5,), **_INPLACE},
    "PReLU": {"init": (0.1,)},
    "CELU": {"alpha": (0.5,), **_INPLACE},
    "SELU": _INPLACE,
    "RReLU": {"lower": (0.1,), "upper": (0.4,), **_INPLACE},
    "Hardtanh": {"min_val": (-2,), "max_val": (2,), **_INPLACE},
    "Threshold": _INPLACE,
    "Softmax2d": {},
    "Hardshrink": {"lambd": (0.1,)},
    "Softshrink": {"lambd": (0.1,)},
    "LogSigmoid": {},
    "Softsign": {},
    "Tanhshrink": {},
    "LogSoftmax": {"dim": (1,)},
    "Softmin": {"dim": (1,)},
    "AlphaDropout": {"p": (0.1,), **_INPLACE},
    "FeatureAlphaDropout": {"p": (0.1,), **_INPLACE},
    "GELU": {"approximate": ("tanh", "none")},
    "Softplus": {"beta": (2.0,), "threshold": (10.0,)},
    "Softmax": {"dim": (1, -1, 2)},
    "Sigmoid": {},
    "Tanh": {},
    "Identity": {},
    "BatchNorm2d": {**_NORM, "track_running_stats": (False,)},
    "LocalResponseNorm": {"alpha": (1e-3,), "beta": (0.5,), "k": (2.0,)},
    "LayerNorm2d": {"eps": (1e-6,), "elementwise_affine": (True, False), "bias": (False,)},
    "Dropout": {"p": (0.1, 0.5), **_INPLACE},
    "Dropout2d": {"p": (0.1, 0.5), **_INPLACE},
    "StochasticDepth": {"mode": ("row", "batch")},
    "GroupNorm": {"eps": (1e-3,), "affine": (True, False)},
    "ChannelShuffle": {},
    "Roll": {},
}
"""Arguments that may be given, and with what values."""

_FIRST: Final = {
    "Softmax": (1, -1, 2),
    "LogSoftmax": (1, -1),
    "Softmin": (1, -1),
    "Threshold": ([0.1, 0.5], ["=log(2)", 0]),
    "LocalResponseNorm": (1, 3, 5),
    "StochasticDepth": (0.1, 0.5, "=1 / 4"),
    "GroupNorm": (1, 2, 4),
    "ChannelShuffle": (1, 2, 4),
    "Roll": ([1, 2], [-1, 3], [[1, -2], [2, 3]]),
}
"""The first argument where there is one that must be given."""


def varied(writer: Writer) -> Node:
    """Return a use of any op that keeps the shape, with some of its arguments."""
    name = writer.rng.choice(list(KEEPING))
    first = writer.rng.choice(_FIRST[name]) if name in _FIRST else None
    arguments = {
        argument: writer.rng.choice(values)
        for argument, values in KEEPING[name].items()
        if argument != "dim" and writer.chance(40)
    }
    if first is None and not arguments:
        return name
    return {name: first, **arguments}


def undone(writer: Writer, flow: Flow, scope: Scope) -> Node:
    """Return a list of ops of which each takes back what another did to the shape."""
    pool = {writer.rng.choice(["AvgPool2d", "MaxPool2d"]): 2}
    norm = {"InstanceNorm2d": None, "affine": True, "track_running_stats": writer.chance(50)}
    larger: dict[str, Any] = {"Upsample": None, "scale_factor": 2}
    if writer.chance(50):
        larger |= {"mode": "bilinear", "align_corners": writer.chance(50)}
    found: list[Node] = [
        [larger, pool],
        [larger, norm, pool],
        [larger, {"ReflectionPad2d": 1}, {"MaxPool2d": 3, "stride": 1, "dilation": 1}, pool],
        [{"ZeroPad2d": [2, 2, 2, 2]}, {"MaxPool2d": 3, "stride": 1, "dilation": 2}],
        [{"PixelShuffle": 2}, {"PixelUnshuffle": 2}],
        [{"ZeroPad2d": [1, 0, 0, 1]}, {"AvgPool2d": 2, "stride": 1, "count_include_pad": False}],
        [{"Upsample": None, "scale_factor": [2, 1]}, {"AvgPool2d": [[2, 1]], "ceil_mode": True}],
        {"AvgPool2d": 3, "stride": 1, "padding": 1, "count_include_pad": writer.chance(50)},
        [{"ReplicationPad2d": [1, 1, 1, 1]}, {"AvgPool2d": 3, "stride": 1}],
        [{"CircularPad2d": 1}, {"MaxPool2d": 3, "stride": 1}],
        [{"Cat": {"one": "Identity", "two": "Sigmoid"}, "dim": 2}, {"GLU": 2}],
        [{"ConstantPad2d": 1, "value": 0.5}, {"MaxPool2d": 3, "stride": 1}],
    ]
    same = scope.formula(flow.channels)
    if same is not None:
        found += _with_channels(writer, {"Conv2d": same})
    return writer.rng.choice(found)


def _with_channels(writer: Writer, same: dict[str, Any]) -> list[Node]:
    """Return lists that begin or end with a convolution to as many channels as arrive."""
    channels = same["Conv2d"]
    mode = writer.rng.choice(["reflect", "replicate", "circular"])
    wide = writer.rng.choice(["replicate", "circular"])  # by 2, of a map of 2 at least
    up: dict[str, Any] = {"ConvTranspose2d": channels, "kernel_size": 3, "stride": 2, "padding": 1}
    return [
        same | SAME,
        same | {"kernel_size": 1},
        same | {"kernel_size": [3, 1], "padding": writer.rng.choice(["same", [1, 0]])},
        [{"ZeroPad2d": 1}, same | {"kernel_size": 3, "padding": "valid", "padding_mode": "zeros"}],
        [
            {"Upsample": None, "scale_factor": 2},
            same | SAME | {"padding_mode": mode, "bias": False},
            {"MaxPool2d": 2, "ceil_mode": True},
        ],
        [
            {"Upsample": None, "scale_factor": 2},
            same | {"kernel_size": 5, "padding": "same", "padding_mode": wide},
            {"MaxPool2d": 2, "ceil_mode": True},
        ],
        [up | {"output_padding": 1, "bias": writer.chance(50)}, {"MaxPool2d": 2}],
        [{"ConvTranspose2d": channels, "kernel_size": 2, "stride": 2}, {"MaxPool2d": 2}],
        [{"ConvTranspose2d": channels, "kernel_size": 3, "padding": 2, "dilation": 2}],
        [{"ZeroPad2d": [1, 0, 0, 1]}, same | {"kernel_size": 2}],
        [same | {"kernel_size": 1}, {"PixelShuffle": 2}, same | {"kernel_size": 2, "stride": 2}],
    ]


def resized(writer: Writer, pool: str, flow: Flow) -> tuple[Node, str]:
    """Return an op that leaves another size, and the channels that it leaves."""
    found: list[tuple[Node, str]] = [
        ({pool: 3, "stride": 2, "padding": 1, "ceil_mode": True}, flow.channels),
        ({"AdaptiveAvgPool2d": writer.rng.choice([4, [[3, 5]]])}, flow.channels),
        ({"AdaptiveMaxPool2d": writer.rng.choice([4, [[None, 5]]])}, flow.channels),
        ({"Upsample": None, "size": [6, 7]}, flow.channels),
        ({"Narrow": [1, writer.rng.choice([0, -4]), 4]}, "4"),
        ({"Cat": {"one": varied(writer), "two": "Identity"}, "dim": 2}, flow.channels),
    ]
    return writer.rng.choice(found)
