"""From a `Spec` and the caller's values to a `Network`: every name bound, every shape known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from archspec import limits
from archspec.errors import Diagnostics, Span, fail
from archspec.expressions import Formula, Value
from archspec.network import INPUT, Body, Network, of_any_number
from archspec.ops import Shape
from archspec.ops import naming as channel_names
from archspec.ops.shape import Undecided
from archspec.quantity import atom
from archspec.resolve.bindings import Binding, Source, constants
from archspec.resolve.expansion import Expansion, check_sizes
from archspec.resolve.flows import Flow
from archspec.resolve.images import Inputs
from archspec.resolve.initialisation import filling, told_apart, with_fills
from archspec.resolve.modules import module
from archspec.resolve.origins import Origin
from archspec.resolve.outputs import outputs_of
from archspec.resolve.overwriting import check_overwriting
from archspec.resolve.resolver import Naming, Resolver
from archspec.resolve.scope import Scope
from archspec.resolve.shapes_across_scopes import entering, name_formula, renamed
from archspec.resolve.variables import values_of_vars
from archspec.spec import Given, Spec, Written
from archspec.traced import NONE


def resolve(
    written: Written,
    overrides: Mapping[str, Given] | None = None,
    shape: Shape | None = None,
    most: int = limits.NODES,
) -> Network:
    """Resolve a spec.

    >>> from archspec.reading import read_document
    >>> from archspec.schema import read_spec
    >>> network = resolve(read_spec(read_document("lenet")))
    >>> network.leaves[0].op.in_channels, network.leaves[0].output
    (1, (6, 24, 24))

    Args:
        written: the spec.
        overrides: values for its vars, instead of the defaults.
        shape: an input shape without the batch dimension, instead of the spec's.
        most: how many nodes it may have.

    Raises:
        SpecError: with every mistake found; codes E, G and L.
    """
    return resolve_open(written, overrides or {}, shape, Naming(), most)


def resolve_open(
    written: Written,
    overrides: Mapping[str, Given],
    shape: Shape | None,
    naming: Naming,
    most: int = limits.NODES,
) -> Network:
    """Resolve a spec as `resolve` does, where some vars stand in formulas under their names.

    Raises:
        SpecError: with every mistake found; codes E, G and L.
        CannotBeOpen: when they cannot, and that is known early.
    """
    inputs = _inputs(written, shape)
    values = values_of_vars(written.spec, overrides)
    wanted, named = (
        [name for name in vars if _may_be_open(values.get(name))]
        for vars in (naming.wanted, naming.computed)
    )
    scope, computed = _global(written.spec, overrides, values, wanted, named)
    given = Inputs(tuple(inputs.values()), written.places.get("input"))
    made = Diagnostics(), scope, Expansion(most), module, given, naming.patience
    resolver = Resolver(written.spec, written.ops, *made)
    flowing, channels = _entering(inputs, naming)
    scope = _with_sizes(scope, flowing, channels)
    root = _root(resolver, scope, flowing, given.place)
    network = _network(written, values, inputs, root, scope)
    return replace(
        network,
        is_default=not overrides and shape is None,
        open=(*wanted, *channels),
        closed={**network.closed, **resolver.closed},
        computed={**computed, **resolver.grown},
    )


def _network(
    written: Written,
    values: Mapping[str, Value],
    inputs: Mapping[str, Shape],
    root: Body,
    scope: Scope,
) -> Network:
    """Return the network of that root, as far as it does not matter what was asked for.

    Raises:
        SpecError: when `outputs` or `init` does not fit it.
    """
    spec = written.spec
    filled = with_fills(root, spec.init, written.ops, scope, written.file)
    outputs = outputs_of(written, root)
    closed = filling(filled, scope) | told_apart(filled, written.ops) if spec.init else {}
    for node, says in of_any_number(root.children):
        closed |= (
            says if node.name in [name for _, name in outputs] and written.spec.outputs else {}
        )
    return Network(
        name=spec.name,
        file=written.file,
        description=spec.description,
        paper=spec.paper,
        inputs=inputs,
        outputs=outputs,
        vars={name: values[name] for name in spec.vars},
        root=filled,
        expect=spec.expect,
        init=spec.init,
        is_default=True,
        closed=closed,
        ops=written.ops,
        allowed={name: var.allowed for name, var in spec.vars.items() if var.allowed},
    )


def _root(
    resolver: Resolver, scope: Scope, inputs: Mapping[str, Shape], place: Span | None
) -> Body:
    """Return the network's own module.

    Raises:
        SpecError: with every mistake in it.
    """
    if place is not None and len(inputs) > 1:
        resolver.named.update(dict.fromkeys(inputs, place))
    flows = {name: Flow(name, size, place) for name, size in inputs.items()}
    root: Body | None = None
    with resolver.diagnostics.collect():
        root = resolver.module(resolver.document.net, "", "", scope, flows)
    resolver.diagnostics.raise_any()
    assert root is not None
    check_overwriting(root, resolver.diagnostics)
    resolver.diagnostics.raise_any()
    return root


def _entering(
    inputs: Mapping[str, Shape], naming: Naming
) -> tuple[Mapping[str, Shape], tuple[str, ...]]:
    """Return the inputs, where the channels of a sole one have a name if that is asked for."""
    (shape, *others) = inputs.values()
    places = {index: name for name, index in channel_names(shape).items() if name in naming.wanted}
    if others or not places:
        return inputs, ()
    return {INPUT: renamed(shape, places)}, tuple(places.values())


def _with_sizes(scope: Scope, inputs: Mapping[str, Shape], channels: Sequence[str]) -> Scope:
    """Return the scope of the network's own body: the vars, and the sizes that enter."""
    sizes = {n: Binding(int(size)) for n, size in entering(next(iter(inputs.values()))).items()}
    for name in channels:
        opened = Source(frozenset((name,)), NONE, atom(name))
        sizes[name] = Binding(sizes[name].value, name_formula(name), opened)
    return replace(scope, names={**sizes, **scope.names})


