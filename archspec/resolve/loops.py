"""What the turns of a `repeat`, `for` or `cfg` are, before any of them is made."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from archspec import expressions, limits, spec
from archspec.errors import Note, Span, fail
from archspec.expressions import Formula, Value, as_word, shown_value
from archspec.resolve.hints import hint, short, wrong
from archspec.resolve.origins import Origin
from archspec.resolve.scope import Scope
from archspec.spec import Given


@dataclass(frozen=True, slots=True)
class Planned:
    """One turn: the values of its variables, their formulas outside, and the node it makes.

    `entry` is the entry of a `cfg`, `origins` tell where variables have their values.
    """

    values: dict[str, Value]
    bindings: dict[str, Formula]
    node: spec.Node
    entry: Value = None
    origins: dict[str, Origin] = field(default_factory=dict)

    def told(self, loop: Span) -> Note:
        """Return which turn it is, for messages."""
        own = {name: value for name, value in self.values.items() if name != "index"}
        words = (f"{name}={short(value)}" for name, value in (own or self.values).items())
        return Note(f"turn {', '.join(words)} of the loop at", loop)


def turns(node: spec.Loop | spec.Cfg, scope: Scope) -> tuple[list[Planned], Formula | None]:
    """Return the turns of a loop, and the formula of their number for a `repeat`.

    Raises:
        SpecError: for a count that is no number, columns of unequal length, or an entry without
            a case; codes G320 to G323.
    """
    if isinstance(node, spec.Cfg):
        return _cfg(node, scope), None
    if node.count is None:
        return _rows(node, scope), None
    count, formula = scope.compute(node.count)
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        message = f"`repeat` takes a whole number, not {shown_value(count)}"
        raise wrong("G320", message, node.count, scope, hint(node.count, count, scope))
    turns = range(_checked(count, node.count.span))
    return [_planned({}, {}, index, node.node) for index in turns], formula


def _checked(count: int, span: Span) -> int:
    """Return how often a loop turns, unless a network of so many nodes is past the limit."""
    if count > limits.NODES:
        raise fail("L201", f"the network has more than {limits.NODES:,} nodes", span)
    return count


def structural(node: spec.Loop | spec.Cfg, scope: Scope) -> frozenset[str]:
    """Return the open vars that decide how many turns there are, or lists that are taken apart."""
    if isinstance(node, spec.Cfg):
        return scope.origin(node.entries)
    lists = (given for _, given in node.columns if given.items is None)
    return scope.origin(node.count, *(given for given in lists if _parts(given, scope) is None))


def _parts(given: Given, scope: Scope) -> list[Formula] | None:
    """Return the formulas of the entries of a list, where these are as many for all open vars.

    So it is with a list that a var holds, and with `[sum(depths[:i]) for i in range(len(depths))]`.
    """
    values, formula = scope.compute(given)
    if not isinstance(values, tuple):
        return None
    if isinstance(formula, ast.Name):
        return [expressions.parse(f"{formula.id}[{i}]") for i in range(len(values))]
    if not isinstance(formula, ast.ListComp) or formula.generators[0].ifs:
        return None
    (target, counted), *inner = ((g.target, g.iter) for g in formula.generators)
    if inner:  # how many there are, an inner loop may decide anew in each turn
        return None
    assert isinstance(target, ast.Name)
    if not _is_of_lengths(counted, scope):
        return None
    numbers = expressions.evaluate(counted, scope.values)
    assert isinstance(numbers, tuple)
    told = ({target.id: expressions.constant(number)} for number in numbers)
    return [expressions.substitute(formula.elt, entry) for entry in told]


def _is_of_lengths(formula: Formula, scope: Scope) -> bool:
    """Tell whether a formula reads lists that open vars hold for their lengths alone."""
    calls = (part for part in ast.walk(formula) if isinstance(part, ast.Call))
    measured = [part for c in calls if getattr(c.func, "id", "") == "len" for part in c.args]
    read = (part for part in ast.walk(formula) if isinstance(part, ast.Name))
    return all(any(name is part for part in measured) or not scope.origin(name) for name in read)


def _planned(
    values: Mapping[str, Value], bindings: Mapping[str, Formula], index: int, node: spec.Node
) -> Planned:
    constant = expressions.constant(index)
    return Planned({**values, "index": index}, {**bindings, "index": constant}, node)


def _rows(node: spec.Loop, scope: Scope) -> list[Planned]:
    """Return the turns of a `for`: its columns, walked together."""
    columns: dict[str, tuple[tuple[Value, ...], list[Formula]]] = {}
    for name, given in node.columns:
        values, formula = scope.compute(given)
        if not isinstance(values, tuple):
            message = f"`{name.text}` is a list, not {shown_value(values)}"
            help = hint(given, values, scope)
            if isinstance(values, int) and not isinstance(values, bool):
                help = f"`=range({int(values)})` counts from 0"
            raise wrong("G321", message, given, scope, help)
        if isinstance(formula, ast.Tuple):
            columns[name.text] = (values, formula.elts)
        else:
            parts = _parts(given, scope) if scope.origin(formula) else None
            constants = [expressions.constant(value) for value in values]
            columns[name.text] = (values, parts or constants)
    lengths = {name: len(values) for name, (values, _) in columns.items()}
    place = node.columns[0][0].span
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        help = "each turn takes one value of each column, so that all have as many"
        raise fail("G322", f"columns of unequal length: {told}", place, help=help)
    planned = [
        _planned(
            {name: values[row] for name, (values, _) in columns.items()},
            {name: parts[row] for name, (_, parts) in columns.items()},
            row,
            node.node,
        )
        for row in range(_checked(next(iter(lengths.values())), place))
    ]
    cells = {name.text: given.items or (given,) * len(planned) for name, given in node.columns}
    return [
        replace(turn, origins={name: scope.written(row[i]) for name, row in cells.items()})
        for i, turn in enumerate(planned)
    ]


def _cfg(node: spec.Cfg, scope: Scope) -> list[Planned]:
    """Return the turns of a `cfg`: an entry's case, or `n` for a number."""
    entries, _ = scope.compute(node.entries)
    if not isinstance(entries, tuple):
        message = f"`cfg` is a list, not {shown_value(entries)}"
        raise wrong("G321", message, node.entries, scope, hint(node.entries, entries, scope))
    _checked(len(entries), node.entries.span)
    cases = {name.text: held for name, held in node.cases}
    planned = []
    for index, entry in enumerate(entries):
        number = isinstance(entry, int | float) and not isinstance(entry, bool)
        held = cases.get(as_word(entry)) or (cases.get("n") if number else None)
        if held is None:
            raise fail(
                "G323",
                f"no case under `where` for the entry {shown_value(entry)}",
                node.entries.items[index].span if node.entries.items else node.entries.span,
                help=f"there are {', '.join(cases)}",
            )
        values: dict[str, Value] = {"n": entry} if number else {}
        bindings = {name: expressions.constant(value) for name, value in values.items()}
        planned.append(replace(_planned(values, bindings, index, held), entry=entry))
    return planned
