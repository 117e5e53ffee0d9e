"""Which sides of maps get through layers as they are, and what becomes of them.

In place of each size a shape holds how it depends on the sides that enter. Layers are those of the
module, with the arguments that they were built with, and what they do is what PyTorch does: it
stretches a size of 1 where the language asks for equal ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from archspec.analysis.merges import joined, product, stretched
from archspec.analysis.regular import Regular, keeps_shape, regular
from archspec.analysis.sizes import (
    Along,
    Area,
    Size,
    Sizes,
    flattened,
    is_known,
    plain,
    reduced,
)
from archspec.analysis.stepwise import Irregular, Stepwise, tabled
from archspec.analysis.verdicts import GOOD, RAISES, UNSURE, Verdicts
from archspec.network import Body, Leaf
from archspec.ops import Form, Misfit, Op, is_builtin, sized
from archspec.ops.batch_norm import BatchNorm, InstanceNorm
from archspec.ops.conv import Conv, ConvTranspose
from archspec.ops.linear import Linear
from archspec.ops.merge import Add, Cat, MatMul, Mul
from archspec.ops.norm import GroupNorm, OverLast
from archspec.ops.reduce import Mean
from archspec.ops.reshape import Flatten, Narrow, Permute, Unflatten
from archspec.ops.shape import place

_RAISE: Final = (Conv, ConvTranspose, Linear, OverLast, BatchNorm)
"""Ops that raise a RuntimeError where other sizes arrive than they were made for."""

_CHANNELS: Final = frozenset(("in_channels", "out_channels", "groups", "bias"))
"""Arguments that decide nothing of sides."""


class Reach(Verdicts):
    """A pass through layers."""

    def through(self, body: Body, given: Mapping[str, Sizes], *, training: bool = True) -> Sizes:
        """Return what leaves a body, by what enters it."""
        shapes = dict(given)
        for node in body.steps:
            if node.training_only and not training:
                continue
            inputs = [shapes[name] for name in node.reads]
            if isinstance(node, Body):
                entering = dict(zip(node.entries, inputs, strict=True))
                shapes[node.name] = self.through(node, entering, training=training)
            elif node.op.form is Form.TENSOR or all(is_known(sizes) for sizes in inputs):
                shapes[node.name] = plain(node.output)
            else:
                shapes[node.name] = self._leaf(node, inputs, body.once(node))
        return shapes[body.result]

    def _leaf(self, leaf: Leaf, inputs: list[Sizes], owned: tuple[int, ...]) -> Sizes:
        try:
            return self._output(leaf, inputs, owned)
        except Irregular:
            self.give_up(raises=False)
            return plain(leaf.output)

    def _output(self, leaf: Leaf, inputs: list[Sizes], owned: tuple[int, ...]) -> Sizes:
        op = leaf.op
        if isinstance(op, Add | Mul):
            return stretched(self, leaf, inputs, owned)
        if isinstance(op, Cat):
            return joined(self, leaf, inputs, op.dim % (len(leaf.output) + 1) - 1)
        if isinstance(op, MatMul):
            return product(self, leaf, inputs)
        read = self._as_made(leaf, inputs[0])
        if isinstance(op, Flatten):
            return flattened(op, read)
        if isinstance(op, Unflatten):
            return self._split(leaf, op, read)
        if isinstance(op, Permute):
            return tuple(read[dim % (len(read) + 1) - 1] for dim in op.dims[1:])
        if isinstance(op, Mean):
            return reduced(op, leaf.inputs[0], read)
        if isinstance(op, Narrow):
            return self._narrowed(leaf, op, read)
        if isinstance(op, Linear):
            return (*read[:-1], int(op.out_features))
        if isinstance(op, InstanceNorm | GroupNorm):
            self._of_several_positions(op, read)
        return read if keeps_shape(op) else self._along(leaf, read)

    def _as_made(self, leaf: Leaf, read: Sizes) -> Sizes:
        """Return what a layer reads once the sizes that it was made for are those."""
        found = list(read)
        for i, size in enumerate(read):
            if not isinstance(size, int) and self._decides(leaf, i):
                found[i] = self._equal(leaf, size, int(leaf.inputs[0][i]))
        return tuple(found)

    def _decides(self, leaf: Leaf, index: int) -> bool:
        """Tell whether a size decides arguments of the layer."""
        shape = sized(leaf.inputs[0], map(int, leaf.inputs[0]))
        stated = [(name, getattr(leaf.op, name)) for name in leaf.op.inferred()]
        key = (
            type(leaf.op),
            len(shape),
            index,
            tuple(isinstance(v, tuple) and len(v) for _, v in stated),
        )
        known = self.worked.decisive
        if key not in known:
            more = sized(shape, (n + (i == index) for i, n in enumerate(shape)))
            try:
                made = ((leaf.op.arriving(n, v, size) for size in (shape, more)) for n, v in stated)
                known[key] = any(now != then for now, then in made)
            except Misfit:
                known[key] = True
        return known[key]

    def _equal(self, leaf: Leaf, size: Size, wanted: int) -> int:
        """Return the size that a layer was made for, and judge others."""
        raises = (is_builtin(type(leaf.op)) and isinstance(leaf.op, _RAISE)) or isinstance(
            leaf.op, Unflatten
        )
        if isinstance(size, Along):
            fails = RAISES if raises else UNSURE
            self.judge(size, lambda n: GOOD if n == wanted else fails, wanted + 1)
        elif isinstance(size, Area):
            self.give_up(raises=raises)
        return wanted

    def _split(self, leaf: Leaf, op: Unflatten, read: Sizes) -> Sizes:
        index = place(leaf.inputs[0], op.dim)
        made = leaf.output[index : index + len(op.unflattened_size)]
        parts: list[Size] = [int(n) for n in made]
        size, known = read[index], math.prod(int(n) for n in op.unflattened_size if n != -1)
        if not isinstance(size, int) and -1 not in op.unflattened_size:
            self._equal(leaf, size, known)
        elif not isinstance(size, int):
            parts[op.unflattened_size.index(-1)] = self.divided(size, known)
        return (*read[:index], *parts, *read[index + 1 :])

    def _narrowed(self, leaf: Leaf, op: Narrow, read: Sizes) -> Sizes:
        index = place(leaf.inputs[0], op.dim)
        start, length, size = int(op.start), int(op.length), read[index]
        needed = -start if start < 0 else start + length
        if isinstance(size, Along):
            self.judge(size, lambda n: UNSURE if n < needed else GOOD, needed)
        elif isinstance(size, Area) and size.factor + size.more < needed:
            raise Irregular
        return (*read[:index], length, *read[index + 1 :])

    def _of_several_positions(self, op: Op, read: Sizes) -> None:
        """Judge a norm over the positions of a channel: a single one is another error."""
        if isinstance(op, GroupNorm) and op.num_groups != op.num_channels:
            return
        if any(isinstance(size, int) and size > 1 for size in read[1:]):
            return
        for size in read[1:]:
            if isinstance(size, Along):
                self.judge(size, lambda n: UNSURE if n == 1 else GOOD, 2)
            elif isinstance(size, Area) and size.factor + size.more < 2:
                raise Irregular

    def _along(self, leaf: Leaf, read: Sizes) -> Sizes:
        """Return a map that is read in windows, padded or resized: each side by itself."""
        rule = regular(leaf.op, leaf.inputs[0])
        if rule is None:
            raise Irregular
        found: list[Size] = []
        for i, size in enumerate(read):
            if isinstance(size, Area) or (isinstance(size, Along) and i not in rule.sides):
                raise Irregular
            if isinstance(size, int):
                found.append(int(leaf.output[i]))
            else:
                found.append(self.unless_empty(self.applied(size, self._axis(leaf, i, rule))))
        return tuple(found)

    def _axis(self, leaf: Leaf, index: int, rule: Regular) -> Stepwise:
        """Return what a layer makes of one side, by its own arithmetic."""
        op, shape = leaf.op, [*map(int, leaf.inputs[0])]
        key, known = (
            (type(op), len(shape), index, *(v for n, v in op if n not in _CHANNELS)),
            self.worked.axes,
        )
        if key not in known:

            def value(n: int) -> int | None:
                there = [*shape[:index], n, *shape[index + 1 :]]
                try:
                    return int(op.output(sized(leaf.inputs[0], there))[index])
                except Misfit as misfit:
                    return 0 if misfit.is_empty else None

            known[key] = tabled(value, rule.start, rule.step)
        return known[key]
