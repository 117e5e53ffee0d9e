"""The last gate, as far as it reads what a template of the user's adds to what archspec wrote.

An import that the template itself holds, what such imports bring as a base or a decorator, and
`__all__` are taken out of the file's tree. What is left is what archspec wrote, and the rest of the
gate never hears of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from archspec.codegen.file.gate_characters import Refused
from archspec.codegen.file.gate_lists import is_listed, is_taken

_TAGS: Final = re.compile(r"\{[{%#].*?[%#}]\}", re.DOTALL)
"""What a template computes, or keeps to itself."""

_IMPORT: Final = (ast.Import, ast.ImportFrom)
_EXPORTS: Final = "__all__"


def take_out(
    tree: ast.Module, text: str, templates: Iterable[str], listed: Mapping[str, Sequence[str]]
) -> None:
    """Take out of a file's tree what its templates have added.

    Args:
        tree: the file.
        text: the same, as it is written.
        templates: the templates, as they are written.
        listed: what any file may import.

    Raises:
        Refused: for an addition that would change what stands beside it, or says what is not so.
    """
    own, lines = {*_lines(templates)}, text.splitlines()
    others = [
        node for node in tree.body if isinstance(node, _IMPORT) and not is_listed(node, listed)
    ]
    imported = [
        node
        for node in others
        if {line.strip() for line in lines[node.lineno - 1 : node.end_lineno]} <= own
    ]
    exports = [node for node in tree.body if _is_exports(node) and _EXPORTS in " ".join(own)]
    _check_above(tree.body, imported)
    _check_bound([*imported, *(node for node in tree.body if node not in others)])
    _check_exports(exports, {name for node in tree.body for name in _bound(node)})
    tree.body = [node for node in tree.body if node not in (*imported, *exports)]
    added = {name for node in imported for name in _bound(node)}
    for definition in ast.walk(tree):
        if isinstance(definition, ast.ClassDef | ast.FunctionDef):
            _strip(definition, added)


def _lines(templates: Iterable[str]) -> Iterator[str]:
    """Yield the lines that templates lay out as they stand."""
    for text in templates:
        for part in _TAGS.split(text):
            yield from (line.strip() for line in part.splitlines())


def _check_above(body: Sequence[ast.stmt], imported: Collection[ast.stmt]) -> None:
    """Refuse an import above the docstring of the file, which would be none behind it."""
    first = next((node for node in body if node not in imported), None)
    if isinstance(first, ast.Expr) and first is not body[0]:
        raise Refused("an import above the docstring of the file", body[0].lineno)


def _bound(node: ast.stmt) -> dict[str, str]:
    """Return the names that a statement of a file gives a meaning, with where it comes from."""
    if isinstance(node, ast.Import):
        plain = ((a, a.name.partition(".")[0]) for a in node.names)
        return {a.asname or name: a.name if a.asname else name for a, name in plain}
    if isinstance(node, ast.ImportFrom):
        source = "." * node.level + (node.module or "")
        return {a.asname or a.name: f"{source}:{a.name}" for a in node.names}
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return {node.name: f"line {node.lineno}"}
    return {_EXPORTS: _EXPORTS} if _is_exports(node) else {}


def _check_bound(body: Iterable[ast.stmt]) -> None:
    """Refuse a name that would mean something else than where archspec wrote it.

    Args:
        body: the statements of the file, those that a template may have added first.
    """
    known: dict[str, tuple[str, ast.stmt]] = {}
    for node in body:
        for name, source in _bound(node).items():
            if name == "*" or (is_taken(name) and source not in (name, f"torch:{name}")):
                raise Refused(f"another meaning of {_what(name)}", node.lineno)
            meant, first = known.setdefault(name, (source, node))
            if meant != source:
                added = first if isinstance(first, _IMPORT) else node
                raise Refused(f"a second meaning of {_what(name)}", added.lineno)


def _what(name: str) -> str:
    return "any name, by `*`" if name == "*" else f"`{name}`"


def _is_exports(node: ast.stmt) -> bool:
    """Tell whether a statement is `__all__ = ["…"]`."""
    if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Tuple)):
        return False
    return len(node.targets) == 1 and ast.unparse(node.targets[0]) == _EXPORTS


def _check_exports(exports: Iterable[ast.stmt], known: Collection[str]) -> None:
    for node in exports:
        assert isinstance(node, ast.Assign)
        assert isinstance(node.value, ast.List | ast.Tuple)
        for item in node.value.elts:
            if not (isinstance(item, ast.Constant) and item.value in known):
                told = f"`{_EXPORTS}` names {ast.unparse(item)}, which the file does not define"
                raise Refused(told, item.lineno)


def _strip(node: ast.ClassDef | ast.FunctionDef, added: Collection[str]) -> None:
    """Take away what the imports of a template bring to a definition."""
    node.decorator_list = [d for d in node.decorator_list if not _decorates(d, added)]
    if isinstance(node, ast.ClassDef):
        kept = [base for base in node.bases if _root(base) not in added]
        if len(kept) < len(node.bases):  # keywords are for what a base does with its subclasses
            node.keywords = [k for k in node.keywords if not (k.arg and _is_plain(k.value))]
        node.bases = kept


def _decorates(node: ast.expr, added: Collection[str]) -> bool:
    """Tell whether a decorator is what an import brings, or that called with what is written."""
    if isinstance(node, ast.Call):
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        return _root(node.func) in added and all(map(_is_plain, given))
    return _root(node) in added


def _is_plain(node: ast.expr) -> bool:
    """Tell whether an expression is made of numbers and texts alone."""
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def _root(node: ast.expr) -> str:
    """Return the name at the beginning of `hub.mixins.Mixin`; empty where it is no such thing."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
