"""Networks as modules, by both ways archspec has to make one.

Torch is imported where it is used: most tests need none, and it takes longer than many of them.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from loading import emitted

import archspec

if TYPE_CHECKING:
    from torch import nn

Make = Callable[[archspec.Architecture], "nn.Module"]


def live(net: archspec.Architecture) -> nn.Module:
    return net.build()


def source(net: archspec.Architecture) -> nn.Module:
    """Return a network made by its emitted source."""
    return source_class(net)()


def source_class(net: archspec.Architecture, text: str = "") -> type[nn.Module]:
    """Run the emitted source as a module of its own, as if it had been saved and imported."""
    text = text or emitted(net)
    module = ModuleType(f"emitted_{net.name.lower()}")
    sys.modules[module.__name__] = module  # dataclasses and named tuples look there
    file = f"<{module.__name__}>"
    # TorchScript reads the source of what it compiles.
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec", dont_inherit=True), module.__dict__)
    network: type[nn.Module] = getattr(module, net.name)
    return network


@contextmanager
def one_thread() -> Iterator[None]:
    """Threads that wait for each other take most of the time of small tensors."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
