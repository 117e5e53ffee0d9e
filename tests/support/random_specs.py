"""Writes random specs that are valid, as the numbers that it draws decide."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from typing import Any, Final

from random_kinds import ACTIVATIONS, DEFAULTED, KINDS, Block
from random_marks import SAME, Body, Flow, Node, Scope
from random_nodes import Writer
from random_ranks import translated
from random_rules import rule
from random_wiring import Mapping


def document(rng: random.Random) -> dict[str, Any]:
    """Return a whole spec as plain values: of images, or seldom of signals or volumes."""
    rank = rng.choice([2, 2, 2, 2, 2, 2, 2, 1, 1, 3])
    spec = _document(Writer(rng, layouts_too=rank == 2))
    return spec if rank == 2 else translated(spec, rank)


def _document(writer: Writer) -> dict[str, Any]:
    rng = writer.rng
    vars: dict[str, Any] = {}
    for kind in rng.sample(list(KINDS), rng.randint(1, 4)):
        name = f"my_{KINDS[kind][0]}"
        vars[name] = writer.value(kind)
    scope = Scope()
    for name in vars:
        kind = next(kind for kind, names in KINDS.items() if name[3:] in names)
        scope = scope.inner(**{name: kind})
    if "my_channels" in vars and writer.chance(50):
        vars["my_wide"] = "=min(2 * my_channels, 48)"
        scope = scope.inner(my_wide="channels")
    writer.vars.update(vars)
    scope = replace(scope, depth=0)
    for letter in "ABCDE"[: rng.randint(0, 4)]:
        writer.blocks.append(_block(writer, f"Block{letter}", scope))
    names = rng.choice(_INPUTS) if writer.chance(30) else []
    root = _Root(writer, scope, names)
    spec: dict[str, Any] = {"name": rng.choice(["Net", "Tiny", "Y", "RandomNet"])}
    sizes = [rng.choice([4, 8]), rng.choice([8, 11, 16]), rng.choice([8, 9, 16])]
    spec["input"] = dict.fromkeys(names, sizes) if names else sizes
    spec["vars"] = writer.vars | {"classes": 5, "inplace": writer.chance(30)}
    spec["defaults"] = {"ReLU": {"inplace": "=inplace"}}
    if writer.chance(50):
        spec["defaults"]["Conv2d"] = {"bias": False}
    spec["blocks"] = {_header(block): block.body for block in writer.blocks} | writer.layouts
    spec["net"] = root.body
    if root.outputs:
        spec["outputs"] = root.outputs
    if writer.chance(50):
        rules = [*_RULES, *(rule(rng) for _ in _RULES)]
        spec["init"] = rng.sample(rules, rng.randint(1, len(_RULES)))
    for key, texts in _TEXTS.items():
        if writer.chance(20):
            spec[key] = rng.choice(texts)
    for header in spec["blocks"]:
        if writer.chance(20):
            within = {header.partition("(")[0]: rng.choice([rng.choice(_RULES), rule(rng)])}
            spec["init"] = [*spec.get("init", []), within]
    spec["vars"] = {name: _bounded(writer, held) for name, held in spec["vars"].items()}
    return {key: value for key, value in spec.items() if value not in ({}, [])}


def _bounded(writer: Writer, value: Any) -> Any:
    """Return a var that says what it may be; seldom, and never where anything else is set."""
    if not writer.chance(15):
        return value
    if isinstance(value, bool):
        return {"default": value, "choices": [True, False]}
    if isinstance(value, str) and not value.startswith("="):
        return {"default": value, "choices": [*dict.fromkeys([value, *ACTIVATIONS[:2]])]}
    bounds = {"min": 0} if writer.chance(50) else {"min": 0.0, "max": 1000}
    return {"default": value} | bounds


_INPUTS: Final = (["left", "right"], ["left", "right"], ["image"], ["one", "two", "three"])
_TEXTS: Final[dict[str, tuple[Any, ...]]] = {
    "archspec": (1,),
    "paper": ("Nobody et al. 1999", "https://example.org/paper"),
    "description": ('A """net""" of \\N{BULLET} {{parts}}.', "# one\ntwo\ttabs, é", "\\"),
}
_RULES: Final = [
    {"Conv2d": {"weight": {"kaiming_normal_": {"mode": "fan_out", "nonlinearity": "relu"}}}},
    {"Linear": {"weight": {"normal_": {"std": 0.01}}, "bias": "zeros_"}},
    {
        "BatchNorm2d": {
            "weight": {"uniform_": {"a": 0.5, "b": 1.5}},
            "bias": {"constant_": {"val": 0.1}},
        }
    },
    {"Linear": {"weight": {"trunc_normal_": {"std": "=1 / sqrt(in_features)"}}, "bias": "ones_"}},
]


def _block(writer: Writer, name: str, outer: Scope) -> Block:
    rng = writer.rng
    kinds = rng.sample(list(KINDS), rng.randint(0, 5))
    parameters = {rng.choice(KINDS[kind]): kind for kind in kinds}
    defaults = {
        parameter: writer.value(kind)
        for parameter, kind in parameters.items()
        if kind in DEFAULTED and writer.chance(70)
    }
    parameters = dict(sorted(parameters.items(), key=lambda pair: pair[0] in defaults))
    seen = outer.inner(**parameters).of("channels")
    if seen and writer.chance(40):
        first = rng.choice(seen)
        computed = {
            "inner": f"=48 if {first} > 24 else 2 * {first}",
            "inner2": rng.choice(["=inner", f"={first}"]),
        }
        computed = dict([*computed.items()][: rng.randint(1, 2)])
        parameters |= dict.fromkeys(computed, "channels")
        defaults |= computed
    chosen = outer.inner(**parameters).of("act")
    if chosen and writer.chance(40):
        parameters["chosen"], defaults["chosen"] = "act", f"={rng.choice(chosen)}"
    scope = replace(outer.inner(**parameters), in_block=True, depth=1)
    start = Flow("input", "in_channels", "size")
    way = rng.choice([writer.chain, writer.wired, writer.wired, writer.branches])
    body, out = way(start, scope)
    return Block(name, parameters, defaults, body, out)


def _header(block: Block) -> str:
    shown = [
        f"{name}={str(v).lower() if isinstance(v, bool) else str(v).removeprefix('=')}"
        if (v := block.defaults.get(name)) is not None
        else name
        for name in block.parameters
    ]
    return f"{block.name}({', '.join(shown)})" if shown else block.name


class _Root:
    """The body of the network: a list or a mapping, with a head or without, and its outputs."""

    def __init__(self, writer: Writer, scope: Scope, inputs: list[str]) -> None:
        self.outputs: Any = {}
        start = Flow("input", writer.unknown(), "size")
        if not inputs and writer.chance(15):
            parts = [writer.chain(start, scope)[0], *_head(writer)]
            self.body: Body = [*parts[0], *parts[1:]] if isinstance(parts[0], list) else parts
            return
        grown = Mapping(writer, scope, start)
        if inputs:
            grown.scope = scope
            _stems(grown, inputs)
        for _ in range(writer.rng.randint(2, 7)):
            grown.grow()
        for _ in writer.blocks * 2:  # what a class must stand for is uses that differ
            grown.add(*writer.use(grown.flows[-1], scope))
        self._sides(writer, grown)
        if writer.chance(60):
            for node in _head(writer):
                grown.add(node, Flow("", writer.unknown(), writer.unknown()))
        self.body = grown.items
        if writer.chance(50) or self.outputs:
            own = [f.name for f in grown.flows if f.name in grown.items]
            own = [name for name in own if not _may_be_input(grown.items, name)]
            sure = [name for name in own if "if" not in grown.items[name]]
            if not sure:
                sure = [grown.add(*writer.conv(start, scope))]
            chosen = writer.rng.sample(own, min(len(own), writer.rng.randint(0, 2)))
            chosen = [*dict.fromkeys([writer.rng.choice(sure), *chosen])]
            self.outputs |= dict(zip(["main", "second", "y"], chosen, strict=False))
            if len(self.outputs) == 1 and writer.chance(30):
                self.outputs = chosen[0]

    def _sides(self, writer: Writer, grown: Mapping) -> None:
        """Add side branches that are there in training mode alone."""
        for number in range(writer.rng.choice([0, 0, 1, 2])):
            start = writer.rng.choice([f for f in grown.flows[1:] if f.name != "input"] or [None])
            if start is None:
                return
            name = writer.names(1, grown.taken)[0]
            node = writer.chain(start, grown.scope)[0]
            held = {"if": "=training", "from": start.name, "do": node}
            if writer.chance(30):
                held = {"if": writer.given("flag", grown.scope), "do": held}
            grown.items[name] = held
            self.outputs[f"aux{number}"] = name


def _may_be_input(items: Body, name: str) -> bool:
    """Tell whether a node that is left out may stand for an input, which is no output."""
    assert isinstance(items, dict)
    order = list(items)
    while name in order:
        node, before = items[name], order[: order.index(name)]
        other = node.get("else") if isinstance(node, dict) and "else" in node else node
        if not isinstance(other, dict) or not ("if" in other or {*other} == {"from"}):
            return False
        given = other.get("from")
        if isinstance(given, list) or (given is None and {"Add", "Mul", "Cat"} & {*other}):
            return True  # it stands for the operand that is there
        name = given or (before[-1] if before else "input")
    return True


def _stems(grown: Mapping, inputs: list[str]) -> None:
    grown.flows = []
    writer = grown.writer
    channels = writer.value("channels")
    stem = ""
    for name in inputs:
        grown.taken.add(name)
        conv: Node = {"from": name, "Conv2d": channels} | SAME
        if stem and writer.chance(30):  # twins
            conv = {"from": name, "do": stem}
        elif writer.chance(30):
            conv = {"from": name, "do": [{"Conv2d": channels} | SAME, "BatchNorm2d", "ReLU"]}
        made = grown.add(conv, Flow("", str(channels), "size"))
        stem = stem or (made if made.islower() else "")


def _head(writer: Writer) -> list[Node]:
    drop = [{"Dropout": 0.2}] if writer.chance(50) else []
    hidden: list[Node] = [[{"Linear": 16}, "ReLU"]] if writer.chance(50) else []
    pooled: list[list[Node]] = [
        [{"AdaptiveAvgPool2d": 1}, "Flatten"],
        [{"AdaptiveMaxPool2d": [[2, 3]]}, {"Flatten": 1}],
        [{"Mean": [2, 3]}],
        [{"Amax": [-1, 2], "keepdim": True}, {"Flatten": [1, -1]}],
    ]
    return [*writer.rng.choice(pooled), *hidden, *drop, {"Linear": "=classes"}]


def text(spec: dict[str, Any]) -> str:
    """Return a spec as YAML."""
    return "\n".join(_yaml(spec, 0)) + "\n"


def _yaml(value: Any, indent: int) -> list[str]:
    """Return a value as lines of YAML: what is short on one line, what is long below its key."""
    if isinstance(value, dict) and value:
        found = []
        for key, held in value.items():
            line = f"{' ' * indent}{_word(key)}: {_flow(held)}"
            short = len(line) <= 90 and (indent or not isinstance(held, dict))
            if short or not isinstance(held, dict | list):
                found.append(line)
            else:
                found += [f"{' ' * indent}{_word(key)}:", *_yaml(held, indent + 2)]
        return found
    found = []
    for held in value:
        line = f"{' ' * indent}- {_flow(held)}"
        if len(line) <= 90 or not isinstance(held, dict | list):
            found.append(line)
        else:
            inner = _yaml(held, indent + 2)
            found += [f"{' ' * indent}- {inner[0].lstrip()}", *inner[1:]]
    return found


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_word(key)}: {_flow(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _word(value) if isinstance(value, str) else json.dumps(value)


def _word(word: str) -> str:
    return word if re.fullmatch(r"[A-Za-z][A-Za-z0-9_<>]*", word) else json.dumps(word)
