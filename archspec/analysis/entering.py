"""Sizes of what enters a body in place, where they once were those of the block around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archspec import limits, spec
from archspec.errors import Diagnostic, Span
from archspec.network import Body, Network
from archspec.resolve.shapes_across_scopes import entering
from archspec.schema import names
from archspec.spec import Given, read_names


def moved(network: Network) -> tuple[Diagnostic, ...]:
    """Return a warning where `in_channels` of a body in place is not that of its block; W120.

    Whoever reads a block from its head may take it for that of the block.
    """
    found: dict[Span, Diagnostic] = {}
    first = next(iter(network.inputs.values()))
    _look(network.root, entering(first), "the network", found)
    # What a base says is for its own author to look at.
    own = [warning for span, warning in found.items() if span.source.name == network.file]
    return tuple(own)[: limits.MISTAKES]


def _look(body: Body, outer: Mapping[str, int], whose: str, found: dict[Span, Diagnostic]) -> None:
    if body.block is not None:
        outer, whose = entering(body.inputs[0]), f"`{body.block.name}`"
    own = entering(body.inputs[0]) if body.path else outer
    differ = {name for name in own if name in outer and own[name] != outer[name]}
    for given in _within(body.written) if differ and body.block is None else ():
        if read := sorted(differ & read_names(given)):
            now, before = (
                " and ".join(str(int(held[name])) for name in read) for held in (own, outer)
            )
            is_, it = ("are", "they are") if len(read) > 1 else ("is", "it is")
            listed = " and ".join(f"`{name}`" for name in read)
            message = f"{listed} {is_} {now} here, of what enters this body, and not {before}"
            help = f"{before} {is_} what enters {whose}: where {it} meant, write {before}"
            warning = Diagnostic("W120", message, given.span, path=body.path, help=help)
            found.setdefault(given.span, warning)
    for node in body.nodes:
        if isinstance(node, Body):
            _look(node, outer, whose, found)


def _within(node: spec.Node) -> Iterator[Given]:
    """Yield what is computed in a body, but not in the bodies further in."""
    if isinstance(node, spec.Do):
        yield from _within(node.node)
    elif isinstance(node, spec.Body):
        for key, held in node.items:
            yield from _of(key, held)
    elif isinstance(node, spec.Use):
        for key, held in node.branches.items if node.branches is not None else ():
            yield from _of(key, held)
    elif isinstance(node, spec.Loop | spec.Cfg):
        yield from _of(None, node)


def _of(key: spec.Name | None, node: spec.Node) -> Iterator[Given]:
    """Yield what is computed for a node of a body, where it stands."""
    yield from () if node.condition is None else (node.condition,)
    if node.otherwise is not None:
        yield from _of(key, node.otherwise)
    if isinstance(node, spec.Use):
        yield from (node.callee, *node.arguments())
    elif isinstance(node, spec.Do):
        yield from _of(key, node.node)
    elif isinstance(node, spec.Loop | spec.Cfg) and (key is None or _is_named(key)):
        yield from _of_loop(node)


def _is_named(key: spec.Name) -> bool:
    """Tell whether each turn is a child of its own: under a plain key a loop is a body."""
    return names.TEMPLATE.search(key.text) is not None


def _of_loop(node: spec.Loop | spec.Cfg) -> Iterator[Given]:
    if isinstance(node, spec.Cfg):
        yield node.entries
        turns = [held for _, held in node.cases]
    else:
        yield from () if node.count is None else (node.count,)
        yield from (given for _, given in node.columns)
        turns = [node.node]
    for turn in turns:
        if isinstance(turn, spec.Body) and (isinstance(node, spec.Cfg) or node.splice):
            yield from _within(turn)
        else:
            yield from _of(None, turn)
