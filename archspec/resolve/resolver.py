"""What all bodies of one spec share, and the way from one body to the next within it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archspec import limits, spec
from archspec.errors import Diagnostics, Span
from archspec.expressions import Formula
from archspec.network import Body, Decision
from archspec.ops import Ops
from archspec.resolve.expansion import Expansion
from archspec.resolve.flows import Flow
from archspec.resolve.images import Inputs
from archspec.resolve.scope import Scope


@dataclass(frozen=True, slots=True)
class Naming:
    """Which vars stand in formulas under their names.

    Attributes:
        wanted: those that shall be open, of which those are that are numbers.
        computed: vars computed from these that keep their names as well.
        patience: up to how many nodes all is left when a var decides what is there at all.
    """

    wanted: Sequence[str] = ()
    computed: Sequence[str] = ()
    patience: int = 0


class CannotBeOpen(Exception):
    """What is there depends on open vars, so that nothing made of their formulas is of use.

    Attributes:
        vars: these vars, with what they decide.
        nodes: how many nodes were made until this was known.
    """

    def __init__(self, vars: Mapping[str, Decision], nodes: int) -> None:
        super().__init__(", ".join(vars))
        self.vars = vars
        self.nodes = nodes


@dataclass(slots=True)
class Resolver:
    """What all bodies of one spec share.

    Attributes:
        make: what `module` does; a body holds modules, which have bodies of their own.
        inputs: those of the network.
        closed: the open vars that decide what is there, and not only what its arguments are.
        patience: up to how many nodes all is left at the first such var.
        named: where nodes have their names, those of all bodies together.
        grown: sizes that were given a name since their formulas grew, with these.
        aside: how many nodes may still be made of which nothing stays.
    """

    document: spec.Spec
    ops: Ops
    diagnostics: Diagnostics
    globals: Scope
    expansion: Expansion
    make: Callable[[Resolver, spec.Node, str, str, Scope, dict[str, Flow], spec.Block | None], Body]
    inputs: Inputs
    patience: int = 0
    closed: dict[str, Decision] = field(default_factory=dict)
    named: dict[str, Span] = field(default_factory=dict)
    grown: dict[str, Formula] = field(default_factory=dict)
    aside: int = limits.NODES

    def module(
        self,
        node: spec.Node,
        name: str,
        path: str,
        scope: Scope,
        inputs: dict[str, Flow],
        block: spec.Block | None = None,
    ) -> Body:
        """Return the module that a body spells, also when the body is a single node.

        Args:
            node: the body.
            name: of the module.
            path: of the module.
            scope: the names in reach around it, or within it of a block.
            inputs: what enters, by the names under which it reads that.
            block: the block that has this body, if one does.
        """
        return self.make(self, node, name, path, scope, inputs, block)

    def close(self, vars: Iterable[str], what: str, place: Span | None) -> None:
        """Note that open vars decide what is there.

        Args:
            vars: these vars.
            what: what they decide.
            place: where that is written.

        Raises:
            CannotBeOpen: when that is known early enough to begin anew without them.
        """
        self.close_all(dict.fromkeys(sorted(vars), Decision(what, place)))

    def close_all(self, found: Mapping[str, Decision]) -> None:
        """Note what open vars decide, as `close` does.

        Raises:
            CannotBeOpen: when that is known early enough to begin anew without them.
        """
        if found and self.expansion.nodes <= self.patience:
            raise CannotBeOpen(found, self.expansion.nodes)
        self.closed = {**found, **self.closed}
