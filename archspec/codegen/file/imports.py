"""What an emitted file imports: what the names in it come from."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from typing import Final

from archspec.codegen.python.trees import apart
from archspec.ops import Ops, is_builtin

_STANDARD: Final = {
    "OrderedDict": "collections",
    "Any": "typing",
    "NamedTuple": "typing",
    "cast": "typing",
}


def imports(read: Collection[str], defined: Collection[str], ops: Ops) -> list[ast.stmt]:
    """Return the imports of a file: the standard library, an empty line, torch.

    Args:
        read: the names that the file reads.
        defined: those among them that it defines.
        ops: the ops that the network may use; a plugin's stand for classes of its modules.
    """
    free = {*read}.difference(defined)
    standard = _whole("math", free)
    standard += _taken({name: _STANDARD[name] for name in free & _STANDARD.keys()})
    torch = {"nn": "torch"} | ({"Tensor": "torch"} if "Tensor" in free else {})
    plugged = {
        name: ops[name].torch.rpartition(".")[0]
        for name in free & ops.keys()
        if not is_builtin(ops[name])
    }
    plugged = {name: module for name, module in plugged.items() if module != "nn"}
    others = [*_whole("torch", free), *_taken(torch | plugged)]
    if standard:
        apart(others[0])
    return [*standard, *others]


def _whole(module: str, free: Collection[str]) -> list[ast.stmt]:
    return [ast.Import([ast.alias(module)])] if module in free else []


def _taken(modules: Mapping[str, str]) -> list[ast.stmt]:
    """Return an import for each module that names are taken from."""
    return [
        ast.ImportFrom(module, [ast.alias(n) for n in sorted(modules) if modules[n] == module], 0)
        for module in sorted({*modules.values()})
    ]
