"""What the tests share: networks as modules, by both ways archspec has to make one.

Torch is imported where it is used: most tests need none, and it takes longer than many of them.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import quick

import archspec

if TYPE_CHECKING:
    from torch import nn

Make = Callable[[archspec.Architecture], "nn.Module"]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave unread what has no quick test, where only these are asked for."""
    if not quick.is_asked(config) or collection_path.suffix != ".py":
        return None
    return None if quick.is_light(collection_path) else True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the quick tests, before those are chosen that are asked for."""
    for item in items:
        if quick.is_quick(item):
            item.add_marker("quick")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse a run of the quick tests in which reading them has imported torch."""
    if quick.is_asked(session.config) and "torch" in sys.modules:
        raise pytest.UsageError("a module of quick tests imports torch")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test that passes for a quick one, and is none."""
    if not quick.is_asked(item.config):
        return (yield)
    start = quick.processor_time()
    result = yield
    quick.check(item, quick.processor_time() - start)
    return result


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


@pytest.fixture
def single_thread() -> Iterator[None]:
    """For `usefixtures`, where tensors are small."""
    with one_thread():
        yield


@pytest.fixture(scope="module", params=[live, source], ids=lambda make: make.__name__)
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Return how to make a module of a network: live, or from emitted source."""
    yield request.param
    for name in [name for name in sys.modules if name.startswith("emitted_")]:
        del sys.modules[name]
