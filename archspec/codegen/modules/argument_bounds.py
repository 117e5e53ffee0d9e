"""What a constructor refuses: arguments of which no layer can be made, where torch is silent.

The bounds are those of the ops' own arguments, in the terms of what the network is given.
"""

from __future__ import annotations

import ast
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from archspec import expressions
from archspec.allowed import Allowed, is_number
from archspec.codegen.modules.argument_checks import WIDEST, Checks, below, remainder, written
from archspec.codegen.python.flat import flat
from archspec.codegen.python.formulas import python_of
from archspec.codegen.python.trees import dotted, literal
from archspec.expressions import ExpressionError, Formula, Value
from archspec.network import Body, Child, Leaf, Loop, Network
from archspec.ops import Misfit
from archspec.schema.names import SIZES

_SAID: Final = frozenset(
    (
        *(("Conv2d", "groups"), ("ConvTranspose2d", "groups"), ("GroupNorm", "num_groups")),
        *(("Dropout", "p"), ("Dropout2d", "p"), ("MultiheadAttention", "num_heads")),
    )
)
"""Arguments of which torch itself says what is wrong as soon as a layer is built."""

_SMALL: Final = (0, 1, 2, 3)
_LARGEST: Final = 4096
_GROWING: Final = (ast.Add, ast.Mult, ast.FloorDiv, ast.Div)
_DIVIDING: Final = (ast.FloorDiv, ast.Div, ast.Mod)
_WHOLE: Final = (ast.Add, ast.Sub, ast.Mult)

_UNSAID: Final[Formula] = ast.Name("...", ast.Load())
"""Stands for what is too long to say: a name that no network has, of which nothing is asked."""


class _Range(NamedTuple):
    """What an argument may be."""

    low: float = -math.inf
    high: float = math.inf


def checked(network: Network, names: Sequence[str]) -> list[ast.stmt]:
    """Return the statements of a constructor that refuse what the network cannot be made of.

    Args:
        network: the network.
        names: the arguments of its constructor.
    """
    found = Checks()
    if names:
        bindings: dict[str, Formula] = {}
        for name, formula in network.computed.items():
            bindings |= _said({name: formula}, bindings)
        shared: list[tuple[Formula, float]] = []
        for leaf, outside in _leaves(network.root.children, bindings):
            with suppress(expressions.TooMuchError):
                _ask(leaf, outside, frozenset(names), found, shared)
        for formula, low in shared:
            _ask_together(formula, low, found)
        # Layers infer the channels that enter, so that none has an argument that asks for one.
        found.least |= {name: 1 for name in names if name in SIZES}
        for name in names:
            _said_of(name, network.allowed.get(name, Allowed()), found)
    return written(found, names)


def _said_of(name: str, allowed: Allowed, found: Checks) -> None:
    """Note what the spec says that a var may be."""
    if allowed.choices:
        test = ast.Compare(dotted(name), [ast.NotIn()], [literal(allowed.choices)])
        found.ask(test, f"{name} must be {allowed}")
        # What each choice fulfils need not be asked again.
        numbers = [choice for choice in allowed.choices if is_number(choice)]
        if len(numbers) == len(allowed.choices):
            if min(numbers) >= found.least.get(name, math.inf):
                del found.least[name]
            if max(numbers) <= found.most.get(name, -math.inf):
                del found.most[name]
    if allowed.min is not None:
        found.least[name] = max(found.least.get(name, allowed.min), allowed.min)
    if allowed.max is not None:
        found.most[name] = min(found.most.get(name, allowed.max), allowed.max)


def _leaves(
    children: Sequence[Child], bindings: Mapping[str, Formula]
) -> Iterator[tuple[Leaf, Callable[[Formula], Formula]]]:
    """Yield the uses of ops, with how to say their formulas in the names of the network."""

    def outside(formula: Formula) -> Formula:
        return expressions.substitute(formula, bindings)

    for child in children:
        if isinstance(child, Leaf):
            yield child, outside
        elif isinstance(child, Loop):
            for turn in child.turns:
                yield from _leaves(turn.children, {**bindings, **_said(turn.bindings, bindings)})
        elif isinstance(child, Body):
            given = child.block.bindings if child.block else {}
            yield from _leaves(child.children, {**bindings, **_said(given, bindings)})


