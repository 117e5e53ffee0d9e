"""Every op against torch on random arguments: accepted or refused alike, same shape and cost."""

from __future__ import annotations

import random
from collections.abc import Callable
from inspect import signature
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from archspec.live import OwnTensor, evaluate, parts
from archspec.live.module import apply
from archspec.ops import BY_NAME, OPS, ChannelsLast, Form, Invocation, Misfit, Op, Shape
from archspec.schema.functions import FUNCTIONS
from archspec.schema.torch_names import TORCH

pytestmark = pytest.mark.usefixtures("single_thread")

CASES = 60
NUMBERS = (0.5, -1, 0, 2, 1e300, -1e39)
Arguments = dict[str, Any]
Tensors = dict[str, tuple[Shape, bool]]
"""The shape of each tensor, and whether it holds integers."""
Draw = Callable[[random.Random], tuple[Arguments, list[Shape]]]


def _map(rng: random.Random, channels: int | None = None) -> Shape:
    return (channels or rng.choice([1, 2, 4, 6, 8]), rng.randint(1, 12), rng.randint(1, 12))


def _pair(rng: random.Random, low: int, high: int) -> int | tuple[int, int]:
    first, second = rng.randint(low, high), rng.randint(low, high)
    return first if rng.random() < 0.6 else (first, second)


