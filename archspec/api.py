"""The Python interface: load a spec, look at it, turn it into anything."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from archspec import analysis
from archspec.architecture import Architecture
from archspec.errors import Span, SpecError
from archspec.expressions import computing
from archspec.keywords import given_of, ops_of, place_of, shape_of
from archspec.ops import BY_NAME, Ops, Shape
from archspec.reading import read_document, read_text
from archspec.resolve.opening import resolve_named
from archspec.schema import read_spec
from archspec.spec import Given, Written
from archspec.syntax import Mapping as Tree


def load(
    spec: str | os.PathLike[str],
    /,
    *,
    input: Shape | None = None,
    plugins: Sequence[str] = (),
    **vars: Any,
) -> Architecture:
    """Load a spec, check all of it, and resolve it.

    >>> load("resnet34", num_classes=10, input=(3, 64, 64)).output
    (10,)

    Args:
        spec: a file, or the name of a bundled spec (`"resnet34"`).
        input: an input shape without the batch dimension, instead of the spec's own.
        plugins: names of modules with further ops, `["my_package.ops"]`; they are imported.
        **vars: values for the spec's vars.

    Raises:
        PluginError: when a plugin is wrong.
        SpecError: with every mistake of the stage that found one, each with its place.
    """
    ops = ops_of(plugins)
    given = {name: given_of(name, value) for name, value in vars.items()}
    place = place_of("input", input)
    return compiled(read_document(spec, ops), shape_of(input), given, ops, place)


def loads(
    text: str, /, *, input: Shape | None = None, plugins: Sequence[str] = (), **vars: Any
) -> Architecture:
    """Load a spec from a text, as `load` does from a file.

    >>> loads("{name: Tiny, input: [3, 8, 8], net: [Flatten, {Linear: 4}]}").parameters
    772
    """
    ops = ops_of(plugins)
    given = {name: given_of(name, value) for name, value in vars.items()}
    document = read_text(text, "<string>", ops)
    return compiled(document, shape_of(input), given, ops, place_of("input", input))


def compiled(
    tree: Tree,
    shape: Shape | None,
    overrides: Mapping[str, Given],
    ops: Ops = BY_NAME,
    place: Span | None = None,
) -> Architecture:
    """Take a document through all stages, in order.

    Args:
        tree: the document.
        shape: an input shape without the batch dimension, instead of the spec's.
        overrides: values for its vars.
        ops: the ops that it may use.
        place: where the shape is given.
    """
    with computing():
        written: Written = read_spec(tree, ops)
        if shape is not None and place is not None:
            written = replace(written, places={**written.places, "input": place})
        analysis.check_overriding(written)
        try:
            network = resolve_named(written, overrides, shape)
        except SpecError as error:
            raise analysis.with_smallest_input(error, written, overrides, shape) from None
    analysis.check_readings(network)
    opened = partial(analysis.opened, network, written, overrides, shape)
    found = Architecture(network, opened, written, overrides)
    try:
        analysis.check_expectations(network, written.places)
    except SpecError as error:  # what a warning tells may be the cause
        raise SpecError((*error.diagnostics, *found.warnings)) from None
    return found
