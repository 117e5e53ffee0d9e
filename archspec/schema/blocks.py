"""Blocks of the spec's own: a body, or as the file is, with `input`, `net` and `outputs`."""

from __future__ import annotations

from typing import Final

from archspec.changes.forms import is_long
from archspec.errors import Diagnostic, fail
from archspec.schema import names, slips
from archspec.schema.keys import reference
from archspec.schema.reader import Reader
from archspec.spec import Block, Body, Name, Parameter
from archspec.syntax import Listing, Mapping, Scalar, Tree

KEYS: Final = ("input", "net", "outputs")
"""What stands in a block that is written as the file is."""

_EXAMPLE: Final = "`input: [below, skip]`"


def read_block(reader: Reader, place: Name, parameters: tuple[Parameter, ...], tree: Tree) -> Block:
    """Return a block; what is wrong with it is recorded.

    Args:
        reader: reads the nodes in it.
        place: its name.
        parameters: those of its header.
        tree: what stands behind the header.
    """
    if not is_long(tree):
        return Block(place, parameters, reader.node(tree))
    assert isinstance(tree, Mapping)
    inputs: tuple[Name, ...] = ()
    outputs: tuple[tuple[Name, Name], ...] = ()
    _check_keys(reader, place, tree)
    with reader.diagnostics.collect():
        inputs = _inputs(reader, tree)
    with reader.diagnostics.collect():
        outputs = _outputs(reader, tree)
    net = tree.get("net")
    body = Body(span=tree.span, items=()) if net is None else reader.node(net)
    return Block(place, parameters, body, inputs, outputs)


def _check_keys(reader: Reader, place: Name, tree: Mapping) -> None:
    """Record a key that has no place in a block of this form, or that `net` is missing."""
    others = [key for key, _ in tree.entries if key.value not in KEYS]
    for key in others[:1]:
        message = f"`{key.value}` cannot stand beside `{tree.entries[0][0].value}` in a block"
        help = "beside `input` and `outputs`, the children of a block stand under `net`"
        reader.diagnostics.add(Diagnostic("S253", message, key.span, help=help))
    if tree.key("net") is None and not others:
        message = f"the block `{place.text}` has no `net`"
        help = f"beside {_EXAMPLE} its children stand under `net`"
        reader.diagnostics.add(Diagnostic("S253", message, place.span, help=help))


def _inputs(reader: Reader, tree: Mapping) -> tuple[Name, ...]:
    """Return the names of what enters, of which those that cannot be given are recorded."""
    held = tree.get("input")
    if held is None:
        return ()
    slips.check_blanks(held)
    words = held.items if isinstance(held, Listing) else ()
    plain = [w for w in words if isinstance(w, Scalar) and isinstance(w.value, str)]
    if not words or len(plain) < len(words):
        help = f"{_EXAMPLE}; their sizes are those of what a use reads"
        raise fail("S253", "`input` of a block is a list of names", held.span, help=help)
    seen: set[str] = set()
    for word in plain:
        name = str(word.value)
        trouble = "twice" if name in seen else names.problem(name, reader.callees)
        if trouble:
            help = "" if name in seen else slips.another(name, reader.callees)
            found = Diagnostic("S207", f"`{name}`: {trouble}", word.span, help=help)
            reader.diagnostics.add(found)
        seen.add(name)
    return tuple(Name(str(word.value), word.span) for word in plain)


def _outputs(reader: Reader, tree: Mapping) -> tuple[tuple[Name, Name], ...]:
    """Return labels and nodes of what leaves, of which labels that cannot be given are recorded."""
    held = tree.get("outputs")
    if held is None:
        return ()
    if not isinstance(held, Mapping) or not held.entries:
        help = "`outputs: {made: relu1}`; the last node is the output without it"
        raise fail("S253", "`outputs` of a block maps labels to nodes", held.span, help=help)
    if len(held.entries) > 1:
        (_, _), (second, _), *_ = held.entries
        help = "what else is read outside stands in the body around, or is given by a second block"
        raise fail(
            "S253", "a block gives one tensor, so `outputs` names one", second.span, help=help
        )
    for key, _ in held.entries:
        if trouble := names.problem(str(key.value), reader.callees):
            help = slips.another(str(key.value), reader.callees)
            found = Diagnostic("S207", f"`{key.value}`: {trouble}", key.span, help=help)
            reader.diagnostics.add(found)
    return tuple((Name(str(key.value), key.span), reference(value)) for key, value in held.entries)
