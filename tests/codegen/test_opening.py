"""Vars as arguments of the emitted class: those that are there work, the others are literals."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from loading import bundled
from modules import source_class
from torch import nn
from varying import entering

import archspec
from archspec.architecture import Architecture
from archspec.errors import Span
from archspec.resolve.expansion import Expansion
from archspec.schema.names import SIZES

# What the constructors take, and another value of each.
BUNDLED: dict[str, dict[str, Any]] = {
    "lenet": {"num_classes": 7},
    "resnet18": {"layers": (1, 3, 2, 1), "num_classes": 10},
    "resnet50": {"layers": (2, 1, 1, 3), "groups": 2, "width_per_group": 32, "num_classes": 10},
    "squeezenet1_1": {"channels": 32, "kernel_size": 5, "dropout": 0.1, "num_classes": 10},
    "vgg11_bn": {"hidden": 64, "num_classes": 10},
    "googlenet": {"num_classes": 10},
    "mobilenet_v3_small": {"hidden": 16, "dropout": 0.5, "num_classes": 10},
    "densenet121": {"stem": 48, "growth": 12, "layers": (2, 1, 5, 3), "num_classes": 10},
    "convnext_tiny": {
        "depths": (1, 2, 1, 4),
        "widths": (8, 24, 16, 40),
        "layer_scale": 0.5,
        "stochastic_depth": 0.0,
        "num_classes": 10,
    },
    "regnet_y_400mf": {
        "widths": (16, 32, 16, 48),
        "depths": (2, 1, 1, 3),
        "group_width": 4,
        "se_ratio": 0.5,
        "num_classes": 10,
    },
    "shufflenet_v2_x0_5": {"channels": (24, 48, 98), "head": 64, "num_classes": 10},
    "efficientnet_b0": {
        "width": 0.5,
        "stem": 24,
        "stochastic_depth": 0.5,
        "dropout": 0.0,
        "num_classes": 10,
    },
    "vit_b_32": {"depth": 3, "heads": 6, "width": 24, "num_classes": 10},
    "swin_t": {
        "patch": 8,
        "width": 24,
        "depths": (1, 3, 2, 1),
        "heads": (2, 3, 4, 6),
        "window": 5,
        "stochastic_depth": 0.5,
        "num_classes": 10,
    },
    "maxvit_t": {
        "stem": 32,
        "depths": (1, 3, 2, 1),
        "head_dim": 16,
        "stochastic_depth": 0.5,
        "num_classes": 10,
    },
}

LIKE = ("resnet18", "vgg11_bn", "mobilenet_v3_small", "efficientnet_b0", "vit_b_32", "maxvit_t")
"""Those whose arguments are of the kinds that others have."""

# Other values that make networks small enough to run.
SMALL: dict[str, dict[str, Any]] = {
    "densenet121": {"stem": 8, "growth": 4, "layers": (3, 1, 2, 2), "num_classes": 3},
    "vit_b_32": {"depth": 2, "heads": 2, "width": 8, "num_classes": 3},
    "swin_t": {"patch": 8, "width": 24, "depths": (2, 1, 3, 1), "window": 5, "num_classes": 3},
    "convnext_tiny": {"depths": (1, 3, 1, 2), "widths": (8, 16, 8, 24), "num_classes": 3},
    "regnet_y_400mf": {"depths": (2, 1, 3, 1), "num_classes": 3},
}

CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "an argument": ("net: [{Conv2d: =width, kernel_size: 1}]", ("width",)),
    "an argument of every block": (
        """
        blocks:
          Unit: [{Conv2d: =width, kernel_size: 1}, {Unit2: =width // 2}]
          Unit2(channels): [{Conv2d: =channels, kernel_size: 1}]
        net: [Unit, Unit]
        """,
        ("width",),
    ),
    "the name of a block's parameter": (
        """
        blocks:
          Unit(width): [{Conv2d: =width, kernel_size: 1}, {Conv2d: =twice, kernel_size: 1}]
        net: [{Unit: 4}, {Unit: =width + 1}]
        """,
        ("width",),
    ),
    "the name of a parameter around a block that reads the var": (
        """
        blocks:
          Unit(width): [{Conv2d: =width, kernel_size: 1}, Inner, {repeat: 2, do: Inner}]
          Inner: [{Conv2d: =width, kernel_size: 1}, {Innermost: =twice}]
          Innermost(width): [{Conv2d: =width + count, kernel_size: 1}]
        net: [{Unit: 4}, {Unit: =count}]
        """,
        ("width", "count"),
    ),
    "the name of a loop's own where the var is hidden": (
        """
        blocks:
          Unit(width): [{for: {width: [2, 4]}, do: {Conv2d: =width + twice, kernel_size: 1}}]
        net: [{Unit: 4}, {Conv2d: =width, kernel_size: 1}]
        """,
        ("width",),
    ),
    "where PyTorch has the same default": (
        "net: [{Conv2d: 4, kernel_size: 1, groups: =count}, {Dropout: =rate}]",
        ("count", "rate"),
    ),
    "computed from another var": ("net: [{Conv2d: =twice, kernel_size: 1}]", ("width",)),
    "in a table": (
        "net: [{for: {n: [=width, 8]}, do: {Conv2d: =n, kernel_size: 1}}]",
        ("width",),
    ),
    "a condition that a class asks": (
        "net: [{if: =width > 1, do: [ReLU]}, {Conv2d: 4, kernel_size: 1}]",
        ("width",),
    ),
    "a condition that none asks": (
        "net: [{if: =width > 1, do: ReLU, else: GELU}, {Conv2d: 4, kernel_size: 1}]",
        (),
    ),
    "a condition through a block": (
        """
        blocks:
          Unit(n): [{if: =n > 1, do: ReLU}, {Conv2d: 4, kernel_size: 1}]
        net: [{Unit: =width}]
        """,
        ("width",),
    ),
    "a condition on what entered": (
        """
        blocks:
          Unit: [{if: =in_channels > 1, do: ReLU}, {Conv2d: 4, kernel_size: 1}]
        net: [{Conv2d: =width, kernel_size: 1}, Unit]
        """,
        ("width",),
    ),
    "a number of turns": ("net: [{repeat: =width, do: {Conv2d: 4, kernel_size: 1}}]", ()),
    "a name": ("net: {conv<width>: {Conv2d: 4, kernel_size: 1}}", ()),
    "the name of a loop's own": (
        "net: [{for: {width: [4, 8]}, do: {Conv2d: =width + twice, kernel_size: 1}}]",
        (),
    ),
    "the sides of a map that is flattened": (
        "net: [{MaxPool2d: =count + 1, stride: 1}, Flatten, {Linear: 3}]",
        (),
    ),
    "the sides of a map that is pooled": (
        "net: [{MaxPool2d: =count + 1, stride: 1}, {AdaptiveAvgPool2d: 1}, Flatten, {Linear: 3}]",
        ("count",),
    ),
    "what only fills": (
        """
        net: [{Linear: 3}]
        input: [8]
        init: [{Linear: {weight: {normal_: {std: =rate}}}}]
        """,
        (),
    ),
}
HEAD = """
name: Net
input: [8, 6, 6]
vars: {width: 8, count: 1, rate: 0.5, twice: =2 * width, words: [4, 8]}
"""


def described(module: nn.Module) -> tuple[list[Any], dict[str, str]]:
    """Return the state dict's signature, and how each leaf but an identity shows its arguments."""
    state = [(key, tuple(tensor.shape)) for key, tensor in module.state_dict().items()]
    leaves = {k: repr(m) for k, m in module.named_modules() if not list(m.children())}
    return state, {k: shown for k, shown in leaves.items() if shown != "Identity()"}


def assert_like(made: nn.Module, live: nn.Module) -> None:
    assert described(made) == described(live)


def arguments(kind: type[nn.Module]) -> tuple[str, ...]:
    return tuple(inspect.signature(kind).parameters)


def with_channels(
    kind: type[nn.Module], net: Architecture, load: Callable[..., Architecture], channels: int
) -> tuple[nn.Module, nn.Module]:
    """Return the module of so many channels that enter, by source and as it is loaded."""
    (name,) = (name for name in arguments(kind) if name in SIZES)
    (shape,) = entering(net, {name: channels})
    return kind(**{name: channels}), load(input=shape).build(device="meta")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in LIKE else n for n in BUNDLED]
)
def test_arguments_are_the_vars(name: str) -> None:
    net = bundled(name)
    kind = source_class(net)
    assert arguments(kind) == (*BUNDLED[name], "in_channels")
    with torch.device("meta"):
        assert_like(*with_channels(kind, net, partial(archspec.load, name), 5))
        for var, value in BUNDLED[name].items():
            live = archspec.load(name, **{var: value}).build(device="meta")
            assert_like(kind(**{var: value}), live)
        # All at once, where they go together.
        live = archspec.load(name, **BUNDLED[name]).build(device="meta")
        assert_like(kind(**BUNDLED[name]), live)


