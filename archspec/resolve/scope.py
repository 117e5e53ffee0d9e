"""Which names an expression sees, and what it yields there."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from archspec import expressions
from archspec.errors import Note
from archspec.expressions import Formula, Value
from archspec.ops import Shape
from archspec.quantity import Quantity, atom, constant, quantity
from archspec.resolve.bindings import (
    Binding,
    Source,
    constants,
    covered_by,
    formula_names,
    is_own,
    without,
)
from archspec.resolve.hints import uncomputed
from archspec.resolve.origins import Origin
from archspec.resolve.settling import chosen
from archspec.resolve.shapes_across_scopes import entering, name_formula
from archspec.schema import names
from archspec.spec import Given
from archspec.traced import (
    NONE,
    formula_of,
    hidden_of,
    quantity_of,
    traced,
    untraced,
)


class _Values(Mapping[str, Value]):
    """What names stand for, as values alone; most scopes are asked for few of theirs."""

    __slots__ = ("_names",)

    def __init__(self, names: Mapping[str, Binding]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Value:
        return self._names[name].value

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


# No `slots`: what is read off the names is computed once and kept.
@dataclass(frozen=True, eq=False)
class Scope:
    """The names in reach somewhere.

    Attributes:
        names: what each stands for.
        trail: which instances led here, from the inside out.
        depth: loops around.
        blocks: blocks around.
        unwritten: names that formulas alone have, of sizes in loops and of those that grow, with
            how they come from open vars.
        covered: names of formulas that mean another size where a spec writes them, in the same way.
        counters: the variables that count turns, in those that need not be there.
        called: the names of open vars whose own name stands for something else here.
        handed: what each block around has been given.
    """

    names: Mapping[str, Binding]
    trail: tuple[Note, ...] = ()
    depth: int = 0
    blocks: int = 0
    unwritten: dict[str, Source] = field(default_factory=dict)
    covered: Mapping[str, Source] = field(default_factory=dict)
    counters: frozenset[str] = NONE
    called: Mapping[str, str] = field(default_factory=dict)
    handed: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """The values of all names."""
        return _Values(self.names)

    @cached_property
    def origins(self) -> Mapping[str, Origin]:
        """Where names have their values, those of which it is known."""
        return {name: bound.origin for name, bound in self.names.items() if bound.origin}

    @cached_property
    def _is_sourced(self) -> bool:
        return any(bound.source for bound in self.names.values())

    @property
    def is_sourced(self) -> bool:
        """Whether anything here may come from an open var."""
        return self._is_sourced or bool(self.unwritten)

    def source_of(self, name: str) -> Source | None:
        """Return how a name of formulas comes from open vars; None where it does not."""
        bound = self.names.get(name)
        if bound is not None and bound.source is not None and is_own(name, bound):
            return bound.source
        return self.covered.get(name) or self.unwritten.get(name)

    def told(self, written: Formula) -> Formula:
        """Return what a spec writes here in the names of formulas."""
        return expressions.substitute(written, self._constants(written))

    def with_names(self, names: Mapping[str, Binding]) -> Scope:
        """Return the scope with further names, which hide others of the same name."""
        return replace(self, names={**self.names, **names})

    def with_loop(
        self,
        values: Mapping[str, Value],
        bindings: Mapping[str, Formula],
        origins: Mapping[str, Origin],
        counting: Mapping[str, Source],
    ) -> Scope:
        """Return the scope of a loop's turn, where its variables are names of their own.

        Args:
            values: of the variables.
            bindings: their formulas in the scope around.
            origins: where they have their values, those of which it is known.
            counting: how those that count come from open vars, in a turn that need not be there.
        """
        own = {
            name: Binding(
                value,
                name_formula(name),
                counting.get(name) or self.source(bindings[name]),
                origins.get(name),
            )
            for name, value in values.items()
        }
        inner = self.with_names(own)
        return replace(inner, depth=self.depth + 1, counters=self.counters | counting.keys())

    def with_name(self, name: str, value: Value, formula: Formula) -> Scope:
        """Return the scope with one more name of its own, which is computed from others."""
        return self.with_names({name: Binding(value, name_formula(name), self.source(formula))})

    def with_sizes(self, sizes: Mapping[str, int], around: Scope) -> Scope:
        """Return the scope where names of formulas stand for sizes of a scope around."""
        found = {name: around.source_of_size(n) for name, n in sizes.items()}
        return replace(self, unwritten=self.unwritten | found)

    def source(self, formula: Formula) -> Source:
        """Return where what a formula of this scope yields comes from."""
        return Source(self.origin(formula), self.secret(formula), self.quantity(formula))

    def source_of_size(self, size: int) -> Source:
        """Return where a size of this scope comes from."""
        return Source(self.decides(size), hidden_of(size), self.quantity_of_size(size))

    def quantity(self, formula: Formula) -> Quantity:
        """Return what a formula of this scope yields in terms of the open vars."""
        return quantity(formula, self._known) if self.is_sourced else constant(0)

    def quantity_of_size(self, size: int) -> Quantity:
        """Return what a size of this scope is in terms of the open vars."""
        told = quantity_of(size)
        return self.quantity(formula_of(size)) if told is None else told

    def _known(self, name: str) -> tuple[Quantity, bool]:
        """Return what a name stands for, and whether that is a whole number."""
        source, bound = self.source_of(name), self.names.get(name)
        held = bound.value if bound is not None and name not in self.covered else 0  # a size
        whole = type(held) is int
        if source is not None:
            return source.quantity, whole
        return constant(held) if whole else atom((type(held), repr(held))), whole  # type: ignore[arg-type]

    def decides(self, size: int) -> frozenset[str]:
        """Return the open vars that a size of this scope depends on."""
        return self.origin(formula_of(size)) | hidden_of(size)

    def secret(self, *read: Given | Formula | None) -> frozenset[str]:
        """Return the open vars that what is written depends on, but that no formula tells."""
        return NONE.union(*(source.hidden for source in self._sources(read)))

    def entered(self, shape: Shape) -> Scope:
        """Return the scope of a body in place, where the sizes are of what enters that."""
        sizes = {
            # Of a size that no formula tells, its name tells at least what decides it.
            name: Binding(
                int(size),
                name_formula(name) if hidden_of(size) else formula_of(size),
                self.source_of_size(size),
            )
            for name, size in entering(shape).items()
        }
        kept = {**without(self.names, names.SIZES), **sizes}
        covered = covered_by(sizes, self.names) if self.is_sourced else {}
        return replace(self, names=kept, covered={**self.covered, **covered})

    def origin(self, *read: Given | Formula | None) -> frozenset[str]:
        """Return the open vars that what is written, or a formula of this scope, comes from."""
        return NONE.union(*(source.vars for source in self._sources(read)))

    def _sources(self, read: Sequence[Given | Formula | None]) -> list[Source]:
        if not self.is_sourced:
            return []
        found = (self.source_of(name) for part in read for name in formula_names(part, self.names))
        return [source for source in found if source is not None]

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
            written = chosen(given.formula, self) if self.counters else given.formula
            return value, self.told(written)
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
        read = expressions.names(formula)
        found = {name: self.names.get(name) for name in read}
        numbers = {n: value for n, value in expressions.NUMBERS.items() if n in read}
        return {n: expressions.constant(value) for n, value in numbers.items()} | {
            name: bound.formula or expressions.constant(bound.value)
            for name, bound in found.items()
            if bound is not None
        }


def of_values(values: Mapping[str, Value]) -> Scope:
    """Return a scope of constants."""
    return Scope(constants(values))


def open_vars(scope: Scope) -> list[str]:
    """Return the vars that stand in formulas under their own names."""
    return [name for name, b in scope.names.items() if getattr(b.formula, "id", "") == name]
