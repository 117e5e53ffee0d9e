"""Numbers of a spec as vars: what is written in it becomes what a caller may set."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Final

from random_marks import is_op

from archspec.schema.keys import CONTROL

_SHARED: Final = 25
"""How many of a hundred numbers are a var that is there already, where one has their value."""


@dataclass
class _Lifting:
    """Draws which numbers become vars, and by which formulas they come of them."""

    rng: random.Random
    vars: dict[str, Any]
    percent: int

    def body(self, node: Any) -> Any:
        """Return a node, or what holds nodes, with vars for some of its numbers."""
        if isinstance(node, list):
            return [self.body(item) for item in node]
        if not isinstance(node, dict):
            return node
        if not (is_op(node) and not isinstance(node.get("Sequential"), list)):
            return {key: self.body(held) for key, held in node.items()}
        return {key: self._argument(key, held) for key, held in node.items()}

    def _argument(self, key: str, held: Any) -> Any:
        if key in ("do", "else"):
            return self.body(held)
        if key in CONTROL:
            return held
        if isinstance(held, dict):  # the branches of a merge
            return self.body(held)
        if isinstance(held, list):
            return [self._number(item) if _is_number(item) else self.body(item) for item in held]
        return self._number(held) if _is_number(held) else held

    def _number(self, value: float) -> Any:
        if self.rng.randrange(100) >= self.percent:
            return value
        same = [name for name, held in self.vars.items() if type(held) is type(value)]
        same = [name for name in same if self.vars[name] == value]
        if same and self.rng.randrange(100) < _SHARED:
            return f"={self.rng.choice(same)}"
        return self._formula(value)

    def _formula(self, value: float) -> str:
        """Return a formula of a new var that yields a number."""
        name = f"v{len(self.vars)}"
        forms = _of_whole(name, value) if isinstance(value, int) else _of_float(name, value)
        known = [(n, held) for n, held in self.vars.items() if type(held) is int and held > 0]
        if known and isinstance(value, int):
            other, held = self.rng.choice(known)
            forms |= {f"={name} // {other}": value * held, f"={name} + {other}": value - held}
            if value % held == 0:
                forms[f"={name} * {other}"] = value // held
        chosen = f"={name}" if self.rng.random() < 0.6 else self.rng.choice([*forms])
        self.vars[name] = forms[chosen]
        return chosen


def _of_whole(name: str, value: int) -> dict[str, Any]:
    """Return formulas of a var that yield a whole number, with the value of the var."""
    forms = {f"={name}": value, f"={name} + 1": value - 1, f"={name} - 3": value + 3}
    forms |= {f"={name} // 2": 2 * value}
    if value % 2 == 0:
        forms[f"=2 * {name}"] = value // 2
    if value > 0:
        forms |= {f"=max({name}, 1)": value, f"={3 * value} // {name}": 3}
    return forms


def _of_float(name: str, value: float) -> dict[str, Any]:
    """Return formulas of a var that yield a number, with the value of the var."""
    return {f"={name}": value, f"={name} / 2": 2 * value, f"=1 - {name}": 1 - value}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def with_vars(spec: dict[str, Any], rng: random.Random, percent: int = 40) -> dict[str, Any]:
    """Return a spec of the same network in which some of the numbers are vars.

    Args:
        spec: as `random_specs.document` writes it.
        rng: draws the numbers.
        percent: how many of a hundred become vars.
    """
    lifting = _Lifting(rng, dict(spec.get("vars", {})), percent)
    written = {**spec, "net": lifting.body(spec["net"])}
    if "blocks" in spec:
        written["blocks"] = {name: lifting.body(body) for name, body in spec["blocks"].items()}
    return {**written, "vars": lifting.vars}


def with_loops(spec: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return a spec of the same network in which vars say how often loops turn, and over what.

    Args:
        spec: as `random_specs.document` writes it.
        rng: draws which loops these are.
    """
    vars = dict(spec.get("vars", {}))

    def lifted(node: Any) -> Any:
        if isinstance(node, list):
            return [lifted(item) for item in node]
        if not isinstance(node, dict):
            return node
        found = {key: lifted(held) for key, held in node.items()}
        if type(times := found.get("repeat")) is int and times > 0 and rng.random() < 0.7:
            found["repeat"] = _new(vars, times, rng)
        if isinstance(columns := found.get("for"), dict):
            for name, held in columns.items():
                if isinstance(held, list) and all(map(_is_number, held)) and rng.random() < 0.5:
                    columns[name] = _new(vars, held, rng)
        return found

    written = {**spec, "net": lifted(spec["net"])}
    if "blocks" in spec:
        written["blocks"] = {name: lifted(body) for name, body in spec["blocks"].items()}
    return {**written, "vars": vars}


def _new(vars: dict[str, Any], value: Any, rng: random.Random) -> str:
    """Return a formula of a new var that is at least 1, most often, or any number."""
    name = f"v{len(vars)}"
    smallest = min(value) if isinstance(value, list) else value
    vars[name] = {"default": value, "min": 1} if smallest > 0 and rng.random() < 0.8 else value
    return f"={name}"
