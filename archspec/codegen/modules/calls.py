"""How ops and emitted classes are called: `nn.Conv2d(3, channels, kernel_size=3)`."""

from __future__ import annotations

import ast
from typing import Final

from archspec import expressions
from archspec.codegen.modules.own_tensors import own_tensor
from archspec.codegen.modules.program import Signature
from archspec.codegen.python.formulas import class_tree, default_tree
from archspec.codegen.python.printer import is_one_line
from archspec.codegen.python.trees import argument, called, literal, same
from archspec.codegen.uses.common_formula import Differ, Slot, nodes
from archspec.codegen.uses.frame import Frame, Parameter
from archspec.network import Body, Leaf
from archspec.ops import Form

_BARE: Final = 3
"""Numbers and switches in a row from which on a call is read by keywords."""


_DEEP: Final = 3
"""Levels of indentation of a call within a chain of a class."""


def op_call(slot: Slot, frame: Frame) -> ast.expr:
    """Return the call of an op, the same in all uses.

    Raises:
        Differ: when the uses cannot share one.
    """
    there = [(view, node) for view, node in nodes(slot) if isinstance(node, Leaf)]
    labels = {node.label for _, node in there}
    head = class_tree(frame.ops[min(labels)])
    callees = [node.callee for _, node in there]
    formulas = [callee for callee in callees if callee is not None]
    if len(formulas) == len(there):
        chosen = frame.common([v for v, _ in there], formulas, [n.label for _, n in there])
        if getattr(chosen, "id", "") in frame.modules:
            head = frame.python(chosen)
        elif len(labels) > 1:
            raise Differ  # a word out of a list is no class that could be called
    elif len(labels) > 1:
        raise Differ
    if there[0][1].op.form is Form.TENSOR:
        return own_tensor({name: formula for name, formula, _ in frame.arguments(slot)})
    given = [
        argument(frame.python(formula), name if keyword else "")
        for name, formula, keyword in frame.arguments(slot)
    ]
    return called(head, given)


def block_call(slot: Slot, signature: Signature, frame: Frame) -> ast.Call:
    """Return the call of an emitted class; an argument that is its parameter's default is left out.

    Numbers and switches in a row say by keywords what they are for, where a line has room for them.

    Raises:
        Differ: when the uses cannot share one.
    """
    given: list[tuple[Parameter, ast.expr, bool]] = []
    skipped = False
    for parameter in signature.parameters:
        value = _given(slot, parameter, frame)
        if parameter.default and _is_default(value, parameter, frame):
            skipped = True
            continue
        given.append((parameter, value, bool(parameter.default) or skipped))
    made = called(signature.name, [argument(v, p.name if key else "") for p, v, key in given])
    bare = [value for p, value, key in given if _is_bare(value) and not (key or p.is_size)]
    if len(bare) < _BARE:
        return made
    told = called(signature.name, [argument(v, "" if p.is_size else p.name) for p, v, _ in given])
    return told if is_one_line(ast.Expr(told), _DEEP) else made


def _is_bare(value: ast.expr) -> bool:
    """Tell whether a value says nothing of what it is for: a number, or a switch."""
    return isinstance(value, ast.Constant) and not isinstance(value.value, str)


def _given(slot: Slot, parameter: Parameter, frame: Frame) -> ast.expr:
    """Return what a parameter is given, the same in all uses."""
    there = [(view, node) for view, node in nodes(slot) if isinstance(node, Body)]
    values, formulas = [], []
    for view, body in there:
        if body.block is not None and parameter.name in body.block.values:
            values.append(body.block.values[parameter.name])
            formulas.append(body.block.bindings[parameter.name])
        else:
            values.append(view.scope[parameter.name])
            formulas.append(expressions.parse(parameter.name))
    formula = frame.common([view for view, _ in there], formulas, values)
    return as_class(frame.python(formula), parameter, frame)


def as_class(value: ast.expr, parameter: Parameter, frame: Frame) -> ast.expr:
    """Return what a parameter is given; the name of an op, where it takes a class, as that."""
    word = value.value if isinstance(value, ast.Constant) else None
    if parameter.annotation == "type[nn.Module]" and isinstance(word, str):
        return class_tree(frame.ops[word])
    return value


def _is_default(value: ast.expr, parameter: Parameter, frame: Frame) -> bool:
    default = parameter.default[0]
    return same(value, literal(default)) or same(value, default_tree(default, frame.ops))
