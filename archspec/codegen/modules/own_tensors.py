"""A tensor of a module's own: `nn.Parameter(torch.zeros(1, 1, 768))`."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from archspec.codegen.python.formulas import python_of
from archspec.codegen.python.trees import call, literal
from archspec.expressions import Formula


def own_tensor(arguments: Mapping[str, Formula]) -> ast.Call:
    """Return the call that makes a tensor, from the formulas of `Parameter`'s arguments."""
    shape = python_of(arguments["shape"])
    sizes = shape.elts if isinstance(shape, ast.Tuple) else []
    return call("nn.Parameter", _filled(arguments, sizes or [shape], shape))


def _filled(
    arguments: Mapping[str, Formula], dimensions: Sequence[ast.expr], shape: ast.expr
) -> ast.expr:
    fill = arguments.get("fill", ast.Constant(0.0))
    value = fill.value if isinstance(fill, ast.Constant) else None
    if isinstance(value, str):
        further = {"std": python_of(arguments["std"])} if "std" in arguments else {}
        return call(f"nn.init.{value}", call("torch.empty", *dimensions), **further)
    if value in (0, 1):
        return call("torch.ones" if value else "torch.zeros", *dimensions)
    # Filled with a whole number, a tensor of torch's holds whole numbers, which cannot learn.
    if isinstance(value, int | float):
        return call("torch.full", shape, literal(float(value)))
    return ast.BinOp(call("torch.ones", *dimensions), ast.Mult(), python_of(fill))
