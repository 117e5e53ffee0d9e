"""In-place ops must not overwrite what is read again.

PyTorch notices this in some backward passes and never in a forward pass: the sum of a residual
block is silently wrong when an activation at its start works in place on the block's input.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archspec.errors import Diagnostic, Diagnostics, Note
from archspec.network import INPUT, Body, Leaf, Node


def check_overwriting(root: Body, diagnostics: Diagnostics) -> None:
    """Record every node that overwrites in place what a later node of its body reads."""
    _look(root, root.entries, diagnostics)


class _Effect(NamedTuple):
    """What a body does to the tensors that enter it.

    Attributes:
        overwritten: the places of those that it overwrites.
        passed: the place of the one that may be what leaves; None where none is.
    """

    overwritten: frozenset[int]
    passed: int | None


def _look(body: Body, entering: Sequence[str], diagnostics: Diagnostics) -> _Effect:
    """Check a body; what `entering` calls alike is one tensor that is read under several names."""
    first: dict[str, str] = {}
    pairs = zip(body.entries, entering, strict=True)
    holds = {name: first.setdefault(tensor, name) for name, tensor in pairs}
    entries = [holds[name] for name in body.entries]
    overwritten: dict[str, Node] = {}
    spoilt: set[str] = set()
    for node in body.steps:
        for name in node.reads:
            # A value made in place is the new one; what it was made of is gone.
            culprit = overwritten.get(name)
            if culprit is not None:
                _report(culprit, node, name, diagnostics)
        if not node.reads:
            continue
        sources = [holds.get(name, name) for name in node.reads]
        effect = _effect(node, sources, diagnostics)
        holds[node.name] = node.name if effect.passed is None else sources[effect.passed]
        for source in {sources[place] for place in effect.overwritten}:
            gone = {name for name, held in holds.items() if held == source and name != node.name}
            gone |= {name for name in node.reads if holds.get(name, name) == source}
            overwritten |= dict.fromkeys(gone, node)
            spoilt.add(source)
    leaving = [holds.get(name, name) for name in body.returned]
    passed = next((place for place, name in enumerate(entries) if name in leaving), None)
    places = (place for place, name in enumerate(entries) if name in spoilt)
    return _Effect(frozenset(places), passed)


def _effect(node: Leaf | Body, sources: Sequence[str], diagnostics: Diagnostics) -> _Effect:
    if isinstance(node, Body):
        return _look(node, sources, diagnostics)
    in_place = bool(getattr(node.op, "inplace", False))
    passed = 0 if node.op.passes_on() else None
    return _Effect(frozenset((0,) if in_place else ()), passed)


def _report(culprit: Node, reader: Node, name: str, diagnostics: Diagnostics) -> None:
    what = "the body's input" if name == INPUT else f"`{name}`"
    diagnostics.add(
        Diagnostic(
            "G350",
            f"`{culprit.name}` works in place and overwrites {what}, which `{reader.name}` reads",
            culprit.written.span,
            notes=(Note("read again here", reader.written.span),),
            path=culprit.path,
            help="give it `inplace: false`",
        )
    )
