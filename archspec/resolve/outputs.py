"""What a network returns: its `outputs`, of nodes that are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archspec.errors import Diagnostic, Diagnostics, Span, did_you_mean, fail
from archspec.network import Absent, Body, Child, Loop
from archspec.spec import Written


def outputs_of(written: Written, root: Body) -> tuple[tuple[str, str], ...]:
    """Return what a network returns, as pairs of label and name of a child of the root.

    Raises:
        SpecError: for a name that is not there, or none that is there in eval mode; codes G333 and
            G334.
    """
    outputs = written.spec.outputs
    if outputs is None:
        return (("", root.result),)
    gone = [*_absent(root.children)]
    absent = {child.name for child in gone if not child.is_alias}
    named = {"": outputs} if isinstance(outputs, str) else outputs
    # What an `if` has left out is left out of the outputs too.
    pairs = {label: name for label, name in named.items() if name not in absent}
    meant = {child.name: child.stands_for for child in gone if child.is_alias}
    pairs = {label: meant.get(name, name) for label, name in pairs.items()}
    span: Span | None = written.places.get("outputs")
    known = [node.name for node in root.nodes if node.name not in root.own]
    found = Diagnostics()
    for label, name in pairs.items():
        if name not in known:
            near = did_you_mean(name.removeprefix("net."), known)
            help = near or f"there are {', '.join(known)}"
            said = named[label]
            message = f"`outputs` names `{name}`, which is not in `net`"
            if name in root.own:
                message = f"`outputs` names the parameter `{name}`, which is no output of a sample"
            if name in root.reads:
                other = f"`{said}`, another name for " if said in meant else ""
                message = f"`outputs` names {other}the input `{name}`, which is no node"
                help = f"`{{from: {name}, do: Identity}}` is a node that gives it"
            place = written.places.get(f"outputs.{label}", span)  # the label of one output is empty
            found.add(Diagnostic("G333", message, place, help=help))
    found.raise_any()
    side = {node.name for node in root.nodes if node.training_only}
    if side.issuperset(pairs.values()):
        message = "in eval mode nothing is there of what `outputs` names"
        raise fail("G334", message, span, help="name an output that is always there")
    return tuple(pairs.items())


def _absent(children: Iterable[Child]) -> Iterator[Absent]:
    for child in children:
        if isinstance(child, Absent):
            yield child
        for turn in child.turns if isinstance(child, Loop) else ():
            yield from _absent(turn.children)
