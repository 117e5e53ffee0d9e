"""Which names an expression sees, and what it yields there."""

from __future__ import annotations

import ast
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias, TypeVar

from archspec import expressions
from archspec.errors import Note
from archspec.expressions import Formula, Value
from archspec.ops import ChannelsLast, Shape, sized
from archspec.quantity import Quantity, atom, constant, quantity
from archspec.resolve.hints import uncomputed
from archspec.resolve.origins import Origin
from archspec.schema import names
from archspec.spec import Given, read_names
from archspec.traced import (
    NONE,
    Traced,
    collected,
    formula_of,
    hidden_of,
    known_as,
    quantity_of,
    traced,
    untraced,
)

Kept = TypeVar("Kept")


class Source(NamedTuple):
    """Where a value comes from.

    Attributes:
        vars: the open vars that it depends on.
        hidden: those among them that its formula does not tell, as of sides of feature maps.
        quantity: what it is in terms of them.
    """

    vars: frozenset[str]
    hidden: frozenset[str]
    quantity: Quantity


Sources: TypeAlias = dict[str, Source]


@dataclass(frozen=True, slots=True)
class Scope:
    """Values by name, and the formulas that stand for them in this scope.

    A name without a formula is a constant of the scope. `trail` tells, from the inside out, which
    instances led here; `depth` counts loops, `blocks` counts blocks. `sources` tell of names how
    they come from open vars; `origins` tell where names have their values. `called` has the
    names of open vars whose own name stands for something else here, `handed` what each block
    around has been given.
    """

    values: Mapping[str, Value]
    formulas: Mapping[str, Formula]
    trail: tuple[Note, ...] = ()
    depth: int = 0
    blocks: int = 0
    sources: Sources = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    handed: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)

    def with_loop(self, values: Mapping[str, Value], bindings: Mapping[str, Formula]) -> Scope:
        """Return the scope of a loop's turn, where its variables are names of their own.

        Args:
            values: of the variables.
            bindings: their formulas in the scope around.
        """
        formulas = {**self.formulas, **{name: name_formula(name) for name in values}}
        return replace(
            self,
            values={**self.values, **values},
            formulas=formulas,
            depth=self.depth + 1,
            sources={**self.sources, **{n: self.source(f) for n, f in bindings.items()}},
            origins=without(self.origins, values),
        )

    def with_name(self, name: str, value: Value, formula: Formula) -> Scope:
        """Return the scope with one more name of its own, which is computed from others."""
        return replace(
            self,
            values={**self.values, name: value},
            formulas={**self.formulas, name: name_formula(name)},
            sources={**self.sources, name: self.source(formula)},
            origins=without(self.origins, (name,)),
        )

    def with_sizes(self, sizes: Mapping[str, int], around: Scope) -> Scope:
        """Return the scope where names stand for sizes of a scope around."""
        found = {name: around.source_of_size(n) for name, n in sizes.items()}
        return replace(self, sources={**self.sources, **found})

    def source(self, formula: Formula) -> Source:
        """Return where what a formula of this scope yields comes from."""
        return Source(self.origin(formula), self.secret(formula), self.quantity(formula))

    def source_of_size(self, size: int) -> Source:
        """Return where a size of this scope comes from."""
        return Source(self.decides(size), hidden_of(size), self.quantity_of_size(size))

    def quantity(self, formula: Formula) -> Quantity:
        """Return what a formula of this scope yields in terms of the open vars."""
        return quantity(formula, self._known) if self.sources else constant(0)

    def quantity_of_size(self, size: int) -> Quantity:
        """Return what a size of this scope is in terms of the open vars."""
        told = quantity_of(size)
        return self.quantity(formula_of(size)) if told is None else told

    def _known(self, name: str) -> tuple[Quantity, bool]:
        """Return what a name stands for, and whether that is a whole number."""
        held = self.values.get(name, 0)  # sizes that grow have names of their own
        whole = type(held) is int
        if name in self.sources:
            return self.sources[name].quantity, whole
        return constant(held) if whole else atom((type(held), repr(held))), whole  # type: ignore[arg-type]

    def decides(self, size: int) -> frozenset[str]:
        """Return the open vars that a size of this scope depends on."""
        return self.origin(formula_of(size)) | hidden_of(size)

    def secret(self, *read: Given | Formula | None) -> frozenset[str]:
        """Return the open vars that what is written depends on, but that no formula tells."""
        return NONE.union(*(source.hidden for source in self._sources(read)))

    def entered(self, shape: Shape) -> Scope:
        """Return the scope of a body in place, where the sizes are of what enters that."""
        sizes = entering(shape)
        scope = replace(
            self,
            values={**without(self.values, names.SIZES), **{n: int(s) for n, s in sizes.items()}},
            formulas={
                **without(self.formulas, names.SIZES),
                **{name: formula_of(size) for name, size in sizes.items()},
            },
            sources=without(self.sources, names.SIZES),
        )
        return scope.with_sizes(sizes, self)

    def origin(self, *read: Given | Formula | None) -> frozenset[str]:
        """Return the open vars that what is written, or a formula of this scope, comes from."""
        return NONE.union(*(source.vars for source in self._sources(read)))

    def _sources(self, read: Sequence[Given | Formula | None]) -> list[Source]:
        if not self.sources:
            return []
        found = (name for part in read for name in read_names(part))
        return [self.sources[name] for name in found if name in self.sources]

    def written(self, given: Given) -> Origin:
        """Return where the value of what is written was written: that of a name, further out."""
        name = getattr(given.formula, "id", "")
        return self.origins.get(name) or Origin(given, self.values)

    def compute(self, given: Given) -> tuple[Value, Formula]:
        """Return the value of what is written and the formula that yields it here.

        Raises:
            SpecError: when it cannot be computed; codes E402 and L204.
        """
        if given.items is not None:
            pairs = [self.compute(item) for item in given.items]
            formula = ast.Tuple([formula for _, formula in pairs], ast.Load())
            return tuple(value for value, _ in pairs), formula
        if given.formula is None:
            return given.value, expressions.constant(given.value)
        try:
            value = untraced(expressions.evaluate(given.formula, self.values))
            return value, expressions.substitute(given.formula, self._constants(given.formula))
        except expressions.ExpressionError as error:
            raise uncomputed(error, given, self) from None

    def traced(self, given: Given) -> tuple[Value, Formula]:
        """Return as `compute` does, where integers remember their formula."""
        value, formula = self.compute(given)
        if isinstance(formula, ast.List):  # as one that is written without `=`
            formula = ast.Tuple(formula.elts, ast.Load())
        if isinstance(value, tuple) and isinstance(formula, ast.Tuple):
            pairs = zip(value, formula.elts, strict=True)
            return tuple(traced(item, part) for item, part in pairs), formula
        return traced(value, formula), formula

    def _constants(self, formula: Formula) -> Mapping[str, Formula]:
        """Return a formula for each name that is read."""
        return {
            name: self.formulas.get(name) or expressions.constant(self.values[name])
            for name in expressions.names(formula)
            if name in self.values
        }


