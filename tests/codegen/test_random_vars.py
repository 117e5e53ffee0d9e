"""Random networks with vars in sizes, sides and conditions: arguments make what `load` makes."""

from __future__ import annotations

import random

import pytest
from varying import vary

import archspec

FORMULAS = ("=a", "=b", "=2 * a", "=a + b", "=a * b", "=a // 2", "=max(a, b)", "=a - b + 4", "8")
SMALL = ("=s", "=t", "=s + t - 1", "=s * t", "1", "2", "3")


_RESTRICTED = (
    "{GroupNorm: =g, eps: =rate}",
    "{ChannelShuffle: =g}",
    "{Conv2d: =b, kernel_size: 1, groups: =g}",
    "[{Conv2d: =a, kernel_size: 1}, {PixelShuffle: =s}]",
    "{PixelUnshuffle: =t}",
    "{PReLU: =t}",
    "{LeakyReLU: =rate, inplace: true}",
    "{Scale: =1 - rate}",
    "{LayerNorm2d: null, eps: =rate / 2}",
    "{AvgPool2d: =s, stride: 1, padding: =t // 2}",
    "{ReflectionPad2d: =t - 1}",
    '{Narrow: [1, "=t - 1", =g]}',
    "{ConvTranspose2d: =a, kernel_size: 3, stride: =s, output_padding: =t - 1}",
    "{Conv2d: =a // g, kernel_size: 1, padding: same, stride: =t}",
    "[{Permute: [0, 2, 3, 1]}, {WindowAttention: =h, window_size: =s, shift_size: =t - 1},"
    " {Permute: [0, 3, 1, 2]}]",
    "[{Flatten: 2}, {Permute: [0, 2, 1]}, {MultiheadAttention: =h, dropout: =rate},"
    " {Permute: [0, 2, 1]}, {Unflatten: [2, [16, -1]]}]",
)
"""Ops that ask something of their arguments together, or have others than counts."""


def _op(rng: random.Random) -> str:
    """Return one op whose arguments vars may decide."""
    wide, small = rng.choice(FORMULAS), rng.choice(SMALL)
    pad = rng.choice(("=s // 2", "1", "0"))
    condition = rng.choice(("=in_height > 5", "=a > 4", "=in_channels == a"))
    return rng.choice(
        (
            f"{{Conv2d: {wide}, kernel_size: 3, padding: 1, stride: {small}}}",
            f"{{Conv2d: {wide}, kernel_size: {small}, padding: {pad}}}",
            f"{{Conv2d: {wide}, kernel_size: 1}}",
            f"{{MaxPool2d: 2, stride: {small}}}",
            f"{{AdaptiveAvgPool2d: {small}}}",
            f"{{Upsample: null, scale_factor: {small}}}",
            f"{{if: {condition}, do: Tanh}}",
            f"{{Block: [{wide}, {small}]}}",
            "{Dropout: =rate}",
            "{BatchNorm2d: null, eps: =rate}",
            rng.choice(_RESTRICTED),
            rng.choice(_RESTRICTED),
        )
    )


def network(rng: random.Random) -> str:
    """Return a spec; it may be wrong."""
    ops = "".join(f"\n  n{i}: {_op(rng)}" for i in range(rng.randint(1, 4)))
    left, right = _op(rng), _op(rng)
    join = rng.choice(("Add", "Mul", "Cat"))
    ends = "\n  flat: Flatten\n  head: {Linear: =b}" if rng.random() < 0.4 else ""
    a, b, s = rng.choice((4, 8)), rng.choice((4, 8)), rng.choice((1, 2, 3))
    g = rng.choice((1, 2, 4))
    return f"""name: Net
input: [8, 16, 16]
vars: {{a: {a}, b: {b}, s: {s}, t: 1, g: {g}, h: 2, rate: 0.1}}
blocks:
  Block(channels, stride):
    one: {{Conv2d: =channels, kernel_size: 3, padding: 1, stride: =stride}}
    two: {{from: input, Conv2d: =channels, kernel_size: 1, stride: =stride}}
    sum: {{Add: [one, two]}}
net:{ops}
  left: {left}
  right: {{from: n0, do: {right}}}
  join: {{{join}: [left, right]}}{ends}
"""


def networks(seed: int, count: int) -> list[str]:
    """Return specs that are right."""
    rng, found = random.Random(seed), list[str]()
    while len(found) < count:
        text = network(rng)
        try:
            archspec.loads(text)
        except archspec.SpecError:
            continue
        found.append(text)
    return found


@pytest.mark.usefixtures("single_thread")
@pytest.mark.parametrize(
    "seed", [*range(16), *(pytest.param(n, marks=pytest.mark.slow) for n in range(16, 90))]
)
def test_arguments_of_random_networks(seed: int) -> None:
    (text,) = networks(seed, 1)
    vary(text, random.Random(seed), 8)
