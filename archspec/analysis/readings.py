"""Values without a name that are read otherwise than they were most likely meant.

They are looked for in the network as its own spec has it, and not while it is resolved: for other
sizes of the input, as source is written for, the same layer may be right.
"""

from __future__ import annotations

from archspec import limits
from archspec.errors import Diagnostic, Diagnostics, Span
from archspec.network import Leaf, Network
from archspec.resolve.positions import is_as_in_torch, name_of, reading, small_size
from archspec.spec import Use


def check_readings(network: Network) -> None:
    """Refuse an `Upsample` whose value, a size, makes the map no larger: a factor was meant.

    Raises:
        SpecError: code G360, for each of them.
    """
    found = Diagnostics()
    for leaf in network.leaves:
        use = leaf.written
        if isinstance(use, Use) and (message := small_size(leaf, use)):
            help = "a factor has a name, `scale_factor: 2`; so has a size that is meant, `size: 2`"
            place = use.positional[0].span
            found.add(Diagnostic("G360", message, place, path=leaf.path, help=help))
    found.raise_any()


def misread(network: Network) -> tuple[Diagnostic, ...]:
    """Return a warning for each list that begins with what is inferred, as PyTorch's does; W110."""
    found: dict[Span, Diagnostic] = {}
    for leaf in network.leaves:
        use = leaf.written
        if isinstance(use, Use) and is_as_in_torch(leaf, use):
            found.setdefault(use.span, _begins_with_what_arrives(leaf, use))
    return tuple(found.values())[: limits.MISTAKES]


def _begins_with_what_arrives(leaf: Leaf, use: Use) -> Diagnostic:
    """Return how a list is read, and how the other reading is written."""
    label, inferred, order = leaf.label, leaf.op.inferred()[0], type(leaf.op).positions()
    first = use.positional[0]
    meant = first.value if first.formula is None else f"={name_of(first)}"
    return Diagnostic(
        "W110",
        reading(leaf, use),
        first.span,
        path=leaf.path,
        help=f"`{inferred}` is inferred: leave it out. If {meant} is `{order[0]}`, say so:"
        f" `{{{label}: {meant}, {order[1]}: …}}`",
    )
