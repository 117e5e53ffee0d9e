"""Several networks of one family in one file: a class for all that are alike, a factory for each.

`ResNet18` and `ResNet34` differ in the arguments of one class, which so serves both. Those that
differ in more have a class each; what these share stands in the file once.
"""

from __future__ import annotations

from collections.abc import Sequence

from archspec.codegen.families.factories import factory
from archspec.codegen.families.members import Member, grouped
from archspec.codegen.families.merging import merged
from archspec.codegen.families.naming import class_names
from archspec.codegen.modules.program import Class, Function

__all__ = ["Member", "definitions_of"]


def definitions_of(members: Sequence[Member], name: str) -> list[Class | Function]:
    """Return the definitions of a file of several networks: classes, functions, factories.

    Args:
        members: the networks.
        name: the class of those that are alike; where not all are, its name is made longer.

    Raises:
        Untested: when open vars decide what no class asks.
    """
    groups = grouped(members)
    written: list[Class | Function] = []
    makers: list[Function] = []
    taken = {member.factory for member in members}
    for group, called in zip(groups, class_names(groups, name), strict=True):
        written += merged(group, called, {part.name: part for part in written}, taken)
        makers += [factory(member, called, group) for member in group.members]
    return [*written, *makers]
