"""A JSON Schema of the language, with which editors complete and check a spec as it is typed.

It says what may stand where; what depends on shapes, names and files is checked by archspec alone.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from archspec import expressions, vocabulary
from archspec.ops import BY_NAME, Op, Ops
from archspec.schema import names
from archspec.schema.functions import FUNCTIONS
from archspec.schema.keys import CONTROL
from archspec.schemata import (
    EXPRESSION,
    PRIMITIVES,
    VALUE,
    Json,
    closed,
    described,
    schema_of_var,
    var_schema,
    with_words,
)
from archspec.spec import Expect, Parameter, Var
from archspec.vocabulary import NODE

Blocks = Mapping[str, tuple[Parameter, ...]]

_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_NODE: Final = {"$ref": "#/definitions/node"}
_BLOCK: Final = "A block of this spec."
_PLAIN: Final[Json] = {"allOf": [VALUE]}
_NAME: Final = {"type": "string"}
_NAMES: Final = {"anyOf": [_NAME, {"type": "array", "items": _NAME}]}
_TYPES: Final = {int: "integer", float: "number", bool: "boolean", str: "string"}

_COMMON: Final[Json] = {
    key: {"$ref": f"#/definitions/{key}"} for key in ("from", "if", "else", "before")
}
_SHARED: Final[Json] = {
    "from": _NAMES,
    "if": {"anyOf": [EXPRESSION, {"type": "boolean"}]},
    "else": {"allOf": [_NODE]},
    "before": _NAME,
}
_SHAPE: Final[Json] = {"type": "array", "items": {"type": "integer", "minimum": 1}}
_TOP: Final[Json] = {
    "archspec": {"const": 1},
    "name": {"type": "string"},
    "description": {"type": "string"},
    "paper": {"type": "string"},
    "extends": {"type": "string"},
    "changes": {
        "type": ["object", "null"],
        "patternProperties": {
            "^after ": {
                "anyOf": [
                    {"type": "object", "minProperties": 1, "additionalProperties": _NODE},
                    {"type": "array", "minItems": 1, "items": _NODE},
                ]
            }
        },
        "additionalProperties": {"if": {"not": {"type": "null"}}, "then": _NODE},
    },
    "input": {"anyOf": [_SHAPE, {"type": "object", "additionalProperties": _SHAPE}]},
    "vars": {"type": ["object", "null"], "additionalProperties": {"$ref": "#/definitions/var"}},
    "blocks": {"type": ["object", "null"], "additionalProperties": _NODE},
    "net": {"allOf": [_NODE]},
    "outputs": {"anyOf": [_NAME, {"type": "object", "additionalProperties": _NAME}]},
}


def language(
    blocks: Blocks | None = None, ops: Ops = BY_NAME, vars: Mapping[str, Var] | None = None
) -> Json:
    """Return the schema.

    Args:
        blocks: parameters of a spec's own blocks by name. Without them, any capitalised word
            passes for one, and so does a misspelt op.
        ops: the ops that a spec may use.
        vars: a spec's own vars by name, and what they may be.
    """
    definitions: Json = {f"op.{name}": _op(kind) for name, kind in ops.items()}
    definitions |= {f"block.{name}": _block(name, own) for name, own in (blocks or {}).items()}
    definitions |= {"fill": _fill(), **described(_SHARED, NODE)}
    definitions |= {
        "expression": {"type": "string", "pattern": "^="},
        "var": var_schema(),
        "value": {
            "anyOf": [
                {"type": PRIMITIVES},
                {"type": "array", "items": VALUE},
            ]
        },
        "node": {
            # A mapping is told what is wrong in it, and not that it is no word.
            "if": {"type": "object"},
            "then": _mapping(blocks, ops),
            "else": {"anyOf": [_word(blocks, ops), {"type": "array", "items": _NODE}]},
        },
    }
    own = {name: schema_of_var(var) for name, var in (vars or {}).items()}
    top = {**_TOP, "vars": {**_TOP["vars"], **({"properties": own} if own else {})}}
    parts = {**top, "defaults": _defaults(ops), "init": _init(), "expect": _expect()}
    properties = described(parts, vocabulary.TOP)
    return {
        "$schema": _DIALECT,
        "title": "archspec",
        "description": "A neural network as archspec reads it.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "dependencies": {"changes": ["extends"]},
        "if": {"not": {"required": ["extends"]}},
        "then": {"required": ["name", "input", "net"]},
        "definitions": definitions,
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
    told = {name: {"description": _doc(kind)} for name, kind in ops.items()}
    told |= {name: {"description": _BLOCK} for name in blocks or ()}
    forms = {f"op.{name}": [name] for name in ops}
    forms |= {f"block.{name}": [name] for name in blocks or ()}
    cases = [_case(keys, {"$ref": f"#/definitions/{form}"}) for form, keys in forms.items()]
    chosen = described({"use": _PLAIN}, NODE)
    cases += [
        _case(["Sequential"], closed({**described({"Sequential": _HOLDS}, NODE), **_COMMON})),
        _case(["repeat", "for"], _loop()),
        _case(["cfg"], _cfg()),
        _case(["use"], {"additionalProperties": VALUE, "properties": {**_COMMON, **chosen}}),
    ]
    loops = {"required": ["do"], "not": _any_of(["repeat", "for"])}
    cases.append({"if": loops, "then": closed({**described({"do": _HOLDS}, NODE), **_COMMON})})
    alias = {"required": ["from"], "propertyNames": {"enum": ["from", "if", "else"]}}
    cases.append({"if": alias, "then": {"properties": _COMMON}})
    words = [*ops, *(blocks or ()), *CONTROL, "Sequential"]
    body: Json = {"additionalProperties": _NODE, "minProperties": 1}
    if blocks is not None:  # a capitalised word on its own is meant for an op
        lower = {"propertyNames": {"pattern": "^[^A-Z]"}}
        body |= {"if": {"maxProperties": 1}, "then": lower}
    odd: Json = {"properties": told, "additionalProperties": False}
    if blocks is None:
        capital = {"not": {"propertyNames": {"pattern": "^[^A-Z]"}}}
        unknown = {**capital, "properties": _COMMON, "additionalProperties": VALUE}
        words = [word for word in words if word not in _COMMON]
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
    common = {key: held for key, held in _COMMON.items() if key != "before"}
    return closed(
        {**described(kinds, NODE), **common},
        oneOf=[{"required": [key]} for key in _HELD],
        allOf=[{"oneOf": [{"required": ["repeat"]}, {"required": ["for"]}]}],
    )


_HELD: Final = ("do", "splice")
_HOLDS: Final[Json] = {"allOf": [_NODE]}


def _cfg() -> Json:
    entries = {"anyOf": [EXPRESSION, {"type": "array", "items": VALUE}]}
    cases = {"type": "object", "additionalProperties": _NODE}
    common = {key: held for key, held in _COMMON.items() if key != "before"}
    return closed(
        {**described({"cfg": entries, "where": cases}, NODE), **common}, required=["cfg", "where"]
    )


def _doc(kind: type[Op]) -> str:
    return inspect.cleandoc(kind.__doc__ or "").partition("\nArgs:")[0].strip()


def _op(kind: type[Op]) -> Json:
    """A use of an op: its own value is its first argument, the others stand beside it."""
    arguments = _arguments(kind)
    order = kind.positions()
    listed = {"type": "array", "items": VALUE}
    first = {"$ref": f"#/definitions/op.{kind.__name__}/properties/{order[0]}"} if order else {}
    own: Json = {"anyOf": [{"type": "null"}, *([first] if order else []), listed]}
    examples = arguments[order[0]].get("examples", [])[:1] if order else []
    inferred = kind.inferred()
    if not order or order[0] in inferred or not kind.model_fields[order[0]].is_required():
        examples = [None, *examples]
    if kind.inputs is None:
        branches = {"type": "object", "minProperties": 1, "additionalProperties": _NODE}
        own = {"anyOf": [{"type": "array", "items": _NAME}, branches]}
        examples = [["left", "right"], {"left": "ReLU", "right": "Sigmoid"}]
    own |= {"description": _doc(kind), "examples": examples}
    return closed({kind.__name__: own, **arguments, **_COMMON})


def _arguments(kind: type[Op]) -> Json:
    found = {}
    for name, field in kind.model_fields.items():
        schema: Json = {"anyOf": [*_types(field.annotation), EXPRESSION]}
        told, examples = vocabulary.argument(kind, name)
        if name in kind.inferred():
            told = f"{told} Inferred from what arrives; checked where it is stated.".lstrip()
        elif not field.is_required():
            schema["default"] = field.default
        found[name] = with_words(schema, told, examples)
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
        return [{"type": "array", "items": VALUE}]
    if annotation is type(None):
        return [{"type": "null"}]
    return [{"type": _TYPES[annotation]}] if annotation in _TYPES else [VALUE]


def _block(name: str, parameters: tuple[Parameter, ...]) -> Json:
    listed = {"type": "array", "items": VALUE}
    own = {"anyOf": [VALUE, listed], "description": _BLOCK}
    given = {p.name: {"allOf": [VALUE], **_parameter(name, p)} for p in parameters}
    told = "What enters, which is known without it; checked where it is stated."
    size = {"anyOf": [{"type": "integer"}, EXPRESSION], "description": told}
    stated = dict.fromkeys(names.SIZES, size)
    return closed({name: own, **stated, **given, **_COMMON})


def _parameter(block: str, parameter: Parameter) -> Json:
    """Return what is told of a parameter of a block, and its default."""
    default = parameter.default
    if default is None:
        return {"description": f"A parameter of `{block}` that must be given."}
    if default.value is None and default.formula is not None:
        computed = f"`{expressions.text(default.formula)}`"
        return {"description": f"A parameter of `{block}`; where it is not given, {computed}."}
    return {"description": f"A parameter of `{block}`.", "default": default.value}


def _defaults(ops: Ops) -> Json:
    """Arguments by op, as the op's own definition has them."""
    found = {}
    for name, kind in ops.items():
        path = f"#/definitions/op.{name}/properties"
        held = closed({field: {"$ref": f"{path}/{field}"} for field in kind.model_fields})
        example = next(iter(_arguments(kind).items()), None)
        examples = [{example[0]: example[1].get("examples", [None])[0]}] if example else [{}]
        found[name] = {**held, "description": _doc(kind), "examples": examples}
    return closed(found)


