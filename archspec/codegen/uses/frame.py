"""The scope of one class or function as it is written: the names it has and those it needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from archspec import expressions
from archspec.codegen.python.formulas import annotation, python_of
from archspec.codegen.python.trees import formatted
from archspec.codegen.uses.by_columns import by_columns
from archspec.codegen.uses.common_formula import (
    Differ,
    Slot,
    View,
    agreed,
    nodes,
    split,
)
from archspec.codegen.uses.handed_on import same
from archspec.expressions import Formula, Value
from archspec.network import Body, Leaf
from archspec.ops import Ops
from archspec.traced import formula_of, untraced

_NUMBERS: Final = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an emitted class or function; `default` is empty or holds one value."""

    name: str
    annotation: str
    default: tuple[Value, ...] = ()
    is_size: bool = False


@dataclass(frozen=True)
class Frame:
    """What a text that serves several uses can say.

    Attributes:
        ops: the ops that the network may use.
        scopes: values of the names in each use.
        sizes: the names of the sizes that enter; they become the first parameters.
        order: the other names, in the order in which they become parameters.
        local: the names that are computed first, each from those before it.
        defaults: the defaults that the spec gives them.
        open: the names whose values come from an argument of the network.
        kept: the names that can have other values than those in these uses.
        columns: the names of a table's columns: a number that is a column's in each use is that.
        general: whether what all these uses have is made under its condition still.
        needed: the names that the text has read so far.
        tests: what decides whether its children are there.
    """

    ops: Ops
    scopes: Sequence[Mapping[str, Value]]
    sizes: Sequence[str] = ()
    order: Sequence[str] = ()
    local: Mapping[str, Formula] = field(default_factory=dict)
    defaults: Mapping[str, Value] = field(default_factory=dict)
    open: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    columns: Sequence[str] = ()
    general: bool = False
    needed: set[str] = field(default_factory=set)
    tests: list[Formula] = field(default_factory=list)

    @cached_property
    def constants(self) -> dict[str, Formula]:
        """The names that mean the same in all uses: the text has their value instead."""
        return {
            name: expressions.constant(value)
            for name, value in self.scopes[0].items()
            if name not in self.open | self.kept
            and all(same(scope.get(name), value) for scope in self.scopes)
        }

    @property
    def taken(self) -> set[str]:
        """The names that mean something already."""
        return {*self.sizes, *self.order, *self.local}

    @cached_property
    def spelt(self) -> dict[str, Formula]:
        """The local names in terms of the parameters, unless that grows past all limits."""
        found: dict[str, Formula] = {}
        with suppress(expressions.TooMuchError):
            for name, formula in self._formulas.items():
                found[name] = expressions.substitute(formula, found)
        return found

    def in_parameters(self, formula: Formula) -> Formula:
        """Return a formula in terms of what its class or function is given."""
        return expressions.substitute(expressions.substitute(formula, self.spelt), self.constants)

    @cached_property
    def _formulas(self) -> dict[str, Formula]:
        """The local names as they are written: each from those before it."""
        return {n: expressions.substitute(f, self.constants) for n, f in self.local.items()}

    @cached_property
    def modules(self) -> set[str]:
        """The names that stand for classes of modules."""
        return {
            name
            for name in self.order
            if all(isinstance(s.get(name), str) and s[name] in self.ops for s in self.scopes)
        }

    def common(
        self, where: Sequence[View], formulas: Sequence[Formula], values: Sequence[Any]
    ) -> Formula:
        """Return one formula for these views of a child; its names become parameters.

        Raises:
            Differ: when there is none.
        """
        fixed = all(isinstance(formula, ast.Constant) for formula in formulas)
        if fixed and len({*map(expressions.text, formulas)}) == 1:
            return formulas[0]
        outside = [
            expressions.substitute(view.outside(formula), self.constants)
            for view, formula in zip(where, formulas, strict=True)
        ]
        local = [*_at_turns(where, outside)]
        scopes = [view.scope for view in where]
        spelt = {expressions.text(formula) for formula in local}
        if len(spelt) > 1 and (told := by_columns(local, scopes, self.columns)) is not None:
            self.needed.update(expressions.names(told))
            return told
        # What holds for these values of an open name may not hold for others.
        if len(spelt) > 1 and any(self.open & expressions.names(formula) for formula in local):
            closed = [test for test in self.tests if not self.open & expressions.names(test)]
            formula = split(local, scopes, closed, self.spelt)
            self.needed.update(expressions.names(formula))
            return formula
        plain = [untraced(value) for value in values]
        formula = agreed(local, plain, scopes, self.tests, local=self.spelt)
        self.needed.update(expressions.names(formula))
        return formula

    def label(self, there: Sequence[tuple[View, Leaf | Body]]) -> ast.expr:
        """Return the name of a child as a string in which numbers are those of variables.

        Raises:
            Differ: when no variable yields them.
        """
        parts = [_NUMBERS.split(node.name) for _, node in there]
        if len({len(part) for part in parts}) > 1:
            raise Differ
        found: list[str | ast.expr] = []
        for column in zip(*parts, strict=True):
            if len({*column}) == 1:
                found += [column[0]] if column[0] else []
                continue
            scopes = [view.scope for view, _ in there]
            names = [*there[0][0].turn_of, *self.order]
            counting = (
                name
                for name in names
                if all(str(s.get(name)) == part for s, part in zip(scopes, column, strict=True))
            )
            variable = next(counting, "")
            if not variable:
                raise Differ
            self.needed.add(variable)
            found.append(ast.Name(variable, ast.Load()))
        return formatted(*found)

    def python(self, formula: Formula) -> ast.expr:
        """Return a formula as Python."""
        return python_of(formula, self.modules, self.ops)

    def parameters(self) -> tuple[Parameter, ...]:
        """Return the parameters that the text turned out to need: sizes, then required ones."""
        self._settle()
        return self._found((*self.sizes, *self.order))

    def known(self) -> tuple[Parameter, ...]:
        """Return all that a part of the text can be passed on: the parameters and what is local."""
        return (*self.parameters(), *self._found([*self.local]))

    def locals(self) -> list[tuple[str, Formula]]:
        """Return the local names that the text turned out to need."""
        return [(name, formula) for name, formula in self._formulas.items() if name in self.needed]

    def _settle(self) -> None:
        """Need what the needed local names are computed from."""
        for name, formula in reversed([*self._formulas.items()]):
            if name in self.needed:
                self.needed.update(expressions.names(formula))

    def _found(self, names: Sequence[str]) -> tuple[Parameter, ...]:
        found = []
        for name in names:
            if name in self.needed:
                default = (self.defaults[name],) if name in self.defaults else ()
                values = [*(scope[name] for scope in self.scopes), *default]
                kind = annotation(values, self.ops)
                found.append(Parameter(name, kind, default, name in self.sizes))
        return tuple(sorted(found, key=lambda parameter: bool(parameter.default)))

    def arguments(self, slot: Slot) -> list[tuple[str, Formula, bool]]:
        """Return name, formula and "by keyword" of each argument of an op in all its uses.

        An argument that has PyTorch's default everywhere is left out. `nn.Identity` takes whatever
        the op takes in whose place it stands.

        Raises:
            Differ: when the uses cannot share one call.
        """
        leaves = [(view, node) for view, node in nodes(slot) if isinstance(node, Leaf)]
        where = [(view, leaf) for view, leaf in leaves if leaf.label != "Identity"] or leaves
        ops = [leaf.op for _, leaf in where]
        written = {argument.name for op in ops for argument in op.call().arguments}
        written |= {
            name
            for view, leaf in where
            for name, formula in leaf.formulas.items()
            if self.open & expressions.names(view.outside(formula))
        }
        order = [name for name in type(ops[0]).model_fields if name in written]
        if any(not written <= set(type(op).model_fields) for op in ops):
            raise Differ
        found = []
        for place, name in enumerate(order):
            values = [getattr(op, name) for op in ops]
            formulas = [
                _of_kind(leaf.formulas.get(name, formula_of(value)), value)
                for (_, leaf), value in zip(where, values, strict=True)
            ]
            formula = self.common([view for view, _ in where], formulas, values)
            positional = place < type(ops[0]).positional
            in_place = list(type(ops[0]).model_fields).index(name) == place
            found.append((name, formula, not (positional and in_place)))
        return found


def _of_kind(formula: Formula, value: Any) -> Formula:
    """Return a formula; of a number that the op takes as one with a fraction, as such."""
    held = formula.value if isinstance(formula, ast.Constant) else None
    return expressions.constant(value) if type(held) is int and type(value) is float else formula


def _at_turns(where: Sequence[View], formulas: Sequence[Formula]) -> Sequence[Formula]:
    """Return formulas without the variable of a generator, where all its turns say the same.

    Raises:
        Differ: when the variable decides: what differs so stands in an entry of its own.
    """
    if not where[0].turn_of:
        return formulas
    there = [
        expressions.substitute(formula, view.turn_of)
        for view, formula in zip(where, formulas, strict=True)
    ]
    if len({expressions.text(formula) for formula in there}) == 1:
        return there
    for view, formula in zip(where, formulas, strict=True):
        tests = [n for n in ast.walk(formula) if isinstance(n, ast.IfExp | ast.Compare)]
        if any(expressions.names(test) & view.turn_of.keys() for test in tests):
            raise Differ
    return formulas
