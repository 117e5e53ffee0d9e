"""Every function of `torch.nn.init`: a spec is refused exactly where torch would fail."""

from __future__ import annotations

import inspect
import json
import random
import warnings
from typing import Any

import pytest
import torch
from torch import nn

import archspec
from archspec.schema.functions import FUNCTIONS, Argument

pytestmark = pytest.mark.usefixtures("single_thread")

CASES = 80
SPEC = """\
name: Tiny
input: [2, 4, 4]
net: [{Conv2d: 4, kernel_size: 3, padding: 1}, BatchNorm2d, Flatten, {Linear: 6}]
"""
TENSORS = {
    ("Conv2d", "weight"): (4, 2, 3, 3),
    ("Conv2d", "bias"): (4,),
    ("Linear", "weight"): (6, 64),
    ("BatchNorm2d", "num_batches_tracked"): (),
}
NUMBERS = (-1e300, -1e37, -3, -1, -0.5, 0, 0, 0.1, 0.5, 1, 1, 1.5, 2, 3, 4, 1e37, 1e300)
Arguments = dict[str, Any]


def _draw(argument: Argument, rng: random.Random) -> Any:
    return rng.choice([*argument.words, "word"] if argument.words else NUMBERS)


def _accepted(name: str, selector: tuple[str, str], arguments: Arguments) -> bool:
    """Tell whether a spec with such a rule is right; then it can be built, of finite numbers."""
    op, tensor = selector
    rule = {op: {tensor: {name: arguments} if arguments else name}}
    try:
        net = archspec.loads(f"{SPEC}init: [{json.dumps(rule)}]\n")
    except archspec.SpecError as error:
        codes = {diagnostic.code for diagnostic in error.diagnostics}
        if codes <= {"G315", "G341", "S233"}:
            return False
        raise
    filled = net.build().state_dict()
    assert all(tensor.isfinite().all() for tensor in filled.values()), (name, arguments)
    return True


def _torch_fails(name: str, shape: tuple[int, ...], arguments: Arguments) -> bool:
    tensor = nn.Parameter(torch.zeros(shape))
    try:
        getattr(nn.init, name)(tensor, **arguments)
    except (ArithmeticError, RuntimeError, TypeError, ValueError):
        return True
    return not bool(tensor.isfinite().all())


def _is_idle(name: str, shape: tuple[int, ...], arguments: Arguments) -> bool:
    """Tell whether torch takes what means nothing, or would never end with it."""
    if name == "trunc_normal_":
        whole = {key: held.default for key, held in FUNCTIONS[name].arguments.items()} | arguments
        return whole["std"] != 0 and whole["a"] <= whole["b"]
    if name == "sparse_":
        return not 0 <= arguments["sparsity"] <= 1
    if name.startswith("kaiming_"):
        return abs(arguments.get("a", 0)) == 1e300 and "nonlinearity" in arguments
    return not shape or arguments.get("groups", 1) < 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_agrees_with_torch(name: str) -> None:
    rng = random.Random(name)
    seen = set()
    for _ in range(CASES):
        selector, shape = rng.choice([*TENSORS.items()])
        arguments = {
            key: _draw(argument, rng)
            for key, argument in FUNCTIONS[name].arguments.items()
            if rng.random() < 0.5
        }
        accepted = _accepted(name, selector, arguments)
        seen.add(accepted)
        missing = not arguments.keys() >= set(FUNCTIONS[name].required)
        if not accepted and (missing or not _is_idle(name, shape, arguments)):
            assert _torch_fails(name, shape, arguments), f"refused: {name} of {shape}, {arguments}"
    assert seen == {True, False}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_takes_what_torchs_takes(name: str) -> None:
    _, *parameters = inspect.signature(getattr(nn.init, name)).parameters.values()
    taken = {p.name: p.default for p in parameters if p.name != "generator"}
    empty = inspect.Parameter.empty
    ours = {
        key: empty if held.default is None else held.default
        for key, held in FUNCTIONS[name].arguments.items()
    }
    assert ours == taken


def test_every_function_is_known() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert set(FUNCTIONS) == {
            name for name in dir(nn.init) if name.endswith("_") and name[0] != "_"
        }
