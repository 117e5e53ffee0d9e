"""The keys of a file: `input`, `vars`, `init`, `expect` and the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from archspec import vocabulary
from archspec.editors.calls import defaults_schema, types_of
from archspec.editors.parts import ANY_NODE, NAME, PLAIN, Json, closed, described, schema_of_var
from archspec.ops import Ops
from archspec.schema.functions import FUNCTIONS
from archspec.spec import Expect, Var

_SHAPE: Final[Json] = {"type": "array", "items": {"type": "integer", "minimum": 1}}
_LABELS: Final[Json] = {"type": "object", "minProperties": 1, "additionalProperties": NAME}
_LONG: Final[Json] = described(
    {
        "input": {"type": "array", "minItems": 1, "items": NAME, "uniqueItems": True},
        "net": {"allOf": [ANY_NODE]},
        "outputs": _LABELS,
    },
    vocabulary.BLOCK,
)
_IS_LONG: Final[Json] = {
    "type": "object",
    "anyOf": [
        {"required": ["input"]},
        {"required": ["net", "outputs"], "properties": {"outputs": _LONG["outputs"]}},
    ],
}
"""Told from a body with children called `net` and `outputs`."""

_BLOCK: Final[Json] = {"if": _IS_LONG, "then": closed(_LONG, required=["net"]), "else": ANY_NODE}
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
                    {"type": "object", "minProperties": 1, "additionalProperties": ANY_NODE},
                    {"type": "array", "minItems": 1, "items": ANY_NODE},
                ]
            }
        },
        "additionalProperties": {"if": {"not": {"type": "null"}}, "then": ANY_NODE},
    },
    "input": {"anyOf": [_SHAPE, {"type": "object", "additionalProperties": _SHAPE}]},
    "vars": {"type": ["object", "null"], "additionalProperties": {"$ref": "#/definitions/var"}},
    "blocks": {"type": ["object", "null"], "additionalProperties": _BLOCK},
    "net": {"allOf": [ANY_NODE]},
    "outputs": {"anyOf": [NAME, {"type": "object", "additionalProperties": NAME}]},
}


def top_schema(ops: Ops, vars: Mapping[str, Var]) -> Json:
    """Return what stands under each key of a file.

    Args:
        ops: the ops that the file may use.
        vars: its own vars by name, and what they may be.
    """
    own = {name: schema_of_var(var) for name, var in vars.items()}
    top = {**_TOP, "vars": {**_TOP["vars"], **({"properties": own} if own else {})}}
    parts = {**top, "defaults": defaults_schema(ops), "init": _init(), "expect": _expect()}
    return described(parts, vocabulary.TOP)


def fill_schema() -> Json:
    """A function of `torch.nn.init` by its name, or with arguments."""
    functions = {
        name: {
            **closed(described(dict.fromkeys(function.arguments, PLAIN), vocabulary.FILLS)),
            **({"required": list(function.required)} if function.required else {}),
            "description": f"`torch.nn.init.{name}`.",
            "examples": [{word: vocabulary.FILLS[word][1][0] for word in function.arguments}],
        }
        for name, function in FUNCTIONS.items()
    }
    one = closed(functions, minProperties=1, maxProperties=1)
    alone = [name for name, function in FUNCTIONS.items() if not function.required]
    return {"anyOf": [{"enum": alone}, one]}


def _init() -> Json:
    tensors: Json = {"type": "object", "additionalProperties": {"$ref": "#/definitions/fill"}}
    rule: Json = {"type": "object", "additionalProperties": tensors}
    within = {"anyOf": [tensors, rule, {"type": "array", "items": rule}]}
    items = {"type": "object", "additionalProperties": within}
    return {"type": "array", "items": items}


def _expect() -> Json:
    figures = {
        name: {"anyOf": [*types_of(field.annotation), *([{"type": "object"}] * (name == "output"))]}
        for name, field in Expect.model_fields.items()
    }
    return closed(described(figures, vocabulary.EXPECT))
