"""Random rules of `init`: any function that fills a tensor, with any of its arguments."""

from __future__ import annotations

import random
from typing import Any, Final

from archspec.schema.functions import FUNCTIONS

_RANKS: Final = {
    "Conv2d": {"weight": 4, "bias": 1},
    "ConvTranspose2d": {"weight": 4, "bias": 1},
    "Linear": {"weight": 2, "bias": 1},
    "BatchNorm2d": {"weight": 1, "bias": 1},
    "GroupNorm": {"weight": 1, "bias": 1},
    "LayerNorm2d": {"weight": 1, "bias": 1},
    "PReLU": {"weight": 1},
    "MultiheadAttention": {"in_proj_weight": 2},
}
"""Dimensions of the tensors that a rule may name; a weight or bias need not be there."""

_VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "a": (0, -0.1, -1.5, "=-1 / 8"),
    "b": (0.5, 1, "=1 / 4"),
    "mean": (0, 0.1),
    "std": (0.01, 1, "=1 / sqrt(64)"),
    "val": (0.1, -1, "=1 / 8"),
    "gain": (0.5, 1, "=sqrt(2)"),
    "groups": (1, "=1"),
    "sparsity": (0.1, 0.5),
}


def rule(rng: random.Random) -> dict[str, Any]:
    """Return a rule that is right wherever it is followed."""
    op = rng.choice(list(_RANKS))
    chosen = rng.sample(list(_RANKS[op]), rng.randint(1, len(_RANKS[op])))
    return {op: {tensor: _fill(rng, _RANKS[op][tensor]) for tensor in chosen}}


def _fill(rng: random.Random, rank: int) -> Any:
    name = rng.choice([name for name, function in FUNCTIONS.items() if function.fills(rank)])
    arguments = {
        key: rng.choice(argument.words or _VALUES[key])
        for key, argument in FUNCTIONS[name].arguments.items()
        if argument.default is None or rng.random() < 0.5
    }
    return {name: arguments} if arguments else rng.choice([name, {name: {}}])
