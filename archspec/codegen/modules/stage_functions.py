"""Loops whose turns each make one module: a function, and a line per turn that calls it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import partial

from archspec import expressions
from archspec.codegen.modules.calls import as_class
from archspec.codegen.modules.constructor import Constructor
from archspec.codegen.modules.program import Function, Method, Signature
from archspec.codegen.modules.protocols import Classes
from archspec.codegen.modules.signatures import building
from archspec.codegen.python.formulas import python_of
from archspec.codegen.python.printer import fits_in_brackets, is_one_line
from archspec.codegen.python.trees import argument, called, dotted, names, same
from archspec.codegen.uses.children import Item, listing
from archspec.codegen.uses.common_formula import Differ, Slot, View
from archspec.codegen.uses.frame import Frame, Parameter
from archspec.codegen.uses.loop_rows import Columns, columns, entries, entry, row_of
from archspec.codegen.words.of_chains import chained
from archspec.expressions import Formula, Value
from archspec.network import Body, Loop, Turn
from archspec.resolve.shapes_across_scopes import entering, name_formula
from archspec.schema.names import TEMPLATE
from archspec.traced import formula_of


def stage_function(writer: Classes, around: Frame, slot: Slot) -> list[Item] | None:
    """Return a call of one function per turn, or None when the loop is not of that kind.

    The function takes what varies between the turns: the sizes that enter and the loop's
    variables.
    """
    view = slot[0]
    if len(slot) > 1 or not isinstance(view.child, Loop) or len(view.child.turns) < 2:
        return None
    if view.child.number is not None:
        return None  # as many lines as there are turns are right for this number alone
    turns = view.child.turns
    bodies = [_only_body(turn) for turn in turns]
    if any(body is None or not body.is_chain for body in bodies):
        return None
    rows = columns(turns, {*turns[0].bindings, *turns[0].values, *view.scope})
    pairs = zip(turns, bodies, strict=True)
    stages = [_Stage(turn, body, view, rows) for turn, body in pairs if body]
    with writer.program.rehearsal() as rehearsal:
        try:
            signature = _function(writer, stages, around)
        except Differ:
            return None
        rehearsal.keep()
    items = [_item(stage, signature, around) for stage in stages]
    short = [_item(stage, signature, around, keywords=False) for stage in stages]
    # Rather than a line for each argument, the calls are rows of a table.
    return items if all(map(_fits, items)) or not all(map(_fits, short)) else short


def _fits(item: Item) -> bool:
    """Tell whether the arguments of a stage fit on a line, in a class or in a chain."""
    assert isinstance(item.value, ast.Call)
    return fits_in_brackets(item.value, 3 if item.name.isidentifier() else 4)


def _repeats(value: ast.expr) -> bool:
    return any(isinstance(node, ast.comprehension) for node in ast.walk(value))


def _only_body(turn: Turn) -> Body | None:
    child = turn.children[0] if len(turn.children) == 1 else None
    if isinstance(child, Body) and child.block is None and child.condition is None:
        return child
    return None


class _Stage:
    """One turn: its module, and its variables under the names that the function gives them.

    The rows among the variables are taken apart.
    """

    def __init__(self, turn: Turn, body: Body, around: View, rows: Columns) -> None:
        self.body = body
        sizes = entering(body.inputs[0])
        # What the module reads need not be what enters the turn.
        self.renamed = {
            inner: name
            for name, size in sizes.items()
            if (inner := getattr(formula_of(size), "id", "")) in turn.bindings
        }
        self.sizes = tuple(self.renamed.values())
        self.rows = rows
        values: dict[str, Value] = {}
        bindings: dict[str, Formula] = {}
        outside = {name: around.outside(formula) for name, formula in turn.bindings.items()}
        for name, formula in outside.items():
            parts = rows.get(name, ())
            bindings |= {part: entry(formula, i) for i, part in enumerate(parts)} or {name: formula}
        for name, value in turn.values.items():
            parts = rows.get(name, ())
            values |= entries(value, parts) if parts else {name: value}
        self.scope: dict[str, Value] = {
            **around.scope,
            **values,
            **{name: int(sizes[name]) for name in self.sizes},
        }
        self.outer: dict[str, Formula] = {name: name_formula(name) for name in around.scope} | {
            self.renamed.get(name, name): formula for name, formula in bindings.items()
        }

    def view(self) -> View:
        """Return the module as the function sees it."""
        bindings = {old: name_formula(new) for old, new in self.renamed.items()}
        bindings |= {row: row_of(named) for row, named in self.rows.items()}
        return View(self.body, bindings, self.scope)


def _function(writer: Classes, stages: list[_Stage], around: Frame) -> Signature:
    open_names = frozenset(
        name
        for stage in stages
        for name, formula in stage.outer.items()
        if around.open & expressions.names(formula)
    )
    variables = tuple(name for name in stages[0].scope if name not in stages[0].sizes)
    scopes = [stage.scope for stage in stages]
    frame = Frame(around.ops, scopes, stages[0].sizes, variables, open=open_names)
    slot = tuple(stage.view() for stage in stages)
    constructor = Constructor(writer, frame)
    value = constructor.build(slot)
    name = writer.program.unused(_function_name(stages[0].body.name))
    parameters = frame.parameters()
    body = [*listing(constructor.listed, frame), ast.Return(value)]
    if len(body) == 1 and is_one_line(body[0]) and not _repeats(value):
        raise Differ  # the line itself says as much as a call
    bodies = [stage.body for stage in stages]
    doc = partial(chained, bodies, indent=1, counts=_counts(value, stages))
    method = Method(building(name, parameters), doc, body)
    writer.program.definitions.append(Function(method))
    return Signature(name, parameters)


def _counts(value: ast.expr, stages: Sequence[_Stage]) -> str:
    """Return the variable that a loop counts with as far as each stage has parts, or nothing."""
    calls = [node for node in ast.walk(value) if isinstance(node, ast.Call)]
    ranges = [call for call in calls if same(call.func, dotted("range"))]
    asked = sorted(names(*(bound for call in ranges for bound in call.args)))
    lengths = [len(stage.body.nodes) for stage in stages]
    return next((n for n in asked if [s.scope.get(n) for s in stages] == lengths), "")


def _function_name(child: str) -> str:
    stem = TEMPLATE.sub("", child).rstrip("0123456789_").lower()
    return f"_{stem}" if stem.isidentifier() else "_stage"


def _item(stage: _Stage, signature: Signature, around: Frame, *, keywords: bool = True) -> Item:
    given: list[ast.expr | ast.keyword] = []
    for parameter in signature.parameters:
        value = _argument(stage, parameter, around)
        # What is passed on under its own name needs no keyword.
        plain = parameter.is_size or getattr(value, "id", "") == parameter.name
        follows = bool(given) and isinstance(given[-1], ast.keyword)
        by_keyword = keywords and (follows or not plain)
        given.append(argument(value, parameter.name if by_keyword else ""))
    slot = (View(stage.body, stage.outer, {}),)
    return Item(stage.body.name, called(signature.name, given), slot)


def _argument(stage: _Stage, parameter: Parameter, around: Frame) -> ast.expr:
    formula = stage.outer[parameter.name]
    around.needed.update(expressions.names(formula))
    return as_class(python_of(expressions.substitute(formula, {})), parameter, around)
