"""How emitted functions are called: their names, parameters, types and defaults."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from archspec.codegen.python.formulas import default_tree
from archspec.codegen.python.trees import function, kind
from archspec.codegen.uses.frame import Parameter
from archspec.network import INPUT
from archspec.ops import Ops


def constructor(parameters: Iterable[Parameter], ops: Ops) -> ast.FunctionDef:
    """Return the `def` of a constructor."""
    given = [(ast.arg("self"), None), *(declared(parameter, ops) for parameter in parameters)]
    return function("__init__", given, ast.Constant(None))


def declared(parameter: Parameter, ops: Ops) -> tuple[ast.arg, ast.expr | None]:
    """Return a parameter as its function declares it, and its default."""
    default = default_tree(parameter.default[0], ops) if parameter.default else None
    return ast.arg(parameter.name, kind(parameter.annotation)), default


def forward(inputs: Iterable[str], returns: str, name: str = "forward") -> ast.FunctionDef:
    """Return the `def` of a forward pass, or of a part of it, that reads tensors of these names."""
    names = ("x" if known == INPUT else known for known in inputs)
    given = [ast.arg("self"), *(ast.arg(read, kind("Tensor")) for read in names)]
    return function(name, [(parameter, None) for parameter in given], kind(returns))


def building(name: str, parameters: Iterable[Parameter]) -> ast.FunctionDef:
    """Return the `def` of a function that builds a chain of modules."""
    given = [(ast.arg(p.name, kind(p.annotation)), None) for p in parameters]
    return function(name, given, kind("nn.Sequential"))
