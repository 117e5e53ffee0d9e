"""Blocks of several tensors, and uses of them: in order, by name in any order, called again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from random_layouts import BLOCKS as LAYOUTS
from random_layouts import used
from random_marks import SAME, Flow, Node, marks

if TYPE_CHECKING:
    from random_wiring import Mapping

BLOCKS: Final[dict[str, Any]] = {
    "BlockJoin(channels, act=ReLU)": {
        "input": ["left", "right"],
        "net": {
            "conv": {"from": "left", "Conv2d": "=channels", "kernel_size": 1},
            "cat": {"Cat": ["right", "conv"]},
            "norm": "BatchNorm2d",
            "out": {"use": "=act"},
        },
    },
    "BlockGated(gated=true)": {
        "input": ["main", "gate"],
        "net": {
            "soft": {"from": "gate", "do": [{"Conv2d": "=in_channels"} | SAME, "Sigmoid"]},
            "scaled": {"if": "=gated", "Mul": ["soft", "main"], "else": {"from": "main"}},
            "apart": {"from": {"right": "main", "left": "gate"}, "BlockJoin": 8},
            "back": {"Conv2d": "=in_channels", "kernel_size": 1, "bias": False},
            "sum": {"Add": ["back", "scaled"]},
        },
    },
    "BlockThree(deep)": {
        "input": ["first", "second", "third"],
        "net": {
            "short": {"Add": ["third", "first"]},
            "deeper": {"if": "=deep", "do": [{"Conv2d": "=in_channels"} | SAME, "ReLU"]},
            "left": {"from": "second", "do": [{"Conv2d": "=in_channels"} | SAME, "Tanh"]},
            "again": {"from": "third", "do": "left"},
            "product": {"Mul": ["again", "deeper"]},
            "unlike": {"Add": ["product", "left"]},
            "rest": "ReLU6",
        },
        "outputs": {"made": "unlike"},
    },
}
"""By their headers; in each, inputs of one shape in other places make another network."""
LAYOUTS.update(BLOCKS)

_INPUTS: Final = {header.partition("(")[0]: tuple(body["input"]) for header, body in BLOCKS.items()}


def several(grown: Mapping) -> None:
    """Add a use of a block of several inputs, and at times another call of it."""
    writer, scope = grown.writer, grown.scope
    first = grown.rng.choice([grown.flows[-1], *grown.flows])
    name = grown.rng.choice(list(_INPUTS))
    if name == "BlockJoin":
        alike = [flow for flow in grown.flows if flow.size == first.size]
        arguments: dict[str, Any] = {"channels": writer.given("channels", scope)}
        if writer.chance(40):
            arguments["act"] = writer.given("act", scope)
    else:
        alike = [flow for flow in grown.flows if marks(flow) == marks(first)]
        flag = writer.given("flag", scope)
        arguments = {"BlockGated": {"gated": flag}, "BlockThree": {"deep": flag}}[name]
        if name == "BlockGated":
            used(writer, "BlockJoin", None)
            arguments = arguments if writer.chance(50) else {}
    read = [grown.rng.choice(alike) for _ in _INPUTS[name]]
    out = first if name != "BlockJoin" else Flow("", writer.unknown(), first.size)
    use = used(writer, name, arguments)
    node = _reading(grown, name, read) | (use if isinstance(use, dict) else {"do": use})
    if name != "BlockJoin" and writer.chance(20):
        other = {"from": grown.rng.choice(read).name}
        node = {"if": writer.given("flag", scope)} | node | {"else": other}
        grown.add(node, out)
        return
    called = grown.add(node, out)
    if name != "BlockJoin" and called[0].islower() and writer.chance(40):
        again = [grown.rng.choice(alike) for _ in read]
        grown.add(_reading(grown, name, again) | {"do": called}, out)


def _reading(grown: Mapping, name: str, read: list[Flow]) -> dict[str, Node]:
    """Return `from` of a node: in the order of its inputs, or by their names in any order."""
    names = [flow.name for flow in read]
    if grown.writer.chance(50):
        return {"from": names}
    pairs = list(zip(_INPUTS[name], names, strict=True))
    return {"from": dict(grown.rng.sample(pairs, len(pairs)))}
