"""A block that is entered: what its parameters are there, and which names its body sees."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from archspec import expressions
from archspec.errors import Note, Span, SpecError, fail
from archspec.expressions import Formula, Value, shown_value
from archspec.network import BlockUse
from archspec.ops import Shape
from archspec.resolve.positions import twice
from archspec.resolve.scope import (
    Scope,
    Sources,
    calling,
    entering,
    name_formula,
    open_vars,
    without,
)
from archspec.schema.keys import unknown_argument
from archspec.spec import Block, Given, Use
from archspec.traced import formula_of


def enter(
    block: Block, use: Use, shape: Shape, path: str, around: Scope, outermost: Scope
) -> tuple[Scope, BlockUse]:
    """Return what the body of a block sees, and what the network keeps of the call.

    Args:
        block: the block.
        use: where it is used, and with which arguments.
        shape: of what enters.
        path: of the module that is made of it.
        around: the scope of the use.
        outermost: the scope that has the vars alone.

    Raises:
        SpecError: for arguments that are unknown, missing, too many or given twice, and for a
            default that cannot be computed.
    """
    sizes = entering(shape)
    own = {*sizes, *(parameter.name for parameter in block.parameters)}
    defaults = _plain_defaults(block, own | outermost.values.keys())
    use = _unstated(use, sizes, around)
    bound = _bound(block, use, around, defaults)
    values = {parameter: value for parameter, (value, _) in bound.items()}
    bindings = {parameter: formula for parameter, (_, formula) in bound.items()}
    bindings |= {size: formula_of(n) for size, n in sizes.items()}
    sources = {name: around.source(formula) for name, formula in bindings.items()}
    sources |= {size: around.source_of_size(n) for size, n in sizes.items()}
    values |= {size: int(n) for size, n in sizes.items()}
    # The open vars reach a class through its constructor, as the block's parameters do.
    called = calling(open_vars(outermost), own)
    passed = {name: around.called.get(var, var) for var, name in called.items()}
    bindings |= {name: name_formula(var) for name, var in passed.items()}
    sources |= {name: outermost.sources[var] for var, name in called.items()}
    trail = (_told(block, values, path, use), *around.trail)
    scope = replace(
        _inner(outermost, values, sources, called),
        places={**without(outermost.places, own), **_places(block, use, around)},
        trail=trail,
        blocks=around.blocks + 1,
    )
    computed = {}
    for parameter in block.parameters:
        name = parameter.name
        if name not in bound:
            value, formula = _default(parameter.default, path, scope)
            computed[name], values[name] = formula, value
            bindings[name] = expressions.substitute(formula, bindings)
            scope = scope.with_name(name, value, formula)
            sources[name] = scope.sources[name]
    if computed:
        scope = replace(scope, trail=(_told(block, values, path, use), *around.trail))
    made = BlockUse(
        name=block.name.text,
        parameters=block.parameters,
        values={**values, **{name: outermost.values[var] for var, name in called.items()}},
        bindings=bindings,
        vars=tuple(passed),
        open=frozenset(name for name, source in sources.items() if source.vars),
        defaults=defaults,
        computed=computed,
    )
    return scope, made


def _places(block: Block, use: Use, around: Scope) -> dict[str, Span]:
    """Return where the parameters of a block have their values, those that are computed apart."""
    known = [parameter.name for parameter in block.parameters]
    given = {p.name: p.default for p in block.parameters if p.default and not p.default.formula}
    given |= zip(known, use.positional, strict=False)
    given |= {name.text: value for name, value in use.keywords}
    return {name: around.place(value) for name, value in given.items()}


def _inner(
    outermost: Scope, values: Mapping[str, Value], sources: Sources, called: Mapping[str, str]
) -> Scope:
    """Return the scope of a block: the vars, unless what enters and what is given hides them."""
    hidden = {var: name_formula(name) for var, name in called.items() if name != var}
    formulas = {n: expressions.substitute(f, hidden) for n, f in outermost.formulas.items()}
    return Scope(
        {**outermost.values, **values},
        {**formulas, **{name: name_formula(name) for name in values}},
        sources={**outermost.sources, **sources},
        places=without(outermost.places, values),
        called=called,
    )


def _told(block: Block, values: Mapping[str, Value], path: str, use: Use) -> Note:
    """Return what messages say of a module: its path, its block with the arguments, and where."""
    known = [p.name for p in block.parameters if p.name in values]
    arguments = "".join(f", {name}={shown_value(values[name])}" for name in known)
    return Note(f"{path} ({block.name.text}{arguments}), used at", use.span)


def _default(default: Given | None, path: str, scope: Scope) -> tuple[Value, Formula]:
    """Return what a computed default yields here, and its formula."""
    assert default is not None
    try:
        return scope.compute(default)
    except SpecError as error:
        raise SpecError(
            replace(diagnostic, path=path, trail=scope.trail) for diagnostic in error.diagnostics
        ) from None


def _unstated(use: Use, sizes: Mapping[str, int], scope: Scope) -> Use:
    """Return a use without the sizes of what enters that it states, which are checked.

    Raises:
        SpecError: when another size enters; code G313.
    """
    left = []
    for name, given in use.keywords:
        if name.text not in sizes:
            left.append((name, given))
            continue
        stated, _ = scope.compute(given)
        if stated != sizes[name.text]:
            arrives = int(sizes[name.text])
            message = f"`{name.text}` is stated as {shown_value(stated)}, but {arrives} arrive"
            help = f"leave `{name.text}` out, or change what comes before"
            raise fail("G313", f"{use.callee.value}: {message}", given.span, help=help)
    return replace(use, keywords=tuple(left))


def _bound(
    block: Block, use: Use, scope: Scope, defaults: Mapping[str, Value]
) -> dict[str, tuple[Value, Formula]]:
    """Return value and formula of each parameter of a block whose default is not to be computed.

    Args:
        block: the block.
        use: where it is used, and with which arguments.
        scope: the names that these see.
        defaults: its parameters' plain defaults.

    Raises:
        SpecError: for arguments that are unknown, missing, too many or given twice.
    """
    label, parameters, positional = block.name.text, block.parameters, use.positional
    notes = (Note("its parameters", block.name.span),)
    if len(positional) > len(parameters):
        if use.is_list and len(parameters) == 1:
            place = positional[0].span.to(positional[-1].span)
            positional = (Given(place, items=positional),)
        else:
            count = len(positional)
            message = f"{count} argument{'s' * (count > 1)} for `{label}`"
            raise fail("G311", message, positional[len(parameters)].span, notes=notes)
    known = tuple(parameter.name for parameter in parameters)
    written = {p.name: given for p, given in zip(parameters, positional, strict=False)}
    for name, given in use.keywords:
        if name.text not in known:
            raise SpecError([unknown_argument(name, label, known)])
        if name.text in written:
            raise twice(name, written[name.text].span)
        written[name.text] = given
    values, missing = {}, []
    for parameter in parameters:
        if parameter.name in written:
            values[parameter.name] = scope.compute(written[parameter.name])
        elif parameter.name in defaults:
            value = defaults[parameter.name]
            values[parameter.name] = (value, formula_of(value))
        elif parameter.default is None:
            missing.append(f"`{parameter.name}`")
    if missing:
        message = f"`{label}` needs {' and '.join(missing)}"
        raise fail("G314", message, use.span, notes=notes)
    return values


def _plain_defaults(block: Block, seen: Container[str]) -> dict[str, Value]:
    """Return the defaults that are values or words, and no formulas of names that a block sees."""
    return {
        parameter.name: given.value
        for parameter in block.parameters
        if (given := parameter.default) is not None
        and (given.formula is None or (given.value is not None and given.value not in seen))
    }
