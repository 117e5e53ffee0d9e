"""Values without a name that are read otherwise than they were most likely meant.

They are looked for in the network as its own spec has it, and not while it is resolved: for other
sizes of the input, as source is written for, the same layer may be right.
"""

from __future__ import annotations

import ast

from archspec import limits
from archspec.errors import Diagnostic, Diagnostics, Span
from archspec.network import Leaf, Network
from archspec.ops import shown
from archspec.ops.resample import Upsample
from archspec.spec import Given, Use


def check_readings(network: Network) -> None:
    """Refuse an `Upsample` whose value, a size, makes the map no larger: a factor was meant.

    Raises:
        SpecError: code G360, for each of them.
    """
    found = Diagnostics()
    for leaf in network.leaves:
        if isinstance(leaf.op, Upsample) and isinstance(leaf.written, Use):
            before, after = leaf.inputs[0][1:], leaf.output[1:]
            grows = after != before and all(n <= m for n, m in zip(before, after, strict=True))
            if leaf.written.positional and not grows:
                place = leaf.written.positional[0].span
                message = (
                    f"the value of `Upsample` is a size: {shown(before)} becomes {shown(after)}"
                )
                help = (
                    "a factor has a name, `scale_factor: 2`; so has a size that is meant, `size: 2`"
                )
                found.add(Diagnostic("G360", message, place, path=leaf.path, help=help))
    found.raise_any()


def misread(network: Network) -> tuple[Diagnostic, ...]:
    """Return a warning for each list that begins with what is inferred, as PyTorch's does; W110."""
    found: dict[Span, Diagnostic] = {}
    for leaf in network.leaves:
        if isinstance(leaf.written, Use) and leaf.written.is_list and _is_as_in_torch(leaf):
            found.setdefault(leaf.written.span, _begins_with_what_arrives(leaf, leaf.written))
    return tuple(found.values())[: limits.MISTAKES]


def _begins_with_what_arrives(leaf: Leaf, use: Use) -> Diagnostic:
    """Return how a list is read, and how the other reading is written."""
    label, inferred, order = leaf.label, leaf.op.inferred()[0], type(leaf.op).positions()
    read = ", ".join(f"{name}={getattr(leaf.op, name)}" for name in order[: len(use.positional)])
    first = use.positional[0]
    meant = first.value if first.formula is None else f"={_name(first)}"
    return Diagnostic(
        "W110",
        f"this list of `{label}` is read as {read}",
        first.span,
        path=leaf.path,
        help=f"`{inferred}` is inferred: leave it out. If {meant} is `{order[0]}`, say so:"
        f" `{{{label}: {meant}, {order[1]}: …}}`",
    )


def _is_as_in_torch(leaf: Leaf) -> bool:
    """Tell whether PyTorch's class would take the list, and its first entry is what arrives."""
    assert isinstance(leaf.written, Use)
    kind, given = type(leaf.op), leaf.written.positional
    inferred, order = kind.inferred(), kind.positions()
    if not inferred or inferred[0] in order or kind.variadic is not None:
        return False
    needed = sum(field.is_required() for field in kind.model_fields.values())
    values = [getattr(leaf.op, name) for name, _ in zip(order, given, strict=False)]
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in values)
    if len(given) < needed or not whole or values[0] != getattr(leaf.op, inferred[0]):
        return False
    # A number is compared with what arrives; a name is what its author calls it.
    if given[0].formula is not None:
        return _name(given[0]) == inferred[0]
    return not _is_kernel(values)


def _name(given: Given) -> str:
    return given.formula.id if isinstance(given.formula, ast.Name) else ""


def _is_kernel(values: list[int]) -> bool:
    """Tell whether `[64, 3, 1, 1]` is plainly a kernel, its stride, and half the kernel around."""
    return len(values) > 3 and values[1] % 2 == 1 and values[2] < 3 and values[3] == values[1] // 2