@pytest.mark.usefixtures("single_thread")
@pytest.mark.parametrize("name", SMALL)
def test_arguments_make_the_same_numbers(name: str) -> None:
    given = SMALL[name]
    live = archspec.load(name, **given)
    built = live.build(seed=0).eval()
    kind = source_class(bundled(name))
    torch.manual_seed(0)
    made = kind(**given).eval()
    state = made.state_dict()
    assert list(state) == list(built.state_dict())
    assert all(map(torch.equal, state.values(), built.state_dict().values()))
    x = torch.randn(1, *live.inputs["input"])
    with torch.no_grad():
        assert torch.equal(made(x), built(x))


@pytest.mark.parametrize("case", CASES)
def test_open_vars(case: str) -> None:
    body, expected = CASES[case]
    text = HEAD.replace("input: [8, 6, 6]\n", "") if "input:" in body else HEAD
    text += inspect.cleandoc(body)
    net = archspec.loads(text)
    kind = source_class(net)
    found = [name for name in arguments(kind) if name not in SIZES]
    assert tuple(found) == expected
    if len(arguments(kind)) > len(found):
        for channels in (2, 12):
            with torch.device("meta"):
                assert_like(*with_channels(kind, net, partial(archspec.loads, text), channels))
    for name in expected:
        for value in (2, 4) if name != "rate" else (0.0, 0.25):
            live = archspec.loads(text, **{name: value}).build(device="meta")
            with torch.device("meta"):
                assert_like(kind(**{name: value}), live)


