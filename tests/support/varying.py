"""Arguments of emitted classes over many values: they make what `load` makes, or both refuse."""

from __future__ import annotations

import inspect
import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import torch
import yaml
from modules import source_class
from small_networks import ELEMENTS
from torch import Tensor, nn

import archspec
from archspec.live.check import check
from archspec.ops import BY_NAME
from archspec.schema.names import SIZES

LARGEST = 200_000_000
"""Parameters past which networks are not made, not even without their numbers."""

SMALL = 300_000
"""Numbers up to which they are compared, if no map is too large either; else shapes are.

Those of buffers count too: which bias a window's pairs take is a table that grows with its side's
fourth power.
"""

WHOLE = (-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 96, 97, 128)
PARTS = (-0.5, 0.0, 1e-6, 0.1, 0.25, 0.5, 0.999, 1.0, 1.01, 1.5, 3.0)


NO_NUMBERS = (math.nan, math.inf, -math.inf)
LARGER = (4, 16, 64, *range(2, 64))
"""How many times as large an input is that a network may need."""


def other(value: Any, rng: random.Random) -> Any:
    """Return another value of the kind of a default."""
    if isinstance(value, bool):
        return rng.random() < 0.5
    if isinstance(value, int):
        return rng.choice((*WHOLE, value - 1, value + 1, 2 * value, value // 2, 3 * value))
    if isinstance(value, float):
        return rng.choice((*PARTS, value / 2, 2 * value, *NO_NUMBERS))
    if isinstance(value, tuple):
        near = rng.random() < 0.7  # of numbers far away, one in a list is soon refused
        return tuple(_near(item, rng) if near else other(item, rng) for item in value)
    return value


def _near(value: Any, rng: random.Random) -> Any:
    """Return a value or one that is likely to do in its place."""
    if type(value) is not int:
        return rng.choice((value, other(value, rng)))
    return rng.choice((value, value, value + 1, max(1, value - 1), 2 * value, 1))


_WHOLE = re.compile(r"(?<![\w.])(-?\d+)\.0(?!\d)")
"""A number without a fraction, of a var that is whole or not."""


def described(module: nn.Module) -> tuple[list[Any], dict[str, str]]:
    """Return the state dict's signature, and how each leaf but an identity shows its arguments."""
    state = [(key, tuple(tensor.shape)) for key, tensor in module.state_dict().items()]
    leaves = {
        k: _WHOLE.sub(r"\1", repr(m)) for k, m in module.named_modules() if not list(m.children())
    }
    known = {k: shown for k, shown in leaves.items() if shown.partition("(")[0] in BY_NAME}
    return state, {k: shown for k, shown in known.items() if shown != "Identity()"}


@dataclass
class Varied:
    """A network and the class of its source, with other values for what that takes.

    Attributes:
        text: the spec, or the name of a bundled one.
        vars: other values of vars, for a network to begin with.
        net: that network.
        found: how often both made a network, how often both refused and where, and how often the
            network was more than archspec makes.
    """

    text: str
    vars: dict[str, Any]
    net: archspec.Architecture
    found: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.kind = source_class(self.net)
        parameters = inspect.signature(self.kind).parameters
        self.usual = {name: parameter.default for name, parameter in parameters.items()}

    def load(self, **given: Any) -> archspec.Architecture:
        """Return the network of the spec with other values."""
        return loaded(self.text, **{**self.vars, **given})

    def compare(self, given: dict[str, Any]) -> None:
        """Make the network both ways, or see both refuse it: the class by an argument's name."""
        shapes = entering(self.net, given)
        others = {name: value for name, value in given.items() if name not in SIZES}
        shape = {"input": shapes[0]} if len(others) < len(given) else {}
        try:
            wanted = self.load(**others, **shape)
        except archspec.SpecError as error:
            self.found[self._refused(given, shapes, error)] += 1
            return
        if wanted.parameters > LARGEST:
            self.found["large"] += 1
            return
        assert_like(self.kind, given, wanted)
        self.found["made"] += 1

    def _refused(
        self, given: dict[str, Any], shapes: Sequence[tuple[int, ...]], told: archspec.SpecError
    ) -> str:
        if any(diagnostic.is_limit for diagnostic in told.diagnostics):
            return "limit"
        if any(type(value) is not type(self.usual[name]) for name, value in given.items()):
            assert fails(self.kind, given, shapes), f"{given} is made, though {told}"
            return "of another kind"
        if said := refusal(self.kind, given):
            names = re.findall(r"\w+", said)
            assert {*names} & given.keys(), f"{given}: {said} names none of these; {told}"
            return "refused"
        assert fails(self.kind, given, shapes), f"{given} is made, though {told}"
        others = {name: value for name, value in given.items() if name not in SIZES}
        small = all(diagnostic.code == "G316" for diagnostic in told.diagnostics)
        fits = small or self._fits_larger(others, shapes[0])
        assert fits, f"{given} is refused where a layer runs, though {told}"
        return "too small an input"

    def _fits_larger(self, others: dict[str, Any], shape: tuple[int, ...]) -> bool:
        """Tell whether there is another input, mostly a larger one, for which all is right."""
        whole = {value for value in others.values() if isinstance(value, int) and value > 0}
        powers = {value**times for value in whole for times in (2, 3)}  # by blocks in a row
        for times in sorted({*LARGER, *whole, *powers}):
            if len(self.net.inputs) > 1 and self._fits_all_larger(others, times):
                return True
            sides = tuple(times * n for n in shape[1:])
            for channels in sorted({shape[0], times * shape[0], *whole}):
                with suppress(archspec.SpecError):
                    self.load(**others, input=(channels, *sides))
                    return True
        return False

    def _fits_all_larger(self, others: dict[str, Any], times: int) -> bool:
        """Tell whether all is right once the sides of every input are some times as large."""
        shapes = {
            name: [c, *(times * n for n in sides)] for name, (c, *sides) in self.net.inputs.items()
        }
        spec = {**yaml.safe_load(self.text), "input": shapes}
        with suppress(archspec.SpecError):
            archspec.loads(yaml.safe_dump(spec, sort_keys=False), **self.vars, **others)
            return True
        return False


def loaded(spec: str, **vars: Any) -> archspec.Architecture:
    """Return the network of a text, or the bundled one of that name."""
    read = archspec.loads if "\n" in spec else archspec.load
    return read(spec, **vars)


def vary(
    spec: str,
    rng: random.Random,
    times: int,
    net: archspec.Architecture | None = None,
    **vars: Any,
) -> Counter[str]:
    """Vary the arguments of a network's emitted class; return how often what came of it.

    Args:
        spec: the name of a bundled spec, or a text.
        rng: draws the values.
        times: how many values.
        net: the network, where it has been made of these already.
        vars: other values of vars, for a network to begin with.
    """
    varied = Varied(spec, vars, net or loaded(spec, **vars))
    usual = varied.usual
    for _ in range(times if usual else 0):
        names = rng.sample(sorted(usual), rng.choice((1, 1, min(2, len(usual)))))
        given = {name: other(usual[name], rng) for name in names}
        if rng.random() < 0.1 and isinstance(usual[names[0]], int):
            given = {names[0]: usual[names[0]] + rng.choice((0.5, math.nan, math.inf))}
        varied.compare(given)
    return varied.found


def entering(net: archspec.Architecture, given: dict[str, Any]) -> list[tuple[int, ...]]:
    """Return the shapes that enter a network, with the channels that an argument asks for."""
    shapes = [*net.inputs.values()]
    if "in_channels" in given:
        return [(given["in_channels"], *shapes[0][1:])]
    if "in_features" in given:
        return [(*shapes[0][:-1], given["in_features"])]
    return shapes


def refusal(kind: type[nn.Module], given: dict[str, Any]) -> str:
    """Return what the ValueError of a constructor says; nothing where it makes a network."""
    try:
        with torch.device("meta"):
            kind(**given)
    except ValueError as error:
        return str(error)
    return ""


def fails(kind: type[nn.Module], given: dict[str, Any], shapes: Sequence[tuple[int, ...]]) -> bool:
    """Tell whether a class refuses some arguments, at the latest on the input that it is for."""
    try:
        with torch.device("meta"):
            inputs = [torch.zeros(2, *map(abs, shape)) for shape in shapes]
            kind(**given)(*inputs)
    except (ValueError, TypeError, RuntimeError):
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
    numbers = sum(tensor.numel() for tensor in empty.state_dict().values())
    maps = (math.prod(leaf.output) for leaf in wanted.network.leaves)
    if numbers > SMALL or max(maps, default=0) > ELEMENTS:
        return
    built = wanted.build(seed=0).eval()
    torch.manual_seed(0)
    made = kind(**given).eval()
    pairs = zip(made.state_dict().values(), built.state_dict().values(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs), given
    torch.manual_seed(1)
    inputs = [torch.randn(2, *shape) for shape in wanted.inputs.values()]
    with torch.no_grad():
        # What works in place may write over what enters.
        one, two = (module(*(x.clone() for x in inputs)) for module in (made, built))
    for a, b in zip(
        *(map(list, ([one], [two]) if isinstance(one, Tensor) else (one, two))), strict=True
    ):
        assert a is b is None or torch.equal(torch.nan_to_num(a), torch.nan_to_num(b)), given
