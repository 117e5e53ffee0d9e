"""Vars as arguments of the emitted class: those that are there work, the others are literals."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from loading import bundled, emitted
from modules import source_class
from torch import nn

import archspec

# What the constructors take, and another value of each.
BUNDLED: dict[str, dict[str, Any]] = {
    "lenet": {"num_classes": 7},
    "resnet18": {"num_classes": 10},
    "resnet50": {"groups": 2, "width_per_group": 32, "num_classes": 10},
    "squeezenet1_1": {"channels": 32, "kernel_size": 5, "dropout": 0.1, "num_classes": 10},
    "vgg11_bn": {"hidden": 64, "num_classes": 10},
    "googlenet": {"num_classes": 10},
    "mobilenet_v3_small": {"hidden": 16, "dropout": 0.5, "num_classes": 10},
    "densenet121": {"stem": 48, "growth": 12, "num_classes": 10},
    "efficientnet_b0": {"stochastic_depth": 0.5, "dropout": 0.0, "num_classes": 10},
    "vit_b_32": {"heads": 6, "width": 24, "num_classes": 10},
    "swin_t": {
        "patch": 8,
        "width": 24,
        "window": 5,
        "stochastic_depth": 0.5,
        "num_classes": 10,
    },
    "maxvit_t": {"head_dim": 16, "stochastic_depth": 0.5, "num_classes": 10},
}

LIKE = ("resnet18", "vgg11_bn", "mobilenet_v3_small", "efficientnet_b0", "vit_b_32", "maxvit_t")
"""Those whose arguments are of the kinds that others have."""

# Other values that make networks small enough to run.
SMALL: dict[str, dict[str, Any]] = {
    "densenet121": {"stem": 8, "growth": 4, "num_classes": 3},
    "vit_b_32": {"heads": 2, "width": 8, "num_classes": 3},
    "swin_t": {"patch": 8, "width": 24, "window": 5, "num_classes": 3},
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
    "a condition": ("net: [{if: =width > 1, do: ReLU}, {Conv2d: 4, kernel_size: 1}]", ()),
    "a condition through a block": (
        """
        blocks:
          Unit(n): [{if: =n > 1, do: ReLU}, {Conv2d: 4, kernel_size: 1}]
        net: [{Unit: =width}]
        """,
        (),
    ),
    "a condition on what entered": (
        """
        blocks:
          Unit: [{if: =in_channels > 1, do: ReLU}, {Conv2d: 4, kernel_size: 1}]
        net: [{Conv2d: =width, kernel_size: 1}, Unit]
        """,
        (),
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


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in LIKE else n for n in BUNDLED]
)
def test_arguments_are_the_vars(name: str) -> None:
    kind = source_class(bundled(name))
    assert arguments(kind) == tuple(BUNDLED[name])
    with torch.device("meta"):
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
    kind = source_class(archspec.loads(text))
    assert arguments(kind) == expected
    for name in expected:
        for value in (2, 4) if name != "rate" else (0.0, 0.25):
            live = archspec.loads(text, **{name: value}).build(device="meta")
            with torch.device("meta"):
                assert_like(kind(**{name: value}), live)


def test_what_is_computed_and_used_often_has_a_line() -> None:
    layers = "[{Conv2d: =stem, kernel_size: 1}, BatchNorm2d, {Conv2d: =once, kernel_size: 1}]"
    text = f"vars: {{width: 8, stem: =2 * width, once: =width + 1}}\nnet: {layers}\n"
    source = archspec.loads(f"name: Net\ninput: [8, 6, 6]\n{text}").codegen()
    assert "        stem = 2 * width\n" in source
    assert "nn.BatchNorm2d(stem)" in source
    assert "nn.Conv2d(stem, width + 1, kernel_size=1)" in source


def test_a_size_that_grows_has_a_line() -> None:
    text = emitted(bundled("densenet121"))
    assert "        channels1 = (stem + 6 * growth) // 2\n" in text
    assert "DenseLayer(channels1 + growth * (j - 1), growth)" in text
    assert "nn.Linear(channels3 + 16 * growth, num_classes)" in text


def test_the_value_that_was_set_is_the_default() -> None:
    kind = source_class(archspec.load("resnet18", num_classes=7))
    assert inspect.signature(kind).parameters["num_classes"].default == 7