def _said(formulas: Mapping[str, Formula], bindings: Mapping[str, Formula]) -> dict[str, Formula]:
    """Return formulas in the names of the network; what is too long to say is no such name."""
    said = {}
    for name, formula in formulas.items():
        try:
            said[name] = expressions.substitute(formula, bindings)
        except expressions.TooMuchError:
            said[name] = _UNSAID
    return said


def _ask(
    leaf: Leaf,
    outside: Callable[[Formula], Formula],
    names: frozenset[str],
    found: Checks,
    shared: list[tuple[Formula, float]],
) -> None:
    """Note what a layer asks of the arguments that its own are computed from."""
    kind = type(leaf.op)
    said = {name: outside(formula) for name, formula in leaf.formulas.items()}
    for name, whole in said.items():
        if name in kind.inferred():
            continue
        told = (kind.__name__, name) in _SAID
        for formula in whole.elts if isinstance(whole, ast.Tuple) else (whole,):
            read = expressions.names(formula)
            if not read or not read <= names:
                continue
            low, high = _range(leaf, name)
            if low > -math.inf and len(read) == 1 and _grows(formula):
                _at_least(formula, min(read), low, found.said if told else found.least)
            elif low > -math.inf and len(read) == 1 and _falls(formula):
                _while_at_least(formula, min(read), low, found)
            elif low > -math.inf and not told:
                shared.append((formula, low))
            if high < math.inf and not told and len(read) == 1 and _grows(formula):
                _at_most(formula, min(read), high, found)
    if kind.shares is not None:
        shared_out, part = (said.get(name) for name in kind.shares)
        if shared_out is not None and part is not None:
            _share(shared_out, part, names, found)


def _range(leaf: Leaf, name: str) -> _Range:
    """Return the bounds of an argument, as the op itself has them."""
    bounds = {"ge": -math.inf, "gt": -math.inf, "le": math.inf}
    info = type(leaf.op).model_fields[name]
    for part in info.metadata:
        bounds |= {key: getattr(part, key) for key in bounds if hasattr(part, key)}
    low, high = max(bounds["ge"], bounds["gt"]), bounds["le"]
    if isinstance(getattr(leaf.op, name), float) or max(abs(low), abs(high)) < math.inf:
        return _Range(low if low > -1e38 else -math.inf, high if high < 1e38 else math.inf)
    return _Range(next((float(n) for n in _SMALL if _takes(leaf, name, n)), -math.inf))


def _takes(leaf: Leaf, name: str, value: int) -> bool:
    """Tell whether an op takes a small number for an argument."""
    fields = {field: getattr(leaf.op, field) for field in type(leaf.op).model_fields}
    held = fields[name]
    given = (value,) * len(held) if isinstance(held, tuple) else value
    try:
        type(leaf.op).model_validate({**fields, name: given}).output(*leaf.inputs)
    except ValidationError:
        return False
    except Misfit as misfit:
        return misfit.field != name or name not in ("window_size",)
    return True


def _grows(formula: Formula) -> bool:
    """Tell whether a formula is never smaller for a larger name; all numbers in it are positive."""
    if isinstance(formula, ast.BinOp):
        divides = isinstance(formula.op, ast.FloorDiv | ast.Div)
        if not isinstance(formula.op, _GROWING) or (divides and expressions.names(formula.right)):
            return False
        return _grows(formula.left) and _grows(formula.right)
    if isinstance(formula, ast.Call):
        function = expressions.FUNCTIONS[formula.func.id]  # type: ignore[attr-defined]
        return function.is_growing and all(map(_grows, formula.args))
    if isinstance(formula, ast.Constant):
        return type(formula.value) in (int, float) and formula.value >= 0  # type: ignore[operator]
    return isinstance(formula, ast.Name)


def _falls(formula: Formula) -> bool:
    """Tell whether a formula divides a number by what is never smaller for a larger name."""
    if not isinstance(formula, ast.BinOp) or not isinstance(formula.op, ast.FloorDiv | ast.Div):
        return False
    return not expressions.names(formula.left) and _grows(formula.right)


def _is_product(formula: Formula) -> bool:
    """Tell whether a formula multiplies names and positive whole numbers."""
    if isinstance(formula, ast.BinOp):
        return isinstance(formula.op, ast.Mult) and all(
            map(_is_product, (formula.left, formula.right))
        )
    whole = isinstance(formula, ast.Constant) and type(formula.value) is int and formula.value > 0
    return whole or isinstance(formula, ast.Name)


