"""How ops and emitted classes are called: `nn.Conv2d(3, channels, kernel_size=3)`."""

from __future__ import annotations

import ast

from archspec import expressions
from archspec.codegen.modules.own_tensors import own_tensor
from archspec.codegen.modules.program import Signature
from archspec.codegen.python.formulas import class_tree, default_tree
from archspec.codegen.python.trees import argument, called, literal, same
from archspec.codegen.uses.common_formula import Differ, Slot, nodes
from archspec.codegen.uses.frame import Frame, Parameter
from archspec.network import Body, Leaf
from archspec.ops import Form


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

    Raises:
        Differ: when the uses cannot share one.
    """
    given = []
    skipped = False
    for parameter in signature.parameters:
        value = _given(slot, parameter, frame)
        if parameter.default and _is_default(value, parameter, frame):
            skipped = True
            continue
        keyword = bool(parameter.default) or skipped
        given.append(argument(value, parameter.name if keyword else ""))
    return called(signature.name, given)


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
