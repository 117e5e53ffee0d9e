"""Bodies in place: mappings of named children, `Sequential`, and the branches of a merge."""

from __future__ import annotations

from dataclasses import replace

from archspec.errors import Diagnostic, fail
from archspec.schema import names, slips
from archspec.schema.keys import CONTROL
from archspec.schema.reader import SEQUENTIAL, Reader
from archspec.spec import Body, Name, Node
from archspec.syntax import Listing, Mapping, Tree


def read_body(reader: Reader, tree: Mapping, *, branches: bool = False) -> Body:
    """Read a mapping of named children, unless it looks like an op that does not exist."""
    if tree.entries and not branches and (key := reader.words.misspelt(tree)) is not None:
        raise reader.unknown_op(key, tree.get(str(key.value)))
    slips.check_filled(tree)
    control = [key for key, _ in tree.entries if branches and key.value in CONTROL]
    for key in control[:1]:
        is_loop = key.value in ("for", "repeat", "cfg")
        help = "a loop names each turn: `branch<i>: {for: {i: …}, do: …}`" if is_loop else ""
        message = f"`{key.value}` is a key of nodes, and no name for a branch"
        raise fail("S207", message, key.span, help=help)
    items: list[tuple[Name | None, Node]] = []
    for key, value in tree.entries:
        text = str(key.value)
        trouble = names.child_problem(names.TEMPLATE.sub(r"\1", text), reader.callees)
        if trouble:
            help = slips.another(text, reader.callees)
            found = Diagnostic("S207", f"`{text}`: {trouble}", key.span, help=help)
            reader.diagnostics.add(found)
        items.append((Name(text, key.span), reader.node(value)))
    return Body(span=tree.span, items=tuple(items))


def read_sequential(reader: Reader, tree: Mapping, value: Tree) -> Node:
    """Read `Sequential: […]`: a numbered module, also around a single node."""
    inner = reader.node(value)
    body = inner if isinstance(value, Listing) else Body(span=value.span, items=((None, inner),))
    for key, _ in tree.entries:
        if key.value not in (*CONTROL, SEQUENTIAL):
            raise fail("S201", f"unknown argument `{key.value}` for `Sequential`", key.span)
    return replace(body, **reader.common(tree))
