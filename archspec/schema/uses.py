"""Uses of an op or a block, with their arguments."""

from __future__ import annotations

from dataclasses import replace

from archspec.errors import fail
from archspec.schema import names, slips
from archspec.schema.bodies import read_body, read_sequential
from archspec.schema.keys import CONTROL, reference, unknown_argument
from archspec.schema.reader import SEQUENTIAL, Reader
from archspec.schema.values import given
from archspec.spec import Given, Name, Node, Use
from archspec.syntax import Listing, Mapping, Scalar, Tree


def read_use(reader: Reader, tree: Mapping, key: Scalar | None, *, chosen: bool = False) -> Node:
    """Read `{Conv2d: 64, kernel_size: 3}`, `{use: =block, channels: 64}`, `{Add: …}`.

    Args:
        reader: reads the nodes in it.
        tree: the mapping.
        key: the one that names what is used.
        chosen: whether the key is `use`, and its value names what is used.
    """
    assert key is not None
    value = tree.get(str(key.value))
    assert value is not None
    if chosen:
        _check_chosen(reader, tree, value)
    common = reader.common(tree)
    if key.value == SEQUENTIAL:
        return read_sequential(reader, tree, value)
    callee = given(value) if chosen else Given(key.span, value=key.value)
    use = Use(
        **common,
        callee=callee,
        keywords=tuple(
            (Name(str(k.value), k.span), given(v))
            for k, v in tree.entries
            if k is not key and k.value not in CONTROL
        ),
    )
    op = reader.ops.get(str(key.value))
    if chosen:
        return use
    if op is not None and op.inputs is None:
        use = _merge(reader, use, value)
    else:
        positional = _positional(reader, key, value)
        use = replace(use, positional=positional, is_list=isinstance(value, Listing))
    _check_keywords(reader, use)
    return use


def _check_chosen(reader: Reader, tree: Mapping, value: Tree) -> None:
    """Refuse `use: encoder` of a sibling, which shares no weights with a block `Encoder`."""
    word = value.value if isinstance(value, Scalar) else None
    alone = all(key.value in CONTROL for key, _ in tree.entries)
    if alone and isinstance(word, str) and names.CHILD.fullmatch(word) and word.islower():
        help = f"an earlier sibling is called again by `do: {word}`"
        raise fail("S202", f"unknown op `{word}`", value.span, help=help)


def _positional(reader: Reader, key: Scalar, value: Tree) -> tuple[Given, ...]:
    if isinstance(value, Mapping):
        raise fail(
            "S211",
            f"the arguments of `{key.value}` stand beside it, not below it",
            value.span,
            help=slips.beside(
                str(key.value), value, reader.words.arguments.get(str(key.value), ())
            ),
        )
    if isinstance(value, Listing):
        return tuple(given(item) for item in value.items)
    return () if value.value is None else (given(value),)


def _merge(reader: Reader, use: Use, value: Tree) -> Use:
    """`{Add: [bn2, downsample]}` or `{Cat: {left: …, right: …}}`."""
    if isinstance(value, Mapping) and value.entries and not slips.is_set(value):
        return replace(use, branches=read_body(reader, value, branches=True))
    if isinstance(value, Listing):
        label = str(use.callee.value)
        operands = tuple(reference(item, label) for item in value.items)
        return replace(use, operands=operands)
    label = str(use.callee.value)
    message = f"`{label}` takes a list of names, or named branches"
    # `{from: [a, b], Cat: }` and `{Cat: a, b}` name them, though not where they belong.
    beside = [name.text for name, given in use.keywords if _is_null(given)]
    own = [value.value] if isinstance(value, Scalar) and isinstance(value.value, str) else []
    meant = [*(name.text for name in use.reads or ()), *own, *beside]
    listed = ", ".join(meant) if len(meant) > 1 else "a, b"
    help = f"`{{{label}: [{listed}]}}`, of nodes above by their names"
    if isinstance(value, Scalar) and str(value.value).startswith("="):
        help = f"names are not computed; `{{{label}: {{part<i>: {{for: {{i: …}}, do: …}}}}}}`"
        help += " makes a branch for each turn"
    if isinstance(value, Mapping) and value.entries:
        listed = ", ".join(str(key.value) for key, _ in value.entries)
        help = f"a list has brackets: `{{{label}: [{listed}]}}`"
    raise fail("S212", message, value.span, help=help)


def _is_null(given: Given) -> bool:
    """Tell whether nothing is written for an argument."""
    return given.value is None and given.formula is None and given.items is None


def _check_keywords(reader: Reader, use: Use) -> None:
    callee = use.callee.value
    if callee in reader.ops:
        known = tuple(reader.ops[str(callee)].model_fields)
    elif (parameters := reader.blocks.get(str(callee))) is not None:
        known = tuple(parameter.name for parameter in parameters)
    else:
        return
    stated = () if callee in reader.ops else names.SIZES
    for name, _ in use.keywords:
        if name.text not in (*known, *stated):
            kind = reader.ops.get(str(callee))
            reader.diagnostics.add(unknown_argument(name, str(callee), known, kind))
