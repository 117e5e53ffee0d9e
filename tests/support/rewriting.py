"""Specs in other words: what means the same must make the same network."""

from __future__ import annotations

import json
import re
from typing import Any

from archspec.ops import BY_NAME


def renamed(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a spec with other names for its vars and blocks."""
    text = re.sub(r"\bmy_(?=\w)", "our_", json.dumps(spec))
    found: dict[str, Any] = json.loads(re.sub(r"\bBlock(?=[A-Z])", "BlockOf", text))
    return found


def unrolled(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a spec in which repeats within lists are written out by hand."""

    def unroll(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: unroll(held) for key, held in part.items()}
        if not isinstance(part, list):
            return part
        found: list[Any] = []
        for item in map(unroll, part):
            if isinstance(item, dict) and _is_plain_repeat(item):
                found += [_substituted(item["do"], {"index": n}) for n in range(item["repeat"])]
            else:
                found.append(item)
        return found

    return {key: unroll(held) if key in ("blocks", "net") else held for key, held in spec.items()}


def inlined(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a spec in which blocks stand where they are used, with their arguments put in."""
    blocks = {}
    ruled = {name for rule in spec.get("init", []) for name in rule}
    for header, body in spec.get("blocks", {}).items():
        name, _, listed = header.rstrip(")").partition("(")
        # Its modules are filled as soon as it is built; a body in place reads one tensor.
        if name in ruled or (isinstance(body, dict) and "input" in body):
            continue
        pairs = [part.partition("=") for part in listed.split(", ") if part]
        defaults = {p: _parsed(value) for p, equals, value in pairs if equals}
        blocks[name] = ([p for p, _, _ in pairs], defaults, body)

    def inline(part: Any) -> Any:
        if isinstance(part, list):
            return [inline(item) for item in part]
        if isinstance(part, str):
            return _called(blocks, part, {}) or part
        if not isinstance(part, dict):
            return part
        name = next((key for key in part if key in blocks), None)
        if name is None:
            return {key: inline(held) for key, held in part.items()}
        around = {key: part[key] for key in ("from", "if", "else", "before") if key in part}
        found = _called(blocks, name, {k: v for k, v in part.items() if k not in around})
        if found is None:
            return part
        return around | {"do": found} if around else found

    return spec | {"net": inline(spec["net"])}


def _is_plain_repeat(node: dict[str, Any]) -> bool:
    inner = json.dumps(node.get("do"))
    loops = any(f'"{key}":' in inner for key in ("repeat", "for", "cfg"))
    return node.keys() == {"repeat", "do"} and isinstance(node["repeat"], int) and not loops


def _called(blocks: dict[str, Any], name: str, node: dict[str, Any]) -> Any:
    """Return what a block is with these arguments; None where it cannot stand in its place."""
    if name not in blocks:
        return None
    parameters, defaults, body = blocks[name]
    given = dict(node)
    first = given.pop(name, None)
    if isinstance(first, list):
        first = first[0]  # arguments are listed only around one that is a list itself
    values = defaults | given | ({} if first is None else {parameters[0]: first})
    loops = isinstance(body, dict) and body.keys() & {"repeat", "for", "cfg"}
    enters = re.search(r"\bin_(channels|height|width|features)\b", json.dumps(body))
    if '"=' in json.dumps(values) or enters or loops:
        return None
    return _substituted(body, values)


def _substituted(part: Any, values: dict[str, Any]) -> Any:
    """Return a part of a spec with values in place of names, in all its formulas."""
    if isinstance(part, dict):
        found = {key: _substituted(held, values) for key, held in part.items()}
        # Beside a block's name a list is a list of arguments, unless it stands in one.
        return {
            key: [held] if key.startswith("Block") and _is_new(held, part[key]) else held
            for key, held in found.items()
        }
    if isinstance(part, list):
        return [_substituted(item, values) for item in part]
    if not isinstance(part, str) or not part.startswith("="):
        return part
    if part[1:] in values:
        return values[part[1:]]
    for name, value in values.items():
        part = re.sub(rf"\b{name}\b", json.dumps(value), part)
    return part


def _is_new(held: Any, before: Any) -> bool:
    return isinstance(before, str) and held != before


def _parsed(word: str) -> Any:
    """Return a default of a header: a value, an op, or a formula of what the block sees."""
    try:
        return json.loads(word)
    except ValueError:
        return word if word in BY_NAME else f"={word}"
