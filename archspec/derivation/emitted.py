"""The lines of emitted source that a node became."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from archspec.derivation.constructors import Call, Made, network_of
from archspec.derivation.facts import Emitted, Lines
from archspec.derivation.finding import Step
from archspec.network import Absent, Leaf
from archspec.ops import Form


def emitted(source: str, network: str, steps: Sequence[Step]) -> Emitted:
    """Return the lines of a node.

    Args:
        source: the emitted text.
        network: the name of its class.
        steps: the way to the node.
    """
    text = source.splitlines()
    child = steps[-1].child
    if isinstance(child, Absent):
        return Emitted(silent="a name without a node has no lines of its own")
    way = [network_of(source, network)]
    for step in steps:
        inner = way[-1].children.get(_module_name(step))
        if inner is None:
            return _without_module(way, len(steps), child, text)
        way.append(inner)
    calls = dict.fromkeys(call for made in way[1:] for call in made.calls)
    return Emitted(_class_line(way[-1], text), tuple(_lines(call, text) for call in calls))


def _module_name(step: Step) -> str:
    """Return the name of a child's module, which is a sibling's where that is called again."""
    return getattr(step.child, "reuses", None) or step.child.name


def _without_module(
    way: Sequence[Made], steps: int, child: Leaf | object, text: Sequence[str]
) -> Emitted:
    """Return where a node without a module is computed, or why nothing is told."""
    around = way[-1]
    if len(way) < steps or not around.is_told:
        return Emitted(silent="its class builds its parts in a way that is not followed here")
    if not isinstance(child, Leaf) or child.op.form is not Form.FUNCTION:
        return Emitted(silent="it needs no module of its own in the source")
    forward = _method(around, "forward")
    if forward is None:
        return Emitted(silent="it is no module of its own")
    return Emitted(forward=_lines(forward, text))


def _method(made: Made, name: str) -> Call | None:
    for part in made.defined.body if made.defined is not None else ():
        if isinstance(part, ast.FunctionDef) and part.name == name:
            assert made.defined is not None
            return Call(f"{made.defined.name}.{name}", part.lineno, part.end_lineno or part.lineno)
    return None


def _class_line(made: Made, text: Sequence[str]) -> Lines | None:
    if made.defined is None:
        return None
    return _lines(Call(made.defined.name, made.defined.lineno, made.defined.lineno), text)


def _lines(call: Call, text: Sequence[str]) -> Lines:
    """Return a stretch of the text without the indentation that its lines share."""
    found = text[call.line - 1 : call.end_line]
    blank = min(len(line) - len(line.lstrip()) for line in found if line.strip())
    return Lines(call.within, call.line, call.end_line, tuple(line[blank:] for line in found))
