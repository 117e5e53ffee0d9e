"""The function that makes one network of a family: `resnet34(num_classes=10)`."""

from __future__ import annotations

import ast

from archspec.codegen.families.members import Group, Member
from archspec.codegen.modules.program import Function, Method
from archspec.codegen.modules.signatures import declared
from archspec.codegen.python.formulas import annotation, default_tree
from archspec.codegen.python.trees import argument, called, dotted, function, kind
from archspec.codegen.uses.frame import Parameter
from archspec.codegen.words.of_network import figures


def factory(member: Member, name: str, group: Group) -> Function:
    """Return the function; it takes what is the same in all networks of its class.

    Args:
        member: the network.
        name: of its class.
        group: all networks of that class.
    """
    network, varying = member.network, group.varying
    usual = {name: network.defaults[name] for name in group.arguments}
    free = [
        Parameter(name, annotation([value], network.ops), (value,))
        for name, value in usual.items()
        if name not in varying
    ]
    own = [name for name in varying if group.usual.get(name) != usual[name]]
    given = [argument(default_tree(usual[name], network.ops), name) for name in own]
    given += [argument(dotted(parameter.name), parameter.name) for parameter in free]
    head = function(member.factory, [declared(p, network.ops) for p in free], kind(name))
    doc = figures(network, indent=1, alone=True)
    return Function(Method(head, lambda: doc, [ast.Return(called(name, given))]))
