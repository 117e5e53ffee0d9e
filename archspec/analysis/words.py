"""Words that a spec compares a var with, though it may not have them."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from typing import Any

from archspec.errors import Diagnostic, Note, Span, did_you_mean
from archspec.spec import Given, Loop, Spec


def never_equal(spec: Spec) -> Iterator[Diagnostic]:
    """Yield a warning for each word that is none of the choices of its var; code W131."""
    for name, var in spec.vars.items():
        choices = [choice for choice in var.allowed.choices if isinstance(choice, str)]
        found = [spec.net, spec.defaults, spec.init, spec.vars]
        for block in spec.blocks.values():
            if all(parameter.name != name for parameter in block.parameters):
                found.append(block)
        if not choices or any(_hides(part, name) for part in parts(found)):
            continue
        for given in parts(found):
            for word in _compared(given, name) if isinstance(given, Given) else ():
                if word not in choices:
                    message = f"`{name}` is never `{word}`: it is {var.allowed}"
                    notes = (Note("what it may be", var.place),) if var.place else ()
                    help = did_you_mean(word, choices)
                    yield Diagnostic("W131", message, given.span, notes=notes, help=help)


def parts(part: Any) -> Iterator[Any]:
    """Yield all that a part of a spec is made of."""
    if isinstance(part, dict):
        part = tuple(part.values())
    if isinstance(part, tuple | list):
        for item in part:
            yield from parts(item)
    elif dataclasses.is_dataclass(part) and not isinstance(part, Span):
        yield part
        for field in dataclasses.fields(part):
            yield from parts(getattr(part, field.name))


def _hides(part: Any, name: str) -> bool:
    """Tell whether a loop has a variable of that name."""
    return isinstance(part, Loop) and any(column.text == name for column, _ in part.columns)


def _compared(given: Given, name: str) -> Iterator[str]:
    """Yield the words that a name is compared with."""
    for node in ast.walk(given.formula) if given.formula is not None else ():
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Name) and side.id == name for side in sides):
                for side in sides:
                    held = side.elts if isinstance(side, ast.List | ast.Tuple) else [side]
                    for item in held:
                        if isinstance(item, ast.Constant) and isinstance(item.value, str):
                            yield item.value


__all__ = ["never_equal", "parts"]
