"""Tensors on their way from node to node."""

from __future__ import annotations

from dataclasses import dataclass

from archspec.errors import Span, fail
from archspec.ops import Shape, shown


@dataclass(frozen=True, slots=True)
class Flow:
    """A tensor on its way: which sibling made it, its shape, and where that is written.

    A shape of None means that an error was already reported there. `written` is the name under
    which the spec knows it: an absent node's name, where `ref` is what that stands for.
    """

    ref: str
    shape: Shape | None
    span: Span | None = None
    note: str = ""
    training_only: bool = False
    written: str = ""

    @property
    def size(self) -> Shape:
        """The shape of a tensor that is known to have one."""
        assert self.shape is not None
        return self.shape


def origins(flows: list[Flow]) -> tuple[str, ...]:
    """Return a line for each tensor that arrives: who made it, its shape, where."""
    refs = [flow.written or flow.ref for flow in flows]
    shapes = [shown(flow.size) for flow in flows]
    width, wide = max(map(len, refs)), max(map(len, shapes))
    lines = []
    for flow, ref, shape in zip(flows, refs, shapes, strict=True):
        origin = flow.note or (f"from line {flow.span.line}" if flow.span else "")
        lines.append(f"{ref:<{width}}  {shape:<{wide}}  {origin}".rstrip())
    return tuple(lines)


def only(flows: list[Flow], span: Span, trail: tuple[str, ...]) -> Flow:
    """Return the one tensor that a module or a loop reads.

    Raises:
        SpecError: when there are several; code G310.
    """
    if len(flows) != 1:
        message = f"a module of the spec reads one tensor, not {len(flows)}"
        raise fail("G310", message, span, trail=trail, help="merge them before it")
    return flows[0]