def _may_be_open(value: Value | None) -> bool:
    """Tell whether a value is a number, or a list of numbers."""
    entries = value if isinstance(value, tuple) else (value,)
    return bool(entries) and all(type(entry) in (int, float) for entry in entries)


def _global(
    spec: Spec,
    overrides: Mapping[str, Given],
    values: Mapping[str, Value],
    wanted: Sequence[str],
    named: Sequence[str],
) -> tuple[Scope, dict[str, Formula]]:
    """Return the scope of the vars, where some have names and others are constants.

    The formulas of what is named though it is computed are returned beside it.
    """
    bound, computed = constants(values), {}
    scope = Scope(bound)
    for name, default in spec.vars.items():
        if name in wanted:
            formula: Formula = name_formula(name)
            source = Source(frozenset((name,)), NONE, atom(name))
        else:
            _, formula = scope.compute(overrides.get(name, default))
            source = scope.source(formula)
            if source.vars and name in named:
                computed[name], formula = formula, name_formula(name)
        if source.vars:
            bound[name] = Binding(values[name], formula, source)
            scope = Scope(bound)  # which reads them anew
    given = {name: Origin(g, values, name) for name, g in {**spec.vars, **overrides}.items()}
    return Scope({n: replace(held, origin=given[n]) for n, held in bound.items()}), computed


def _inputs(written: Written, shape: Shape | None) -> dict[str, Shape]:
    """Return the shapes of the network's inputs, of which another may be given for the only one.

    Raises:
        SpecError: when it has several, or one is past the limits; codes G330, L205 and L206.
    """
    given = written.spec.input
    if isinstance(given, tuple):
        inputs = {INPUT: shape or given}
    elif shape is not None:
        raise fail("G330", "this network has several inputs; `--input` gives the shape of one")
    else:
        inputs = dict(given)
    for size in inputs.values():
        check_sizes(size, written.places.get("input"))
    return {name: Undecided(n) if len(n) == len("CL") else n for name, n in inputs.items()}
