"""The networks of a family, and which of them are one class with other arguments."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property

from archspec.codegen.modules.network_class import write_network
from archspec.codegen.modules.program import Class, Function, Program
from archspec.expressions import Value
from archspec.network import Network

_ANY = "Network"
"""What all classes are called while they are compared."""


@dataclass(frozen=True, eq=False)
class Member:
    """A network of a family.

    Attributes:
        factory: the name of the function that makes it.
        network: the network, as its source tells it.
    """

    factory: str
    network: Network

    def written(self, name: str) -> list[Class | Function]:
        """Return the definitions of its source, where its class has some name.

        Raises:
            Untested: when open vars decide what no class asks.
        """
        program = Program(replace(self.network, name=name))
        write_network(program, flat=False)
        return program.definitions

    @cached_property
    def text(self) -> str:
        """What its source comes to, whatever its class is called and its arguments usually are."""
        return "\n".join(ast.dump(_bare(part)) for part in self.written(_ANY))


@dataclass
class Group:
    """Networks that are one class with other arguments."""

    members: list[Member] = field(default_factory=list)

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """What the constructor of the class takes."""
        (made,) = (part for part in self.members[0].written(_ANY) if part.name == _ANY)
        assert isinstance(made, Class)
        (init,) = (method.head for method in made.methods if method.head.name == "__init__")
        return tuple(arg.arg for arg in init.args.args[1:])

    @property
    def varying(self) -> tuple[str, ...]:
        """The arguments that are not the same in all of them; lists, which must be given, first."""
        usual = [member.network.defaults for member in self.members]
        found = [n for n in self.arguments if len({repr(each[n]) for each in usual}) > 1]
        return tuple(sorted(found, key=lambda name: not isinstance(usual[0][name], tuple)))

    @property
    def usual(self) -> dict[str, Value]:
        """The usual values of arguments that vary, those of most networks; lists have none."""
        each = [member.network.defaults for member in self.members]
        rows = {name: [usual[name] for usual in each] for name in self.varying}
        numbers = {n: row for n, row in rows.items() if not isinstance(row[0], tuple)}
        return {name: max(row, key=row.count) for name, row in numbers.items()}


def grouped(members: Sequence[Member]) -> list[Group]:
    """Return networks in groups, each of one class, in the order of their first members."""
    groups: dict[str, Group] = {}
    for member in members:
        groups.setdefault(member.text, Group()).members.append(member)
    return [*groups.values()]


def _bare(part: Class | Function) -> ast.stmt:
    """Return a definition without the defaults of the network's own arguments."""
    tree = part.tree
    if not isinstance(tree, ast.ClassDef) or tree.name != _ANY:
        return tree
    tree.body = [_required(inner) for inner in tree.body]
    return tree


def _required(part: ast.stmt) -> ast.stmt:
    if not isinstance(part, ast.FunctionDef) or part.name != "__init__":
        return part
    made = copy(part)
    made.args = copy(part.args)
    made.args.defaults = [ast.Constant(None) for _ in part.args.defaults]
    return made
