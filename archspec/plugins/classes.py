"""What the class of an op must be, so that all stages can go by it."""

from __future__ import annotations

from typing import Any

from pydantic.errors import PydanticUserError

from archspec.ops import BY_NAME, Form, Kind, Op
from archspec.plugins.blame import told
from archspec.plugins.gate import is_path
from archspec.schema import names
from archspec.schema.keys import CONTROL


def trouble(kind: Any) -> str:
    """Return what is wrong with the class of an op; empty when nothing is."""
    if not isinstance(kind, type) or not issubclass(kind, Op) or kind is Op:
        # By the name under which it runs: that of another copy is another class.
        return f"a class that derives from `{__name__.partition('.')[0]}.ops.Op` is needed"
    path, name = getattr(kind, "torch", None), kind.__name__
    library, _, last = path.rpartition(".") if isinstance(path, str) else ("", "", "")
    if not is_path(path) or library in ("", "parts"):
        where = f"where its class is, such as `my_package.layers.{name}`"
        return (
            f"`torch` is {where}, not {path!r}"
            if path is not None
            else f"it lacks `torch`, {where}"
        )
    if last != name:
        return f"it goes by the name of its class, which `torch` says is `{last}`"
    if not isinstance(getattr(kind, "kind", None), Kind):
        return f"it needs a `kind`, one of {', '.join(f'Kind.{kind.name}' for kind in Kind)}"
    if kind.form is not Form.MODULE:
        return "an op of a plugin becomes a module; its `form` stays as it is"
    if type(kind.inputs) is not int or kind.inputs < 1:
        return "its `inputs` is how many tensors it reads, 1 or more"
    return _field_trouble(kind)


def _field_trouble(kind: type[Op]) -> str:
    try:
        kind.model_rebuild()
    except (PydanticUserError, NameError, TypeError) as error:
        return f"its fields cannot be made: {told(error)}"
    for field in kind.model_fields:
        if not names.IDENTIFIER.fullmatch(field) or field in (*CONTROL, *BY_NAME):
            return f"`{field}` is a word of the language, and no name for an argument"
    lacking = [name for name in kind.inferred() if name not in kind.model_fields]
    return f"`inferred` names `{lacking[0]}`, which is no field" if lacking else ""
