"""Networks with several outputs: a named tuple, the same as the live module returns."""

from __future__ import annotations

from archspec.codegen.forward import Forward
from archspec.codegen.layout import Argument, Call, lines
from archspec.codegen.program import Class
from archspec.network import Network


def outputs_class(network: Network) -> Class | None:
    """Return the named tuple of the outputs; None for a single output."""
    if len(network.outputs) < 2:
        return None
    fields = [
        f"    {label}: Tensor{' | None' if name in network.side else ''}"
        for label, name in network.outputs
    ]
    doc = [
        f"What {network.name} returns" + (" in training mode." if _in_eval(network) == 1 else ".")
    ]
    return Class(_class_name(network), "NamedTuple", doc, [], tuple(fields))


def return_type(network: Network) -> str:
    """Return the annotation of `forward`."""
    if len(network.outputs) < 2:
        return "Tensor"
    return f"{_class_name(network)} | Tensor" if _in_eval(network) == 1 else _class_name(network)


def returned(network: Network, forward: Forward) -> list[str]:
    """Return the lines that return the outputs.

    In eval mode what exists in training mode alone is left out; a single output is returned as
    it is.
    """
    every = tuple(Argument(forward.of(name)) for _, name in network.outputs)
    whole = lines(Call(_class_name(network), every), 2, "return ")
    if not network.side:
        return whole
    kept = [forward.of(name) for _, name in network.outputs if name not in network.side]
    inner = lines(Call(_class_name(network), every), 3, "return ")
    if len(kept) == 1:
        return ["        if self.training:", *inner, f"        return {kept[0]}"]
    return whole


def _in_eval(network: Network) -> int:
    return sum(name not in network.side for _, name in network.outputs)


def _class_name(network: Network) -> str:
    return f"{network.name}Outputs"
