"""A tensor of a module's own: `nn.Parameter(torch.zeros(1, 1, 768))`."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from archspec.codegen.layout import Argument, Call
from archspec.codegen.printing import formula_text
from archspec.expressions import Formula


def own_tensor(arguments: Mapping[str, Formula]) -> Call:
    """Return the call that makes a tensor, from the formulas of `Parameter`'s arguments."""
    shape = arguments["shape"]
    sizes = [formula_text(n) for n in shape.elts] if isinstance(shape, ast.Tuple) else []
    dimensions = tuple(Argument(n) for n in sizes or [formula_text(shape)])
    return Call("nn.Parameter", (Argument(_filled(arguments, dimensions, formula_text(shape))),))


def _filled(arguments: Mapping[str, Formula], dimensions: tuple[Argument, ...], shape: str) -> Call:
    fill = arguments.get("fill", ast.Constant(0.0))
    value = fill.value if isinstance(fill, ast.Constant) else None
    if isinstance(value, str):
        std = arguments.get("std")
        further = (Argument(formula_text(std), "std="),) if std is not None else ()
        return Call(f"nn.init.{value}", (Argument(Call("torch.empty", dimensions)), *further))
    if value in (0, 1):
        return Call("torch.ones" if value else "torch.zeros", dimensions)
    return Call("torch.full", (Argument(shape), Argument(formula_text(fill))))
