"""Arguments of emitted classes over many values: they make what `load` makes, or both refuse."""

from __future__ import annotations

import inspect
import random
from collections.abc import Sequence
from typing import Any

import torch
from modules import source_class
from torch import Tensor, nn

import archspec
from archspec.live.check import check
from archspec.schema.names import SIZES

SMALL = 1_000_000
"""Numbers up to which they are compared; larger networks are compared by their shapes.

Those of buffers count too: which bias a window's pairs take is a table that grows with its side's
fourth power.
"""

WHOLE = (-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 96, 97, 128)
PARTS = (-0.5, 0.0, 1e-6, 0.1, 0.25, 0.5, 0.999, 1.0, 1.01, 1.5, 3.0)


def other(value: Any, rng: random.Random) -> Any:
    """Return another value of the kind of a default."""
    if isinstance(value, bool):
        return rng.random() < 0.5
    if isinstance(value, int):
        return rng.choice((*WHOLE, value - 1, value + 1, 2 * value, value // 2, 3 * value))
    if isinstance(value, float):
        return rng.choice((*PARTS, value / 2, 2 * value))
    if isinstance(value, tuple):
        return tuple(other(item, rng) for item in value)
    return value


def described(module: nn.Module) -> tuple[list[Any], dict[str, str]]:
    """Return the state dict's signature, and how each leaf but an identity shows its arguments."""
    state = [(key, tuple(tensor.shape)) for key, tensor in module.state_dict().items()]
    leaves = {k: repr(m) for k, m in module.named_modules() if not list(m.children())}
    return state, {k: shown for k, shown in leaves.items() if shown != "Identity()"}


def vary(spec: str, rng: random.Random, times: int, **vars: Any) -> dict[str, int]:
    """Vary the arguments of a network's emitted class; return how often both made and refused it.

    Args:
        spec: the name of a bundled spec, or a text.
        rng: draws the values.
        times: how many values.
        vars: other values of vars, for a network to begin with.
    """
    read = archspec.loads if "\n" in spec else archspec.load
    net = read(spec, **vars)
    kind = source_class(net)
    usual = {n: p.default for n, p in inspect.signature(kind).parameters.items()}
    found = {"made": 0, "refused": 0}
    for _ in range(times if usual else 0):
        names = rng.sample(sorted(usual), rng.choice((1, 1, min(2, len(usual)))))
        given = {name: other(usual[name], rng) for name in names}
        shapes = entering(net, given)
        others = {name: value for name, value in given.items() if name not in SIZES}
        shape = {"input": shapes[0]} if len(others) < len(given) else {}
        try:
            wanted = read(spec, **{**vars, **others}, **shape)
        except archspec.SpecError as error:
            told = str(error)
        else:
            assert_like(kind, given, wanted)
            found["made"] += 1
            continue
        assert refuses(kind, given, shapes), f"{given} is made, though {told}"
        found["refused"] += 1
    return found


def entering(net: archspec.Architecture, given: dict[str, Any]) -> list[tuple[int, ...]]:
    """Return the shapes that enter a network, with the channels that an argument asks for."""
    shapes = [*net.inputs.values()]
    if "in_channels" in given:
        return [(given["in_channels"], *shapes[0][1:])]
    if "in_features" in given:
        return [(*shapes[0][:-1], given["in_features"])]
    return shapes


def refuses(
    kind: type[nn.Module], given: dict[str, Any], shapes: Sequence[tuple[int, ...]]
) -> bool:
    """Tell whether a class refuses some arguments, at the latest on the input that it is for."""
    try:
        with torch.device("meta"):
            inputs = [torch.zeros(2, *map(abs, shape)) for shape in shapes]
            kind(**given).eval()(*inputs)
    except (ValueError, AssertionError, RuntimeError, ZeroDivisionError):
        return True
    return False


def assert_like(
    kind: type[nn.Module], given: dict[str, Any], wanted: archspec.Architecture
) -> None:
    with torch.device("meta"):
        made = kind(**given)
    empty = wanted.build(device="meta")
    assert described(made) == described(empty), given
    assert not check(wanted.network, empty).differences
    if sum(tensor.numel() for tensor in empty.state_dict().values()) > SMALL:
        return
    built = wanted.build(seed=0).eval()
    torch.manual_seed(0)
    made = kind(**given).eval()
    pairs = zip(made.state_dict().values(), built.state_dict().values(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs), given
    torch.manual_seed(1)
    inputs = [torch.randn(1, *shape) for shape in wanted.inputs.values()]
    with torch.no_grad():
        one, two = made(*inputs), built(*inputs)
    for a, b in zip(
        *(map(list, ([one], [two]) if isinstance(one, Tensor) else (one, two))), strict=True
    ):
        assert a is b is None or torch.equal(torch.nan_to_num(a), torch.nan_to_num(b)), given