def _is_plain(formula: Formula) -> bool:
    """Tell whether a formula is arithmetic alone, which any reader can check."""
    return not any(isinstance(node, ast.Call | ast.IfExp) for node in ast.walk(formula))


def _at(formula: Formula, values: Mapping[str, Value]) -> Any:
    try:
        return expressions.evaluate(formula, values)
    except ExpressionError:
        return None


def _at_least(formula: Formula, name: str, low: float, least: dict[str, float]) -> None:
    """Note the smallest value of a name for which a growing formula reaches a bound."""
    for value in range(-1, _LARGEST):
        if (reached := _at(formula, {name: value})) is not None and reached >= low:
            if value >= 0:
                least[name] = max(least.get(name, 0), value)
            return


def _while_at_least(formula: Formula, name: str, low: float, found: Checks) -> None:
    """Note between which values of a name a falling formula reaches a bound: it divides by it."""
    tried = range(1, _LARGEST)
    fitting = bisect_right(tried, -low, key=lambda value: -(_at(formula, {name: value}) or 0))
    if fitting:
        found.least[name] = max(found.least.get(name, 1), 1)
        if fitting < len(tried):
            found.most[name] = min(found.most.get(name, fitting), fitting)


def _at_most(formula: Formula, name: str, high: float, found: Checks) -> None:
    """Note the largest value of a name, where that is the bound itself, or what is bounded."""
    reached = _at(formula, {name: high})
    if reached == high:
        found.most[name] = min(found.most.get(name, high), high)
    elif reached is not None and reached > found.nearest.get(name, (-math.inf,))[0]:
        found.nearest[name] = (reached, python_of(formula))


def _ask_together(formula: Formula, low: float, found: Checks) -> None:
    """Note what is asked of several names, unless what is asked of each is enough."""
    if _is_plain(formula):
        for part in ast.walk(formula):
            if isinstance(part, ast.BinOp) and isinstance(part.op, _DIVIDING):
                for name in expressions.names(part.right) if _is_product(part.right) else ():
                    found.least[name] = max(found.least.get(name, 1), 1)
    bounds = {**found.said, **found.least}
    smallest = {name: bounds.get(name, -math.inf) for name in expressions.names(formula)}
    new = [name for name, value in smallest.items() if value < 1]
    if len(new) == 1 and low == 1 and _is_product(formula):  # of what is positive
        found.least[new[0]] = 1
        return
    known = all(value > -math.inf for value in smallest.values())
    whole = {name: int(value) for name, value in smallest.items()} if known else {}
    if known and _grows(formula) and (least := _at(formula, whole)) is not None and least >= low:
        return
    bounded = python_of(formula)
    text = flat(bounded)
    if len(text) <= WIDEST and _is_plain(formula):
        found.ask(below(bounded, low), f"{text} must be at least {low:g}")


def _share(whole: Formula, part: Formula, names: frozenset[str], found: Checks) -> None:
    """Note that one number is to be a multiple of another."""
    read = expressions.names(whole)
    if not (read | expressions.names(part)) or not (read | expressions.names(part)) <= names:
        return
    divisor = _at(part, {})
    whole_steps = all(isinstance(n.op, _WHOLE) for n in ast.walk(whole) if isinstance(n, ast.BinOp))
    polynomial = whole_steps and _is_plain(whole) and len(read) == 1
    if isinstance(divisor, int) and 0 < divisor < _LARGEST and polynomial:
        # What remains of a polynomial repeats with the divisor.
        (name,) = read
        fits = [n for n in range(1, divisor + 1) if _at(whole, {name: n}) % divisor == 0]
        if fits == [*range(fits[0], divisor + 1, fits[0])] if fits else False:
            found.multiples[name] = math.lcm(found.multiples.get(name, 1), fits[0])
            return
    shared, by = python_of(whole), python_of(part)
    if isinstance(fixed := _at(whole, {}), int) and _is_product(part):
        _, known = found.shared.get(flat(by), (by, 0))
        found.shared[flat(by)] = (by, math.gcd(known, fixed))
        return
    found.ask(remainder(shared, by), f"{flat(by)} must divide {flat(shared)}")
