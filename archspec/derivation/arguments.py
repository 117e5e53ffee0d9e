"""The arguments of a node, and where each has its value."""

from __future__ import annotations

from archspec.derivation.facts import Known, Origin
from archspec.derivation.quoting import quoted
from archspec.derivation.scopes import block_arguments
from archspec.expressions import names, text
from archspec.network import Absent, Body, Leaf
from archspec.resolve.positions import bound
from archspec.spec import Use, Written
from archspec.traced import untraced


def arguments(node: Leaf | Body | Absent, written: Written) -> tuple[Known, ...]:
    """Return the arguments of an op, all of them, or of a block; nothing else has any."""
    if isinstance(node, Leaf):
        return tuple(_of_op(node, written))
    if isinstance(node, Body) and node.block is not None:
        return tuple(block_arguments(node.block, node.written))
    return ()


def _of_op(leaf: Leaf, written: Written) -> list[Known]:
    assert isinstance(leaf.written, Use)
    kind = type(leaf.op)
    own = {name: given for name, (given, _) in bound(kind, leaf.written).items()}
    usual = {name.text: given for name, given in written.spec.defaults.get(leaf.label, ())}
    known = []
    for name in kind.model_fields:
        given = own.get(name) or usual.get(name)
        origin: Origin = "default"
        if given is not None:
            origin = "written" if name in own else "defaults"
        elif name in leaf.formulas:
            origin = "arrives"
        formula = leaf.formulas.get(name)
        told = formula is not None and names(formula)
        shown = text(formula) if formula is not None and told else ""
        if any(name.startswith("@") for name in told or ()):
            shown = ""
        quote = None if given is None else quoted(given.span)
        known.append(Known(name, untraced(getattr(leaf.op, name)), origin, shown, quote))
    return known
