"""Is a mistake told where a spec was changed, or where the change is felt?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from random_mutations import Mutation, Path
from random_specs import text

import archspec
from archspec.errors import Diagnostic, Source, Span, SpecError
from archspec.network import Body, walk
from archspec.ops import BY_NAME
from archspec.syntax import Listing, Mapping, Tree, parse

_ANYWHERE = ("vars", "defaults", "input", "outputs", "init", "name", "expect")
"""Parts of a spec that all others may depend on."""


def astray(error: SpecError, mutation: Mutation, before: archspec.Architecture) -> list[Diagnostic]:
    """Return the mistakes that are told elsewhere.

    Args:
        error: what a changed spec gets.
        mutation: the change.
        before: the network before it.
    """
    tree = parse(Source("<string>", text(mutation.spec)))
    region = _span(tree, mutation.path)
    found = [d for d in error.diagnostics if d.span is None]
    if not mutation.path or mutation.path[0] in _ANYWHERE:
        return found
    felt = _downstream(before, mutation.path)
    for diagnostic in error.diagnostics:
        near = any(_overlap(span, region) for span in _spans(diagnostic))
        named = _quoted(diagnostic) & mutation.words
        if not (near or named or diagnostic.is_limit or _known(diagnostic.path, before) in felt):
            found.append(diagnostic)
    return found


def _spans(diagnostic: Diagnostic) -> Iterator[Span]:
    notes = (*diagnostic.notes, *diagnostic.details, *diagnostic.trail)
    for span in (diagnostic.span, *(note.span for note in notes)):
        if span is not None:
            yield span


def _quoted(diagnostic: Diagnostic) -> set[str]:
    """Return the words of the message and of the lines that are quoted."""
    assert diagnostic.span is not None
    lines = [diagnostic.message, diagnostic.span.source.line(diagnostic.span.line)]
    return {word for line in lines for word in re.findall(r"[\w-]+|\w+", line)}


def _overlap(one: Span, other: Span) -> bool:
    return (one.line, one.column) <= (other.end_line, other.end_column) and (
        (other.line, other.column) <= (one.end_line, one.end_column)
    )


def _span(tree: Tree, path: Path) -> Span:
    """Return the place of the deepest part on a path; of an argument, that of its node."""
    node, depth = tree, 0
    for index, key in enumerate(path):
        if isinstance(tree, Mapping) and any(_is_callee(k.value) for k, _ in tree.entries):
            node, depth = tree, index
        if isinstance(tree, Mapping):
            inner = tree.get(str(key))
        else:
            inner = tree.items[int(key)] if isinstance(tree, Listing) else None
        if inner is None:
            break
        tree = inner
    return (node if depth and len(path) - depth <= 2 else tree).span


def _is_callee(key: object) -> bool:
    return key in BY_NAME or key == "use" or str(key).startswith("Block")


def _downstream(net: archspec.Architecture, path: Path) -> set[str]:
    """Return the paths of the nodes that a change of the smallest node around a place may reach."""
    root = net.network.root
    tree = parse(next(walk(root)).written.span.source)
    changed: set[str] = set()
    while not changed and path:
        region = _span(tree, path)
        changed = {node.path for node in walk(root) if _overlap(node.written.span, region)}
        path = path[:-1]
    felt: set[str] = {""}
    _visit(root, changed, felt, arrives=False)
    return felt


def _visit(body: Body, changed: set[str], felt: set[str], *, arrives: bool) -> bool:
    """Add what is felt within a body; tell whether its result is."""
    names: set[str] = set()
    for node in body.steps:
        mine = node.path in changed or node.reuses in names
        mine |= any(name in names or (name == "input" and arrives) for name in node.reads)
        if isinstance(node, Body):
            mine |= _visit(node, changed, felt, arrives=mine)
        if mine:
            names.add(node.name)
            felt.add(node.path)
    return bool(names)


def _known(path: str, net: archspec.Architecture) -> str:
    """Return the nearest module on the way to a node that was there before."""
    paths = {node.path for node in net.nodes}
    while path and path not in paths:
        path = path.rpartition(".")[0]
    return path
