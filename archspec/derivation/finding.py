"""The way to a node: the bodies and turns of loops that it lies in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from archspec.errors import Note, Source, Span, SpecError, did_you_mean, fail
from archspec.network import Absent, Body, Child, Leaf, Loop, Network, Turn, walk

_SHOWN = 8
"""Names of children that an error lists."""


@dataclass(frozen=True, slots=True)
class Step:
    """One child of a body, and the turns of loops that made it, from the outside in."""

    body: Body
    turns: tuple[tuple[Loop, Turn], ...]
    child: Leaf | Body | Absent


def way(network: Network, path: str) -> tuple[Step, ...]:
    """Return the steps from the network to a node.

    Raises:
        SpecError: when there is none at that path; code G376.
    """
    steps: list[Step] = []
    body = network.root
    while True:
        step = _towards(body, path)
        if step is None:
            raise _unknown(network, body, path)
        steps.append(step)
        if path_of(step) == path:
            return tuple(steps)
        if not isinstance(step.child, Body):
            raise _unknown(network, body, path)
        body = step.child


def resolved(step: Step) -> Step:
    """Return a step with the turns in whose names its child stands, which may be a sibling's."""
    again = getattr(step.child, "reuses", None)
    first = next((other for other in steps_of(step.body) if other.child.name == again), step)
    return replace(step, turns=first.turns)


def path_of(step: Step) -> str:
    """Return the path of a child, which one that is not there has too."""
    child = step.child
    if isinstance(child, Absent):
        return f"{step.body.path}.{child.name}".lstrip(".")
    return child.path


def steps_of(body: Body) -> Iterator[Step]:
    """Yield all children of a body that have names, those that are not there included."""
    yield from _steps(body, body.children, ())


def _steps(
    body: Body, children: Iterable[Child], turns: tuple[tuple[Loop, Turn], ...]
) -> Iterator[Step]:
    for child in children:
        if isinstance(child, Loop):
            for turn in child.turns:
                yield from _steps(body, turn.children, (*turns, (child, turn)))
        elif child.name:
            yield Step(body, turns, child)


def _towards(body: Body, path: str) -> Step | None:
    """Return the child that is at a path, or on the way there."""
    for step in steps_of(body):
        here = path_of(step)
        if path == here or path.startswith(f"{here}."):
            return step
    return None


def _unknown(network: Network, body: Body, path: str) -> SpecError:
    """Return the error about a path that leads nowhere, which points at where it goes astray."""
    ending = _towards(body, path)
    above = body.path if ending is None else path_of(ending)
    start = len(above) + 1 if above else 0
    name = path[start:].partition(".")[0]
    span = Span(Source("node", path), 1, start + 1, 1, start + 1 + max(1, len(name)))
    where = f"`{above}`" if above else network.name
    if ending is not None:
        return fail("G376", f"nothing is in {where}, {_kind(ending)}", span)
    names = [step.child.name for step in steps_of(body)]
    message = f"nothing in {where} is named `{name}`"
    if not name:
        message = "a path is names joined by dots, and one is missing here"
    help = did_you_mean(name, names) or did_you_mean(path, [n.path for n in walk(network.root)])
    listed = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return fail("G376", message, span, details=(Note(f"there are {listed}"),), help=help)


def _kind(step: Step) -> str:
    if isinstance(step.child, Absent):
        return "another name for something else" if step.child.is_alias else "which is not there"
    return f"a single {step.child.label}"
