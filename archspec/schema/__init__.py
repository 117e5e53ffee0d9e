"""From a tree of YAML to a `Spec`: is everything that is written part of the language?

Pydantic validates the types (strictly, unknown keys refused); every finding is put back at its
place in the file.

>>> from archspec.errors import Source
>>> from archspec.syntax import parse
>>> tree = parse(Source("a.yaml", "{name: A, input: [3, 8, 8], net: [{Conv2d: =3 * 2}, ReLU]}"))
>>> spec = read_spec(tree).spec
>>> spec.name, spec.input, [node.callee.value for _, node in spec.net.items]
('A', (3, 8, 8), ['Conv2d', 'ReLU'])
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from pydantic import ValidationError

from archspec import expressions
from archspec.errors import Diagnostic, Diagnostics, Note, Span, did_you_mean, fail, nearest
from archspec.merging import Document
from archspec.ops import BY_NAME, Ops
from archspec.schema import names, slips
from archspec.schema.blocks import read_block
from archspec.schema.foreign import unknown_op
from archspec.schema.headers import header
from archspec.schema.initialisation import init_rules
from archspec.schema.interface import check_interface
from archspec.schema.keys import unknown_argument
from archspec.schema.nodes import NodeReader
from archspec.schema.values import given, unquoted
from archspec.schema.variables import read_var
from archspec.spec import Expect, Given, Name, Parameter, Spec, Var, Written
from archspec.syntax import Listing, Mapping, Scalar, Tree

_KEYS: Final = (*Spec.model_fields, "extends", "changes")


def read_spec(tree: Mapping, ops: Ops = BY_NAME) -> Written:
    """Check a document and return the spec it spells.

    Args:
        tree: the document, with what it `extends` merged in.
        ops: the ops that it may use.

    Raises:
        SpecError: with every mistake found; codes S and E.
    """
    diagnostics = Diagnostics()
    meant = _check_keys(tree, diagnostics)
    headers, broken = _headers(tree.get("blocks") or meant.get("blocks"), ops, diagnostics)
    parameters = {block: header for block, (header, _, _) in headers.items()}
    reader = NodeReader({**dict.fromkeys(broken), **parameters}, ops, diagnostics)
    fields: dict[str, Any] = {
        key: plain(value)
        for key in ("archspec", "name", "description", "paper", "input", "outputs", "expect")
        if (value := tree.get(key)) is not None
    }
    if type(fields.get("archspec")) in (bool, float):  # Python holds both to equal the number
        diagnostics.add(_told("literal_error", ["archspec"], tree))
    fields["vars"] = _vars(tree.get("vars"), ops, diagnostics)
    fields["defaults"] = _defaults(tree.get("defaults"), ops, headers, diagnostics)
    fields["blocks"] = {
        name: read_block(reader, place, header, body)
        for name, (header, place, body) in headers.items()
    }
    fields["init"] = init_rules(tree.get("init"), headers, ops, diagnostics)
    net = tree.get("net")
    fields["net"] = reader.node(net) if net is not None else None
    check_interface(tree, headers, ops, diagnostics)
    diagnostics.raise_any()
    spec = _validated(fields, tree)
    warnings = tree.warnings if isinstance(tree, Document) else ()
    return Written(spec, tree.span.source.name, _places(tree), ops, warnings)


_ELSEWHERE: Final = {
    "net": "layers model architecture network modules backbone graph nodes",
    "vars": "params parameters variables hyperparameters hparams args config settings constants",
    "outputs": "return returns result results",
    "init": "initializer initializers initialization weights",
    "extends": "base inherits inherit parent",
    "changes": "overrides override patch edits",
}
"""What others call a key at the top."""


def _check_keys(tree: Mapping, diagnostics: Diagnostics) -> dict[str, Tree]:
    """Record keys at the top that nobody knows, and those that are missing.

    Returns:
        What stands under the former, by the keys that they are meant for.
    """
    meant: dict[str, Tree] = {}
    for key, value in tree.entries:
        if key.value not in _KEYS:
            missing = [known for known in _KEYS if tree.key(known) is None]
            word = str(key.value).casefold()
            other = (known for known, words in _ELSEWHERE.items() if word in words.split())
            near = next((known for known in other if known in missing), "")
            near = near or nearest(word, missing)
            if "blocks" in missing and _is_of_headers(value):
                near = "blocks"
            meant[near] = value
            help = f"did you mean `{near}`?" if near else f"there are {', '.join(_KEYS)}"
            diagnostics.add(Diagnostic("S200", f"unknown key `{key.value}`", key.span, help=help))
    if "extends" in meant:
        return meant  # what is missing may well be the base's
    for required in ("name", "input", "net"):
        # A key that is misspelt is one mistake.
        if tree.get(required) is None and required not in meant:
            diagnostics.add(Diagnostic("S217", f"the key `{required}` is missing", _start(tree)))
    return meant


def _is_of_headers(tree: Tree) -> bool:
    """Tell whether something holds blocks: a key of it has parameters."""
    return isinstance(tree, Mapping) and any("(" in str(key.value) for key, _ in tree.entries)


def _places(tree: Mapping) -> dict[str, Span]:
    """Return the places of the keys at the top, and of values that later stages compare."""
    places = {str(key.value): key.span for key, _ in tree.entries}
    if isinstance(held := tree.get("outputs"), Scalar):
        places["outputs."] = held.span
    for section in ("expect", "outputs"):
        if isinstance(held := tree.get(section), Mapping):
            places |= {f"{section}.{key.value}": value.span for key, value in held.entries}
    return places


def _start(tree: Mapping) -> Span:
    span = tree.span
    return Span(span.source, span.line, span.column, span.line, span.column + 1)


def _validated(fields: dict[str, Any], tree: Mapping) -> Spec:
    """Let Pydantic check the types and put what it finds back at its place."""
    try:
        if "expect" in fields:
            fields["expect"] = Expect.model_validate(fields["expect"])
        return Spec.model_validate(fields)
    except ValidationError as error:
        where = ("expect",) if error.title == "Expect" else ()
        found = Diagnostics()
        for problem in error.errors(include_url=False, include_input=False, include_context=False):
            location = [*where, *map(str, problem["loc"])]
            found.add(_told(problem["type"], location[:2], tree))
        found.raise_any()
        raise


def _told(problem: str, location: list[str], tree: Mapping) -> Diagnostic:
    """Return what Pydantic finds in our words, at its place."""
    if problem == "extra_forbidden":
        held = tree.get("expect")
        key = held.key(location[-1]) if isinstance(held, Mapping) else None
        known = tuple(Expect.model_fields)
        help = did_you_mean(location[-1], known) or f"there are {', '.join(known)}"
        message = f"unknown key `{location[-1]}` in `expect`"
        return Diagnostic("S200", message, key.span if key else tree.span, help=help)
    name = location[-1] if location[-1] in _FORMS else location[0]
    at = _at(tree, location)
    kinds = {Mapping: "a mapping", Listing: "a list"}
    got = expressions.shown_value(at.value) if isinstance(at, Scalar) else kinds[type(at)]
    help = unquoted(at.value) if isinstance(at, Scalar) else ""
    return Diagnostic("S218", f"`{name}` is {_FORMS[name]}, not {got}", at.span, help=help)


_SIZES: Final = "a list of whole numbers"
_FORMS: Final = {
    "archspec": "the version of the language, which is 1",
    "name": "a word",
    "description": "a text",
    "paper": "a text",
    "input": f"{_SIZES}, such as [3, 224, 224], or a mapping of names to such lists",
    "outputs": "the name of a node, or a mapping of labels to such names",
    "expect": "a mapping of figures",
    "params": "a whole number",
    "macs": "a whole number",
    "output": f"{_SIZES}, or a mapping of labels to such lists",
    "receptive_field": "a whole number, or a word",
}
"""What the values are that Pydantic checks."""


def _at(tree: Tree, location: list[str]) -> Tree:
    """Return what stands at a Pydantic location, as deep as the tree goes along."""
    for part in location:
        held = tree.get(part) if isinstance(tree, Mapping) else None
        if held is None:
            break
        tree = held
    return tree


def plain(tree: Tree) -> Any:
    """Return a tree as plain values; lists become tuples."""
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Listing):
        return tuple(plain(item) for item in tree.items)
    return {str(key.value): plain(value) for key, value in tree.entries}


_CHANNELS: Final = ("in_channels", "in_features")
_ENTERING: Final = (
    "`input` says how many enter, and in the source they are an argument by themselves"
)


def _vars(tree: Tree | None, ops: Ops, diagnostics: Diagnostics) -> dict[str, Var]:
    found: dict[str, Var] = {}
    for key, value in _entries(tree, "vars"):
        name = str(key.value)
        if slips.is_torn_off(key):  # of a value that is told
            continue
        if trouble := names.problem(name, ops):
            help = _ENTERING if name in _CHANNELS else slips.another(name, tuple(ops))
            diagnostics.add(Diagnostic("S207", f"var `{name}`: {trouble}", key.span, help=help))
        with diagnostics.collect():
            found[name] = read_var(name, value)
    return found


def _defaults(
    tree: Tree | None, ops: Ops, blocks: Collection[str], diagnostics: Diagnostics
) -> dict[str, tuple[tuple[Name, Given], ...]]:
    found: dict[str, tuple[tuple[Name, Given], ...]] = {}
    for key, value in _entries(tree, "defaults"):
        op = str(key.value)
        if op not in ops:
            help = unknown_op(op, ops, ())
            if op in blocks:
                help = f"a default of a block's own stands in its header, `{op}(stride=1)`"
            elif any(op in kind.model_fields for kind in ops.values()):
                help = "defaults are those of an op: `{Conv2d: {bias: false}}`"
            diagnostics.add(Diagnostic("S202", f"unknown op `{op}`", key.span, help=help))
            continue
        arguments = []
        with diagnostics.collect():
            for name, argument in _entries(value, f"defaults of {op}"):
                if name.value not in ops[op].model_fields:
                    known = tuple(ops[op].model_fields)
                    written = Name(str(name.value), name.span)
                    diagnostics.add(unknown_argument(written, op, known, ops[op]))
                arguments.append((Name(str(name.value), name.span), given(argument)))
        found[op] = tuple(arguments)
    return found


def _headers(
    tree: Tree | None, ops: Ops, diagnostics: Diagnostics
) -> tuple[dict[str, tuple[tuple[Parameter, ...], Name, Tree]], list[str]]:
    """Return parameters, place and body of each block, and the names of those that are wrong."""
    found: dict[str, tuple[tuple[Parameter, ...], Name, Tree]] = {}
    entries = _entries(tree, "blocks")
    opened = 0
    for key, body in entries:
        # Without quotes, a comma within `{…}` has cut a header in pieces: that is one mistake.
        before, text = opened, str(key.value)
        opened += text.count("(") - text.count(")")
        if before:
            continue
        with diagnostics.collect():
            name, parameters = header(key, ops)
            if name in found:
                notes = (Note("first here", found[name][1].span),)
                raise fail("Y108", f"block `{name}` is already there", key.span, notes=notes)
            found[name] = (parameters, Name(name, key.span), body)
    words = [re.findall(r"\w+", re.split(r"[(\[{]", str(key.value))[0])[-1:] for key, _ in entries]
    return found, [name for named in words for name in named if name not in found]


def _entries(tree: Tree | None, what: str) -> tuple[tuple[Scalar, Tree], ...]:
    if tree is None or (isinstance(tree, Scalar) and tree.value is None):
        return ()
    if not isinstance(tree, Mapping):
        slips.check_blanks(tree)
        raise fail("S221", f"`{what}` is a mapping of names: {{name: value}}", tree.span)
    return tree.entries
