"""Which open vars decide the sizes that leave an op, and which its arguments close.

A number of channels remembers its formula; the side of a feature map does not. So that nothing is
built from a side that another value of a var would change, a side remembers the vars it comes from,
and how.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from archspec.expressions import Formula
from archspec.ops import ChannelsLast, Form, Kind, Op, Shape, is_builtin, sized
from archspec.ops.conv import Conv, ConvTranspose
from archspec.ops.merge import Cat, MatMul
from archspec.ops.pad import Pad
from archspec.ops.pool import AdaptivePool, Pool
from archspec.ops.resample import PixelShuffle, PixelUnshuffle, Upsample
from archspec.ops.reshape import SpaceToDepth, Unflatten
from archspec.ops.shape import place
from archspec.quantity import Quantity, atom, constant, divided, multiplied, total
from archspec.resolve.scope import Scope
from archspec.traced import NONE, Traced, formula_of, hidden_of, untraced

_LAYOUT: Final = frozenset(("dim", "dims", "start_dim", "end_dim", "keepdim"))
"""Arguments that decide how many dimensions there are, and which is which."""

_DERIVED: Final = {"RelativeAttention": ("window_size",)}
"""Inferred arguments that are computed from sizes; others are one of the sizes that arrive."""

_WINDOWS: Final = (Conv, ConvTranspose, Pool, Pad, PixelShuffle, PixelUnshuffle)
_RESIZING: Final = (SpaceToDepth, Upsample)
"""Ops that make sides of sides and arguments, by arithmetic that keeps no formula."""

_OF_CHANNELS: Final = frozenset(("in_channels", "out_channels", "groups", "bias", "padding_mode"))

EQUAL: Final = "sizes that must be equal, and might not be"
"""What the vars decide of which these come."""

_Side: TypeAlias = tuple[frozenset[str], Quantity | None]
"""The vars that decide a size, and what it is in terms of them."""


def closed_by(
    op: Op,
    formulas: Mapping[str, Formula],
    inputs: Sequence[Shape],
    scope: Scope,
    equal: Sequence[tuple[int, int]] = (),
) -> dict[str, str]:
    """Return the open vars of which an argument is no plain function, with what they decide.

    Args:
        op: the op.
        formulas: of its arguments.
        inputs: the shapes that it reads.
        scope: that of the formulas.
        equal: sizes that must be equal, by what is written there.
    """
    found: dict[str, str] = {}
    if scope.is_sourced:
        for vars, what in _closed_by(op, formulas, inputs, scope):
            found |= dict.fromkeys(sorted(vars - found.keys()), what)
        for pair in (*equal, *_equal(op, inputs)):
            unlike = different(*((n, scope) for n in pair))
            found |= dict.fromkeys(sorted(unlike - found.keys()), EQUAL)
    return found


def _closed_by(
    op: Op, formulas: Mapping[str, Formula], inputs: Sequence[Shape], scope: Scope
) -> Iterator[tuple[frozenset[str], str]]:
    label = type(op).__name__
    for name, formula in formulas.items():
        value, origin = getattr(op, name), scope.origin(formula)
        yield scope.secret(formula) | hidden_of(value), f"a side of a map that decides `{name}`"
        if origin and op.form is Form.FUNCTION:
            yield origin, f"`{name}` of `{label}`, which is no module"
        if origin and name in _LAYOUT:
            yield origin, f"`{name}`, which dimensions there are"
        if origin and _is_choice(value, formula):
            yield origin, f"`{name}`, which is no plain number"
        if name == "unflattened_size" and -1 in value:
            yield origin, f"`{name}`, of which one size follows"
        if name in op.inferred() and _is_derived(op, name, value, inputs):
            yield _deciding(inputs, scope), f"`{name}`, which follows from what enters"
    yield _met(op, inputs, scope), EQUAL


def followed(
    op: Op, formulas: Mapping[str, Formula], inputs: Sequence[Shape], output: Shape, scope: Scope
) -> Shape:
    """Return the shape that leaves an op, whose sizes know what decides them.

    Args:
        op: the op.
        formulas: of its arguments.
        inputs: the shapes that it reads.
        output: the shape that it gives.
        scope: that of the formulas.
    """
    if not scope.is_sourced or not inputs:
        return output
    if not is_builtin(type(op)):
        known = {id(n) for shape in inputs for n in shape if isinstance(n, Traced)}
        every = _deciding(inputs, scope).union(*map(scope.origin, formulas.values()))
        return _hiding(output, [(NONE if id(n) in known else every, None) for n in output])
    if isinstance(op, _WINDOWS + _RESIZING):
        return _hiding(output, _of_windows(op, formulas, inputs[0], scope))
    if isinstance(op, AdaptivePool):
        return _hiding(output, _of_kept(getattr(op, "output_size", 1), inputs[0], scope))
    return output


def _of_windows(op: Op, formulas: Mapping[str, Formula], shape: Shape, scope: Scope) -> list[_Side]:
    """Return what decides the sides of an op, apart from formulas, and what they are."""
    told = {name: formula for name, formula in formulas.items() if name not in _OF_CHANNELS}
    given = scope.origin(*told.values())
    channels = len(shape) - 1 if isinstance(shape, ChannelsLast) else 0
    sides = [i for i in range(len(shape)) if i != channels]
    fixed = getattr(op, "size", None) is not None
    found: list[_Side] = [(NONE, None) for _ in shape]
    for row, i in enumerate(sides):
        of_side = NONE if fixed else scope.decides(shape[i])
        found[i] = (
            given | of_side,
            _behind(op, told, row, scope.quantity_of_size(shape[i]), scope),
        )
    return found


def _behind(
    op: Op, told: Mapping[str, Formula], row: int, side: Quantity, scope: Scope
) -> Quantity:
    """Return what a side is behind an op, in terms of the open vars.

    Args:
        op: the op.
        told: formulas of the arguments that decide it.
        row: which of the sides.
        side: what it is before the op.
        scope: that of the formulas.
    """

    def argument(name: str) -> Quantity:
        value = getattr(op, name)
        if name == "stride" and value is None:
            return argument("kernel_size")
        formula = told.get(name, formula_of(value))
        if not isinstance(value, tuple):
            return scope.quantity(formula)
        if isinstance(formula, ast.Tuple):
            return scope.quantity(formula.elts[row])
        return atom((row, scope.quantity(formula)))  # one of a list that has a name

    if isinstance(op, Conv | Pool) and not getattr(op, "ceil_mode", False):
        written = getattr(op, "padding", 0)
        if written == "same":
            return side
        padding = constant(0) if written == "valid" else argument("padding")
        gaps = argument("dilation") if hasattr(op, "dilation") else constant(1)
        reach = multiplied(gaps, total(argument("kernel_size"), constant(-1)))
        room = total(side, padding, padding, multiplied(constant(-1), reach), constant(-1))
        return total(divided(room, argument("stride")), constant(1))
    fields = [name for name in type(op).model_fields if name not in _OF_CHANNELS]
    given = (told.get(name, formula_of(getattr(op, name))) for name in fields)
    return atom((type(op).__name__, row, side, *map(scope.quantity, given)))


def _of_kept(size: Any, shape: Shape, scope: Scope) -> list[_Side]:
    """Return what decides the sides that a pooling keeps as they are, where its size is null."""
    rows = size if isinstance(size, tuple) else (size,) * (len(shape) - 1)
    kept: list[_Side] = [(NONE, None)]
    for n, row in zip(shape[1:], rows, strict=True):
        kept.append((scope.decides(n), scope.quantity_of_size(n)) if row is None else (NONE, None))
    return kept


def _hiding(shape: Shape, sides: Sequence[_Side]) -> Shape:
    """Return a shape whose sizes depend on further vars."""
    return sized(
        shape,
        (
            Traced(int(n), formula_of(n), hidden_of(n) | more, what) if more else n
            for n, (more, what) in zip(shape, sides, strict=True)
        ),
    )


def _deciding(inputs: Sequence[Shape], scope: Scope) -> frozenset[str]:
    return NONE.union(*(scope.decides(n) for shape in inputs for n in shape))


def _is_choice(value: Any, formula: Formula) -> bool:
    """Tell whether an argument is, or may be, something else than a number or several."""
    parts = untraced(value) if isinstance(value, tuple) else (untraced(value),)
    plain = all(isinstance(part, int | float) and not isinstance(part, bool) for part in parts)
    constants = (node.value for node in ast.walk(formula) if isinstance(node, ast.Constant))
    return not plain or any(type(constant) not in (int, float) for constant in constants)


def _is_derived(op: Op, name: str, value: Any, inputs: Sequence[Shape]) -> bool:
    """Tell whether an inferred argument is none of the sizes that arrive."""
    if is_builtin(type(op)):
        return name in _DERIVED.get(type(op).__name__, ())
    return not any(value is n for shape in inputs for n in shape if isinstance(n, Traced))


def _met(op: Op, inputs: Sequence[Shape], scope: Scope) -> frozenset[str]:
    """Return the vars by which sizes that must be equal could become different.

    PyTorch would stretch a size of 1, where the spec is refused.
    """
    found = NONE
    if op.kind is Kind.MERGE and op.stretches and len({*map(len, inputs)}) == 1:
        for sizes in zip(*inputs, strict=True):
            # A plain 1 is stretched whatever it meets; of what else is it the same.
            equal = len({*sizes}) == 1
            meeting = [n for n in sizes if equal or n != 1 or scope.decides(n)]
            if len({scope.quantity_of_size(n) for n in meeting}) > 1:
                found = found.union(*map(scope.decides, meeting))
    return found


def _equal(op: Op, inputs: Sequence[Shape]) -> Iterator[tuple[int, int]]:
    """Yield the sizes that must be equal for an op whose arguments these are."""
    first, *others = inputs or [()]
    if isinstance(op, Cat):
        joined = place(first, op.dim)
        yield from (
            pair
            for shape in others
            for i, pair in enumerate(zip(first, shape, strict=True))
            if i != joined
        )
    elif isinstance(op, MatMul):
        (second,) = others
        yield from zip((*first[:-2], first[-1]), (*second[:-2], second[-2]), strict=True)
    elif isinstance(op, Unflatten) and is_builtin(type(op)):
        sizes = op.sizes_asked(first)
        if not sizes["missing"]:
            yield sizes["size"], sizes["known"]


def different(*sizes: tuple[int, Scope]) -> frozenset[str]:
    """Return the vars that decide sizes of some scopes, unless these are equal for any values."""
    quantities = {scope.quantity_of_size(n) for n, scope in sizes}
    return NONE.union(*(scope.decides(n) for n, scope in sizes)) if len(quantities) > 1 else NONE


__all__ = ["EQUAL", "closed_by", "different", "followed"]
