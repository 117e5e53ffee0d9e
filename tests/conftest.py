"""What pytest does for all tests: the fixtures that several share, and which tests are quick."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import bytecode
import pytest
import quick
from modules import Make, live, one_thread, source


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


def pytest_configure(config: pytest.Config) -> None:
    """Look for no garbage while tests are collected: what they import stays."""
    gc.disable()
    bytecode.share(config)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse a run of the quick tests in which reading them has imported torch.

    No search for garbage goes through what was imported, a million objects with torch, nor for
    every few nodes through all that the tests share.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
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


@pytest.fixture
def single_thread() -> Iterator[None]:
    """For `usefixtures`, where tensors are small."""
    with one_thread():
        yield


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For `usefixtures`, where a network is drawn in many looks: what it holds is read once."""
    from archspec.draw.picture import content

    monkeypatch.setattr(content, "chart", cache(content.chart))


@pytest.fixture(scope="module", params=[live, source], ids=lambda make: make.__name__)
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Return how to make a module of a network: live, or from emitted source."""
    yield request.param
    for name in [name for name in sys.modules if name.startswith("emitted_")]:
        del sys.modules[name]
