"""The names that a node can read, and what is known of those it cannot."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from archspec import spec
from archspec.errors import Note, Span, SpecError, did_you_mean, fail
from archspec.network import Decision
from archspec.resolve.flows import Flow
from archspec.schema import names

_NAMES: Final = 10
"""How many names above a node its error lists."""


@dataclass(slots=True)
class Siblings:
    """The children of one body by name, as far as they are made.

    Attributes:
        flows: what can be read; one without a shape was already found to be wrong.
        written: where the names of the body are written, those further below too.
        reads: what each child that is there reads.
        left_out: the names of what an `if` has left out.
        gone: learned tensors whose `if` is false.
        taken: where the names of children are written, as source spells them.
        lost: patterns of names that a loop would have made, had nothing in it been wrong.
        elsewhere: where the nodes of all bodies have their names, as far as they are made.
        counted: what turns of loops of any number have made, with the vars that say the number.
        made_again: whether it is told that a loop makes the names of its first turn again.
    """

    flows: dict[str, Flow] = field(default_factory=dict)
    written: dict[str, Span] = field(default_factory=dict)
    reads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    taken: dict[str, Span] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    elsewhere: Mapping[str, Span] = field(default_factory=dict)
    counted: dict[str, Mapping[str, Decision]] = field(default_factory=dict)
    made_again: bool = False

    def flow(self, name: spec.Name, values: Container[str] = ()) -> Flow:
        """Return what a node reads under a name, where others hold values.

        Raises:
            SpecError: when nothing above has it, or only in training mode; codes G307 and G308.
        """
        flow = self.flows.get(name.text)
        if name.text in self.gone:
            message = f"the parameter `{name.text}` is not there, as its `if` is false"
            help = "put the merge that reads it under the same `if`"
            raise fail("G307", message, name.span, help=help)
        if flow is None and self.is_lost(name.text):
            return Flow("", None)
        if flow is None and name.text in values and name.text not in self.written:
            message = f"`{name.text}` holds a value here, and is no node"
            help = "a tensor enters a block by `from`, under the name of `input`, and is no value"
            raise fail("G307", message, name.span, help=help)
        if flow is None:
            known = [known for known in self.flows if not known.isdigit()]
            near, several = did_you_mean(name.text, known), name.text.split()
            if len(several) > 1 and all(word in known for word in several):
                near = f"a comma stands between names: `[{', '.join(several)}]`"
            raise self.unread(name, near, known)
        if flow.training_only:
            message = f"`{name.text}` is there in training mode alone"
            raise fail("G308", message, name.span, help="only `outputs` may name it")
        return flow

    def unread(self, name: spec.Name, near: str, known: list[str]) -> SpecError:
        """Return the error about a name that cannot be read where it stands.

        Args:
            name: what is read there.
            near: the question whether another is meant.
            known: the names that could be read.
        """
        help = f"names above: {', '.join(known[-_NAMES:])}" if known else "no node stands above"
        place = self.written.get(name.text)
        if place is None or place.source is not name.span.source:
            message = f"nothing named `{name.text}` stands above in this body"
            notes: tuple[Note, ...] = ()
            if (other := self.elsewhere.get(name.text)) is not None:
                notes = (Note(f"this `{name.text}` is of another body", other),)
                help = (
                    "a body reads its own nodes and `input`; a merge stands where both have names"
                )
            return fail("G307", message, name.span, notes=notes, help=near or help)
        below = (place.line, place.column) > (name.span.line, name.span.column)
        message = f"`{name.text}` reads itself"
        if name.text in self.left_out:
            message = f"`{name.text}` is not there, as its `if` is false, to be called again"
            help = "put what calls it again under the same `if`"
        if below:
            message = f"`{name.text}` stands below, and a node reads what stands above it"
        notes = (Note(f"`{name.text}` is made here", place),)
        return fail("G307", message, name.span, notes=notes, help=help)

    def claim(self, name: str, span: Span) -> None:
        """Take a name for a new child.

        Raises:
            SpecError: when another has it; code G305.
        """
        # Source writes `a-b` and `a_b` alike where it needs a variable.
        twin = _spelt(name)
        if name in self.flows or twin in self.taken:
            first = self.taken.get(twin)
            if first == span:
                raise self._again(name, span)
            message, help = f"there is already a `{name}` in this body", ""
            if name not in self.flows:
                other = next((known for known in self.flows if _spelt(known) == twin), twin)
                message = f"there is already a `{other}` in this body"
                help = f"source writes a hyphen as `_`, so that `{name}` would be the same"
            notes = (Note("the first", first),) if first else ()
            raise fail("G305", message, span, help=help, notes=notes)
        self.taken[twin] = span

    def _again(self, name: str, span: Span) -> SpecError:
        """Return the error about a name that a turn of a loop makes again."""
        # So it does with all that stands beside it: that is one mistake.
        if self.made_again:
            return SpecError(())
        self.made_again = True
        key = next((key for key, place in self.written.items() if place == span), name)
        if names.TEMPLATE.search(key):
            message = f"two turns make `{name}`, in one body"
            help = "what differs in each turn stands in the name; `<index>` counts from 0"
            return fail("G305", message, span, help=help)
        message = f"each turn makes `{name}` again, in one body"
        help = f"`{name}<…>` is each turn's own; a list around makes each a module"
        return fail("G305", message, span, help=help)

    def since(self, count: int) -> list[str]:
        """Return the names that came when there were already so many, the newest first."""
        # To look at all of them at each turn of a loop would take the square of time.
        return list(islice(reversed(self.flows), len(self.flows) - count))

    def is_lost(self, name: str) -> bool:
        """Tell whether a loop would have made a name, had nothing in it been wrong."""
        return any(re.fullmatch(lost, name) for lost in self.lost)

    def lose(self, pattern: str) -> None:
        """Be silent about names that a loop would have made."""
        self.lost.append(names.TEMPLATE.sub(".*", pattern))


def _spelt(name: str) -> str:
    return name.replace("-", "_")