def without(known: Mapping[str, Kept], hidden: Container[str]) -> dict[str, Kept]:
    """Return what is known of the names that no other of the same name hides."""
    return {name: held for name, held in known.items() if name not in hidden}


def open_vars(scope: Scope) -> list[str]:
    """Return the vars that stand in formulas under their own names."""
    return [name for name, f in scope.formulas.items() if getattr(f, "id", "") == name]


def calling(names: Sequence[str], taken: Collection[str]) -> dict[str, str]:
    """Return how open vars are called where some names stand for something else."""
    called = {}
    for name in names:
        called[name] = name
        if name in taken:
            other = f"network_{name}"
            while other in taken or other in names:
                other += "_"
            called[name] = other
    return called


def name_formula(name: str) -> Formula:
    """Return the formula that is just a name."""
    return ast.Name(name, ast.Load())


def entering(shape: Shape) -> dict[str, int]:
    """Return the names under which the sizes that enter a block are known in it."""
    if isinstance(shape, ChannelsLast) and len(shape) == 3:
        return dict(zip(("in_height", "in_width", "in_channels"), shape, strict=True))
    if len(shape) == 3:
        return dict(zip(("in_channels", "in_height", "in_width"), shape, strict=True))
    return {"in_features": shape[-1]} if shape else {}


def renamed(shape: Shape, names: Mapping[int, str]) -> Shape:
    """Return a shape whose sizes at the given positions are names of the scope entered."""
    sizes = (
        known_as(n, name_formula(names[i])) if i in names else int(n) for i, n in enumerate(shape)
    )
    return sized(shape, sizes)


def leaving(shape: Shape, bindings: Mapping[str, Formula]) -> Shape:
    """Return a shape with its formulas in the names of the scope around."""
    sizes = (
        traced(int(n), collected(expressions.substitute(n.formula, bindings)), n.hidden, n.quantity)
        if isinstance(n, Traced)
        else n
        for n in shape
    )
    return sized(shape, sizes)


__all__ = [
    "Scope",
    "Source",
    "Sources",
    "calling",
    "entering",
    "formula_of",
    "leaving",
    "name_formula",
    "open_vars",
    "renamed",
    "without",
]
