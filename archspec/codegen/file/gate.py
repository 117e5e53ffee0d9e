"""The last gate: what an emitted file may hold.

Source is put together from many parts, any of which may be wrong one day. So nothing here asks how
a text was made: what is not on these lists does not leave.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from archspec.codegen.file.emitted_file import File
from archspec.codegen.file.gate_additions import take_out
from archspec.codegen.file.gate_characters import Refused, check_characters, check_comments, parsed
from archspec.codegen.file.gate_lists import DOTTED, Reader, is_listed, is_module
from archspec.codegen.modules.network_forward import HALVES
from archspec.codegen.python.trees import same

IMPORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "collections": ("OrderedDict",),
    "math": (),
    "torch": ("Tensor", "nn"),
    "typing": ("Any", "NamedTuple", "cast"),
}
"""Modules that a file may import, and what it may take from them; nothing for the module itself."""


def check(text: str, file: File, *, templates: Sequence[str] = ()) -> None:
    """Hold the text of a file against the lists.

    Args:
        text: the text.
        file: what it was laid out from, all of which must be in it.
        templates: the templates as they are written: what they say in comments and add by imports
            may be in it word for word.

    Raises:
        Refused: for what it must not hold.
    """
    check_characters(text)
    tree = parsed(text)
    check_comments(text, (*(copy.text for copy in file.copied), *templates))
    listed = _with_plugins(file.plugins)
    take_out(tree, text, templates, listed)
    parts = {node: [*ast.walk(node)] for node in tree.body}
    for node, inner in parts.items():
        _check_imports(node, inner, listed)
    own = file.own
    rest = [node for node in tree.body if not _is_any(node, own)]
    _check_top(rest)
    read = [part for node in rest for part in parts[node]]
    given = {*_given(read)}
    given |= {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    stored = {*_stored(read)}
    dotted = DOTTED.union(file.plugins)
    for node in rest:
        Reader(given, stored, _set_on_self(parts[node]), dotted).read(parts[node])
    check_whole(tree, file.statements)


def check_whole(tree: ast.Module, meant: Sequence[ast.stmt]) -> None:
    """Refuse a file in which Python does not read all that was written."""
    for node in meant:
        if not _is_any(node, tree.body):
            strange = (n for n in tree.body if type(n) is type(node) and not _is_any(n, meant))
            line = next((found.lineno for found in strange), 1)
            raise Refused(f"on the way to text something became of `{ast.unparse(node)}`", line)


def _is_any(node: ast.stmt, known: Iterable[ast.stmt]) -> bool:
    return any(_alike(node, other) for other in known)


def _alike(one: ast.stmt, other: ast.stmt) -> bool:
    """Tell whether Python reads the same, docstrings aside, which templates lay out."""
    if not isinstance(one, ast.FunctionDef | ast.ClassDef) or type(one) is not type(other):
        return same(one, other)
    heads = (field for field in one._fields if field != "body")
    # Of a field that Python 3.12 knows, and lets be missing, there is nothing.
    pairs = ((getattr(node, name, []) for node in (one, other)) for name in heads)
    if not all(same(*pair) for pair in pairs):
        return False
    bodies = [_without_docstring(node.body) for node in (one, other)]
    return len(bodies[0]) == len(bodies[1]) and all(map(_alike, *bodies))


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    return body[1:] if body and _is_text(body[0]) else body


def _with_plugins(plugins: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the modules that a file may import, those of plugins too."""
    found = dict(IMPORTS)
    for plugin in plugins:
        module, _, name = plugin.rpartition(".")
        if module != "nn":
            found[module] = (*found.get(module, ()), name)
    return found


def _check_imports(
    top: ast.stmt, parts: Iterable[ast.AST], imports: Mapping[str, tuple[str, ...]]
) -> None:
    for node in parts:
        if isinstance(node, ast.Import | ast.ImportFrom) and (
            node is not top or not is_listed(node, imports)
        ):
            raise Refused(f"an import, `{ast.unparse(node)}`", node.lineno)


def _check_top(nodes: list[ast.stmt]) -> None:
    """Let a file do nothing but import and define."""
    for index, node in enumerate(nodes):
        is_docstring = index == 0 and _is_text(node)
        if not (
            is_docstring
            or isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef | ast.FunctionDef)
        ):
            raise Refused(f"a statement outside of classes, `{ast.unparse(node)}`", node.lineno)


def _is_text(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _given(parts: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names of what is imported and of parameters, which may be classes."""
    for node in parts:
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.name


def _stored(parts: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names of variables."""
    for node in parts:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _set_on_self(parts: Iterable[ast.AST]) -> frozenset[str]:
    """Return the attributes that a class sets on itself and on what it holds; its halves."""
    return frozenset(
        node.attr
        for node in parts
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and is_module(node.value)
    ).union(n.name for n in parts if isinstance(n, ast.FunctionDef) and n.name in HALVES)
