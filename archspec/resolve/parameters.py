"""What the parameters of a block are where it is used: what is given, and its defaults."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from archspec.errors import Note, SpecError, fail
from archspec.expressions import Formula, Value, shown_value
from archspec.resolve.positions import twice
from archspec.resolve.scope import Scope
from archspec.schema.keys import unknown_argument
from archspec.spec import Block, Given, Use
from archspec.traced import formula_of


def unstated(use: Use, sizes: Mapping[str, int], scope: Scope) -> Use:
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


def arguments(
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
    written = _written(block, use)
    values, missing = {}, []
    for parameter in block.parameters:
        if parameter.name in written:
            values[parameter.name] = scope.compute(written[parameter.name])
        elif parameter.name in defaults:
            value = defaults[parameter.name]
            values[parameter.name] = (value, formula_of(value))
        elif parameter.default is None:
            missing.append(f"`{parameter.name}`")
    if missing:
        message = f"`{block.name.text}` needs {' and '.join(missing)}"
        raise fail("G314", message, use.span, notes=_parameters(block))
    return values


def _written(block: Block, use: Use) -> dict[str, Given]:
    """Return what a use gives to the parameters of a block, by their names.

    Raises:
        SpecError: for arguments that are unknown, too many or given twice.
    """
    label, parameters, positional = block.name.text, block.parameters, use.positional
    if len(positional) > len(parameters):
        if use.is_list and len(parameters) == 1:
            place = positional[0].span.to(positional[-1].span)
            positional = (Given(place, items=positional),)
        else:
            count = len(positional)
            message = f"{count} argument{'s' * (count > 1)} for `{label}`"
            place = positional[len(parameters)].span
            raise fail("G311", message, place, notes=_parameters(block))
    known = tuple(parameter.name for parameter in parameters)
    written = {p.name: given for p, given in zip(parameters, positional, strict=False)}
    for name, given in use.keywords:
        if name.text not in known:
            raise SpecError([unknown_argument(name, label, known)])
        if name.text in written:
            raise twice(name, written[name.text].span)
        written[name.text] = given
    return written


def _parameters(block: Block) -> tuple[Note, ...]:
    return (Note("its parameters", block.name.span),)


def plain_defaults(block: Block, seen: Container[str]) -> dict[str, Value]:
    """Return the defaults that are values or words, and no formulas of names that a block sees."""
    return {
        parameter.name: given.value
        for parameter in block.parameters
        if (given := parameter.default) is not None
        and (given.formula is None or (given.value is not None and given.value not in seen))
    }
