"""A JSON Schema of the language, with which editors complete and check a spec as it is typed.

It says what may stand where; what depends on shapes, names and files is checked by archspec alone.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from archspec.ops import BY_NAME, Op, Ops
from archspec.schema.initialisation import FUNCTIONS
from archspec.schema.nodes import CONTROL
from archspec.spec import Expect, Parameter

Json = dict[str, Any]
Blocks = Mapping[str, tuple[Parameter, ...]]

_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_NODE: Final = {"$ref": "#/definitions/node"}
_VALUE: Final = {"$ref": "#/definitions/value"}
_EXPRESSION: Final = {"$ref": "#/definitions/expression"}
_NAME: Final = {"type": "string"}
_NAMES: Final = {"anyOf": [_NAME, {"type": "array", "items": _NAME}]}
_TYPES: Final = {int: "integer", float: "number", bool: "boolean", str: "string"}

_COMMON: Final[Json] = {
    "from": {**_NAMES, "description": "What it reads, instead of the node before it."},
    "if": {
        "anyOf": [_EXPRESSION, {"type": "boolean"}],
        "description": "When false, the node is not there.",
    },
    "before": {**_NAME, "description": "The sibling before which it is registered."},
}
_TOP: Final[Json] = {
    "name": {"type": "string", "description": "Class name of the network."},
    "input": {
        "description": "Input shape without the batch, or a mapping of named inputs.",
        "anyOf": [
            {"type": "array", "items": {"type": "integer", "minimum": 1}},
            {"type": "object", "additionalProperties": {"type": "array"}},
        ],
    },
    "net": {**_NODE, "description": "The body of the network."},
    "vars": {
        "type": "object",
        "additionalProperties": _VALUE,
        "description": "Named values with defaults.",
    },
    "blocks": {
        "type": "object",
        "additionalProperties": _NODE,
        "description": "Modules of your own: `BasicBlock(channels, stride=1): …`.",
    },
    "outputs": {
        "anyOf": [_NAME, {"type": "object", "additionalProperties": _NAME}],
        "description": "What the network returns, when that is not the last node.",
    },
    "extends": {"type": "string", "description": "Another spec, whose keys this one overrides."},
    "paper": {"type": "string"},
    "description": {"type": "string"},
    "archspec": {"const": 1, "description": "Version of the language."},
}


def language(blocks: Blocks | None = None, ops: Ops = BY_NAME) -> Json:
    """Return the schema.

    Args:
        blocks: parameters of a spec's own blocks by name. Without them, any capitalised word
            passes for one, and so does a misspelt op.
        ops: the ops that a spec may use.
    """
    definitions: Json = {f"op.{name}": _op(kind) for name, kind in ops.items()}
    definitions |= {f"block.{name}": _block(name, own) for name, own in (blocks or {}).items()}
    definitions |= {
        "expression": {"type": "string", "pattern": "^="},
        "value": {
            "anyOf": [
                {"type": ["number", "string", "boolean", "null"]},
                {"type": "array", "items": _VALUE},
            ]
        },
        "node": {
            "anyOf": [_word(blocks, ops), {"type": "array", "items": _NODE}, _mapping(blocks, ops)]
        },
    }
    properties = {**_TOP, "defaults": _defaults(ops), "init": _init(), "expect": _expect()}
    return {
        "$schema": _DIALECT,
        "title": "archspec",
        "description": "A neural network as archspec reads it.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "if": {"not": {"required": ["extends"]}},
        "then": {"required": ["name", "input", "net"]},
        "definitions": definitions,
    }


def _word(blocks: Blocks | None, ops: Ops) -> Json:
    """An op or block without arguments, an expression, or a sibling called again."""
    known: list[Json] = [{"enum": [*ops, *(blocks or ())]}, _EXPRESSION]
    known.append({"type": "string", "pattern": "^[a-z_][A-Za-z0-9_-]*$"})
    if blocks is None:
        known.append({"type": "string", "pattern": "^[A-Z][A-Za-z0-9_]*$"})
    return {"anyOf": known}


def _mapping(blocks: Blocks | None, ops: Ops) -> Json:
    """A node of some kind, which one of its keys tells, or a body of named children."""
    forms = {f"op.{name}": [name] for name in ops}
    forms |= {f"block.{name}": [name] for name in blocks or ()}
    cases = [_case(keys, {"$ref": f"#/definitions/{form}"}) for form, keys in forms.items()]
    cases += [
        _case(["Sequential"], _closed({"Sequential": _NODE, **_COMMON})),
        _case(["repeat", "for"], _loop()),
        _case(["cfg"], _cfg()),
        _case(["use"], {"additionalProperties": _VALUE, "properties": {**_COMMON, "use": _VALUE}}),
    ]
    loops = {"required": ["do"], "not": _any_of(["repeat", "for"])}
    cases.append({"if": loops, "then": _closed({"do": _NODE, **_COMMON})})
    words = [*ops, *(blocks or ()), *CONTROL, "Sequential"]
    body: Json = {"additionalProperties": _NODE, "minProperties": 1}
    if blocks is None:
        capital = {"not": {"propertyNames": {"pattern": "^[^A-Z]"}}}
        unknown = {**capital, "properties": _COMMON, "additionalProperties": _VALUE}
        words = [word for word in words if word not in _COMMON]
        body = {"anyOf": [body, unknown]}
    cases.append({"if": {"not": _any_of(words)}, "then": body})
    told = {name: {"description": _doc(kind)} for name, kind in ops.items()}
    return {"type": "object", "properties": told, "allOf": cases}


def _case(keys: Iterable[str], then: Json) -> Json:
    return {"if": _any_of(keys), "then": then}


def _any_of(keys: Iterable[str]) -> Json:
    return {"anyOf": [{"required": [key]} for key in keys]}


def _closed(properties: Json, **more: Any) -> Json:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def _loop() -> Json:
    counted = {"anyOf": [{"type": "integer", "minimum": 0}, _EXPRESSION]}
    columns = {"type": "object", "minProperties": 1, "additionalProperties": _VALUE}
    held = {key: {**_NODE, "description": f"What each turn makes ({key})."} for key in _HELD}
    common = {key: held for key, held in _COMMON.items() if key != "before"}
    return _closed(
        {"repeat": counted, "for": columns, **held, **common},
        oneOf=[{"required": [key]} for key in _HELD],
        allOf=[{"oneOf": [{"required": ["repeat"]}, {"required": ["for"]}]}],
    )


_HELD: Final = ("do", "splice")


def _cfg() -> Json:
    entries = {"anyOf": [_EXPRESSION, {"type": "array", "items": _VALUE}]}
    cases = {"type": "object", "additionalProperties": _NODE}
    common = {key: held for key, held in _COMMON.items() if key != "before"}
    return _closed({"cfg": entries, "where": cases, **common}, required=["cfg", "where"])


def _doc(kind: type[Op]) -> str:
    return inspect.cleandoc(kind.__doc__ or "")


def _op(kind: type[Op]) -> Json:
    """A use of an op: its own value is its first argument, the others stand beside it."""
    arguments = _arguments(kind)
    order = [name for name in arguments if name not in kind.inferred()]
    listed = {"type": "array", "items": _VALUE}
    first = arguments[order[0]] if order else {"type": "null"}
    own: Json = {"anyOf": [{"type": "null"}, first, listed]}
    if kind.inputs is None:
        branches = {"type": "object", "minProperties": 1, "additionalProperties": _NODE}
        own = {"anyOf": [{"type": "array", "items": _NAME}, branches]}
    own["description"] = _doc(kind)
    return _closed({kind.__name__: own, **arguments, **_COMMON})


def _arguments(kind: type[Op]) -> Json:
    found = {}
    for name, field in kind.model_fields.items():
        schema: Json = {"anyOf": [*_types(field.annotation), _EXPRESSION]}
        if name in kind.inferred():
            schema["description"] = "Inferred from what arrives; checked where it is stated."
        elif not field.is_required():
            schema["default"] = field.default
        found[name] = schema
    return found


def _types(annotation: Any) -> list[Json]:
    """Return what may be written for a Python type."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _types(parts[0])
    if origin in (Union, types.UnionType):
        return [schema for part in parts for schema in _types(part)]
    if origin is Literal:
        return [{"enum": list(parts)}]
    if origin is tuple:
        return [{"type": "array", "items": _VALUE}]
    if annotation is type(None):
        return [{"type": "null"}]
    return [{"type": _TYPES[annotation]}] if annotation in _TYPES else [_VALUE]


