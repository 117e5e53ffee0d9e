"""The definitions of a group: those of its first network, as far as they hold for all of them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from archspec.codegen.families.members import Group
from archspec.codegen.modules.program import Class, Doc, Function, Method, said
from archspec.codegen.python.trees import copied, literal, renamed, same

Definition = Class | Function


def merged(
    group: Group,
    name: str,
    there: Mapping[str, Definition],
    taken: Collection[str],
) -> list[Definition]:
    """Return what a group adds to a file.

    Args:
        group: the group.
        name: of its class.
        there: what the file holds already, by name.
        taken: further names that mean something in it.
    """
    all_written = [member.written(name) for member in group.members]
    found: list[Definition] = []
    called: dict[str, str] = {}
    for parts in zip(*all_written, strict=True):
        part = _renamed(_of_all(parts), called)
        if part.name == name and isinstance(part, Class):
            part = _with_required(part, group)
        known = there.get(part.name)
        if known is not None and same(known.tree, part.tree):
            continue
        if known is not None or part.name in taken:
            other = _unused(part.name, {*there, *taken, *(p.name for p in found)})
            called[part.name] = other
            part = _renamed(part, {part.name: other})
        found.append(part)
    return found


def _unused(name: str, taken: Collection[str]) -> str:
    number = 2
    while f"{name}{number}" in taken:
        number += 1
    return f"{name}{number}"


def _renamed(part: Definition, called: Mapping[str, str]) -> Definition:
    """Return a definition that calls others by other names, and has one itself."""
    for old, new in called.items():
        if isinstance(part, Function):
            part = Function(_renamed_method(part.method, old, new))
        else:
            methods = [_renamed_method(method, old, new) for method in part.methods]
            own = new if part.name == old else part.name
            part = Class(own, part.base, part.doc, methods, part.fields)
    return part


def _renamed_method(method: Method, old: str, new: str) -> Method:
    head = renamed(method.head, old, new)
    head.name = new if head.name == old else head.name
    return Method(head, method.doc, [renamed(line, old, new) for line in method.body])


def _of_all(parts: Sequence[Definition]) -> Definition:
    """Return a definition without what is said of some of the networks alone."""
    first = parts[0]
    if isinstance(first, Function):
        return Function(_method([part.method for part in parts if isinstance(part, Function)]))
    classes = [part for part in parts if isinstance(part, Class)]
    columns = zip(*(part.methods for part in classes), strict=True)
    doc = _doc([part.doc for part in classes], "A network of the family.")
    return Class(first.name, first.base, doc, [_method(column) for column in columns], first.fields)


def _method(methods: Sequence[Method]) -> Method:
    first = methods[0]
    lines = zip(*(method.body for method in methods), strict=True)
    doc = _doc([method.doc for method in methods], "Return what the network makes of the input.")
    return Method(first.head, doc, [_without_comment(line) for line in lines])


def _without_comment(lines: Sequence[ast.stmt]) -> ast.stmt:
    """Return a statement of all networks; its remark stays if it is the same in all."""
    remarks = {getattr(line, "comment", "") for line in lines}
    if len(remarks) == 1:
        return lines[0]
    made = copied(lines[0])
    made.comment = ""  # type: ignore[attr-defined]
    return made


def _doc(docs: Sequence[Doc], otherwise: str) -> Doc:
    """Return a docstring that is true of all networks: what all of them say alike."""

    def lines() -> Sequence[str]:
        told = [list(doc()) for doc in docs]
        if all(each == told[0] for each in told):
            return told[0]
        return said(told[0][0] if len({each[0] for each in told}) == 1 else otherwise)()

    return lines


def _with_required(part: Class, group: Group) -> Class:
    """Return the class of a group: its lists have no usual value, numbers that of most networks."""
    methods = [
        Method(_required(method.head, group), method.doc, method.body)
        if method.head.name == "__init__"
        else method
        for method in part.methods
    ]
    return Class(part.name, part.base, part.doc, methods, part.fields)


def _required(head: ast.FunctionDef, group: Group) -> ast.FunctionDef:
    given, defaults = head.args.args, head.args.defaults
    usual = dict(zip(given[len(given) - len(defaults) :], defaults, strict=True))
    usual |= {arg: literal(group.usual[arg.arg]) for arg in given if arg.arg in group.usual}
    required = {*group.varying} - group.usual.keys()
    first = [arg for arg in given if arg not in usual or arg.arg in required]
    others = [arg for arg in given if arg not in first]
    made, made.args = copied(head), copied(head.args)
    made.args.args = [*first, *others]
    made.args.defaults = [usual[arg] for arg in others]
    return made
