"""Parts of the schema: values, references, and vars with what they may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from archspec import vocabulary
from archspec.allowed import Allowed
from archspec.spec import Parameter, Var

Json = dict[str, Any]
Blocks = Mapping[str, tuple[Parameter, ...]]

VALUE: Final = {"$ref": "#/definitions/value"}
EXPRESSION: Final = {"$ref": "#/definitions/expression"}
ANY_NODE: Final = {"$ref": "#/definitions/node"}
NAME: Final = {"type": "string"}
PLAIN: Final[Json] = {"allOf": [VALUE]}
PRIMITIVES: Final = ["number", "string", "boolean", "null"]
COMMON: Final[Json] = {
    key: {"$ref": f"#/definitions/{key}"} for key in ("from", "if", "else", "before")
}
"""What can stand beside any node, each defined once."""


def described(schemas: Json, words: Mapping[str, vocabulary.Words]) -> Json:
    """Return schemas by key, each with what the key means and with examples."""
    return {key: with_words(schema, *words[key]) for key, schema in schemas.items()}


def with_words(schema: Json, description: str, examples: tuple[Any, ...]) -> Json:
    """Return a schema with what it means and with examples."""
    more = {"description": description, "examples": list(examples)}
    return {**schema, **{key: value for key, value in more.items() if value}}


def closed(properties: Json, **more: Any) -> Json:
    """Return the schema of a mapping that has no other keys."""
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def var_schema(allowed: Json | None = None, default: Json | None = None) -> Json:
    """A var: its default, alone or beside what it may be."""
    choices = {"type": "array", "minItems": 1, "items": {"type": PRIMITIVES}}
    held: Json = {"default": allowed or {"allOf": [VALUE]}, "choices": choices}
    held |= {key: {"type": "number"} for key in ("min", "max")}
    long = closed(described(held, vocabulary.VAR))
    return {
        "if": {"type": "object"},
        "then": long,
        "else": {**(allowed or VALUE), **(default or {})},
    }


def schema_of_var(var: Var) -> Json:
    """What editors know of one var of a spec."""
    entry = _entry(var.allowed) if var.allowed else {}
    if not entry:
        allowed: Json = {"allOf": [VALUE]}
    elif var.items is not None:
        entries = {"anyOf": [entry, EXPRESSION, {"type": "array"}]}
        allowed = {"anyOf": [{"type": "array", "items": entries}, EXPRESSION]}
    else:
        allowed = {"anyOf": [entry, EXPRESSION]}
    if var.allowed:
        allowed |= {"description": f"{var.allowed}".capitalize() + "."}
    told = {"default": var.value} if var.formula is None and var.items is None else {}
    return var_schema(allowed, told)


def _entry(allowed: Allowed) -> Json:
    """What a var, or an entry of one that is a list, may be."""
    if allowed.choices:
        return {"enum": list(allowed.choices)}
    bounds = {"minimum": allowed.min, "maximum": allowed.max}
    return {"type": "number", **{word: n for word, n in bounds.items() if n is not None}}
