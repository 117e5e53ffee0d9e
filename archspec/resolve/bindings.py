"""What names stand for, and which of them formulas have."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from archspec.expressions import Formula, Value
from archspec.quantity import Quantity, constant
from archspec.resolve.origins import Origin
from archspec.schema import names
from archspec.spec import Given, read_names
from archspec.traced import NONE

Kept = TypeVar("Kept")


class Source(NamedTuple):
    """Where a value comes from.

    Attributes:
        vars: the open vars that it depends on.
        hidden: those among them that its formula does not tell, as of sides of feature maps.
        quantity: what it is in terms of them.
    """

    vars: frozenset[str]
    hidden: frozenset[str]
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name stands for.

    Attributes:
        value: its value.
        formula: what stands for it in formulas of the scope; None for a constant.
        source: how it comes from open vars, where that is not told by the value.
        origin: where its value is written, where that is known.
    """

    value: Value
    formula: Formula | None = None
    source: Source | None = None
    origin: Origin | None = None


def constants(values: Mapping[str, Value]) -> dict[str, Binding]:
    """Return names that stand for nothing but their values."""
    return {name: Binding(value) for name, value in values.items()}


def is_own(name: str, bound: Binding) -> bool:
    """Tell whether formulas have a name for what it stands for."""
    return getattr(bound.formula, "id", "") == name


def formula_names(read: Given | Formula | None, known: Mapping[str, Binding]) -> frozenset[str]:
    """Return the names of formulas that something reads; a spec writes others, which are known."""
    if not isinstance(read, Given):
        return read_names(read)
    bound = (known.get(name) for name in read_names(read))
    return NONE.union(*(read_names(b.formula) for b in bound if b is not None))


def covered_by(sizes: Mapping[str, Binding], known: Mapping[str, Binding]) -> dict[str, Source]:
    """Return how names of formulas come from open vars that mean other sizes in a body in place.

    Args:
        sizes: what these names mean there.
        known: what they mean around it.
    """
    own = {name: bound for name, bound in known.items() if name in names.SIZES}
    return {
        name: bound.source or Source(NONE, NONE, constant(int(bound.value)))  # type: ignore[arg-type]
        for name, bound in own.items()
        if is_own(name, bound) and (name not in sizes or not is_own(name, sizes[name]))
    }


def without(known: Mapping[str, Kept], hidden: Container[str]) -> dict[str, Kept]:
    """Return what is known of the names that no other of the same name hides."""
    return {name: held for name, held in known.items() if name not in hidden}


def calling(names: Sequence[str], taken: Collection[str]) -> dict[str, str]:
    """Return how open vars are called where some names stand for something else."""
    called = {}
    for name in names:
        called[name] = name
        if name in taken:
            other = f"network_{name}"
            while other in taken or other in names:
                other += "_"
            called[name] = other
    return called
