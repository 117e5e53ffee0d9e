"""What a node may be where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archspec import spec
from archspec.errors import fail
from archspec.resolve.flows import Flow
from archspec.resolve.holding import Around, filled, held, is_own
from archspec.resolve.scope import Scope

_NAMED = "write the body as a mapping; its numbers count modules"


def check_name(node: spec.Node, key: spec.Name | None) -> None:
    """Check that what is no module is not numbered as if it were one.

    Raises:
        SpecError: for a merge of named tensors, or a tensor, without a name; code G327.
    """
    if key is not None:
        return
    if isinstance(node, spec.Use) and node.operands is not None:
        raise fail("G327", "a merge of named tensors has a name itself", node.span, help=_NAMED)
    if is_own(node):
        raise fail("G327", "a parameter has a name itself", node.span, help=_NAMED)


def check_reads(node: spec.Node, flows: Sequence[Flow], written: Sequence[str]) -> None:
    """Check that only a merge reads a tensor of the module around.

    Raises:
        SpecError: for anything else that does; code G328.
    """
    merges = isinstance(node, spec.Use) and node.operands is not None
    owned = [name for name, flow in zip(written, flows, strict=True) if flow.owned]
    if owned and not merges:
        message = f"`{owned[0]}` is a parameter, which merges alone can read"
        help = "`Add`, `Mul`, `Cat` or `MatMul` joins it with what comes from the body's input"
        raise fail("G328", message, node.span, help=help)


def check_training_only(node: spec.Node, key: spec.Name | None, around: Around, path: str) -> None:
    """Check that what runs in training mode alone is something that `outputs` can name.

    Raises:
        SpecError: for what has no name, is within a module, or is a tensor; code G326.
    """
    if not around.training_only:
        return
    if key is None or path:
        message = "what runs in training mode alone is a named node of `net`"
        raise fail("G326", message, node.span, help="so that `outputs` can name it")
    if is_own(node):
        message = "a parameter is there in training mode and outside of it"
        raise fail("G326", message, node.span, help="put the merge that reads it under this `if`")


def check_left_out(node: spec.Node, known: Mapping[str, Flow], before: Flow, scope: Scope) -> None:
    """Check that a merge that is left out would have read the node before it, which it stands for.

    Args:
        node: what is left out.
        known: what can be read, by name.
        before: what the node before it has made.
        scope: the names that it sees.

    Raises:
        SpecError: for a merge of others; code G329.
    """
    merge = held(node)
    operands = merge.operands if isinstance(merge, spec.Use) else None
    read = [known.get(filled(name, scope).text) for name in operands or ()]
    refs = [flow.ref for flow in read if flow is not None and flow.shape is not None]
    if not refs or len(refs) < len(read) or before.shape is None or before.ref in refs:
        return
    message = f"this is left out, and `{before.ref}` before it is none of what it merges"
    named = " or ".join(f"`from: {ref}`" for ref in refs)
    raise fail("G329", message, node.span, help=f"say which stands for it: {named}")
