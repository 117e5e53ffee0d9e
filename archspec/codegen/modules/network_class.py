"""The network's own class, the last of its file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from archspec.codegen.forward.values import ordered
from archspec.codegen.modules import signatures
from archspec.codegen.modules.argument_bounds import checked
from archspec.codegen.modules.assignments import local_names
from archspec.codegen.modules.classes import Writer
from archspec.codegen.modules.constructor import Constructor
from archspec.codegen.modules.first_weights import initialisation
from archspec.codegen.modules.flat_style import Unrolled
from archspec.codegen.modules.network_forward import NotDivided, forwards
from archspec.codegen.modules.outputs import outputs_class
from archspec.codegen.modules.program import Class, Method, Program
from archspec.codegen.modules.stage_functions import stage_function
from archspec.codegen.python.trees import apart, statements
from archspec.codegen.uses.children import Item, is_own
from archspec.codegen.uses.common_formula import Untested, View, asking_all, inside
from archspec.codegen.uses.flat_paths import is_flat_chain
from archspec.codegen.uses.frame import Frame
from archspec.codegen.words import of_network
from archspec.network import Network, decisions


def write_network(program: Program, *, flat: bool, features: str | None = None) -> None:
    """Write all definitions of a file: classes and functions that are needed, then the network's.

    Args:
        program: the file.
        flat: open the blocks and write all layers in the network's own class.
        features: a child behind which the forward pass is divided.

    Raises:
        NotDivided: when it cannot be.
        Untested: when open vars decide what no class asks.
    """
    network, writer = program.network, Writer(program)
    if flat and (decided := decisions(network.root)):
        raise Untested(decided)  # where blocks are opened, no class asks
    frame = _frame(network)
    chained = network.root.numbered and network.root.is_chain
    if chained and features is not None:
        raise NotDivided(f"{network.name} is nn.Sequential, and has no forward pass to divide")
    if flat and not (chained and is_flat_chain(network.root)):
        chained = False
        init, items, aliases = _unrolled(writer, frame)
    else:
        init, items, aliases = _structured(writer, frame, flat=flat)
    # What is unrolled is in order already, and has no places in one body to be ordered by.
    steps = [item for item in items if not is_own(item)] if flat else ordered(items)
    forward = [] if chained else forwards(network, items, steps, aliases, features)
    outputs = outputs_class(network)
    if outputs is not None:
        program.definitions.append(outputs)
    base = "nn.Sequential" if network.root.numbered else "nn.Module"
    doc = partial(of_network.network_class, network, chained=chained, flat=flat)
    program.definitions.append(Class(network.name, base, doc, [init, *forward]))


def _frame(network: Network) -> Frame:
    """Return the names of the network's class."""
    values = network.scope(network.opened)
    return Frame(
        ops=network.ops,
        scopes=[values],
        order=network.open,
        local=network.computed,
        defaults=network.defaults,
        open=frozenset(values),
    )


Built = tuple[Method, list[Item], Mapping[str, str]]
"""A constructor, the entries that it makes, and names that stand for others."""


def _unrolled(writer: Writer, frame: Frame) -> Built:
    """Return what makes all layers in one class."""
    network = writer.program.network
    unrolled = Unrolled(writer, frame, View(network.root, {}, frame.scopes[0]))
    filled = initialisation([network.root], network)
    if filled:
        apart(filled[0])
    parameters = frame.parameters()
    asked = checked(network, [parameter.name for parameter in parameters])
    first = [*statements("super().__init__()"), *local_names(frame)]
    signature = signatures.constructor(parameters, frame.ops)
    written = [*asked, *first, *unrolled.body, *filled]
    init = Method(signature, partial(of_network.built, network), written)
    return init, unrolled.items, unrolled.aliases


def _structured(writer: Writer, frame: Frame, *, flat: bool) -> Built:
    """Return what makes the layers by classes, functions and loops; in the flat form, a chain."""
    root = writer.program.network.root
    folds = root.numbered and root.is_chain and not flat
    lists = not (flat or root.numbered)
    constructor = Constructor(writer, frame, lists=lists, folds=folds, unrolls=flat)
    if not flat:
        constructor.stage = partial(stage_function, writer, frame)
    with asking_all([root]):
        items = constructor.items([inside(View(root, {}, frame.scopes[0]))])
    return writer.constructor(items, [root], frame), items, constructor.aliases
