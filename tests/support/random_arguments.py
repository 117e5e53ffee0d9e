"""Random arguments for every op, and shapes to go with them; many of them do not fit."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from archspec.ops import ChannelsLast, Misfit, Op, Shape

NUMBERS = (0.5, -1, 0, 2, 1e300, -1e39)
Arguments = dict[str, Any]
Draw = Callable[[random.Random], tuple[Arguments, list[Shape]]]


def _map(rng: random.Random, rank: int = 2) -> Shape:
    longest = 12 if rank < 3 else 6  # so that no volume takes long
    return (rng.choice([1, 2, 4, 6, 8]), *(rng.randint(1, longest) for _ in range(rank)))


def _each(rng: random.Random, rank: int, low: int, high: int) -> int | tuple[int, ...]:
    sides = tuple(rng.randint(low, high) for _ in range(rank))
    return sides[0] if rng.random() < 0.6 else sides


def _elementwise(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    return {}, [_map(rng)]


def _inplace(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    return {"inplace": rng.random() < 0.5}, [_map(rng)]


def _conv(rank: int) -> Draw:
    def draw(rng: random.Random) -> tuple[Arguments, list[Shape]]:
        uneven = (0, 2, 1)[:rank]
        arguments: Arguments = {
            "out_channels": rng.choice([1, 2, 4, 6]),
            "kernel_size": _each(rng, rank, 1, 4),
            "stride": _each(rng, rank, 1, 3),
            "padding": rng.choice([0, 1, 2, uneven, "same", "valid"]),
            "padding_mode": rng.choice(["zeros", "zeros", "reflect", "replicate", "circular"]),
            "dilation": _each(rng, rank, 1, 2),
            "groups": rng.choice([1, 1, 2, 3]),
            "bias": rng.random() < 0.5,
        }
        return arguments, [_map(rng, rank)]

    return draw


def _pool(rank: int, *extra: str) -> Draw:
    def draw(rng: random.Random) -> tuple[Arguments, list[Shape]]:
        arguments: Arguments = {
            "kernel_size": _each(rng, rank, 1, 4),
            "stride": rng.choice([None, 1, 2, 3, (1, 2, 1)[:rank]]),
            "padding": _each(rng, rank, 0, 2),
            "ceil_mode": rng.random() < 0.5,
        }
        if "dilation" in extra:
            arguments["dilation"] = _each(rng, rank, 1, 2)
        return arguments, [_map(rng, rank)]

    return draw


def _adaptive(rank: int) -> Draw:
    uneven, kept = (2, 1, 3)[:rank], (None, 2, 1)[:rank]
    return lambda rng: ({"output_size": rng.choice([1, 2, 3, uneven, kept])}, [_map(rng, rank)])


def _linear(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    shape = rng.choice([(6,), (3, 6), (5,)])
    return {"out_features": rng.randint(1, 9), "bias": rng.random() < 0.5}, [shape]


def _flatten(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    start, end = rng.randint(1, 3), rng.randint(-3, 3)
    return {"start_dim": start, "end_dim": end}, [_map(rng)]


def _dropout(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    return {"p": rng.choice([0.0, 0.3, 1.0, 1.5, -0.1])}, [_map(rng)]


def _same(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    shape = _map(rng)
    return {}, [shape] * rng.choice([2, 3])


def _scaling(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    shape = _map(rng)
    factor = rng.choice([shape, (shape[0], 1, 1), (1, *shape[1:])])
    return {}, rng.choice([[shape, factor], [factor, shape]])


def _cat(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    channels, height, width = _map(rng)
    others = [(rng.randint(1, 5), height, width), (channels, height + rng.choice([0, 1]), width)]
    return {"dim": rng.choice([1, 2, -1, 4])}, [(channels, height, width), rng.choice(others)]


def _narrow(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    dim, start = rng.choice([1, 2, 3, -1, 4]), rng.randint(-5, 5)
    return {"dim": dim, "start": start, "length": rng.randint(1, 5)}, [_map(rng)]


def _last(rng: random.Random, channels: int) -> Shape:
    return ChannelsLast((rng.randint(1, 9), rng.randint(1, 9), channels))


def _unflatten(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    sizes = rng.choice([(2, 2), (2, -1), (-1, 3), (1, -1, 2), (-1, -1)])
    return {"dim": rng.choice([1, 2, 3, -1, 4]), "unflattened_size": sizes}, [_map(rng)]


def _permute(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    dims = [0, *rng.sample([1, 2, 3], 3)]
    if rng.random() < 0.3:
        dims[2] = rng.choice([-1, 1, 5])
    return {"dims": tuple(dims[: rng.choice([4, 4, 4, 3])])}, [_map(rng)]


def _attention(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    arguments = {"num_heads": rng.choice([1, 2, 3]), "bias": rng.random() < 0.7}
    return arguments, [ChannelsLast((rng.randint(1, 9), 6 * rng.randint(1, 2) - 2))]


def _windows(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    size = rng.randint(2, 4)
    shift = rng.choice([0, size // 2, size - 1])
    heads = rng.choice([1, 2, 3])
    return {"num_heads": heads, "window_size": size, "shift_size": shift}, [_last(rng, 6)]


def _groups(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    positions = rng.choice([1, 4, 9])
    return {"head_dim": rng.choice([2, 3])}, [ChannelsLast((rng.randint(1, 4), positions, 6))]


def _tensor(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    filled: Arguments = rng.choice([{}, {"fill": rng.choice(NUMBERS)}, {"fill": "normal_"}])
    if rng.random() < 0.5:
        filled = {"fill": rng.choice(["normal_", "trunc_normal_"]), "std": rng.choice([0, 0.1])}
    return {"shape": rng.choice([(3, 1, 1), (1, 1, 8), (4,)]), **filled}, []


def _transposed(rank: int) -> Draw:
    def draw(rng: random.Random) -> tuple[Arguments, list[Shape]]:
        arguments: Arguments = {
            "out_channels": rng.choice([1, 2, 4, 6]),
            "kernel_size": _each(rng, rank, 1, 4),
            "stride": _each(rng, rank, 1, 3),
            "padding": _each(rng, rank, 0, 2),
            "output_padding": rng.choice([0, 0, 1, (0, 2, 1)[:rank]]),
            "groups": rng.choice([1, 1, 2, 3]),
            "bias": rng.random() < 0.5,
            "dilation": _each(rng, rank, 1, 2),
        }
        return arguments, [_map(rng, rank)]

    return draw


def _upsample(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    rank = rng.choice([1, 2, 2, 3])
    sizes: list[Arguments] = [
        {"size": _each(rng, rank, 1, 9)},
        {"scale_factor": rng.choice([2, 1.5, 0.4])},
    ]
    sizes += [{"scale_factor": (2, 0.5, 1.5)[:rank]}, {"size": 3, "scale_factor": 2}, {}]
    mixing = rng.choice([["linear"], ["bilinear", "bicubic"], ["trilinear"]][rank - 1])
    mode = rng.choice([mixing, mixing, mixing, "linear", "bilinear", "trilinear", "bicubic"])
    modes: list[Arguments] = [{}, {"mode": mode}, {"mode": mode, "align_corners": True}]
    modes += [{"align_corners": True}]
    return {**rng.choice(sizes), **rng.choice(modes)}, [_map(rng, rank)]


def _padding(rank: int, least: int, **more: Any) -> Draw:
    def draw(rng: random.Random) -> tuple[Arguments, list[Shape]]:
        ends = tuple(rng.randint(least, 3) for _ in range(2 * rank))
        longest = 12 if rank < 3 else 6
        sides = (rng.choice([1, 2, 4, rng.randint(1, longest)]) for _ in range(rank))
        given = {name: rng.choice(values) for name, values in more.items()}
        size = (rng.randint(1, 4), *sides)
        return {"padding": rng.choice([ends, rng.randint(0, 3)]), **given}, [size]

    return draw


def _batch_norm(rank: int) -> Draw:
    def draw(rng: random.Random) -> tuple[Arguments, list[Shape]]:
        arguments: Arguments = {
            "affine": rng.random() < 0.5,
            "track_running_stats": rng.random() < 0.5,
            "eps": rng.choice([1e-3, 1e-3, 0, -1]),
        }
        features: list[Shape] = [(6,)] if rank == 1 else []
        return arguments, [rng.choice([_map(rng, rank), *features])]

    return draw


def _instance_norm(rank: int) -> Draw:
    return lambda rng: (
        {"affine": rng.random() < 0.5, "track_running_stats": rng.random() < 0.5},
        [rng.choice([_map(rng, rank), (3, *(1,) * rank)])],
    )


def _dropout_of_channels(rank: int) -> Draw:
    return lambda rng: ({"p": rng.choice([0.0, 0.3, 1.0, 1.5, -0.1])}, [_map(rng, rank)])


def _of_each_rank() -> dict[str, Draw]:
    """Return what is drawn for ops that there are for signals, maps and volumes."""
    found: dict[str, Draw] = {}
    for rank in (1, 2, 3):
        families = {
            "Conv": _conv(rank),
            "ConvTranspose": _transposed(rank),
            "BatchNorm": _batch_norm(rank),
            "InstanceNorm": _instance_norm(rank),
            "MaxPool": _pool(rank, "dilation"),
            "AvgPool": _pool(rank),
            "AdaptiveAvgPool": _adaptive(rank),
            "AdaptiveMaxPool": _adaptive(rank),
            "Dropout": _dropout_of_channels(rank),
            "ZeroPad": _padding(rank, -3),
            "ConstantPad": _padding(rank, -3, value=(*NUMBERS[:4], -math.inf)),
            "ReflectionPad": _padding(rank, 0),
            "ReplicationPad": _padding(rank, 0),
            "CircularPad": _padding(rank, 0),
        }
        found |= {f"{family}{rank}d": draw for family, draw in families.items()}
    return found


def _matmul(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    rows, inner, columns = (rng.randint(1, 6) for _ in range(3))
    first: Shape = (rows, inner)
    second: Shape = (inner + rng.choice([0, 0, 1]), columns)
    if rng.random() < 0.5:
        first, second = (2, *first), (rng.choice([2, 2, 3]), *second)
    return {}, [first, second]


def _reduction(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    dim = rng.choice([1, 2, 3, -1, (2, 3), (1, -1), (2, 2), 4, (-1, 3)])
    shape = rng.choice([_map(rng), _last(rng, 5), ChannelsLast((4, 6))])
    return {"dim": dim, "keepdim": rng.random() < 0.5}, [shape]


def _roll(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    return rng.choice(
        [
            {"shifts": rng.randint(-9, 9), "dims": rng.choice([1, 2, 3, -1, 4])},
            {"shifts": (1, -2), "dims": (2, 3)},
            {"shifts": (1, 2), "dims": 2},
        ]
    ), [_map(rng)]


DRAWS: dict[str, Draw] = {
    **_of_each_rank(),
    "Upsample": _upsample,
    "PixelShuffle": lambda rng: ({"upscale_factor": rng.choice([1, 2, 3])}, [_map(rng)]),
    "PixelUnshuffle": lambda rng: ({"downscale_factor": rng.choice([1, 2, 3])}, [_map(rng)]),
    "PReLU": lambda rng: (
        {"num_parameters": rng.choice([1, 2, 4]), "init": rng.choice(NUMBERS)},
        [_map(rng)],
    ),
    "MatMul": _matmul,
    "Mean": _reduction,
    "Amax": _reduction,
    "Roll": _roll,
    "LayerNorm2d": lambda rng: ({"elementwise_affine": rng.random() < 0.5}, [_map(rng)]),
    "Unflatten": _unflatten,
    "Permute": _permute,
    "SpaceToDepth": lambda rng: ({"block_size": rng.randint(1, 3)}, [_last(rng, 2)]),
    "MultiheadAttention": _attention,
    "WindowAttention": _windows,
    "CosineWindowAttention": _windows,
    "RelativeAttention": _groups,
    "Parameter": _tensor,
    "Linear": _linear,
    "GroupNorm": lambda rng: (
        {"num_groups": rng.choice([1, 2, 3]), "affine": rng.random() < 0.5},
        [_map(rng)],
    ),
    "LayerNorm": lambda rng: (
        {"elementwise_affine": rng.random() < 0.5, "bias": rng.random() < 0.5},
        [rng.choice([(6,), (3, 6), (2, 3, 6)])],
    ),
    "LocalResponseNorm": lambda rng: ({"size": rng.randint(1, 4)}, [_map(rng)]),
    "LeakyReLU": lambda rng: (
        {"negative_slope": rng.choice(NUMBERS)},
        [_map(rng)],
    ),
    "ELU": lambda rng: ({"alpha": rng.choice(NUMBERS)}, [_map(rng)]),
    "CELU": lambda rng: ({"alpha": rng.choice(NUMBERS)}, [_map(rng)]),
    "RReLU": lambda rng: (
        {"lower": rng.choice([0.1, 0.2]), "upper": rng.choice([0.15, 0.3])}
        | {"inplace": rng.random() < 0.5},
        [_map(rng)],
    ),
    "Hardtanh": lambda rng: (
        {"min_val": rng.choice([-1, -0.5, 2]), "max_val": rng.choice([0.5, 2, 6])}
        | {"inplace": rng.random() < 0.5},
        [_map(rng)],
    ),
    "Threshold": lambda rng: (
        {"threshold": rng.choice([0.1, -1]), "value": rng.choice([0, 2.5])}
        | {"inplace": rng.random() < 0.5},
        [_map(rng)],
    ),
    "Hardshrink": lambda rng: ({"lambd": rng.choice([0.5, 0, -1])}, [_map(rng)]),
    "Softshrink": lambda rng: ({"lambd": rng.choice([0.5, 0, -1])}, [_map(rng)]),
    "LogSoftmax": lambda rng: ({"dim": rng.choice([1, 2, -1, 4, -5])}, [_map(rng)]),
    "Softmin": lambda rng: ({"dim": rng.choice([1, 2, -1, 4, -5])}, [_map(rng)]),
    "GLU": lambda rng: ({"dim": rng.choice([1, 1, 2, 3, -1, 4])}, [_map(rng)]),
    "RMSNorm": lambda rng: (
        {"elementwise_affine": rng.random() < 0.5, "eps": rng.choice([None, 1e-3])},
        [rng.choice([(6,), (3, 6), (2, 3, 6)])],
    ),
    "GELU": lambda rng: ({"approximate": rng.choice(["none", "tanh"])}, [_map(rng)]),
    "Softplus": lambda rng: ({"beta": rng.choice(NUMBERS)}, [_map(rng)]),
    "Softmax": lambda rng: ({"dim": rng.choice([1, 2, 3, -1, -3, 4, -5])}, [_map(rng)]),
    **dict.fromkeys(["Dropout", "AlphaDropout", "FeatureAlphaDropout"], _dropout),
    "StochasticDepth": lambda rng: (
        {"p": rng.choice([0.0, 0.5]), "mode": rng.choice(["row", "batch"])},
        [_map(rng)],
    ),
    "Scale": lambda rng: ({"factor": rng.choice([0.17, 1.0, -2])}, [_map(rng)]),
    "Flatten": _flatten,
    "Narrow": _narrow,
    "ChannelShuffle": lambda rng: ({"groups": rng.choice([1, 2, 3])}, [_map(rng)]),
    "Add": _same,
    "Mul": _scaling,
    "Cat": _cat,
    **dict.fromkeys(
        ["ReLU", "ReLU6", "SiLU", "Mish", "Hardswish", "Hardsigmoid", "SELU"], _inplace
    ),
    **dict.fromkeys(
        ["Sigmoid", "Tanh", "Identity", "LogSigmoid", "Softsign", "Tanhshrink", "Softmax2d"],
        _elementwise,
    ),
}


def made(kind: type[Op], arguments: Arguments, shapes: list[Shape]) -> tuple[Op | None, str]:
    """Return an op of these arguments, or None and why they do not fit."""
    try:
        op = kind.model_validate({**inferred(kind, shapes), **arguments})
        op.output(*shapes)
    except (Misfit, ValidationError) as error:
        return None, str(error)
    return op, ""


def inferred(kind: type[Op], shapes: list[Shape]) -> Arguments:
    """Return the arguments that an op takes from what enters it."""
    return {**kind.infer(shapes[0])} if shapes else {}
