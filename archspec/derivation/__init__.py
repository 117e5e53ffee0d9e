"""How a node came to be: as it was written, the names around it, its arguments, its source.

The facts are the network's and the spec's; nothing is computed anew but where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from archspec import analysis, spec
from archspec.derivation.arguments import arguments
from archspec.derivation.emitted import emitted
from archspec.derivation.facts import Derivation, Emitted, Known, Lines, Quote, Scope
from archspec.derivation.finding import Step, way
from archspec.derivation.quoting import Entry, entry_of, quoted, quoted_lines
from archspec.derivation.scopes import scopes
from archspec.derivation.shown import as_data, as_text
from archspec.errors import SpecError
from archspec.network import INPUT, Absent, Body, Leaf, Network
from archspec.ops import Shape
from archspec.spec import Given, Written

Emit: TypeAlias = Callable[[], str]
"""Returns the source, or raises a SpecError where there is none."""


def derive(
    network: Network, written: Written, given: Mapping[str, Given], path: str, source: Emit
) -> Derivation:
    """Return how a node came to be.

    >>> import archspec
    >>> found = archspec.load("lenet").trace("classifier.0")
    >>> found.written.place, found.label, found.inputs, found.output
    ('lenet.yaml:16', 'Linear', (('input', (256,)),), (120,))

    Args:
        network: the network.
        written: its spec.
        given: the caller's values for vars.
        path: of the node.
        source: gives the source.

    Raises:
        SpecError: when there is no such node; code G376.
    """
    steps = way(network, path)
    child, around = steps[-1].child, _around(steps[-1].body, written)
    entry = entry_of(child.written, around, child.name)
    return Derivation(
        path=path,
        label=_label(child),
        written=quoted_lines(entry.key, entry.node),
        conditions=_conditions(child, entry),
        told=_told(child),
        scopes=scopes(network, written, given, steps),
        arguments=arguments(child, written),
        inputs=_inputs(child),
        entries=_entries(child),
        output=_output(child),
        cost=analysis.costs(network).get(path),
        emitted=_emitted(network, steps, source),
    )


def _emitted(network: Network, steps: Sequence[Step], source: Emit) -> Emitted:
    try:
        return emitted(source(), network.name, steps)
    except SpecError as error:
        return Emitted(silent=f"there is none: {error.diagnostics[0].message}")


def _around(body: Body, written: Written) -> spec.Node:
    """Return what is written of a body whose children are looked for."""
    if body.block is not None:
        return written.spec.blocks[body.block.name].body
    return body.written if body.path else written.spec.net


def _label(child: Leaf | Body | Absent) -> str:
    if isinstance(child, Absent):
        return "alias" if child.is_alias else "absent"
    return child.label


def _told(child: Leaf | Body | Absent) -> str:
    """Return what a reader would wonder about."""
    if isinstance(child, Absent):
        stands = f"stands for `{child.stands_for}`"
        if not child.stands_for:
            return "it is not there"
        return f"the name {stands}" if child.is_alias else f"it is not there; its name {stands}"
    if child.reuses is not None:
        return f"calls `{child.reuses}` again, with its weights"
    return "there in training mode alone" if child.training_only else ""


def _conditions(child: Leaf | Body | Absent, entry: Entry) -> tuple[tuple[Quote, bool], ...]:
    """Return what stands under `if`; what is not there had all but the last of it held."""
    found = [(quoted(condition.span), held) for condition, held in entry.conditions]
    if isinstance(child, Absent) and not child.is_alias and found:
        found[-1] = (found[-1][0], False)
    return tuple(found)


def _output(child: Leaf | Body | Absent) -> Shape | None:
    return None if isinstance(child, Absent) else _plain(child.output)


def _inputs(child: Leaf | Body | Absent) -> tuple[tuple[str, Shape], ...]:
    if isinstance(child, Absent):
        return ()
    return tuple(zip(child.reads, map(_plain, child.inputs), strict=True))


def _entries(child: Leaf | Body | Absent) -> tuple[str, ...]:
    if not isinstance(child, Body) or child.entries == (INPUT,):
        return ()
    return child.entries


def _plain(shape: Shape) -> Shape:
    return tuple(map(int, shape))


__all__ = [
    "Derivation",
    "Emitted",
    "Known",
    "Lines",
    "Quote",
    "Scope",
    "as_data",
    "as_text",
    "derive",
]
