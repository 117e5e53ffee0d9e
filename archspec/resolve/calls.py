"""A block that is entered: what its parameters are there, and which names its body sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from archspec import expressions, limits
from archspec.errors import Note, SpecError, fail
from archspec.expressions import Formula, Value, shown_value
from archspec.network import BlockUse
from archspec.ops import Shape
from archspec.resolve.origins import Origin
from archspec.resolve.parameters import arguments, plain_defaults, unstated
from archspec.resolve.scope import (
    Scope,
    Source,
    calling,
    entering,
    name_formula,
    open_vars,
    without,
)
from archspec.spec import Block, Given, Parameter, Use
from archspec.traced import formula_of


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that a block's body sees of its own.

    Attributes:
        values: their values.
        bindings: the formulas that stand for them outside.
        sources: how they come from open vars.
        called: the names that open vars have there.
    """

    values: dict[str, Value]
    bindings: dict[str, Formula]
    sources: dict[str, Source]
    called: Mapping[str, str]


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
    defaults = plain_defaults(block, own | outermost.values.keys())
    use = unstated(use, sizes, around)
    given = arguments(block, use, around, defaults)
    names = _names(given, sizes, around, outermost, calling(open_vars(outermost), own))
    scope = replace(
        _inner(outermost, names),
        origins={**without(outermost.origins, own), **_origins(block, use, around)},
        trail=(_told(block, names.values, path, use), *around.trail),
        blocks=around.blocks + 1,
        handed={**around.handed, block.name.text: names.values},
    )
    left = [parameter for parameter in block.parameters if parameter.name not in given]
    scope, computed = _computed(left, names, path, scope)
    if computed:
        scope = replace(scope, trail=(_told(block, names.values, path, use), *around.trail))
    return scope, _kept(block, names, outermost, defaults, computed)


def _kept(
    block: Block,
    names: _Names,
    outermost: Scope,
    defaults: Mapping[str, Value],
    computed: Mapping[str, Formula],
) -> BlockUse:
    """Return what the network keeps of the call of a block."""
    vars = {name: outermost.values[var] for var, name in names.called.items()}
    return BlockUse(
        name=block.name.text,
        parameters=block.parameters,
        values={**names.values, **vars},
        bindings=names.bindings,
        vars=tuple(vars),
        open=frozenset(name for name, source in names.sources.items() if source.vars),
        defaults=defaults,
        computed=computed,
    )


def _names(
    given: Mapping[str, tuple[Value, Formula]],
    sizes: Mapping[str, int],
    around: Scope,
    outermost: Scope,
    called: Mapping[str, str],
) -> _Names:
    """Return the names of what is given to a block, of the sizes that enter it, and of the vars.

    The open vars reach a class through its constructor, as the block's parameters do.
    """
    values = {parameter: value for parameter, (value, _) in given.items()}
    bindings = {parameter: formula for parameter, (_, formula) in given.items()}
    bindings |= {size: formula_of(n) for size, n in sizes.items()}
    sources = {name: around.source(formula) for name, formula in bindings.items()}
    sources |= {size: around.source_of_size(n) for size, n in sizes.items()}
    values |= {size: int(n) for size, n in sizes.items()}
    bindings |= {name: name_formula(around.called.get(var, var)) for var, name in called.items()}
    sources |= {name: outermost.sources[var] for var, name in called.items()}
    return _Names(values, bindings, sources, called)


def _computed(
    parameters: Sequence[Parameter], names: _Names, path: str, scope: Scope
) -> tuple[Scope, dict[str, Formula]]:
    """Add these parameters, whose defaults are computed from those before them.

    Returns:
        The scope that has them too, and their formulas in it.
    """
    computed = {}
    for parameter in parameters:
        name = parameter.name
        value, formula = _default(parameter.default, path, scope)
        computed[name], names.values[name] = formula, value
        names.bindings[name] = expressions.substitute(formula, names.bindings)
        scope = scope.with_name(name, value, formula)
        names.sources[name] = scope.sources[name]
    return scope, computed


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


def _inner(outermost: Scope, names: _Names) -> Scope:
    """Return the scope of a block: the vars, unless what enters and what is given hides them."""
    values = names.values
    hidden = {var: name_formula(name) for var, name in names.called.items() if name != var}
    formulas = {n: expressions.substitute(f, hidden) for n, f in outermost.formulas.items()}
    return Scope(
        {**outermost.values, **values},
        {**formulas, **{name: name_formula(name) for name in values}},
        sources={**outermost.sources, **names.sources},
        origins=without(outermost.origins, values),
        called=names.called,
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
