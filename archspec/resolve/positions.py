"""What is written beside an op, field by field: its value, its list of values, its keys."""

from __future__ import annotations

import ast

from archspec.errors import Note, Span, SpecError, fail
from archspec.expressions import shown_value
from archspec.network import Leaf
from archspec.ops import Op, Shape, shown
from archspec.ops.resample import Upsample
from archspec.schema.keys import unknown_argument
from archspec.spec import Given, Name, Use


def bound(kind: type[Op], use: Use) -> dict[str, tuple[Given, Span]]:
    """Return what is written, by field.

    Raises:
        SpecError: for arguments that are unknown, given twice or without a position.
    """
    order, given = kind.positions(), _by_position(kind, use)
    if len(given) > len(order):
        raise _too_many(kind, given)
    written = {name: (value, value.span) for name, value in zip(order, given, strict=False)}
    for name, value in use.keywords:
        if name.text not in kind.model_fields:
            known = tuple(kind.model_fields)
            raise SpecError([unknown_argument(name, kind.__name__, known, kind)])
        if name.text in written:
            raise twice(name, written[name.text][1])
        written[name.text] = (value, value.span)
    return written


def _by_position(kind: type[Op], use: Use) -> tuple[Given, ...]:
    """Return the values without names; a list is one of them where the op takes it so."""
    items = use.positional
    is_whole = kind.takes_whole(len(items)) and not _holds_words(items)
    if not use.is_list or not (kind.variadic is not None or is_whole):
        return items
    place = items[0].span.to(items[-1].span) if items else use.span
    return (Given(place, items=items),)


def _holds_words(items: tuple[Given, ...]) -> bool:
    """Tell whether values are no sizes of sides, as in `[64, null, nearest]`."""
    return len(items) > len("HW") and any(
        item.formula is None and type(item.value) is not int for item in items
    )


def _too_many(kind: type[Op], given: tuple[Given, ...]) -> SpecError:
    """Return the error about a value that has no position, with the name that it needs."""
    order, count = kind.positions(), len(given)
    surplus, label = given[len(order)], kind.__name__
    named = [name for name in kind.model_fields if name not in (*order, *kind.inferred())]
    help = f"a list of `{label}` holds {', '.join(order)}" if order else "it takes no arguments"
    if order and named:
        example = "…" if surplus.formula or surplus.items else shown_value(surplus.value)
        help += f"; what follows has a name: `{named[0]}: {example}`"
    elif order:
        help += "; a pair is written by name"
    message = f"{count} argument{'s' * (count > 1)} for `{label}`"
    return fail("G311", message, surplus.span, help=help)


def twice(name: Name, first: Span) -> SpecError:
    """Return the error about an argument that is given twice."""
    notes = (Note("first here", first),)
    return fail("G312", f"`{name.text}` is given twice", name.span, notes=notes)


def order(kind: type[Op], use: Use, arrive: Shape) -> str:
    """Return in which order a list of arguments is read, where there is one.

    Args:
        kind: the op.
        use: what is written.
        arrive: the sizes that arrive.
    """
    if not use.is_list or len(use.positional) < 2:
        return ""
    whole = kind.variadic or (kind.pair if kind.takes_whole(len(use.positional)) else None)
    if whole is not None:
        others = [name for name in kind.model_fields if name not in (whole, *kind.inferred())]
        return f"a list here is `{whole}`; {' and '.join(others)} go by name" if others else ""
    told = f"in a list, `{kind.__name__}` takes {', '.join(kind.positions())}"
    if begins_as_in_torch(kind, use, arrive):
        told += f"; `{kind.inferred()[0]}` is inferred"
    return told


def begins_as_in_torch(kind: type[Op], use: Use, arrive: Shape) -> bool:
    """Tell whether a list of arguments begins with what is inferred, and so not written here."""
    inferred = kind.inferred()
    has_none = bool(inferred) and inferred[0] not in kind.positions()
    return has_none and use.positional[0].value in arrive


def reading(leaf: Leaf, use: Use) -> str:
    """Return how a list of arguments is read."""
    order = type(leaf.op).positions()
    read = ", ".join(f"{name}={getattr(leaf.op, name)}" for name in order[: len(use.positional)])
    return f"this list of `{leaf.label}` is read as {read}"


def is_as_in_torch(leaf: Leaf, use: Use) -> bool:
    """Tell whether PyTorch's class would take a list, and its first entry is what arrives."""
    if not use.is_list:
        return False
    kind, given = type(leaf.op), use.positional
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
        return name_of(given[0]) == inferred[0]
    return not _is_kernel(values)


def small_size(leaf: Leaf, use: Use) -> str:
    """Return how the value of an `Upsample` is read that makes the map no larger; else nothing."""
    if not isinstance(leaf.op, Upsample) or not use.positional:
        return ""
    before, after = leaf.inputs[0][1:], leaf.output[1:]
    if after != before and all(n <= m for n, m in zip(before, after, strict=True)):
        return ""
    return f"the value of `Upsample` is a size: {shown(before)} becomes {shown(after)}"


def name_of(given: Given) -> str:
    """Return the name that a value is; empty for anything else."""
    return given.formula.id if isinstance(given.formula, ast.Name) else ""


def _is_kernel(values: list[int]) -> bool:
    """Tell whether `[64, 3, 1, 1]` is plainly a kernel, its stride, and half the kernel around."""
    return len(values) > 3 and values[1] % 2 == 1 and values[2] < 3 and values[3] == values[1] // 2
