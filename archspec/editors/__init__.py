"""A JSON Schema of the language, with which editors complete and check a spec as it is typed.

It says what may stand where; what depends on shapes, names and files is checked by archspec alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from archspec.editors.calls import block_schema, op_schema
from archspec.editors.nodes import SHARED, node_schema
from archspec.editors.parts import PRIMITIVES, VALUE, Blocks, Json, described, var_schema
from archspec.editors.top import fill_schema, top_schema
from archspec.ops import BY_NAME, Ops
from archspec.spec import Var
from archspec.vocabulary import NODE

_DIALECT: Final = "http://json-schema.org/draft-07/schema#"


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
    own_blocks = (blocks or {}).items()
    definitions: Json = {f"op.{name}": op_schema(kind) for name, kind in ops.items()}
    definitions |= {f"block.{name}": block_schema(name, own) for name, own in own_blocks}
    definitions |= {"fill": fill_schema(), **described(SHARED, NODE)}
    definitions |= {
        "expression": {"type": "string", "pattern": "^="},
        "var": var_schema(),
        "value": {"anyOf": [{"type": PRIMITIVES}, {"type": "array", "items": VALUE}]},
        "node": node_schema(blocks, ops),
    }
    return {
        "$schema": _DIALECT,
        "title": "archspec",
        "description": "A neural network as archspec reads it.",
        "type": "object",
        "properties": top_schema(ops, vars or {}),
        "additionalProperties": False,
        "dependencies": {"changes": ["extends"]},
        "if": {"not": {"required": ["extends"]}},
        "then": {"required": ["name", "input", "net"]},
        "definitions": definitions,
    }
