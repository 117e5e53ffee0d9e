"""Which ops a picture has words and signs for: those of plugins may be anything."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeGuard

from archspec.ops import Op, is_builtin

Kinds: TypeAlias = type[Op] | tuple[type[Op], ...]


def is_own(op: Op, kinds: Kinds) -> TypeGuard[Any]:
    """Tell whether an op is one of archspec's own of some kinds, and does what they do."""
    return isinstance(op, kinds) and is_builtin(type(op))


def has_arguments_of(op: Op, kinds: Kinds) -> TypeGuard[Any]:
    """Tell whether an op has the arguments of some kinds, with their meaning.

    One of a plugin may derive from archspec's, and have arguments of the same names anew.
    """
    return any(
        isinstance(op, kind)
        and all(
            type(op).model_fields[name].annotation == field.annotation
            for name, field in kind.model_fields.items()
        )
        for kind in (kinds if isinstance(kinds, tuple) else (kinds,))
    )
