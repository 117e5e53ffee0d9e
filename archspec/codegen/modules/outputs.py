"""Networks with several outputs: a named tuple, the same as the live module returns."""

from __future__ import annotations

import ast

from archspec.codegen.forward.statements import Forward
from archspec.codegen.modules.program import Class, said
from archspec.codegen.python.formulas import identifier
from archspec.codegen.python.trees import call, dotted, kind, when
from archspec.network import Network


def outputs_class(network: Network) -> Class | None:
    """Return the named tuple of the outputs; None for a single output."""
    if len(network.outputs) < 2:
        return None
    fields: list[ast.stmt] = [
        ast.AnnAssign(
            ast.Name(identifier(label), ast.Store()),
            kind("Tensor | None" if output in network.side else "Tensor"),
            simple=1,
        )
        for label, output in network.outputs
    ]
    when = " in training mode" if alone_in_eval(network) else ""
    doc = said(f"What {network.name} returns{when}.")
    return Class(_class_name(network), "NamedTuple", doc, [], tuple(fields))


def return_type(network: Network) -> str:
    """Return the annotation of `forward`."""
    if len(network.outputs) < 2:
        return "Tensor"
    return f"{_class_name(network)} | Tensor" if alone_in_eval(network) else _class_name(network)


def returned(network: Network, forward: Forward) -> list[ast.stmt]:
    """Return the statements that return the outputs.

    In eval mode what exists in training mode alone is None; where that leaves a single output, it
    is returned as it is.
    """
    whole = ast.Return(call(_class_name(network), *(forward.value(n) for _, n in network.outputs)))
    alone = alone_in_eval(network)
    if not alone:
        return [whole]
    return [when(dotted("self.training"), [whole]), ast.Return(forward.value(alone))]


def alone_in_eval(network: Network) -> str:
    """Return the name of the only one of several outputs that is there in eval mode, or nothing."""
    kept = [name for _, name in network.outputs if name not in network.side]
    return kept[0] if network.side and len(kept) == 1 and len(network.outputs) > 1 else ""


def _class_name(network: Network) -> str:
    return f"{network.name}Outputs"
