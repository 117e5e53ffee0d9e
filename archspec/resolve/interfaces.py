"""What a block asks for and gives: which tensor is which of its inputs, what leaves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from archspec import spec
from archspec.errors import SpecError, did_you_mean, fail
from archspec.network import INPUT, Output
from archspec.ops import Shape
from archspec.resolve.flows import Flow, only, origins
from archspec.resolve.scope import Scope
from archspec.resolve.shapes_across_scopes import sizes_by_place
from archspec.resolve.siblings import Siblings
from archspec.schema import names

Outputs: TypeAlias = Sequence[tuple[spec.Name, spec.Name]]
"""What leaves a block, as pairs of label and node."""

_COUNTS: Final = (
    "nothing",
    "one tensor",
    "two tensors",
    "three tensors",
    "four tensors",
    "five tensors",
)


def block_of(node: spec.Node, scope: Scope, blocks: Mapping[str, spec.Block]) -> spec.Block | None:
    """Return the block that a node uses; None for anything else."""
    if not isinstance(node, spec.Use) or node.branches is not None or node.operands is not None:
        return None
    return blocks.get(str(scope.compute(node.callee)[0]))


def called(node: spec.Node, block: spec.Block | None) -> str:
    """Return what messages call a node."""
    if block is not None:
        return f"`{block.name.text}`"
    if isinstance(node, spec.Use) and isinstance(node.callee.value, str):
        return f"`{node.callee.value}`"
    return "a loop" if isinstance(node, spec.Loop | spec.Cfg) else "what stands here"


def in_order(
    label: str, block: spec.Block | None, reads: Sequence[spec.Name]
) -> tuple[spec.Name, ...]:
    """Return what a node reads in the order of its inputs, where `from` says which is which.

    Args:
        label: what messages call the node.
        block: the block that it is, if it is one.
        reads: what stands under `from`.

    Raises:
        SpecError: for a name that none of its inputs has, or an input without a tensor; codes
            G317 and G310.
    """
    given = {read.fills.text: read for read in reads if read.fills is not None}
    if not given:
        return tuple(reads)
    inputs = [name.text for name in block.inputs] if block is not None else []
    for read in reads:
        if read.fills is not None and read.fills.text not in inputs:
            raise _unknown(label, read.fills, inputs)
    if missing := [name for name in inputs if name not in given]:
        message = f"{label} reads {_counted(inputs)}, and {_listed(missing)} is not given"
        place = reads[0].fills.span if reads[0].fills is not None else reads[0].span
        raise fail(
            "G310", message, place, help=f"`from: {{{', '.join(f'{n}: …' for n in inputs)}}}`"
        )
    return tuple(given[name] for name in inputs)


def _unknown(label: str, name: spec.Name, inputs: Sequence[str]) -> SpecError:
    """Return the error about an input that a node does not have."""
    message = f"{label} has no input `{name.text}`"
    help = did_you_mean(name.text, inputs) or f"its inputs are {', '.join(inputs)}"
    if not inputs:
        help = "it reads one tensor, which has no name there: `from: name`"
    return fail("G317", message, name.span, help=help)


def _counted(inputs: Sequence[str]) -> str:
    count = len(inputs)
    words = _COUNTS[count] if count < len(_COUNTS) else f"{count} tensors"
    return f"{words} ({', '.join(inputs)})"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(f"`{word}`" for word in words)


def arriving(block: spec.Block, flows: list[Flow], use: spec.Use) -> dict[str, Flow]:
    """Return what a block reads, by the names of its inputs.

    Raises:
        SpecError: when there are more tensors or fewer; code G310.
    """
    inputs = [name.text for name in block.inputs]
    if len(inputs) < 2:
        return {inputs[0] if inputs else INPUT: only(flows, use.span)}
    if len(flows) != len(inputs):
        there = "one" if len(flows) == 1 else len(flows)
        message = f"`{block.name.text}` reads {_counted(inputs)}, not {there}"
        first = flows[0].written or flows[0].ref if flows else "…"
        dots = ["…"] * (len(inputs) - 1)
        help = f"name them in this order: `from: [{', '.join([first, *dots])}]`"
        raise fail("G310", message, use.span, details=origins(flows), help=help)
    return dict(zip(inputs, flows, strict=True))


def leaving_under_names(outputs: Outputs, siblings: Siblings) -> dict[spec.Name, Flow]:
    """Return what leaves a block by its labels.

    Raises:
        SpecError: for a name that nothing in it has; code G333.
    """
    found: dict[spec.Name, Flow] = {}
    for label, name in outputs:
        flow = siblings.flows.get(name.text)
        if flow is None and siblings.is_lost(name.text):
            flow = Flow("", None)
        if flow is None or flow.owned:
            known = [n for n, flow in siblings.flows.items() if not (flow.owned or n.isdigit())]
            message = f"`outputs` names `{name.text}`, which is not in this block"
            if flow is not None:
                message = f"`outputs` names the parameter `{name.text}`, which has no batch"
            help = did_you_mean(name.text, known) or f"there are {', '.join(known)}"
            raise fail("G333", message, name.span, help=help)
        found[label] = flow
    return found


def named_output(label: str, flow: Flow) -> Output:
    """Return one of the outputs of a block."""
    return Output(label, flow.ref, flow.written or flow.ref, flow.size)


def names_of_sizes(
    block: spec.Block, shapes: Mapping[str, Shape], taken: set[str]
) -> dict[str, dict[int, str]]:
    """Return names for the sizes that enter a block, by input and index.

    Those of the first are the ones that its expressions see, `in_channels` and the others. The
    sizes of further inputs have names in formulas alone, `skip_channels`, which nothing else in the
    block has.

    Args:
        block: the block.
        shapes: what enters, by the names of its inputs.
        taken: names that stand for something else around it.
    """
    found: dict[str, dict[int, str]] = {}
    own = (parameter.name for parameter in block.parameters)
    known = {*taken, *own, *names.SIZES, *_variables(block.body)}
    for number, (name, shape) in enumerate(shapes.items()):
        sizes = sizes_by_place(shape)
        if number:
            own_names = {i: f"{name}_{size.removeprefix('in_')}" for i, size in sizes.items()}
            sizes = {i: _unused(size, known) for i, size in own_names.items()}
            known.update(sizes.values())
        found[name] = sizes
    return found


def _unused(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"{name}_"
    return name


def _variables(node: spec.Node | None) -> Iterator[str]:
    """Yield the variables of all loops in a node."""
    held: Sequence[spec.Node | None] = ()
    if isinstance(node, spec.Loop):
        yield from (name.text for name, _ in node.columns)
        held = (node.node,)
    elif isinstance(node, spec.Body):
        held = [inner for _, inner in node.items]
    elif isinstance(node, spec.Cfg):
        held = [inner for _, inner in node.cases]
    elif isinstance(node, spec.Use):
        held = (node.branches,)
    elif isinstance(node, spec.Do):
        held = (node.node,)
    for inner in (*held, node.otherwise if node is not None else None):
        yield from _variables(inner) if inner is not None else ()
