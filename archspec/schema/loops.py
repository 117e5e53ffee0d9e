"""Nodes that are made several times: `repeat`, `for` and `cfg`."""

from __future__ import annotations

from archspec.errors import fail
from archspec.schema.columns import columns
from archspec.schema.keys import check_only
from archspec.schema.reader import Reader
from archspec.schema.values import given
from archspec.spec import Body, Cfg, Loop, Name
from archspec.syntax import Mapping


def read_loop(reader: Reader, tree: Mapping) -> Loop:
    """Read `repeat` or `for`, with `do` or `splice`."""
    kinds = ("repeat", "for") if tree.get("repeat") else ("for", "repeat")
    check_only(tree, (*kinds, "do", "splice", "if", "else", "from"))
    loops, bodies = [[k for k in ks if tree.get(k)] for ks in (("repeat", "for"), ("do", "splice"))]
    if len(loops) > 1 or len(bodies) != 1:
        raise fail(
            "S208",
            "a loop has one of `repeat` and `for`, and one of `do` and `splice`",
            tree.span,
        )
    held, values = tree.get(bodies[0]), tree.get(loops[0])
    assert held is not None
    assert values is not None
    node, splice = reader.node(held), bodies[0] == "splice"
    if splice and not isinstance(node, Body):
        raise fail("S205", "`splice` holds a list or a mapping of children", held.span)
    if loops[0] == "repeat":
        if isinstance(values, Mapping):
            message = "`repeat` is a number of turns; loop variables stand under `for`"
            raise fail("S215", message, values.span, help="write `for` in place of `repeat`")
        return Loop(**reader.common(tree), count=given(values), node=node, splice=splice)
    return Loop(**reader.common(tree), columns=columns(values), node=node, splice=splice)


def read_cfg(reader: Reader, tree: Mapping) -> Cfg:
    """Read `cfg`, a list of entries, with `where`, which tells what each of them makes."""
    check_only(tree, ("cfg", "where", "if", "else", "from"))
    entries, where = tree.get("cfg"), tree.get("where")
    assert entries is not None
    if not isinstance(where, Mapping):
        raise fail("S209", "`cfg` needs `where`, a mapping of entries to nodes", tree.span)
    cases = tuple((Name(str(k.value), k.span), reader.node(v)) for k, v in where.entries)
    return Cfg(**reader.common(tree), entries=given(entries), cases=cases)