def _elementwise(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    return {}, [_map(rng)]


def _inplace(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    return {"inplace": rng.random() < 0.5}, [_map(rng)]


def _conv(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    arguments: Arguments = {
        "out_channels": rng.choice([1, 2, 4, 6]),
        "kernel_size": _pair(rng, 1, 4),
        "stride": _pair(rng, 1, 3),
        "padding": rng.choice([0, 1, 2, (0, 2), "same", "valid"]),
        "padding_mode": rng.choice(["zeros", "zeros", "reflect", "replicate", "circular"]),
        "dilation": _pair(rng, 1, 2),
        "groups": rng.choice([1, 1, 2, 3]),
        "bias": rng.random() < 0.5,
    }
    return arguments, [_map(rng)]


def _pool(*extra: str) -> Draw:
    def draw(rng: random.Random) -> tuple[Arguments, list[Shape]]:
        arguments: Arguments = {
            "kernel_size": _pair(rng, 1, 4),
            "stride": rng.choice([None, 1, 2, 3, (1, 2)]),
            "padding": _pair(rng, 0, 2),
            "ceil_mode": rng.random() < 0.5,
        }
        if "dilation" in extra:
            arguments["dilation"] = _pair(rng, 1, 2)
        return arguments, [_map(rng)]

    return draw


def _adaptive(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    return {"output_size": rng.choice([1, 2, 3, (2, 1), (None, 2)])}, [_map(rng)]


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


def _transposed(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    arguments: Arguments = {
        "out_channels": rng.choice([1, 2, 4, 6]),
        "kernel_size": _pair(rng, 1, 4),
        "stride": _pair(rng, 1, 3),
        "padding": _pair(rng, 0, 2),
        "output_padding": rng.choice([0, 0, 1, (0, 2)]),
        "groups": rng.choice([1, 1, 2, 3]),
        "bias": rng.random() < 0.5,
        "dilation": _pair(rng, 1, 2),
    }
    return arguments, [_map(rng)]


def _upsample(rng: random.Random) -> tuple[Arguments, list[Shape]]:
    sizes: list[Arguments] = [
        {"size": _pair(rng, 1, 9)},
        {"scale_factor": rng.choice([2, 1.5, 0.4])},
    ]
    sizes += [{"scale_factor": (2, 0.5)}, {"size": 3, "scale_factor": 2}, {}]
    modes: list[Arguments] = [{}, {"mode": "bilinear"}, {"mode": "bilinear", "align_corners": True}]
    modes += [{"align_corners": True}]
    return {**rng.choice(sizes), **rng.choice(modes)}, [_map(rng)]


def _padding(least: int) -> Draw:
    def draw(rng: random.Random) -> tuple[Arguments, list[Shape]]:
        sides = tuple(rng.randint(least, 3) for _ in range(4))
        size = (rng.randint(1, 4), *(rng.choice([1, 2, rng.randint(1, 12)]) for _ in range(2)))
        return {"padding": rng.choice([sides, rng.randint(0, 3)])}, [size]

    return draw


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
    "ConvTranspose2d": _transposed,
    "Upsample": _upsample,
    "PixelShuffle": lambda rng: ({"upscale_factor": rng.choice([1, 2, 3])}, [_map(rng)]),
    "PixelUnshuffle": lambda rng: ({"downscale_factor": rng.choice([1, 2, 3])}, [_map(rng)]),
    "ZeroPad2d": _padding(-3),
    "ReflectionPad2d": _padding(0),
    "InstanceNorm2d": lambda rng: (
        {"affine": rng.random() < 0.5, "track_running_stats": rng.random() < 0.5},
        [rng.choice([_map(rng), (3, 1, 1)])],
    ),
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
    "Conv2d": _conv,
    "Linear": _linear,
    "BatchNorm2d": lambda rng: (
        {
            "affine": rng.random() < 0.5,
            "track_running_stats": rng.random() < 0.5,
            "eps": rng.choice([1e-3, 1e-3, 0, -1]),
        },
        [_map(rng)],
    ),
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
    "GELU": lambda rng: ({"approximate": rng.choice(["none", "tanh"])}, [_map(rng)]),
    "Softplus": lambda rng: ({"beta": rng.choice(NUMBERS)}, [_map(rng)]),
    "Softmax": lambda rng: ({"dim": rng.choice([1, 2, 3, -1, -3, 4, -5])}, [_map(rng)]),
    "MaxPool2d": _pool("dilation"),
    "AvgPool2d": _pool(),
    "AdaptiveAvgPool2d": _adaptive,
    "AdaptiveMaxPool2d": _adaptive,
    "Dropout": _dropout,
    "Dropout2d": _dropout,
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
    **dict.fromkeys(["ReLU", "ReLU6", "SiLU", "Mish", "Hardswish", "Hardsigmoid"], _inplace),
    **dict.fromkeys(["Sigmoid", "Tanh", "Identity"], _elementwise),
}


def test_every_op_is_tried() -> None:
    assert set(DRAWS) == {op.__name__ for op in OPS}


@pytest.mark.parametrize("name", sorted(DRAWS))
def test_op_agrees_with_torch(name: str) -> None:
    rng = random.Random(name)
    accepted = 0
    for _ in range(CASES):
        arguments, shapes = DRAWS[name](rng)
        ours, reason = _ours(BY_NAME[name], arguments, shapes)
        theirs = _torchs(name, arguments, shapes, ours)
        told = f"{name}({arguments}) on {shapes}: {reason}"
        if ours is None:
            # What torch makes of no elements, or as one number for each sample, is no tensor here.
            nothing = theirs is None or 0 in theirs[0] or not theirs[0]
            assert nothing, f"refused, but torch takes it: {told}"
            continue
        accepted += 1
        output = ours.output(*shapes)
        # A batch of two: what is computed once for a batch counts once.
        macs = 2 * ours.macs(tuple(shapes), output) + ours.macs_once()
        tensors = {tensor.name: (tensor.shape, tensor.counts) for tensor in ours.tensors()}
        assert theirs == (output, macs, tensors), told
    assert accepted >= CASES // 10


def _ours(kind: type[Op], arguments: Arguments, shapes: list[Shape]) -> tuple[Op | None, str]:
    try:
        op = kind.model_validate({**_inferred(kind, shapes), **arguments})
        op.output(*shapes)
    except (Misfit, ValidationError) as error:
        return None, str(error)
    return op, ""


def _inferred(kind: type[Op], shapes: list[Shape]) -> Arguments:
    return {**kind.infer(shapes[0])} if shapes else {}


def _torchs(
    name: str, arguments: Arguments, shapes: list[Shape], op: Op | None
) -> tuple[Shape, int, Tensors] | None:
    """Output shape, MACs of a batch of two and tensors by torch, or None where it refuses."""
    kind = BY_NAME[name]
    # Not on meta, which lets some wrong arguments pass.
    tensors = [torch.zeros(2, *shape) for shape in shapes]
    counter = FlopCounterMode(display=False)
    state: Tensors = {}
    try:
        # Not by a fused kernel: what attention multiplies there is not counted on every device.
        with sdpa_kernel(SDPBackend.MATH), counter:
            if kind.is_module():
                module = (
                    evaluate(op.call())
                    if op is not None
                    else _class(kind)(**_inferred(kind, shapes), **arguments)
                )
                state = {
                    key: (tuple(value.shape), not value.is_floating_point())
                    for key, value in module.state_dict().items()
                }
                copies, keywords, item = kind.invocation or Invocation()
                output = module(*tensors * copies, **dict(keywords))
                output = output if item is None else output[item]
            elif kind.form is Form.TENSOR:
                output = OwnTensor(**{"fill": 0.0, "std": 1.0, **arguments}).made()
                return tuple(output.shape), 0, {"": (tuple(output.shape), False)}
            else:
                output = apply(kind.torch, tensors, arguments)
    except (ArithmeticError, RuntimeError, ValueError, IndexError, TypeError, AssertionError):
        return None
    return tuple(output.shape[1:]), counter.get_total_flops() // 2, state


def _class(kind: type[Op]) -> Any:
    library, name = kind.torch.split(".")
    return getattr(parts if library == "parts" else torch.nn, name)


@pytest.mark.parametrize(
    ("name", "field"),
    [("AvgPool2d", "stride"), ("MaxPool2d", "stride"), ("MaxPool2d", "dilation")],
)
def test_largest_number_of_a_pooling(name: str, field: str) -> None:
    op, torch_op = BY_NAME[name], getattr(nn, name)
    for number, fits in ((2**31 - 1, True), (2**31, False)):
        arguments = {"kernel_size": 1, field: number}
        if fits:
            assert op(**arguments).output((1, 8, 8)) is not None
            torch_op(**arguments)(torch.zeros(1, 1, 8, 8))
            continue
        with pytest.raises(Misfit, match="at most 2147483647"):
            op(**arguments).output((1, 8, 8))
        with pytest.raises(RuntimeError, match="overflow"):
            torch_op(**arguments)(torch.zeros(1, 1, 8, 8))


def test_what_torch_has_beside_the_ops_is_known() -> None:
    assert TORCH.isdisjoint(BY_NAME)
    for name in TORCH:
        assert issubclass(getattr(nn, name), nn.Module)


def test_functions_of_init_have_torchs_arguments_and_defaults() -> None:
    for name, function in FUNCTIONS.items():
        arguments = {name: held.default for name, held in function.arguments.items()}
        parameters = signature(getattr(torch.nn.init, name)).parameters.values()
        own = [p for p in parameters if p.name not in ("tensor", "generator")]
        defaults = {p.name: None if p.default is p.empty else p.default for p in own}
        assert defaults == arguments, name
