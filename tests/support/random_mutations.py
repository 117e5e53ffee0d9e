"""Random changes to specs, of the kind that people make: most of them are mistakes."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from archspec.ops import BY_NAME
from archspec.schema.functions import FUNCTIONS
from archspec.schema.keys import CONTROL

Path: TypeAlias = tuple[str | int, ...]
Parent: TypeAlias = dict[str, Any] | list[Any]


@dataclass(frozen=True)
class Mutation:
    """A changed spec, and what was changed.

    Attributes:
        spec: the spec after the change.
        path: the keys and indices that lead to what was changed; of what is gone, to its parent.
        kind: name of the change.
        words: the words that the change took away or brought in.
        certain: whether it is a mistake beyond doubt.
    """

    spec: dict[str, Any]
    path: Path
    kind: str
    words: frozenset[str]
    certain: bool


def mutated(spec: dict[str, Any], rng: random.Random) -> Mutation:
    """Return a spec with one change."""
    while True:
        changed = copy.deepcopy(spec)
        parent, key, path = rng.choice(list(_sites(changed, ())))
        kind = rng.choice(list(KINDS))
        before = copy.deepcopy(parent)
        certain = kind == "typo" and _is_word_of_the_language(parent, key)
        if KINDS[kind](parent, key, rng) and changed != spec:
            words = frozenset(_words(before) ^ _words(parent)) | {str(key)}
            whole = path[:-1] if kind in ("drop", "swap", "twice", "typo", "op") else path
            return Mutation(changed, whole, kind, words, certain)


def _sites(part: Any, path: Path) -> Iterator[tuple[Parent, Any, Path]]:
    pairs = part.items() if isinstance(part, dict) else enumerate(part)
    for key, held in pairs:
        yield part, key, (*path, key)
        if isinstance(held, dict | list):
            yield from _sites(held, (*path, key))


def _words(part: Any) -> set[str]:
    """Return the words and keys of a part, headers without their parameters."""
    if isinstance(part, dict):
        return {str(key).partition("(")[0] for key in part}.union(*map(_words, part.values()))
    if isinstance(part, list):
        return set().union(*map(_words, part))
    return {part} if isinstance(part, str) and not part.startswith("=") else set()


def _is_word_of_the_language(parent: Parent, key: Any) -> bool:
    """Tell whether a key is an op, an argument of one, or a word beside one."""
    ops = [name for name in parent if name in BY_NAME] if isinstance(parent, dict) else []
    return len(ops) == 1 and (key in CONTROL or key in BY_NAME[ops[0]].model_fields)


def _drop(parent: Parent, key: Any, rng: random.Random) -> bool:
    del parent[key]
    return True


def _typo(parent: Parent, key: Any, rng: random.Random) -> bool:
    word = key if isinstance(parent, dict) else parent[key]
    if not isinstance(word, str) or len(word) < 3:
        return False
    place = rng.randrange(1, len(word) - 1)
    wrong = rng.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )
    if isinstance(parent, list):
        parent[key] = wrong
        return True
    return _renamed(parent, key, wrong)


def _renamed(parent: dict[str, Any], key: str, name: str) -> bool:
    if name in parent:
        return False
    entries = [(name if k == key else k, held) for k, held in parent.items()]
    parent.clear()
    parent.update(entries)
    return True


def _value(parent: Parent, key: Any, rng: random.Random) -> bool:
    parent[key] = copy.deepcopy(rng.choice(VALUES))
    return True


def _number(parent: Parent, key: Any, rng: random.Random) -> bool:
    number = parent[key]
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    parent[key] = rng.choice([number + 1, number - 1, 2 * number, number * 1.5, -number, 0, 10**9])
    return True


def _graft(parent: Parent, key: Any, rng: random.Random) -> bool:
    others = list(parent.values()) if isinstance(parent, dict) else parent
    inner = [held for other in others for held, *_ in _parts(other)]
    parent[key] = copy.deepcopy(rng.choice(inner))
    return True


def _parts(part: Any) -> Iterator[tuple[Any]]:
    yield (part,)
    if isinstance(part, dict | list):
        for held in part.values() if isinstance(part, dict) else part:
            yield from _parts(held)


def _swap(parent: Parent, key: Any, rng: random.Random) -> bool:
    other = rng.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
    parent[key], parent[other] = parent[other], parent[key]
    return bool(other != key)


def _twice(parent: Parent, key: Any, rng: random.Random) -> bool:
    if isinstance(parent, list):
        parent.insert(key, copy.deepcopy(parent[key]))
    elif f"{key}_too" not in parent:
        parent[f"{key}_too"] = copy.deepcopy(parent[key])
    return True


def _wrap(parent: Parent, key: Any, rng: random.Random) -> bool:
    held = parent[key]
    parent[key] = rng.choice(
        [
            [held],
            {"do": held},
            {"repeat": 2, "do": held},
            {"if": False, "do": held},
            {"if": "=training", "do": held},
            {"Sequential": held},
            {"from": "input", "do": held},
            {"for": {"i": [1, 2]}, "do": held},
        ]
    )
    return True


def _op(parent: Parent, key: Any, rng: random.Random) -> bool:
    other = rng.choice(list(BY_NAME))
    if isinstance(parent, dict):
        return key in BY_NAME and _renamed(parent, key, other)
    if not isinstance(parent[key], str):
        return False
    parent[key] = other
    return True


def _function(parent: Parent, key: Any, rng: random.Random) -> bool:
    """Fill a tensor by another function, or another tensor by it."""
    other = rng.choice(list(FUNCTIONS))
    if isinstance(parent, dict) and key in FUNCTIONS:
        return _renamed(parent, key, other)
    if isinstance(parent, dict) and key in ("weight", "bias"):
        return _renamed(parent, key, "bias" if key == "weight" else "weight")
    if parent[key] not in tuple(FUNCTIONS):
        return False
    parent[key] = other
    return True


KINDS: Final[dict[str, Callable[[Parent, Any, random.Random], bool]]] = {
    "drop": _drop,
    "typo": _typo,
    "value": _value,
    "number": _number,
    "graft": _graft,
    "swap": _swap,
    "twice": _twice,
    "wrap": _wrap,
    "op": _op,
    "function": _function,
}
VALUES: Final[tuple[Any, ...]] = (
    *(0, 1, -1, 2, 7, 64, 1.5, 10**12, True, False, None, "", "word", "input", "1", [], {}, [[]]),
    *(-0.5, 1e39, "reflect", "circular", "eye_", "trunc_normal_"),
    *("=1 / 0", "=nothing", "=in_channels", "=[1, 2]", "=training", "=index", "='ReLU'", "=2 **"),
    *("=in_height", "=-1", "=2 * 8", "ReLU", "Conv2d", {"ReLU": None}, {"Conv2d": 8}, {"a": 1}),
)
