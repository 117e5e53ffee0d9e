"""What was written for a node or value, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from archspec import spec
from archspec.derivation.facts import Quote
from archspec.errors import Span, visible
from archspec.schema import names


def quoted(span: Span) -> Quote:
    """Return what stands in a stretch that is written in one piece."""
    first, last = span.line, span.end_line
    source = span.source
    if first == last:
        text = source.line(first)[span.column - 1 : span.end_column - 1]
    else:
        inner = [source.line(n) for n in range(first + 1, last)]
        text = "\n".join(
            [
                source.line(first)[span.column - 1 :],
                *inner,
                source.line(last)[: span.end_column - 1],
            ]
        )
    in_file = source.name not in ("--set", "<python>")
    return Quote(visible(source.name), first if in_file else None, text.strip())


def quoted_lines(key: spec.Name | None, node: spec.Node) -> Quote:
    """Return the whole lines on which a node is written, its key among them."""
    spans = [span for span in _spans(node) if span.source is node.span.source]
    if key is not None and key.span.source is node.span.source:
        spans.append(key.span)
    source = node.span.source
    first = min(span.line for span in spans)
    last = max(_last_line(span) for span in spans)
    lines = [source.line(n).rstrip() for n in range(first, last + 1)]
    while lines and (not lines[-1] or lines[-1].lstrip().startswith("#")):
        lines.pop()
    blank = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return Quote(visible(source.name), first, "\n".join(line[blank:] for line in lines))


def _last_line(span: Span) -> int:
    """Return the last line of a stretch; YAML ends a block where the next one begins."""
    before = span.source.line(span.end_line)[: span.end_column - 1]
    is_beyond = span.end_line > span.line and not before.strip()
    return span.end_line - 1 if is_beyond else span.end_line


def _spans(part: Any) -> Iterator[Span]:
    """Yield the places of a node and of all that it holds."""
    if isinstance(part, Span):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from _spans(item)
    elif isinstance(part, spec.Node | spec.Given | spec.Name):
        for field in fields(part):
            yield from _spans(getattr(part, field.name))


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in a body for a child.

    Attributes:
        key: its name as written; None in a list.
        node: all that stands under the key.
        conditions: what stands under `if` on the way from there to the child, and whether it held.
    """

    key: spec.Name | None
    node: spec.Node
    conditions: tuple[tuple[spec.Given, bool], ...]


def entry_of(node: spec.Node, around: spec.Node, name: str) -> Entry:
    """Return what stands in a body for a child.

    Args:
        node: the node as the network knows it.
        around: the body in which it is written.
        name: its name in the network; a sibling called again is found by it alone.
    """
    entries = [*_entries(around)]
    for key, held in entries:
        if key is not None and _is_named(key, name) and isinstance(_bare(held), spec.Reuse):
            return Entry(key, held, tuple(_conditions(held, _bare(held)) or ()))
    for key, held in entries:
        found = _conditions(held, node)
        if found is not None:
            return Entry(key, held, tuple(found))
    return Entry(None, node, tuple(_conditions(node, node) or ()))


def _conditions(held: spec.Node, node: spec.Node) -> list[tuple[spec.Given, bool]] | None:
    """Return the conditions from what is held under a key to a node; None where that is not in it.

    Of a node that is not there its own condition is the last, and did not hold.
    """
    own = [] if held.condition is None else [held.condition]
    if held.span == node.span:
        return [(condition, True) for condition in own]
    parts: tuple[spec.Node, ...] = ()
    if isinstance(held, spec.Do | spec.Loop):
        parts = (held.node,)
    elif isinstance(held, spec.Cfg):
        parts = tuple(case for _, case in held.cases)
    for part in parts:
        found = _conditions(part, node)
        if found is not None:
            return [*((condition, True) for condition in own), *found]
    if held.otherwise is not None and (found := _conditions(held.otherwise, node)) is not None:
        return [*((condition, False) for condition in own), *found]
    return None


def _entries(around: spec.Node) -> Iterator[tuple[spec.Name | None, spec.Node]]:
    """Yield the nodes that can be children of a body, with the keys that name them."""
    if isinstance(around, spec.Body):
        for key, node in around.items:
            if isinstance(node, spec.Loop) and node.splice:
                yield from _entries(node.node)
            else:
                yield key, node
    elif isinstance(around, spec.Use) and around.branches is not None:
        yield from _entries(around.branches)
    elif isinstance(around, spec.Do | spec.Loop):
        yield from _entries(around.node)
    elif isinstance(around, spec.Cfg):
        for _, node in around.cases:
            yield from _entries(node)


def _bare(node: spec.Node) -> spec.Node:
    return _bare(node.node) if isinstance(node, spec.Do) else node


def _is_named(key: spec.Name, name: str) -> bool:
    """Tell whether a key, whose `<variables>` may be anything, can be a child's name."""
    parts = names.TEMPLATE.split(key.text)[::2]
    return re.fullmatch(".+".join(map(re.escape, parts)), name) is not None
