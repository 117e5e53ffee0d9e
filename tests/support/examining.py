"""All that archspec says of a text without torch; what is not a located error is a fault."""

from __future__ import annotations

import ast

import archspec
from archspec.api import compiled
from archspec.draw import dot
from archspec.flattening import flattened
from archspec.reading import text_chain
from archspec.reports import FORMATS


def examine(text: str) -> tuple[str, ...]:
    """Return the codes of the mistakes of a text; none when every product of it could be made.

    Raises:
        Exception: whatever else archspec raises, which is a fault of its own.
    """
    try:
        net = archspec.loads(text)
        _make_all(net, text)
    except archspec.SpecError as error:
        error.text()
        for report in FORMATS.values():
            report.write(error.diagnostics)
        return tuple(diagnostic.code for diagnostic in error.diagnostics)
    return ()


def _make_all(net: archspec.Architecture, text: str) -> None:
    table = net.summary()
    ast.parse(net.codegen())
    dot(net.network)
    # A spec that is put together with what it extends says the same.
    alone = flattened(text_chain(text))
    assert alone == text or compiled(text_chain(alone)[0], None, {}).summary() == table
