"""What the classes of a family are called where it needs several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from archspec.codegen.families.members import Group
from archspec.expressions import Value


def class_names(groups: Sequence[Group], name: str) -> list[str]:
    """Return the class of each group: the family's name, longer by what tells the group apart.

    Args:
        groups: the groups.
        name: of the family.
    """
    if len(groups) == 1:
        return [name]
    values = [_shared(group) for group in groups]
    found: list[str] = []
    for group, own in zip(groups, values, strict=True):
        alone = group.members[0].network.name if len(group.members) == 1 else ""
        told = (_longer(name, var, own[var]) for var in own if _tells(var, own, values))
        candidates = chain([alone], told, _numbered(name, len(found)))
        found.append(next(word for word in candidates if word and word not in found))
    return found


def _shared(group: Group) -> dict[str, Value]:
    """Return the vars that have one value in all networks of a group."""
    vars = [(m.network.usual or m.network).vars for m in group.members]
    return {n: v for n, v in vars[0].items() if all(repr(o.get(n)) == repr(v) for o in vars)}


def _tells(var: str, own: Mapping[str, Value], values: Sequence[Mapping[str, Value]]) -> bool:
    """Tell whether a var has a value in one group alone."""
    return sum(repr(other.get(var)) == repr(own[var]) for other in values) == 1


def _longer(name: str, var: str, value: Value) -> str:
    """Return a name with a value: `BottleneckResNet`, `ViTPatch32`."""
    if isinstance(value, bool):
        return f"{name}{_camel(var)}" if value else name
    if isinstance(value, str):
        return f"{_camel(value)}{name}" if value.isidentifier() else ""
    return f"{name}{_camel(var)}{value}" if isinstance(value, int) and value >= 0 else ""


def _camel(word: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"_+", word))


def _numbered(name: str, before: int) -> Iterator[str]:
    yield name if not before else f"{name}{before + 1}"
    number = before + 2
    while True:
        yield f"{name}{number}"
        number += 1
