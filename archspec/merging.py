"""Documents that extend one another as one: whose keys are taken, and how they are joined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from archspec import changes
from archspec.errors import Diagnostic, Span
from archspec.ops import BY_NAME, Ops
from archspec.syntax import Mapping, Scalar, Tree

MERGED: Final = ("vars", "defaults", "blocks")
"""Keys that merge entry by entry with those of the spec that is extended."""

_OWN: Final = ("extends", "expect", changes.KEY)
"""Keys that speak of one file alone, and are not taken from the one it extends."""

_TOLD: Final = ("description", "paper")
"""Keys that tell of a network, and not of another that is made of it."""

Chain: TypeAlias = tuple[Mapping, ...]
"""A document, the one that it extends, and so on."""


@dataclass(frozen=True, slots=True)
class Document(Mapping):
    """A spec with what it extends merged in.

    Attributes:
        marks: the parts that `changes` made, each with the place of the change.
        warnings: what the file does to its base and may not mean.
    """

    marks: tuple[tuple[Tree, Span], ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


def joined(chain: Chain, ops: Ops = BY_NAME) -> Document:
    """Return a document with what it extends merged in.

    Args:
        chain: the document, and what it extends.
        ops: the ops that it may use.

    Raises:
        SpecError: when `changes` cannot be made; codes L107, and S255 to S260.
    """
    *above, first = chain
    changes.check_has_base(first)
    whole = Document(first.entries, first.span)
    for own in reversed(above):
        whole = merged(whole, own, ops)
    return whole


def merged(base: Document, own: Mapping, ops: Ops = BY_NAME) -> Document:
    """Return a document in which the own keys override the base's, once that is changed.

    `vars`, `defaults` and `blocks` merge key by key; a block is known by its name, whatever its
    parameters. What tells of the base's network is not taken where nodes of that are others.
    """
    left = (*_OWN, *_TOLD) if _rebuilds(base, own) else _OWN
    after = changes.changed(base, own, ops)
    entries: list[tuple[Scalar, Tree]] = []
    for key, value in after.tree.entries:
        if key.value in left:
            continue
        other = own.get(str(key.value))
        if other is None:
            entries.append((key, value))
        elif key.value in MERGED and isinstance(value, Mapping) and isinstance(other, Mapping):
            entries.append((key, _overlaid(value, other, _of_var if key.value == "vars" else None)))
        else:
            entries.append((own.key(str(key.value)) or key, other))
    known = {key.value for key, _ in entries} | {changes.KEY}
    entries += [(key, value) for key, value in own.entries if key.value not in known]
    # What a base does to its own base is its own affair.
    warnings = (*after.warnings, *changes.note_whole(base, own))
    return Document(tuple(entries), own.span, (*base.marks, *after.marks), warnings)


def _rebuilds(base: Mapping, own: Mapping) -> bool:
    """Tell whether a file writes nodes anew that its base has: in `changes`, `net` or a block."""
    changed, blocks, theirs = own.get(changes.KEY), own.get("blocks"), base.get("blocks")
    if own.key("net") is not None or (isinstance(changed, Mapping) and changed.entries):
        return True
    known, mine = (
        {_bare(key) for key, _ in held.entries} if isinstance(held, Mapping) else set()
        for held in (theirs, blocks)
    )
    return not known.isdisjoint(mine)


def _overlaid(
    base: Mapping, own: Mapping, join: Callable[[Tree, Tree], Tree] | None = None
) -> Mapping:
    """Return a mapping in which the own entries override the base's, or are joined to them."""
    mine = {_bare(key): (key, value) for key, value in own.entries}
    theirs = []
    for key, value in base.entries:
        own_key, own_value = mine.pop(_bare(key), (key, value))
        if join is not None and own_value is not value:
            own_value = join(value, own_value)
        theirs.append((own_key, own_value))
    return Mapping((*theirs, *mine.values()), own.span)


def _bare(key: Scalar) -> str:
    """Return the name of a block, without its parameters."""
    return str(key.value).partition("(")[0]


def _of_var(base: Tree, own: Tree) -> Tree:
    """Return a var: a plain value is a default for what the base says of it, and keeps the rest."""
    if not isinstance(base, Mapping) and not isinstance(own, Mapping):
        return own
    return _overlaid(_long(base), _long(own))


def _long(tree: Tree) -> Mapping:
    """Return a var in its long form, `{default: 64}`."""
    if isinstance(tree, Mapping):
        return tree
    return Mapping(((Scalar("default", tree.span, quoted=False), tree),), tree.span)
