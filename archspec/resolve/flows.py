"""Tensors on their way from node to node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archspec.errors import Note, Span, fail
from archspec.ops import Misfit, Op, Shape, shown
from archspec.resolve.shapes_across_scopes import renamed
from archspec.traced import Traced


@dataclass(frozen=True, slots=True)
class Flow:
    """A tensor on its way: which sibling made it, its shape, and where that is written.

    A shape of None means that an error was already reported there. `written` is the name under
    which the spec knows it: an absent node's name, where `ref` is what that stands for. A tensor
    of the module's own is `owned` and has no batch dimension. `doubt` is how a value or
    list of arguments on its way is read, where it may be meant otherwise.
    """

    ref: str
    shape: Shape | None
    span: Span | None = None
    note: str = ""
    training_only: bool = False
    written: str = ""
    owned: bool = False
    doubt: Note | None = None

    @property
    def size(self) -> Shape:
        """The shape of a tensor that is known to have one."""
        assert self.shape is not None
        return self.shape

    def entering(self, name: str, sizes: Mapping[int, str]) -> Flow:
        """Return it as a block reads it under a name, with names for some of its sizes."""
        shape = renamed(self.size, sizes)
        return Flow(name, shape, self.span, "the block's input", doubt=self.doubt)


def origins(flows: list[Flow]) -> tuple[Note, ...]:
    """Return a line for each tensor that arrives: who made it, its shape, where."""
    if not flows:
        return ()
    refs = [flow.written or flow.ref for flow in flows]
    shapes = [shown(flow.size) for flow in flows]
    width, wide = max(map(len, refs)), max(map(len, shapes))
    notes = []
    for flow, ref, shape in zip(flows, refs, shapes, strict=True):
        told = f"{ref:<{width}}  {shape:<{wide}}  "
        if flow.note or flow.span is None:
            notes.append(Note(f"{told}{flow.note}".rstrip()))
        else:
            notes.append(Note(f"{told}from", flow.span))
    return tuple(notes)


def only(flows: list[Flow], span: Span) -> Flow:
    """Return the one tensor that a module or a loop reads.

    Raises:
        SpecError: when there are several; code G310.
    """
    if len(flows) != 1:
        message = f"a block or body reads one tensor, not {len(flows)}"
        names = ", ".join(dict.fromkeys("abcdefgh"[: len(flows)]))
        help = f"{joining(flows)}; a block that reads them apart has `input: [{names}]`"
        raise fail("G310", message, span, details=origins(flows), help=help)
    return flows[0]


def joining(flows: list[Flow]) -> str:
    """Return how several tensors become one that a node can read."""
    names = [flow.written or flow.ref for flow in flows]
    if len({*names}) == 1:
        return f"that is one tensor: `from: {names[0]}`"
    listed = ", ".join(names)
    return f"join them above, `both: {{Cat: [{listed}]}}`, or by `Add` or `Mul`; then `from: both`"


def for_each_sample(flows: list[Flow], kind: type[Op]) -> tuple[Shape, ...]:
    """Return the shapes that a merge joins, without the batch dimension.

    A tensor of the module's own is read as PyTorch broadcasts it: its last dimensions are those of
    the others, and where it has one more, that is a batch of 1.

    Raises:
        Misfit: when its sizes are not those of the others, nor 1 where the op stretches them.
    """
    arriving = [flow.size for flow in flows if not flow.owned]
    if not arriving:
        raise Misfit("joins parameters alone", help="one of them comes from the body's input")
    rank = len(arriving[0])
    return tuple(_per_sample(flow, arriving[0], rank, kind) for flow in flows)


def _per_sample(flow: Flow, other: Shape, rank: int, kind: type[Op]) -> Shape:
    if not flow.owned:
        return flow.size
    shape = flow.size[1:] if len(flow.size) == rank + 1 and flow.size[0] == 1 else flow.size
    if not kind.stretches:
        if len(flow.size) != rank + 1 or flow.size[0] != 1:
            raise Misfit(
                f"`{flow.ref}` {shown(flow.size)} has no dimension of 1 for the batch",
                help="write its shape as [1, …]",
            )
        return shape
    trailing = other[rank - len(shape) :] if len(shape) <= rank else ()
    fits = len(shape) <= rank and all(a in (1, b) for a, b in zip(shape, trailing, strict=True))
    if not fits:
        raise Misfit(
            f"the parameter `{flow.ref}` {shown(flow.size)} does not stretch to {shown(other)}",
            help="each of its last sizes is that of the other tensor, or 1",
        )
    return other


def meeting(flows: list[Flow], kind: type[Op]) -> Iterator[tuple[int, int]]:
    """Yield each size of the tensors of the module's own, with what it has to be, unless it is 1.

    A size of 1 that a var decides is among them: with another value it would not be stretched.
    """
    arriving = next((flow.size for flow in flows if not flow.owned), ())
    for size in (flow.size for flow in flows if flow.owned and kind.inputs is None):
        batch, sizes = size[: len(size) - len(arriving)], size[-len(arriving) :]
        yield from ((n, 1) for n in batch)
        if kind.stretches:
            others = arriving[len(arriving) - len(sizes) :]
            pairs = zip(sizes, others, strict=True)
            yield from ((n, other) for n, other in pairs if n != 1 or isinstance(n, Traced))