@pytest.mark.parametrize(
    ("body", "is_argument"),
    [
        ("input: [8, 6, 6]\nnet: [{Conv2d: 4, kernel_size: 1}]", True),
        ("input: [8]\nnet: [{Linear: 4}, ReLU]", True),
        ("input: [5, 8]\nnet: [LayerNorm, {Linear: 4}]", True),
        ("input: [8, 6, 6]\nnet: [Flatten, {Linear: 4}]", True),
        ("input: [8, 6, 6]\nnet: [{Conv2d: [=in_channels, 3], groups: =in_channels}]", True),
        ("input: [8, 6, 6]\nnet: [BatchNorm2d, {Conv2d: [=2 * in_channels, 3]}]", True),
        # The sum is of one number of channels, whatever enters; next to eight it is not.
        ("input: [8, 6, 6]\nnet: {a: BatchNorm2d, b: {Add: [input, a]}}", True),
        ("input: [8, 6, 6]\nnet: {a: {Conv2d: [8, 1]}, b: {Add: [input, a]}}", False),
        ("input: [8, 6, 6]\nnet: [{if: =in_channels > 3, do: BatchNorm2d}, {Conv2d: 4}]", True),
        ("input: {a: [8, 6, 6], b: [8, 6, 6]}\nnet: {c: {Add: [a, b]}, d: BatchNorm2d}", False),
    ],
)
def test_the_channels_that_enter_are_an_argument(body: str, is_argument: bool) -> None:
    text = f"name: Net\n{body.replace('{Conv2d: 4}', '{Conv2d: 4, kernel_size: 1}')}\n"
    net = archspec.loads(text)
    kind = source_class(net)
    assert {*arguments(kind)} <= {*SIZES}
    assert bool(arguments(kind)) == is_argument
    for channels in (1, 2, 24) if is_argument else ():
        with torch.device("meta"):
            assert_like(*with_channels(kind, net, partial(archspec.loads, text), channels))
    if is_argument:
        with pytest.raises(ValueError, match=r"in_(channels|features) must be at least 1"):
            kind(**dict.fromkeys(arguments(kind), 0))


def test_what_is_computed_and_used_often_has_a_line() -> None:
    layers = "[{Conv2d: =stem, kernel_size: 1}, BatchNorm2d, {Conv2d: =once, kernel_size: 1}]"
    text = f"vars: {{width: 8, stem: =2 * width, once: =width + 1}}\nnet: {layers}\n"
    source = archspec.loads(f"name: Net\ninput: [8, 6, 6]\n{text}").codegen()
    assert "        stem = 2 * width\n" in source
    assert "nn.BatchNorm2d(stem)" in source
    assert "nn.Conv2d(stem, width + 1, kernel_size=1)" in source


def test_a_size_that_grows_has_a_line() -> None:
    text = bundled("densenet121").codegen(style="flat")
    assert "        channels1 = (stem + 6 * growth) // 2\n" in text
    assert "nn.Linear(channels3 + 16 * growth, num_classes)" in text


def test_the_value_that_was_set_is_the_default() -> None:
    kind = source_class(archspec.load("resnet18", num_classes=7))
    assert inspect.signature(kind).parameters["num_classes"].default == 7


# How often the nodes of a network are made until its source is there: again where a var is closed
# by the last of them, as by a dropout that is there or not, and where what is computed of vars and
# read but once has no name.
MADE = {"resnet34": 1, "swin_t": 1, "efficientnet_b0": 1, "vit_b_32": 1, "inception_v4": 2}


@pytest.mark.parametrize("name", MADE)
def test_what_is_loaded_serves_the_source(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0
    node = Expansion.node

    def counted(self: Expansion, span: Span) -> None:
        nonlocal made
        made += 1
        node(self, span)

    monkeypatch.setattr(Expansion, "node", counted)
    net = archspec.load(name)
    net.codegen()
    assert made == pytest.approx(MADE[name] * len(net.nodes), abs=100)