def _init() -> Json:
    tensors: Json = {"type": "object", "additionalProperties": {"$ref": "#/definitions/fill"}}
    rule: Json = {"type": "object", "additionalProperties": tensors}
    within = {"anyOf": [tensors, rule, {"type": "array", "items": rule}]}
    items = {"type": "object", "additionalProperties": within}
    return {"type": "array", "items": items}


def _fill() -> Json:
    """A function of `torch.nn.init` by its name, or with arguments."""
    functions = {
        name: {
            **closed(described(dict.fromkeys(function.arguments, _PLAIN), vocabulary.FILLS)),
            **({"required": list(function.required)} if function.required else {}),
            "description": f"`torch.nn.init.{name}`.",
            "examples": [{word: vocabulary.FILLS[word][1][0] for word in function.arguments}],
        }
        for name, function in FUNCTIONS.items()
    }
    one = closed(functions, minProperties=1, maxProperties=1)
    alone = [name for name, function in FUNCTIONS.items() if not function.required]
    return {"anyOf": [{"enum": alone}, one]}


def _expect() -> Json:
    figures = {
        name: {"anyOf": [*_types(field.annotation), *([{"type": "object"}] * (name == "output"))]}
        for name, field in Expect.model_fields.items()
    }
    return closed(described(figures, vocabulary.EXPECT))
