"""What the tests share: networks as modules, by both ways archspec has to make one."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from torch import nn

import archspec

Make = Callable[[archspec.Architecture], nn.Module]


def live(net: archspec.Architecture) -> nn.Module:
    return net.build()


def source(net: archspec.Architecture) -> nn.Module:
    """Return a network made by its emitted source."""
    return source_class(net)()


def source_class(net: archspec.Architecture, emitted: str = "") -> type[nn.Module]:
    """Run the emitted source as a module of its own, as if it had been saved and imported."""
    emitted = emitted or net.codegen()
    module = ModuleType(f"emitted_{net.name.lower()}")
    sys.modules[module.__name__] = module  # dataclasses and named tuples look there
    file = f"<{module.__name__}>"
    # TorchScript reads the source of what it compiles.
    linecache.cache[file] = (len(emitted), None, emitted.splitlines(keepends=True), file)
    exec(compile(emitted, file, "exec", dont_inherit=True), module.__dict__)
    network: type[nn.Module] = getattr(module, net.name)
    return network


@pytest.fixture(scope="module", params=[live, source], ids=lambda make: make.__name__)
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Return how to make a module of a network: live, or from emitted source."""
    yield request.param
    for name in [name for name in sys.modules if name.startswith("emitted_")]:
        del sys.modules[name]
