"""From a `Spec` and the caller's values to a `Network`: every name bound, every shape known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from archspec import limits
from archspec.errors import Diagnostic, Diagnostics, Span, did_you_mean, fail
from archspec.expressions import Formula, Value
from archspec.network import INPUT, Absent, Body, Child, Loop, Network
from archspec.ops import Shape
from archspec.quantity import atom
from archspec.resolve.expansion import Expansion, check_sizes
from archspec.resolve.flows import Flow
from archspec.resolve.initialisation import with_fills
from archspec.resolve.overwriting import check_overwriting
from archspec.resolve.resolver import Resolver
from archspec.resolve.scope import Scope, Source, entering, name_formula
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

    Args:
        written: the spec.
        overrides: values for its vars, instead of the defaults.
        shape: an input shape without the batch dimension, instead of the spec's.
        most: how many nodes it may have.

    Raises:
        SpecError: with every mistake found; codes E, G and L.
    """
    network, _ = resolve_open(written, overrides or {}, shape, (), most=most)
    return network


def resolve_open(
    written: Written,
    overrides: Mapping[str, Given],
    shape: Shape | None,
    wanted: Sequence[str],
    named: Sequence[str] = (),
    most: int = limits.NODES,
) -> tuple[Network, set[str]]:
    """Resolve a spec where some vars stand in formulas under their names.

    Args:
        written: the spec.
        overrides: values for its vars.
        shape: an input shape without the batch dimension, instead of the spec's.
        wanted: the vars that shall be open.
        named: vars computed from these that keep their names as well.
        most: how many nodes it may have.

    Returns:
        The network, and which of these vars decide what is there at all.
    """
    spec = written.spec
    inputs = _inputs(spec, shape)
    for size in inputs.values():
        check_sizes(size, written.places.get("input"))
    values = values_of_vars(spec, overrides)
    diagnostics = Diagnostics()
    scope, computed = _global(spec, overrides, values, wanted, named)
    places = {name: given.span for name, given in {**spec.vars, **overrides}.items()}
    scope = replace(scope, places=places)
    resolver = Resolver(
        spec, written.ops, diagnostics, scope, Expansion(most), tuple(inputs.values())
    )
    first = next(iter(inputs.values()))
    scope = replace(scope, values={**entering(first), **values})
    flows = {name: Flow(name, size, written.places.get("input")) for name, size in inputs.items()}
    root: Body | None = None
    with diagnostics.collect():
        root = resolver.module(spec.net, "", "", scope, flows)
    diagnostics.raise_any()
    assert root is not None
    check_overwriting(root, diagnostics)
    diagnostics.raise_any()
    outputs = _outputs(written, root, inputs)
    root = with_fills(root, spec.init, written.ops, scope, written.file)
    given = [given for rule in spec.init for _, _, fill in rule.fills for _, given in fill]
    network = Network(
        name=spec.name,
        file=written.file,
        description=spec.description,
        paper=spec.paper,
        inputs=inputs,
        outputs=outputs,
        vars={name: values[name] for name in spec.vars},
        root=root,
        expect=spec.expect,
        init=spec.init,
        is_default=not overrides and shape is None,
        open=tuple(wanted),
        computed={**computed, **resolver.grown},
        ops=written.ops,
        allowed={name: var.allowed for name, var in spec.vars.items() if var.allowed},
    )
    return network, resolver.closed | scope.origin(*given)


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
    scope, computed = Scope(values, {}), {}
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
            scope = replace(
                scope,
                formulas={**scope.formulas, name: formula},
                sources={**scope.sources, name: source},
            )
    return scope, computed


def _inputs(spec: Spec, shape: Shape | None) -> dict[str, Shape]:
    if isinstance(spec.input, tuple):
        return {INPUT: shape or spec.input}
    if shape is not None:
        raise fail("G330", "this network has several inputs; `--input` gives the shape of one")
    return dict(spec.input)


def _absent(children: Iterable[Child]) -> Iterator[Absent]:
    for child in children:
        if isinstance(child, Absent):
            yield child
        for turn in child.turns if isinstance(child, Loop) else ():
            yield from _absent(turn.children)


def _outputs(written: Written, root: Body, inputs: dict[str, Shape]) -> tuple[tuple[str, str], ...]:
    outputs = written.spec.outputs
    if outputs is None:
        return (("", root.result),)
    gone = [*_absent(root.children)]
    absent = {child.name for child in gone if not child.is_alias}
    named = {"": outputs} if isinstance(outputs, str) else outputs
    # What an `if` has left out is left out of the outputs too.
    pairs = {label: name for label, name in named.items() if name not in absent}
    meant = {child.name: child.stands_for for child in gone if child.is_alias}
    pairs = {label: meant.get(name, name) for label, name in pairs.items()}
    span: Span | None = written.places.get("outputs")
    known = [node.name for node in root.nodes if node.name not in root.own]
    found = Diagnostics()
    for label, name in pairs.items():
        if name not in known:
            help = did_you_mean(name, known) or f"there are {', '.join(known)}"
            message = f"`outputs` names `{name}`, which is not in `net`"
            if name in root.own:
                message = f"`outputs` names the parameter `{name}`, which is no output of a sample"
            place = written.places.get(f"outputs.{label}", span)  # the label of one output is empty
            found.add(Diagnostic("G333", message, place, help=help))
    found.raise_any()
    side = {node.name for node in root.nodes if node.training_only}
    if side.issuperset(pairs.values()):
        message = "in eval mode nothing is there of what `outputs` names"
        raise fail("G334", message, span, help="name an output that is always there")
    return tuple(pairs.items())
