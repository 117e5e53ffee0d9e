"""The rules under `init`: does each fill tensors, by functions that there are?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from archspec import limits
from archspec.errors import Diagnostics, did_you_mean, fail
from archspec.ops import Ops
from archspec.schema.functions import FUNCTIONS
from archspec.schema.keys import unknown_argument
from archspec.schema.slips import check_blanks
from archspec.schema.values import given
from archspec.spec import Given, InitRule, Name
from archspec.syntax import Listing, Mapping, Scalar, Tree

_Fill = tuple[Name, Name, tuple[tuple[Name, Given], ...]]


def init_rules(
    tree: Tree | None, blocks: Collection[str], ops: Ops, diagnostics: Diagnostics
) -> tuple[InitRule, ...]:
    """Return the rules in order; the first that names a module fills its tensors."""
    if tree is None:
        return ()
    with diagnostics.collect():
        if not isinstance(tree, Listing):
            check_blanks(tree)
            help = "in brackets, or with `- ` before each: `- {Conv2d: {weight: zeros_}}`"
            raise fail("S230", "`init` is a list of rules", tree.span, help=help)
        rules = tuple(_rules(tree.items, blocks, ops, diagnostics))
        if len(rules) > limits.RULES:
            place = rules[limits.RULES].selector.span
            raise fail("L107", f"more than {limits.RULES} rules of `init`", place)
        return rules
    return ()


def _rules(
    trees: Iterable[Tree],
    blocks: Collection[str],
    ops: Ops,
    diagnostics: Diagnostics,
    within: Name | None = None,
) -> Iterator[InitRule]:
    for tree in trees:
        for key, value in _mapping(tree, "a rule is `{Conv2d: {weight: …}}`").entries:
            name = Name(str(key.value), key.span)
            if name.text in blocks and within is None:
                held = value.items if isinstance(value, Listing) else (value,)
                inner = _rules(held, blocks, ops, diagnostics, name)
                yield from (replace(rule, within=name) for rule in inner)
            else:
                _check_selector(name, value, blocks, ops, within)
                form, told = "a rule names tensors: `{weight: …, bias: …}`", ""
                if isinstance(value, Scalar) and value.value in FUNCTIONS:
                    told = f"write `{{{name.text}: {{weight: {value.value}}}}}`"
                tensors = _mapping(value, form, told).entries
                fills = tuple(_fill(tensor, fill, diagnostics) for tensor, fill in tensors)
                yield InitRule(name, fills)


def _check_selector(
    name: Name, value: Tree, blocks: Collection[str], ops: Ops, within: Name | None
) -> None:
    """Check that what holds rules of its own is a block, and one that is in no other.

    Raises:
        SpecError: when it is not; codes S202 and S230.
    """
    if name.text in blocks:
        message = f"a rule within `{within and within.text}` names its ops and paths, no block"
        raise fail("S230", message, name.span, help="the other block's rules stand beside it")
    rules = isinstance(value, Mapping) and any(tensor.value in ops for tensor, _ in value.entries)
    if rules and name.text not in ops:
        help = did_you_mean(name.text, blocks) or "only a block of the spec holds rules of its own"
        raise fail("S202", f"unknown block `{name.text}`", name.span, help=help)


def _fill(tensor: Scalar, tree: Tree, diagnostics: Diagnostics) -> _Fill:
    """`weight: zeros_` or `weight: {normal_: {std: 0.01}}`."""
    place = Name(str(tensor.value), tensor.span)
    if isinstance(tree, Scalar):
        function = _function(tree)
        _check_given(function, ())
        return place, function, ()
    entries = _mapping(tree, "a function of torch.nn.init with its arguments").entries
    if len(entries) != 1:
        raise fail("S231", "one function fills one tensor", tree.span)
    key, arguments = entries[0]
    function = _function(key)
    given_arguments = []
    for name, value in _mapping(
        arguments, "arguments are a mapping", _named(key, arguments)
    ).entries:
        argument = Name(str(name.value), name.span)
        known = tuple(FUNCTIONS[function.text].arguments)
        if argument.text not in known:
            diagnostics.add(unknown_argument(argument, function.text, known))
        given_arguments.append((argument, given(value)))
    _check_given(function, [name.text for name, _ in given_arguments])
    return place, function, tuple(given_arguments)


def _named(key: Scalar, value: Tree) -> str:
    """Return how a value that stands alone is written as an argument of a function."""
    function = FUNCTIONS[str(key.value)]
    names = (*function.required, *{"std"}.intersection(function.arguments), *function.arguments)
    if not names:
        return f"`{key.value}` takes no arguments"
    shown = value.value if isinstance(value, Scalar) and value.value is not None else "…"
    return f"write `{{{key.value}: {{{names[0]}: {shown}}}}}`"


def _function(key: Scalar) -> Name:
    if key.value not in FUNCTIONS:
        help = did_you_mean(str(key.value), FUNCTIONS) or f"there are {', '.join(FUNCTIONS)}"
        raise fail("S232", f"unknown function `{key.value}` of torch.nn.init", key.span, help=help)
    return Name(str(key.value), key.span)


def _check_given(function: Name, names: Collection[str]) -> None:
    """Check that a function has every argument that it must be given.

    Raises:
        SpecError: when one is missing; code S233.
    """
    for name in FUNCTIONS[function.text].required:
        if name not in names:
            help = f"`{{{function.text}: {{{name}: …}}}}`"
            raise fail("S233", f"`{function.text}` needs `{name}`", function.span, help=help)


def _mapping(tree: Tree, form: str, help: str = "") -> Mapping:
    if not isinstance(tree, Mapping):
        check_blanks(tree)
        raise fail("S230", form, tree.span, help=help)
    return tree
