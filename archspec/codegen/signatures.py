"""The first lines of constructors, with what they are given."""

from __future__ import annotations

from archspec.codegen.frame import Parameter
from archspec.codegen.layout import Argument, Call, lines
from archspec.codegen.printing import default_text
from archspec.ops import Ops


def signature_of(parameters: tuple[Parameter, ...], ops: Ops) -> list[str]:
    """Return the `def` of a constructor."""
    arguments = [Argument("self"), *(Argument(shown(p, ops)) for p in parameters)]
    return lines(Call("__init__", tuple(arguments)), 1, "def ", " -> None:")


def shown(parameter: Parameter, ops: Ops) -> str:
    """Return a parameter as its function declares it."""
    if not parameter.default:
        return f"{parameter.name}: {parameter.annotation}"
    return f"{parameter.name}: {parameter.annotation} = {default_text(parameter.default[0], ops)}"
