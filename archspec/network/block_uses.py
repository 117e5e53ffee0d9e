"""Calls of the spec's own blocks: what their names are, inside and in the scope around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from archspec import spec
from archspec.expressions import Formula, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A name that a block has of its own.

    Attributes:
        value: what it is here.
        formula: the same in the names of the caller's scope.
        is_open: whether it comes from an open var.
        default: the parameter's default, where that is a plain value.
        computed: the parameter's default as a formula of the block, where it has that here.
    """

    value: Value
    formula: Formula
    is_open: bool = False
    default: tuple[Value, ...] = ()
    computed: Formula | None = None


# No `slots`: what is read off the names is computed once and kept.
@dataclass(frozen=True, eq=False)
class BlockUse:
    """A call of one of the spec's own blocks.

    Attributes:
        names: the block's parameters, the sizes that enter it (`in_channels`, …) and the open vars.
        sizes: the names of the sizes that enter, for each input those of its last dimensions.
        vars: the names of the open vars there.
    """

    name: str
    parameters: tuple[spec.Parameter, ...]
    names: Mapping[str, Bound]
    sizes: tuple[tuple[str, ...], ...] = ()
    vars: tuple[str, ...] = ()

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """The values of all names."""
        return {name: bound.value for name, bound in self.names.items()}

    @cached_property
    def bindings(self) -> Mapping[str, Formula]:
        """All names as formulas in the names of the caller's scope."""
        return {name: bound.formula for name, bound in self.names.items()}

    @cached_property
    def open(self) -> frozenset[str]:
        """The names whose values come from an open var."""
        return frozenset(name for name, bound in self.names.items() if bound.is_open)

    @cached_property
    def defaults(self) -> Mapping[str, Value]:
        """The parameters' defaults that are plain values."""
        return {name: bound.default[0] for name, bound in self.names.items() if bound.default}

    @cached_property
    def computed(self) -> Mapping[str, Formula]:
        """The parameters that have a computed default here, with its formula."""
        return {n: bound.computed for n, bound in self.names.items() if bound.computed is not None}
