"""What a constructor assigns: `self.conv1 = …` for each child, and flags that `forward` asks."""

from __future__ import annotations

import ast

from archspec.codegen.python.alternatives import following
from archspec.codegen.python.trees import assign, call, dotted, starred, tall
from archspec.codegen.uses.children import (
    Item,
    arguments,
    assignment,
    is_silent,
    listing,
    variable,
)
from archspec.codegen.uses.frame import Frame


def assigned(items: list[Item], frame: Frame, *, numbered: bool) -> list[ast.stmt]:
    """Return what a constructor does; that of a `numbered` chain hands its children up."""
    if numbered:
        return [*local_names(frame), *_handed_up(items, frame)]
    written: list[ast.stmt] = [ast.Expr(_super()), *local_names(frame)]
    flags = _flags(items, frame)
    known, filled = {""}, set[str]()
    for test, group in _together(items, frame):
        flag = group[0].flag
        held = flags.get(_key(test), flag)
        if test is not None and held not in known:
            written.append(assign(dotted(f"self.{held}"), test))
            known.add(held)
        asked = dotted(f"self.{held}") if held else test
        if not is_silent(group[0].slot):
            written = following(written, _children(group, asked, frame, filled))
        elif asked is not None and flag not in known:
            written.append(assign(dotted(f"self.{flag}"), asked))
    return written


def _children(
    group: list[Item], asked: ast.expr | None, frame: Frame, filled: set[str]
) -> list[ast.stmt]:
    """Return the statements that make these entries, all under one condition or under none."""
    made: list[ast.stmt] = []
    for item in group:
        listed = listing(item.listed, frame, filled)
        filled |= {*map(_typed, listed)}
        made += [*listed, assignment(item, item.made)]
    if asked is None:
        return made
    absent = [assignment(item, call("nn.Identity"), "nn.Module") for item in group]
    return [*absent, ast.If(asked, made, [])]


def _typed(statement: ast.stmt) -> str:
    """Return the variable that a statement gives a type; nothing for any other statement."""
    target = statement.target if isinstance(statement, ast.AnnAssign) else None
    return target.id if isinstance(target, ast.Name) else ""


def _together(items: list[Item], frame: Frame) -> list[tuple[ast.expr | None, list[Item]]]:
    """Return conditions with what stands under each: neighbours that ask the same share one."""
    found: list[tuple[ast.expr | None, list[Item]]] = []
    for item in items:
        test = None if item.condition is None else frame.python(item.condition)
        alike = found and test is not None and _key(found[-1][0]) == _key(test)
        if alike and not (is_silent(found[-1][1][0].slot) or is_silent(item.slot)):
            found[-1][1].append(item)
        else:
            found.append((test, [item]))
    return found


def _key(test: ast.expr | None) -> str:
    return "" if test is None else ast.dump(test)


def _flags(items: list[Item], frame: Frame) -> dict[str, str]:
    """Return the flags by the conditions that they hold, for whoever asks the same once more."""
    flagged = [(frame.python(item.condition), item.flag) for item in items if item.condition]
    held = [(test, flag) for test, flag in flagged if flag and not isinstance(test, ast.Name)]
    return {_key(test): flag for test, flag in reversed(held)}


def local_names(frame: Frame) -> list[ast.stmt]:
    """Return the statements that compute the local names."""
    return [assign(dotted(local), frame.python(formula)) for local, formula in frame.locals()]


def _super(*given: ast.expr) -> ast.Call:
    """Return the call of the constructor that this one extends."""
    method = ast.Attribute(call("super"), "__init__", ast.Load())
    return tall(call(method, *given))


def _handed_up(items: list[Item], frame: Frame) -> list[ast.stmt]:
    """Return how a class that is a numbered chain itself is constructed."""
    made: list[ast.stmt] = []
    if any(item.condition for item in items):
        made = listing(items, frame)
        given: list[ast.expr] = [starred(dotted(variable(frame)))]
    else:
        given = arguments([item for item in items if item.value is not None])
    return [*made, ast.Expr(_super(*given))]
