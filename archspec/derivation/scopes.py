"""The names that a node sees, and where each has its value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from archspec import spec
from archspec.derivation.facts import Known, Origin, Quote, Scope
from archspec.derivation.finding import Step, resolved
from archspec.derivation.quoting import quoted
from archspec.expressions import Formula, Value, names, shown_value, text
from archspec.network import BlockUse, Body, Loop, Network, Turn
from archspec.ops import Shape
from archspec.resolve.shapes_across_scopes import entering
from archspec.schema.names import SIZES
from archspec.spec import Given, Written


def scopes(
    network: Network, written: Written, given: Mapping[str, Given], steps: Iterable[Step]
) -> tuple[Scope, ...]:
    """Return the names around a node, from the inside out.

    Args:
        network: the network.
        written: its spec.
        given: the caller's values for vars.
        steps: the way to the node.
    """
    found = [_vars(network, written, given)]
    blocks = [0]  # how many scopes stand around each block on the way
    for step in steps:
        body = step.body
        if body.block is not None:
            blocks.append(len(found))
        found.append(_of_body(body, written, body.inputs[0] if body.inputs else ()))
        found += [_of_turn(loop, turn) for loop, turn in resolved(step).turns]
    return tuple(_seen(found, blocks[-1]))


def _seen(scopes: list[Scope], block: int) -> Iterator[Scope]:
    """Yield scopes from the inside out, where what another name hides is not visible.

    A block sees the vars, and nothing else of what is around it. Of several bodies in one another
    only the innermost has sizes.
    """
    taken: set[str] = set()
    for i in reversed(range(len(scopes))):
        is_reached = i >= block or i == 0
        known = scopes[i].names
        yield replace(
            scopes[i],
            names=tuple(
                replace(name, visible=is_reached and name.name not in taken) for name in known
            ),
        )
        if is_reached:
            taken |= {name.name for name in known}
            if scopes[i].kind in ("block", "body"):
                taken.update(SIZES)


def _vars(network: Network, written: Written, given: Mapping[str, Given]) -> Scope:
    declared = written.spec.vars
    known = []
    for name, value in network.vars.items():
        origin: Origin = "caller" if name in given else "default"
        known.append(_known(name, value, origin, given.get(name, declared[name])))
    return Scope("vars", "the vars", "", tuple(known))


def _of_body(body: Body, written: Written, shape: Shape) -> Scope:
    """Return the sizes of what enters a body, and the parameters of the block that it is of."""
    use = body.block
    known = [
        Known(name, int(size), "arrives", _formula(use.bindings.get(name) if use else None))
        for name, size in entering(shape).items()
    ]
    if use is None:
        return Scope("body", f"what enters {body.path or 'the network'}", "", tuple(known))
    place = quoted(body.written.span).place
    parameters = block_arguments(use, body.written)
    return Scope("block", f"{use.name} at {body.path}, used at", place, (*parameters, *known))


def block_arguments(use: BlockUse, node: spec.Node) -> list[Known]:
    """Return the parameters of a block as one use of it gives them."""
    assert isinstance(node, spec.Use)
    given = _by_parameter(use, node)
    known = []
    for parameter in use.parameters:
        name = parameter.name
        if name in given:
            found = _known(name, use.values[name], "written", given[name], use.bindings[name])
        elif name in use.computed:
            formula = use.computed[name]
            found = _known(name, use.values[name], "computed default", parameter.default, formula)
        else:
            found = _known(name, use.values[name], "default", parameter.default)
        known.append(found)
    return known


def _by_parameter(use: BlockUse, node: spec.Use) -> dict[str, Given]:
    """Return what is written for parameters; a list may be the value of the only one."""
    positional, parameters = node.positional, use.parameters
    if len(positional) > len(parameters):
        place = positional[0].span.to(positional[-1].span)
        positional = (Given(place, items=positional),)
    given = {p.name: value for p, value in zip(parameters, positional, strict=False)}
    return given | {name.text: value for name, value in node.keywords}


def _of_turn(loop: Loop, turn: Turn) -> Scope:
    """Return the variables of one turn of a loop."""
    cells = _cells(loop.written, turn.values)
    known = []
    for name, value in turn.values.items():
        if name in cells:
            known.append(_known(name, value, "written", cells[name], turn.bindings.get(name)))
        else:
            known.append(Known(name, value, "turn"))
    told = ", ".join(
        f"{name}={shown_value(value)}"
        for name, value in turn.values.items()
        if name != "index" or len(turn.values) == 1
    )
    place = quoted(loop.written.span).place
    return Scope("turn", f"turn {told} of the loop at", place, tuple(known))


def _cells(loop: spec.Loop | spec.Cfg, values: Mapping[str, Value]) -> dict[str, Given]:
    """Return what is written for the variables of a turn: an entry, or the list that it is of."""
    index = values["index"]
    assert isinstance(index, int)
    if isinstance(loop, spec.Cfg):
        columns = {"n": loop.entries} if "n" in values else {}
    else:
        columns = {name.text: given for name, given in loop.columns}
    return {
        name: given.items[index] if given.items is not None else given
        for name, given in columns.items()
    }


def _known(
    name: str, value: Value, origin: Origin, given: Given | None, formula: Formula | None = None
) -> Known:
    quote: Quote | None = None if given is None else quoted(given.span)
    return Known(name, value, origin, _formula(formula), quote)


def _formula(formula: Formula | None) -> str:
    """Return a formula as text where it reads names; the sizes within loops have none to show."""
    if formula is None:
        return ""
    read = names(formula)
    return text(formula) if read and not any(name.startswith("@") for name in read) else ""
