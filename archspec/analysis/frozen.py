"""Sizes of the spec's input that an argument holds fast, where the rest takes any size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archspec.errors import Diagnostic
from archspec.network import Network
from archspec.spec import Use, read_names

_SIZES: Final = ("in_height", "in_width")
_LOUD: Final = frozenset(("Parameter", "Linear", "Unflatten"))
"""Ops that raise of themselves where another size arrives than they were made for."""


def frozen(network: Network) -> Iterator[Diagnostic]:
    """Yield a warning for each argument of an op that reads a height or width; code W132.

    PyTorch would take another size, and do something else than the spec says.
    """
    for leaf in network.leaves:
        if not isinstance(leaf.written, Use) or leaf.label in _LOUD:
            continue
        for given in leaf.written.arguments():
            read = read_names(given)
            sizes = [f"`{size}`" for size in _SIZES if size in read]
            if sizes:
                verb = "are numbers" if len(sizes) > 1 else "is a number"
                message = f"{' and '.join(sizes)} {verb} here, whatever size arrives at run time"
                help = "where one size is meant, write its numbers"
                if leaf.label == "Upsample":
                    help = f"`scale_factor` follows what arrives; {help}"
                yield Diagnostic("W132", message, given.span, path=leaf.path, help=help)


__all__ = ["frozen"]