def _block(name: str, parameters: tuple[Parameter, ...]) -> Json:
    listed = {"type": "array", "items": _VALUE}
    own = {"anyOf": [_VALUE, listed], "description": "A block of this spec."}
    given: Json = {}
    for parameter in parameters:
        default = {} if parameter.required else {"default": parameter.default}
        given[parameter.name] = {"allOf": [_VALUE], **default}
    return _closed({name: own, **given, **_COMMON})


def _defaults(ops: Ops) -> Json:
    return _closed({name: _closed(_arguments(kind)) for name, kind in ops.items()})


def _init() -> Json:
    arguments = {"type": "object", "additionalProperties": _VALUE}
    functions = _closed(dict.fromkeys(FUNCTIONS, arguments), minProperties=1, maxProperties=1)
    fill = {"anyOf": [{"enum": list(FUNCTIONS)}, functions]}
    tensors: Json = {"type": "object", "additionalProperties": fill}
    rule: Json = {"type": "object", "additionalProperties": tensors}
    within = {"anyOf": [tensors, rule, {"type": "array", "items": rule}]}
    items = {"type": "object", "additionalProperties": within}
    return {"type": "array", "items": items, "description": "How tensors are first filled."}


def _expect() -> Json:
    figures = {
        name: {"anyOf": [*_types(field.annotation), {"type": "object"}]}
        if name == "output"
        else {"anyOf": _types(field.annotation)}
        for name, field in Expect.model_fields.items()
    }
    return {**_closed(figures), "description": "The file's own test."}
