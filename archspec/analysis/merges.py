"""What becomes of heights and widths where several tensors are made one."""

from __future__ import annotations

from archspec.analysis.sizes import Size, Sizes, behind_batch, total
from archspec.analysis.verdicts import UNSURE, Verdicts
from archspec.network import Leaf
from archspec.ops.merge import Mul


def stretched(verdicts: Verdicts, leaf: Leaf, inputs: list[Sizes], owned: tuple[int, ...]) -> Sizes:
    """Return what is added or multiplied: each size is that of all, or 1."""
    rank = len(leaf.output)
    shapes = [behind_batch(shape, rank) for shape in leaf.inputs]
    inputs = [behind_batch(sizes, rank) for sizes in inputs]
    found: list[Size] = []
    for i in range(-rank, 0):
        whole = int(leaf.output[i])
        kept: list[Size] = []
        factors: list[Size] = []
        for j, (sizes, shape) in enumerate(zip(inputs, shapes, strict=True)):
            if len(sizes) < -i or (sizes[i] == 1 and (j in owned or isinstance(leaf.op, Mul))):
                continue  # a size of 1 stands for any
            (kept if shape[i] == whole else factors).append(sizes[i])
        size = verdicts.meeting(kept, stretched=UNSURE) if kept else 1
        for factor in factors:
            size = verdicts.factor(size, factor)
        found.append(size)
    return tuple(found)


def joined(verdicts: Verdicts, leaf: Leaf, inputs: list[Sizes], index: int) -> Sizes:
    """Return tensors one after the other."""
    inputs = [behind_batch(sizes, len(leaf.output)) for sizes in inputs]
    found: list[Size] = []
    for i, sizes in enumerate(zip(*inputs, strict=True)):
        if i != index:
            found.append(verdicts.meeting(sizes))
            continue
        whole: Size = sum(size for size in sizes if isinstance(size, int))
        for size in sizes:
            whole = whole if isinstance(size, int) else total(whole, size)
        found.append(whole)
    return tuple(found)


def product(verdicts: Verdicts, leaf: Leaf, inputs: list[Sizes]) -> Sizes:
    """Return the product of two matrices."""
    first, second = (behind_batch(sizes, len(leaf.output)) for sizes in inputs)
    before = [
        verdicts.meeting(pair, stretched=UNSURE)
        for pair in zip(first[:-2], second[:-2], strict=True)
    ]
    verdicts.meeting((first[-1], second[-2]))
    return (*before, first[-2], second[-1])
