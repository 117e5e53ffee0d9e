"""Nodes of every kind: words, uses, loops, `cfg`, bodies of named children."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from archspec.editors.calls import BLOCK, doc_of
from archspec.editors.parts import (
    ANY_NODE,
    COMMON,
    EXPRESSION,
    NAME,
    PLAIN,
    VALUE,
    Blocks,
    Json,
    closed,
    described,
)
from archspec.ops import Ops
from archspec.schema.keys import CONTROL
from archspec.vocabulary import NODE

_BY_INPUT: Final = {"type": "object", "minProperties": 1, "additionalProperties": NAME}
_NAMES: Final = {"anyOf": [NAME, {"type": "array", "items": NAME}, _BY_INPUT]}
_HELD: Final = ("do", "splice")
_HOLDS: Final[Json] = {"allOf": [ANY_NODE]}
SHARED: Final[Json] = {
    "from": _NAMES,
    "if": {"anyOf": [EXPRESSION, {"type": "boolean"}]},
    "else": {"allOf": [ANY_NODE]},
    "before": NAME,
}
"""What can stand beside any node."""


def node_schema(blocks: Blocks | None, ops: Ops) -> Json:
    """Return the schema of a node.

    Args:
        blocks: parameters of a spec's own blocks by name, or None where they are not known.
        ops: the ops that a spec may use.
    """
    return {
        # A mapping is told what is wrong in it, and not that it is no word.
        "if": {"type": "object"},
        "then": _mapping(blocks, ops),
        "else": {"anyOf": [_word(blocks, ops), {"type": "array", "items": ANY_NODE}]},
    }


def _word(blocks: Blocks | None, ops: Ops) -> Json:
    """An op or block without arguments, an expression, or a sibling called again."""
    known: list[Json] = [{"enum": [*ops, *(blocks or ())]}, EXPRESSION]
    known.append({"type": "string", "pattern": "^[a-z_][A-Za-z0-9_-]*$"})
    if blocks is None:
        known.append({"type": "string", "pattern": "^[A-Z][A-Za-z0-9_]*$"})
    return {"anyOf": known}


def _mapping(blocks: Blocks | None, ops: Ops) -> Json:
    """A node of some kind, which one of its keys tells, or a body of named children."""
    told = {name: {"description": doc_of(kind)} for name, kind in ops.items()}
    told |= {name: {"description": BLOCK} for name in blocks or ()}
    forms = {f"op.{name}": [name] for name in ops}
    forms |= {f"block.{name}": [name] for name in blocks or ()}
    cases = [_case(keys, {"$ref": f"#/definitions/{form}"}) for form, keys in forms.items()]
    chosen = described({"use": PLAIN}, NODE)
    cases += [
        _case(["Sequential"], closed({**described({"Sequential": _HOLDS}, NODE), **COMMON})),
        _case(["repeat", "for"], _loop()),
        _case(["cfg"], _cfg()),
        _case(["use"], {"additionalProperties": VALUE, "properties": {**COMMON, **chosen}}),
    ]
    loops = {"required": ["do"], "not": _any_of(["repeat", "for"])}
    cases.append({"if": loops, "then": closed({**described({"do": _HOLDS}, NODE), **COMMON})})
    alias = {"required": ["from"], "propertyNames": {"enum": ["from", "if", "else"]}}
    cases.append({"if": alias, "then": {"properties": COMMON}})
    words = [*ops, *(blocks or ()), *CONTROL, "Sequential"]
    body: Json = {"additionalProperties": ANY_NODE, "minProperties": 1}
    if blocks is not None:  # a capitalised word on its own is meant for an op
        lower = {"propertyNames": {"pattern": "^[^A-Z]"}}
        body |= {"if": {"maxProperties": 1}, "then": lower}
    odd: Json = {"properties": told, "additionalProperties": False}
    if blocks is None:
        capital = {"not": {"propertyNames": {"pattern": "^[^A-Z]"}}}
        unknown = {**capital, "properties": COMMON, "additionalProperties": VALUE}
        words = [word for word in words if word not in COMMON]
        body, odd = {"anyOf": [body, unknown]}, unknown
    # A number is no node: a mapping that holds one is the use of an op whose name is misspelt.
    number = {"not": {"additionalProperties": {"not": {"type": ["number", "boolean", "null"]}}}}
    cases.append({"if": {"not": _any_of(words)}, "then": {"if": number, "then": odd, "else": body}})
    beside = {"else": ["if"]}
    return {"type": "object", "properties": told, "dependencies": beside, "allOf": cases}


def _case(keys: Iterable[str], then: Json) -> Json:
    return {"if": _any_of(keys), "then": then}


def _any_of(keys: Iterable[str]) -> Json:
    return {"anyOf": [{"required": [key]} for key in keys]}


def _loop() -> Json:
    counted = {"anyOf": [{"type": "integer", "minimum": 0}, EXPRESSION]}
    columns = {"type": "object", "minProperties": 1, "additionalProperties": VALUE}
    kinds = {"repeat": counted, "for": columns, **dict.fromkeys(_HELD, _HOLDS)}
    common = {key: held for key, held in COMMON.items() if key != "before"}
    return closed(
        {**described(kinds, NODE), **common},
        oneOf=[{"required": [key]} for key in _HELD],
        allOf=[{"oneOf": [{"required": ["repeat"]}, {"required": ["for"]}]}],
    )


def _cfg() -> Json:
    entries = {"anyOf": [EXPRESSION, {"type": "array", "items": VALUE}]}
    cases = {"type": "object", "additionalProperties": ANY_NODE}
    common = {key: held for key, held in COMMON.items() if key != "before"}
    return closed(
        {**described({"cfg": entries, "where": cases}, NODE), **common}, required=["cfg", "where"]
    )
