"""What a node may be where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from archspec import spec
from archspec.errors import fail
from archspec.resolve.flows import Flow
from archspec.resolve.holding import Around, is_own

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


def check_alias(node: spec.Alias, key: spec.Name | None, around: Around) -> None:
    """Check that another name for a value can be one where it stands.

    Raises:
        SpecError: for one in a list, or in training mode alone; codes G326 and G327.
    """
    if key is None:
        raise fail("G327", "another name for a value has a name itself", node.span, help=_NAMED)
    if around.training_only:
        message = "another name for a value is there in training mode and outside of it"
        raise fail("G326", message, node.span, help="`outputs` names the value by its own name")
