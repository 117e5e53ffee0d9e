"""A block that is entered: what its parameters are there, and which names its body sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from archspec import expressions, limits
from archspec.errors import Note, SpecError, fail
from archspec.expressions import Formula, Value, shown_value
from archspec.network import BlockUse, Bound
from archspec.resolve.bindings import Binding, calling, without
from archspec.resolve.origins import Origin
from archspec.resolve.parameters import arguments, plain_defaults, unstated
from archspec.resolve.scope import Scope, open_vars
from archspec.resolve.shapes_across_scopes import name_formula
from archspec.spec import Block, Given, Parameter, Use
from archspec.traced import formula_of


@dataclass(frozen=True, slots=True)
class _Own:
    """The names that a block's body has of its own, and what is known of them around it.

    Attributes:
        names: what they stand for in the body.
        outside: the formulas that stand for them in the scope of the use.
        computed: the formulas of those with a computed default, in the body.
    """

    names: dict[str, Binding]
    outside: dict[str, Formula]
    computed: dict[str, Formula] = field(default_factory=dict)


def enter(
    block: Block,
    use: Use,
    entering: Sequence[Mapping[str, int]],
    path: str,
    around: Scope,
    outermost: Scope,
) -> tuple[Scope, BlockUse]:
    """Return what the body of a block sees, and what the network keeps of the call.

    Args:
        block: the block.
        use: where it is used, and with which arguments.
        entering: the sizes of each input by name; of all but the first, formulas alone see it.
        path: of the module that is made of it.
        around: the scope of the use.
        outermost: the scope that has the vars alone.

    Raises:
        SpecError: for arguments that are unknown, missing, too many or given twice, and for a
            default that cannot be computed.
    """
    sizes, further = entering[0], {name: n for own in entering[1:] for name, n in own.items()}
    taken = {*sizes, *further, *(parameter.name for parameter in block.parameters)}
    defaults = plain_defaults(block, taken | outermost.names.keys())
    use = unstated(use, sizes, around)
    given = arguments(block, use, around, defaults)
    own = _own(given, sizes, around, _origins(block, use, around))
    called = calling(open_vars(outermost), taken)

    def told(scope: Scope) -> Scope:
        return replace(scope, trail=(_told(block, own.names, path, use), *around.trail))

    scope = _inner(outermost, own.names, called).with_sizes(further, around)
    scope = told(replace(scope, blocks=around.blocks + 1))
    scope = _computed([p for p in block.parameters if p.name not in given], own, path, scope)
    handed = {name: bound.value for name, bound in own.names.items()}
    scope = replace(told(scope), handed={**around.handed, block.name.text: handed})
    kept = _kept(block, _with_further(own, further, around), around, outermost, defaults, called)
    return scope, replace(kept, sizes=tuple(map(tuple, entering)))


def _with_further(own: _Own, sizes: Mapping[str, int], around: Scope) -> _Own:
    """Return the names of a block with those of sizes that formulas alone have."""
    names = {
        name: Binding(int(size), name_formula(name), around.source_of_size(size))
        for name, size in sizes.items()
    }
    outside = {name: formula_of(size) for name, size in sizes.items()}
    return replace(own, names=own.names | names, outside=own.outside | outside)


def _own(
    given: Mapping[str, tuple[Value, Formula]],
    sizes: Mapping[str, int],
    around: Scope,
    origins: Mapping[str, Origin],
) -> _Own:
    """Return the names of what is given to a block, and of the sizes that enter it."""
    outside = {name: formula for name, (_, formula) in given.items()}
    names = {
        name: Binding(value, name_formula(name), around.source(formula), origins.get(name))
        for name, (value, formula) in given.items()
    }
    for name, size in sizes.items():
        outside[name] = formula_of(size)
        names[name] = Binding(int(size), name_formula(name), around.source_of_size(size))
    return _Own(names, outside)


def _kept(
    block: Block,
    own: _Own,
    around: Scope,
    outermost: Scope,
    defaults: Mapping[str, Value],
    called: Mapping[str, str],
) -> BlockUse:
    """Return what the network keeps of the call of a block.

    The open vars reach a class through its constructor, as the block's parameters do.
    """
    names = {
        name: Bound(
            value=bound.value,
            formula=own.outside[name],
            is_open=bound.source is not None and bool(bound.source.vars),
            default=(defaults[name],) if name in defaults else (),
            computed=own.computed.get(name),
        )
        for name, bound in own.names.items()
    }
    for var, name in called.items():
        formula = name_formula(around.called.get(var, var))
        names[name] = Bound(value=outermost.values[var], formula=formula, is_open=True)
    return BlockUse(block.name.text, block.parameters, names, vars=tuple(called.values()))


def _computed(parameters: Sequence[Parameter], own: _Own, path: str, scope: Scope) -> Scope:
    """Add these parameters, whose defaults are computed from those before them.

    Returns:
        The scope that has them too.
    """
    for parameter in parameters:
        name = parameter.name
        value, formula = _default(parameter.default, path, scope)
        own.computed[name] = formula
        own.outside[name] = expressions.substitute(formula, own.outside)
        scope = scope.with_name(name, value, formula)
        own.names[name] = scope.names[name]
    return scope


def endless(block: Block, use: Use, around: Scope, within: Scope) -> SpecError:
    """Return the error about blocks that are nested too deep, most often one that never ends.

    Args:
        block: the innermost.
        use: where it is used.
        around: the scope of the use.
        within: that of its body.
    """
    label = block.name.text
    message = f"blocks nested deeper than {limits.BLOCK_DEPTH}"
    if label not in around.handed:
        return fail("G324", message, use.span)
    pairs = {
        parameter.name: (around.handed[label][parameter.name], within.values[parameter.name])
        for parameter in block.parameters
    }
    changing = [name for name, (before, now) in pairs.items() if before != now]
    falling = [name for name in changing if _is_less(*reversed(pairs[name]))]
    help = "each is given the same: a parameter that counts down, `n - 1`, ends it by `if: =n > 0`"
    if falling:
        help = f"end it by `if: ={falling[0]} > 0` within `{label}`"
    elif changing:
        help = f"end it by an `if` of `{changing[0]}`, which differs from one to the next"
    return fail("G324", f"{message}: `{label}` contains itself", use.span, help=help)


def _is_less(now: Value, before: Value) -> bool:
    numbers = isinstance(now, int | float) and isinstance(before, int | float)
    return numbers and now < before  # type: ignore[operator]


def _origins(block: Block, use: Use, around: Scope) -> dict[str, Origin]:
    """Return where the parameters of a block have their values, those that are computed apart."""
    known = [parameter.name for parameter in block.parameters]
    given = {p.name: p.default for p in block.parameters if p.default and not p.default.formula}
    given |= zip(known, use.positional, strict=False)
    given |= {name.text: value for name, value in use.keywords}
    return {name: around.written(value) for name, value in given.items()}


def _inner(outermost: Scope, own: Mapping[str, Binding], called: Mapping[str, str]) -> Scope:
    """Return the scope of a block: the vars, unless what enters and what is given hides them."""
    names = without(outermost.names, own)
    hidden = {var: name for var, name in called.items() if name != var}
    formulas = {var: name_formula(name) for var, name in hidden.items()}
    for name, bound in names.items() if hidden else ():
        if bound.formula is not None:
            formula = expressions.substitute(bound.formula, formulas)
            names[name] = replace(bound, formula=formula)
    sources = ((name, outermost.source_of(var)) for var, name in hidden.items())
    further = {name: source for name, source in sources if source}
    unwritten = {**outermost.unwritten, **further} if further else outermost.unwritten
    return Scope({**names, **own}, unwritten=unwritten, called=called)


def _told(block: Block, own: Mapping[str, Binding], path: str, use: Use) -> Note:
    """Return what messages say of a module: its path, its block with the arguments, and where."""
    known = [p.name for p in block.parameters if p.name in own]
    arguments = "".join(f", {name}={shown_value(own[name].value)}" for name in known)
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
