"""Bundled specs as networks, and source of networks, made once in a run: no test can change it."""

from __future__ import annotations

import weakref
from functools import cache

import archspec


@cache
def bundled(name: str) -> archspec.Architecture:
    """Return a bundled network as its spec has it."""
    return archspec.load(name)


_EMITTED: dict[int, str] = {}


def emitted(net: archspec.Architecture) -> str:
    """Return the source of a network, written once as long as the network is there."""
    if id(net) not in _EMITTED:
        _EMITTED[id(net)] = net.codegen()
        weakref.finalize(net, _EMITTED.pop, id(net))
    return _EMITTED[id(net)]
