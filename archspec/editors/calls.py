"""Uses of ops and of a spec's own blocks, with their arguments."""

from __future__ import annotations

import inspect
import types
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from archspec import expressions, vocabulary
from archspec.editors.parts import (
    ANY_NODE,
    COMMON,
    EXPRESSION,
    NAME,
    VALUE,
    Json,
    closed,
    with_words,
)
from archspec.ops import Op, Ops
from archspec.schema import names
from archspec.spec import Parameter

BLOCK: Final = "A block of this spec."
_TYPES: Final = {int: "integer", float: "number", bool: "boolean", str: "string"}


def op_schema(kind: type[Op]) -> Json:
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
        branches = {"type": "object", "minProperties": 1, "additionalProperties": ANY_NODE}
        own = {"anyOf": [{"type": "array", "items": NAME}, branches]}
        examples = [["left", "right"], {"left": "ReLU", "right": "Sigmoid"}]
    own |= {"description": doc_of(kind), "examples": examples}
    return closed({kind.__name__: own, **arguments, **COMMON})


def block_schema(name: str, parameters: tuple[Parameter, ...]) -> Json:
    """A use of a block: its arguments, and the sizes that enter, stated."""
    listed = {"type": "array", "items": VALUE}
    own = {"anyOf": [VALUE, listed], "description": BLOCK}
    given = {p.name: {"allOf": [VALUE], **_parameter(name, p)} for p in parameters}
    told = "What enters, which is known without it; checked where it is stated."
    size = {"anyOf": [{"type": "integer"}, EXPRESSION], "description": told}
    stated = dict.fromkeys(names.SIZES, size)
    return closed({name: own, **stated, **given, **COMMON})


def defaults_schema(ops: Ops) -> Json:
    """Arguments by op, as the op's own definition has them."""
    found = {}
    for name, kind in ops.items():
        path = f"#/definitions/op.{name}/properties"
        held = closed({field: {"$ref": f"{path}/{field}"} for field in kind.model_fields})
        example = next(iter(_arguments(kind).items()), None)
        examples = [{example[0]: example[1].get("examples", [None])[0]}] if example else [{}]
        found[name] = {**held, "description": doc_of(kind), "examples": examples}
    return closed(found)


def doc_of(kind: type[Op]) -> str:
    """Return what an op's class says of it, without its arguments."""
    return inspect.cleandoc(kind.__doc__ or "").partition("\nArgs:")[0].strip()


def types_of(annotation: Any) -> list[Json]:
    """Return what may be written for a Python type."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return types_of(parts[0])
    if origin in (Union, types.UnionType):
        return [schema for part in parts for schema in types_of(part)]
    if origin is Literal:
        return [{"enum": list(parts)}]
    if origin is tuple:
        return [{"type": "array", "items": VALUE}]
    if annotation is type(None):
        return [{"type": "null"}]
    return [{"type": _TYPES[annotation]}] if annotation in _TYPES else [VALUE]


def _arguments(kind: type[Op]) -> Json:
    """Arguments of an op by name."""
    found = {}
    for name, field in kind.model_fields.items():
        schema: Json = {"anyOf": [*types_of(field.annotation), EXPRESSION]}
        told, examples = vocabulary.argument(kind, name)
        if name in kind.inferred():
            told = f"{told} Inferred from what arrives; checked where it is stated.".lstrip()
        elif not field.is_required():
            schema["default"] = field.default
        found[name] = with_words(schema, told, examples)
    return found


def _parameter(block: str, parameter: Parameter) -> Json:
    """Return what is told of a parameter of a block, and its default."""
    default = parameter.default
    if default is None:
        return {"description": f"A parameter of `{block}` that must be given."}
    if default.value is None and default.formula is not None:
        computed = f"`{expressions.text(default.formula)}`"
        return {"description": f"A parameter of `{block}`; where it is not given, {computed}."}
    return {"description": f"A parameter of `{block}`.", "default": default.value}
