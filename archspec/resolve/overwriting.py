"""In-place ops must not overwrite what is read again.

PyTorch notices this in some backward passes and never in a forward pass: the sum of a residual
block is silently wrong when an activation at its start works in place on the block's input.
"""

from __future__ import annotations

from archspec.errors import Diagnostic, Diagnostics, Note
from archspec.network import INPUT, Body, Leaf, Node


def check_overwriting(root: Body, diagnostics: Diagnostics) -> None:
    """Record every node that overwrites in place what a later node of its body reads."""
    _overwrites_input(root, diagnostics)


def _overwrites_input(body: Body, diagnostics: Diagnostics) -> bool:
    """Check a body, and tell whether it overwrites what it reads."""
    holds = {INPUT: INPUT}
    overwritten: dict[str, Node] = {}
    for node in body.steps:
        for name in node.reads:
            # A value made in place is the new one; what it was made of is gone.
            culprit = overwritten.get(name)
            if culprit is not None:
                _report(culprit, node, name, diagnostics)
        if not node.reads:
            continue
        source = holds.get(node.reads[0], node.reads[0])
        holds[node.name] = source if _may_return_input(node) else node.name
        if _works_in_place(node, diagnostics):
            gone = [name for name, held in holds.items() if held == source and name != node.name]
            overwritten |= dict.fromkeys({*gone, node.reads[0]}, node)
    return INPUT in overwritten


def _may_return_input(node: Leaf | Body) -> bool:
    if isinstance(node, Leaf):
        return node.op.passes_on()
    return all(_may_return_input(child) for child in node.nodes)


def _works_in_place(node: Leaf | Body, diagnostics: Diagnostics) -> bool:
    if isinstance(node, Leaf):
        return bool(getattr(node.op, "inplace", False))
    return _overwrites_input(node, diagnostics)


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
